// The answer to one clip. Four rows of the screen are four rows of the keyboard; a key is known by
// its place (event.code), so that any layout works. What is left alone means "as the machine says"
// where the protocol shows the machine's opinion, and "no answer" where it does not.

const FIRST_RETRY_MS = 4_000;
const LONGEST_RETRY_MS = 20_000;

class RatingForm {
  constructor(host) {
    this.listen = new AbortController();
    this.keyNames = null;
    this.sheet = new KeySheet();
    this.rows = element("div", { class: "rows" });
    this.comment = element("input", {
      type: "text", maxlength: "2000",
      oninput: () => this.change("comment", this.comment.value || null),
      onkeydown: (event) => event.key === "Escape" && this.comment.blur(),
    });
    this.status = element("span", { class: "status", role: "status", "aria-live": "polite" });
    this.foot = element("div", { class: "foot" });
    this.node = element("section", { class: "root rating" }, this.rows, this.foot, this.sheet.dialog);
    host.append(this.node);
    window.addEventListener("keydown", (event) => this.key(event), { signal: this.listen.signal, capture: true });
    window.addEventListener("offline", () => this.say("offline"), { signal: this.listen.signal });
    navigator.keyboard?.getLayoutMap?.().then((map) => {
      this.keyNames = map;
      if (this.data) this.draw();
    });
  }

  show({ data, setTriggerValue }) {
    const isSameClip = this.data?.clip === data.clip && this.data.person === data.person;
    this.data = data;
    this.trigger = setTriggerValue;
    this.store = new AnswerStore(data.person);
    this.settle();
    if (!isSameClip) this.draft = this.store.draft(data.clip) ?? { ...data.mine };
    this.draw();
    this.sayState();
    if (!this.retry && this.store.unsent().length) this.send(); // left over from a reload or a lost server
  }

  settle() {
    const { saved, refused } = this.data;
    for (const key of [saved?.key, refused?.key].filter(Boolean)) {
      const answer = this.store.settle(key);
      if (!answer) continue;
      clearTimeout(this.retry);
      this.retry = null;
      if (key === saved?.key) this.store.dropDraft(answer.clip);
    }
  }

  // --- what is chosen -------------------------------------------------------------------------

  suggestion(field) {
    const value = this.data.machine?.[field.name] ?? null;
    if (value === null || typeof value === "string" || field.name === "delivery") return value;
    const distance = (option) => Math.abs(option.value - value);
    return field.options.reduce((best, option) => (distance(option) < distance(best) ? option : best)).value;
  }

  isChosen(field, option) {
    const value = this.draft[field.name] ?? null;
    if (value === null || typeof value === "string") return value === option.value;
    return Math.abs(value - option.value) < this.tolerance(field);
  }

  tolerance(field) {
    return field.options.length > 1 ? Math.abs(field.options[1].value - field.options[0].value) / 2 : 0.5;
  }

  choose(field, option) {
    this.change(field.name, option.value); // twice the same key is the same answer; Escape takes it back
    this.draw();
  }

  change(name, value) {
    this.draft = { ...this.draft, [name]: value };
    const isKept = this.store.keepDraft(this.data.clip, this.draft);
    this.say(isKept ? "draft" : "draft_not_kept");
  }

  reset() {
    this.store.dropDraft(this.data.clip);
    this.draft = { ...this.data.mine };
    this.draw();
    this.sayState();
  }

  isChanged() {
    const names = [...this.data.fields.map((field) => field.name), "comment"];
    return names.some((name) => (this.draft[name] ?? null) !== (this.data.mine?.[name] ?? null));
  }

  // --- sending --------------------------------------------------------------------------------

  confirm() {
    if (this.retry) return; // the last answer is still on its way
    if (this.data.mine && !this.isChanged()) {
      this.trigger("move", "next");
      return;
    }
    const machine = this.data.machine ?? {};
    const answer = { key: crypto.randomUUID?.() ?? this.randomKey(), clip: this.data.clip, shown: this.data.shown };
    for (const { name } of this.data.fields) answer[name] = this.draft[name] ?? machine[name] ?? null;
    const missing = this.data.fields.find((field) => field.required && answer[field.name] === null);
    if (missing) {
      this.say("missing", { field: missing.label });
      return;
    }
    answer.comment = this.draft.comment ?? "";
    answer.confirmed = this.data.fields.every((field) => (this.draft[field.name] ?? null) === null);
    const ask = new CustomEvent("dailies:watched", { detail: { clip: this.data.clip } });
    document.dispatchEvent(ask);
    answer.watched = ask.detail.watched ?? null;
    this.store.post(answer);
    this.send();
  }

  // randomUUID exists on localhost and over TLS only; getRandomValues everywhere.
  randomKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  send(wait = FIRST_RETRY_MS) {
    const answer = this.store.unsent()[0];
    if (!answer) {
      this.retry = null;
      return;
    }
    this.say(wait === FIRST_RETRY_MS ? "sending" : "unsaved");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.send(Math.min(2 * wait, LONGEST_RETRY_MS)), wait);
    this.trigger("submit", answer);
  }

  // --- keys -----------------------------------------------------------------------------------

  key(event) {
    if (!this.data || isDialogOpen() || event.metaKey || event.altKey || event.repeat) return;
    const path = event.composedPath();
    if (path.some((node) => node.tagName === "DIALOG")) return;
    const isOwnComment = path[0] === this.comment;
    if (isTyping(event) && !isOwnComment) return;
    if (event.code === "Enter" || event.code === "NumpadEnter") {
      if (this.isPressing(path[0]) && !event.ctrlKey) return;
      this.take(event, () => this.confirm());
      return;
    }
    if (isOwnComment || event.ctrlKey) return;
    if (event.key === "?") this.take(event, () => this.sheet.toggle(this.data, (option) => this.nameOf(option)));
    else if (event.shiftKey) return;
    else if (event.code === "Slash") this.take(event, () => this.comment.focus());
    else if (event.code === "Escape") this.take(event, () => this.reset());
    else if (event.code === "PageDown") this.take(event, () => this.trigger("move", "next"));
    else if (event.code === "PageUp") this.take(event, () => this.trigger("move", "previous"));
    else this.answerKey(event);
  }

  answerKey(event) {
    const code = event.code.replace("Numpad", "Digit");
    for (const field of this.data.fields) {
      const option = field.options.find((one) => one.code === code);
      if (option) this.take(event, () => this.choose(field, option));
    }
  }

  take(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  // A button reached with the tab key is pressed by Enter; one that was clicked is not.
  isPressing(target) {
    if (!(target instanceof Element) || target.closest(".confirm")) return false;
    return ["BUTTON", "A", "SUMMARY"].includes(target.tagName) && target.matches(":focus-visible");
  }

  nameOf(option) {
    return this.keyNames?.get(option.code)?.toUpperCase() ?? option.key;
  }

  // --- drawing --------------------------------------------------------------------------------

  draw() {
    const { fields, labels, machine, mine } = this.data;
    this.node.setAttribute("aria-label", labels.form);
    this.rows.replaceChildren(...fields.map((field) => this.row(field)));
    this.comment.value = this.draft.comment ?? "";
    this.comment.placeholder = labels.comment;
    this.comment.setAttribute("aria-label", labels.comment);
    const hasMachine = machine !== null;
    const action = mine ? (this.isChanged() ? labels.change : labels.next) : hasMachine && !this.isChanged() ? labels.confirm_all : labels.send;
    this.foot.replaceChildren(
      this.comment,
      element("button", { type: "button", class: "confirm", onclick: () => this.confirm() }, action, " ", element("kbd", {}, "Enter ↵")),
      element("button", {
        type: "button", class: "plain", title: labels.keys, "aria-label": labels.keys,
        onclick: () => this.sheet.toggle(this.data, (option) => this.nameOf(option)),
      }, element("kbd", {}, "?")),
      this.status,
    );
  }

  row(field) {
    const suggested = this.suggestion(field);
    const isLeft = (this.draft[field.name] ?? null) === null;
    const buttons = field.options.map((option) => {
      const isMachine = suggested !== null && option.value === suggested;
      const isChosen = this.isChosen(field, option);
      return element("button", {
        type: "button", class: `option${isMachine ? " machine" : ""}${isMachine && isLeft ? " stands" : ""}`,
        "aria-pressed": String(isChosen), "data-field": field.name, "data-value": option.value,
        title: isMachine ? this.data.labels.machine_says : null,
        onclick: () => this.choose(field, option),
      }, element("kbd", {}, this.nameOf(option)), element("span", { class: "name" }, option.label),
        isMachine ? element("span", { class: "unseen" }, this.data.labels.machine_says) : null);
    });
    return element("div", { class: `row ${field.name}`, role: "group", "aria-label": field.label },
      element("span", { class: "label" }, field.label),
      element("div", { class: "options", style: `--count:${field.options.length}` }, ...buttons));
  }

  // --- the sentence beside the button ---------------------------------------------------------

  say(name, values = {}) {
    this.status.textContent = phrase(this.data?.labels[name] ?? "", values);
    this.status.dataset.state = name;
  }

  sayState() {
    const { saved, refused, mine } = this.data;
    const time = (moment) => new Date(moment).toLocaleTimeString([], { hour12: false });
    if (refused) {
      this.status.textContent = refused.sentence;
      this.status.dataset.state = "refused";
    } else if (this.retry) return;
    else if (this.store.draft(this.data.clip)) this.say("draft");
    else if (saved) this.say(saved.clip === this.data.clip ? "saved" : "saved_other", { time: time(saved.at), clip: saved.name });
    else if (mine?.at) this.say("rated", { time: new Date(mine.at).toLocaleString([], { hour12: false }) });
    else this.say("fresh");
  }

  close() {
    clearTimeout(this.retry);
    this.listen.abort();
    this.node.remove();
  }
}

const forms = new WeakMap();

export default function (argument) {
  return mounted(forms, argument, (host) => new RatingForm(host));
}
