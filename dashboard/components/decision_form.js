// The decision about a disputed clip. Nothing is chosen to begin with: what the answers add up to is
// dashed, and one key takes it over.

const DECISIONS = "dailies.decision.";

class DecisionForm {
  constructor(host) {
    this.listen = new AbortController();
    this.rows = new AnswerRows((field, option) => this.change(field.name, option.value));
    this.reason = element("input", {
      type: "text", maxlength: "2000", class: "reason",
      oninput: ({ target }) => this.change("reason", target.value || null),
      onkeydown: (event) => event.key === "Escape" && event.target.blur(),
    });
    this.status = element("span", { class: "status", role: "status" });
    this.foot = element("div", { class: "foot" });
    this.node = element("section", { class: "root rating" }, this.rows.node, this.foot);
    host.append(this.node);
    navigator.keyboard?.getLayoutMap?.().then((map) => {
      this.rows.keyNames = map;
      if (this.data) this.draw();
    });
    window.addEventListener("keydown", (event) => this.key(event), { signal: this.listen.signal, capture: true });
  }

  show({ data, presses }) {
    const isOther = this.data?.clip !== data.clip || this.data?.base !== data.base || this.data.stored?.key !== data.stored?.key;
    this.data = data;
    this.presses = presses;
    this.node.setAttribute("aria-label", data.labels.form);
    if (isOther) this.open();
    this.draw();
  }

  // What was typed stays on this device until the page says that it is stored.
  open() {
    this.note = null;
    this.shelf = new DraftShelf(`${DECISIONS}${this.data.person}.`);
    this.draft = this.shelf.open(this.data.clip, this.data.stored?.key) ?? {};
  }

  keep() {
    this.shelf.keep(this.data.clip, this.draft);
  }

  change(name, value) {
    this.draft = { ...this.draft, [name]: value };
    this.note = null;
    this.keep();
    this.draw();
  }

  take() {
    const suggested = Object.entries(this.data.machine ?? {}).filter(([, value]) => value !== null);
    this.draft = { ...this.draft, ...Object.fromEntries(suggested) };
    this.note = null;
    this.keep();
    this.draw();
  }

  drop() {
    this.draft = {};
    this.note = null;
    this.keep();
    this.draw();
  }

  decide() {
    const said = this.data.fields.map((field) => [field.name, this.draft[field.name] ?? null]);
    const reason = (this.draft.reason ?? "").trim();
    if (said.every(([, value]) => value === null)) return this.say("missing");
    if (!reason) {
      this.say("reason_missing");
      return this.reason.focus();
    }
    const key = this.shelf.send(this.data.clip, this.draft);
    this.say("sending");
    this.presses.send("decide", { ...Object.fromEntries(said), reason, key, clip: this.data.clip, base: this.data.base });
  }

  say(note) {
    this.note = note;
    this.draw();
  }

  draw() {
    const { data, draft } = this;
    const { labels } = data;
    this.rows.show(data, draft);
    const text = draft.reason ?? "";
    if (this.reason.value !== text) this.reason.value = text;
    this.reason.placeholder = labels.reason;
    this.reason.setAttribute("aria-label", labels.reason);
    const button = (name, cap, act, kind) => element("button", { type: "button", class: kind, onclick: act }, labels[name], " ", element("kbd", {}, cap));
    const isBegun = Object.values(draft).some((value) => value !== null);
    const hint = data.is_split ? labels.hint_split : labels.hint;
    this.status.textContent = this.note ? labels[this.note] : isBegun ? labels.draft : hint;
    this.status.dataset.state = this.note ?? "fresh";
    if (this.foot.childElementCount) {
      this.foot.querySelector(".confirm").firstChild.textContent = labels.decide;
      return; // moving the reason would take the focus out of it
    }
    this.foot.append(this.reason, button("decide", "Enter ↵", () => this.decide(), "confirm"),
      button("take", "I", () => this.take(), "plain"), this.status);
  }

  key(event) {
    if (!this.data || isDialogOpen() || event.metaKey || event.altKey || event.repeat) return;
    const isOwnText = event.composedPath()[0] === this.reason;
    if (isTyping(event) && !isOwnText) return;
    if (event.code === "Enter" || event.code === "NumpadEnter") {
      if (!isPressing(event.composedPath()[0], ".confirm") || event.ctrlKey) this.taken(event, () => this.decide());
      return;
    }
    if (isOwnText || event.ctrlKey || event.shiftKey) return;
    const acts = {
      Slash: () => this.reason.focus(),
      Escape: () => this.drop(),
      KeyI: () => this.take(),
      PageDown: () => this.presses.send("move", "next"),
      PageUp: () => this.presses.send("move", "previous"),
    };
    if (acts[event.code]) return this.taken(event, acts[event.code]);
    const code = event.code.replace("Numpad", "Digit");
    for (const field of this.data.fields) {
      const option = field.options.find((one) => one.code === code);
      if (option) return this.taken(event, () => this.change(field.name, option.value));
    }
  }

  taken(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  close() {
    this.listen.abort();
    this.node.remove();
  }
}

const decisions = new WeakMap();

export default function (argument) {
  return mounted(decisions, argument, (host) => new DecisionForm(host));
}
