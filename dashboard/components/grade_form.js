// A student's grade. A digit scores the criterion in turn and goes on to the one below; Enter stores and the
// page turns to the next student. What was chosen stays on this device until the page says it is stored.

const GRADES = new DraftShelf("dailies.grade.");

class GradeForm {
  constructor(host) {
    this.listen = new AbortController();
    this.rows = element("div", { class: "rows" });
    this.remark = element("textarea", {
      rows: "1", maxlength: "4000", class: "reason", dir: "auto",
      oninput: ({ target }) => this.change({ remark: target.value }),
      onkeydown: (event) => event.key === "Escape" && event.target.blur(),
    });
    this.save = element("button", { type: "button", class: "confirm", onclick: () => this.send() });
    this.status = element("span", { class: "status", role: "status" });
    this.advises = element("p", { class: "legend" });
    this.node = element("section", { class: "root rating grading" }, this.status, this.advises, this.rows,
      element("div", { class: "foot" }, this.remark, this.save));
    host.append(this.node);
    window.addEventListener("keydown", (event) => this.key(event), { signal: this.listen.signal, capture: true });
  }

  show({ data, presses }) {
    const isOther = this.data?.task !== data.task || this.data.stored !== data.stored || this.data.is_settling !== data.is_settling;
    this.data = data;
    this.presses = presses;
    this.node.setAttribute("aria-label", data.labels.form);
    if (isOther) this.open();
    else this.refused(); // the page has drawn itself and stored nothing
    this.draw();
  }

  open() {
    leaveSidebar();
    this.note = null;
    this.isSending = false;
    const { data } = this;
    const kept = GRADES.open(data.task, data.stored);
    this.isDraft = kept !== null;
    this.draft = kept ?? { scores: { ...data.scores }, remark: data.remark };
    this.active = Math.max(0, data.criteria.findIndex((each) => !this.draft.scores[each.key]));
  }

  change(what) {
    if (this.isSending) return;
    this.draft = { ...this.draft, ...what };
    this.isDraft = true;
    this.note = null;
    GRADES.keep(this.data.task, this.draft);
    this.draw();
  }

  score(at, level) {
    const { criteria } = this.data;
    this.active = Math.min(at + 1, criteria.length - 1);
    this.change({ scores: { ...this.draft.scores, [criteria[at].key]: level } });
  }

  send() {
    if (this.isSending) return;
    const { data, draft } = this;
    const missing = data.criteria.findIndex((each) => !draft.scores[each.key]);
    if (missing >= 0) {
      this.active = missing;
      return this.say("missing");
    }
    if (data.is_settling && !draft.remark.trim()) {
      this.say("reason_missing");
      return this.remark.focus();
    }
    const press = GRADES.send(data.task, draft);
    this.remark.blur();
    this.isSending = true;
    this.say("sending");
    clearTimeout(this.patience);
    this.patience = setTimeout(() => this.refused(), 8000);
    this.presses.send("grade", { student: data.student, scores: draft.scores, remark: draft.remark, is_settling: data.is_settling, press });
  }

  refused() {
    if (!this.isSending) return;
    this.isSending = false; // the page has said why, above
    this.say(null);
  }

  say(note) {
    this.note = note;
    this.draw();
  }

  draw() {
    const { data, draft } = this;
    const { labels } = data;
    const isWhole = data.criteria.every((each) => draft.scores[each.key]);
    const state = this.note ?? (this.isDraft ? "draft" : isWhole ? "saved" : "fresh");
    this.status.textContent = state === "fresh" || state === "draft" ? `${state === "draft" ? `${labels.draft} · ` : ""}${labels.hint}` : labels[state];
    this.status.dataset.state = state;
    this.node.dataset.task = data.task;
    this.node.dataset.sending = String(this.isSending);
    this.rows.replaceChildren(...data.criteria.map((each, at) => this.row(each, at)));
    this.advises.textContent = data.advises;
    if (this.remark.value !== draft.remark) this.remark.value = draft.remark;
    const asked = data.is_settling ? labels.reason : labels.remark;
    this.remark.placeholder = asked;
    this.remark.setAttribute("aria-label", asked);
    this.save.replaceChildren(data.is_settling ? labels.settle : labels.save, " ", element("kbd", {}, "Enter ↵"));
  }

  row({ key, label, share, advice, others }, at) {
    const options = this.data.levels.map((level) => {
      const said = others.filter((each) => each.score === level);
      return element("button", {
        type: "button", class: "option", "data-criterion": key, "aria-pressed": String(this.draft.scores[key] === level),
        "aria-label": `${label}: ${level}`, title: said.map((each) => each.said).join(", ") || undefined,
        onclick: () => this.score(at, level),
      }, element("span", { class: "name" }, String(level)),
        said.length ? element("span", { class: "others" }, said.map((each) => each.initial).join(" ")) : null);
    });
    const row = element("div", { class: at === this.active ? "row active" : "row", role: "group", "aria-label": label },
      element("div", { class: "label" }, element("span", { dir: "auto" }, label), element("span", { class: "share" }, share)),
      element("div", { class: "options" }, ...options),
      advice ? element("p", { class: "advice", dir: "auto" }, advice) : null);
    row.style.setProperty("--count", this.data.levels.length);
    return row;
  }

  key(event) {
    if (!this.data || isDialogOpen() || event.metaKey || event.altKey || event.repeat) return;
    const isOwnText = event.composedPath()[0] === this.remark;
    if (isOwnText && event.code === "Enter" && event.ctrlKey) return this.taken(event, () => this.send());
    if (isTyping(event) || event.ctrlKey || event.shiftKey) return;
    const send = isPressing(event.composedPath()[0], ".grading") ? null : () => this.send();
    const last = this.data.criteria.length - 1;
    const acts = {
      Enter: send,
      NumpadEnter: send,
      Slash: () => this.remark.focus(),
      ArrowDown: () => this.turn(Math.min(last, this.active + 1)),
      ArrowUp: () => this.turn(Math.max(0, this.active - 1)),
      PageDown: () => this.move("next"),
      PageUp: () => this.move("previous"),
    };
    if (acts[event.code]) return this.taken(event, acts[event.code]);
    const level = Number(/^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1]);
    if (this.data.levels.includes(level)) this.taken(event, () => this.score(this.active, level));
  }

  turn(at) {
    this.active = at;
    this.draw();
  }

  move(where) {
    if (!this.isSending) this.presses.send("move", where);
  }

  taken(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  close() {
    clearTimeout(this.patience);
    this.listen.abort();
    this.node.remove();
  }
}

const gradings = new WeakMap();

export default function (argument) {
  return mounted(gradings, argument, (host) => new GradeForm(host));
}
