// The answer to one task. Four rows of the screen are four rows of the keyboard; a key is known by
// its place (event.code), so that any layout works. What is left alone means "as the machine says"
// where the protocol shows the machine's opinion from the start, and "no answer" everywhere else.

const TASK_CHANNEL = "dailies";
const TURNS = ["turn", "move", "skip", "undo"]; // after which the page is about something else
const WATCHED_TOLERANCE = 0.01;

class RatingForm {
  constructor(host) {
    this.listen = new AbortController();
    this.tab = randomKey();
    this.sheet = new KeySheet();
    this.ask = new TaskDialog();
    this.rows = new AnswerRows((field, option) => this.choose(field, option));
    this.status = new FormStatus();
    this.foot = new FormFoot({
      change: (name, value) => this.typed(name, value),
      confirm: () => this.confirm(),
      skip: () => this.skip(),
      flag: () => this.flag(),
      undo: () => this.undo(),
      guide: () => this.presses.send("guide"),
      keys: () => this.showKeys(),
    });
    this.told = element("p", { class: "told", role: "alert", hidden: true });
    this.node = element("section", { class: "root rating" }, this.status.node, this.rows.node, this.told, this.foot.node, this.sheet.dialog, this.ask.dialog);
    host.append(this.node);
    this.keys = new FormKeys(this);
    window.addEventListener("offline", () => this.sayState(), { signal: this.listen.signal });
    this.outage = new OutageWatch(() => {
      this.isCut = true;
      this.sayState();
    });
    this.pulse = new LeasePulse(() => this.data ?? {});
    this.talk = new BroadcastChannel(TASK_CHANNEL);
    this.talk.onmessage = ({ data }) => this.heard(data);
    this.keeper = new DraftKeeper(this.tab, {
      kept: (isInBrowser) => this.say(isInBrowser ? "draft" : "draft_not_kept"),
      saved: () => this.sayState(),
    });
    navigator.keyboard?.getLayoutMap?.().then((map) => {
      this.rows.keyNames = map;
      if (this.data) this.draw();
    });
  }

  show({ data, presses }) {
    const isSameTask = this.data?.task === data.task && this.data.person === data.person;
    const isSamePerson = this.data?.person === data.person;
    if (!isSamePerson || this.data.language !== data.language) leaveSidebar();
    const hadTask = Boolean(this.data);
    const hadBase = this.data?.base;
    if (this.data?.notice?.at !== data.notice?.at) this.notice = data.notice?.text;
    else if (!isSameTask) this.notice = null;
    this.data = data;
    this.presses = presses;
    this.isCut = false; // the page has just spoken
    if (!isSamePerson) this.openBox();
    if (hadTask && !isSameTask) {
      this.presses.forget(...TURNS);
      toTop();
    }
    if (!isSameTask) this.begin();
    else if (hadBase !== data.base && !this.isKept()) this.draft = { ...data.mine };
    this.draw();
    this.sayState();
    this.box.flush(); // left over from a reload or a lost server
  }

  openBox() {
    this.box?.close();
    this.store = new AnswerStore(this.data.person);
    this.box = new AnswerBox(this.store, {
      sending: () => this.say("sending"),
      waiting: (n) => this.say("unsaved", { n }),
      stored: (answer, receipt) => this.stored(answer, receipt),
      refused: (answer, status, content) => this.refused(answer, status, content),
    });
  }

  begin() {
    const { task, base, draft } = this.data;
    this.shownAt = performance.now();
    this.pulse.begin();
    this.refusal = null;
    this.dropped = null;
    this.tell(null);
    const kept = this.isReadOnly() ? null : this.keeper.open({ store: this.store, task, pass: this.data.pass, base, draft });
    this.draft = kept ?? { ...this.data.mine };
    if (kept && !this.isChanged()) this.keeper.forget(); // what it held has become the answer
  }

  isReadOnly() {
    return this.data.pass === null;
  }

  // Whether keys may change the answer: not while one is on its way, nor before the next task is there.
  isOpen() {
    return !this.isReadOnly() && !this.isSending && !this.presses.isWaiting(...TURNS) && !this.store.isWaiting(this.data.task);
  }

  isKept() {
    return this.store.draft(this.data.task) !== null;
  }

  // --- what is chosen -------------------------------------------------------------------------

  names() {
    return [...this.data.fields.map((field) => field.name), "comment", "reason"];
  }

  choose(field, option) {
    this.change(field.name, option.value); // twice the same key is the same answer; Escape takes it back
    this.draw();
  }

  change(name, value) {
    this.refusal = null;
    this.notice = null;
    this.dropped = null;
    this.draft = { ...this.draft, [name]: value };
    this.keep();
  }

  keep() {
    const content = Object.fromEntries(this.names().map((one) => [one, this.draft[one] ?? null]));
    this.keeper.change({ ...content, watched: this.watched({ isDraft: true }) });
    this.talk.postMessage({ kind: "draft", person: this.data.person, task: this.data.task, content, tab: this.tab });
  }

  typed(name, value) {
    const wasChanged = this.isChanged();
    this.change(name, value);
    if (wasChanged !== this.isChanged()) this.draw();
  }

  // The same key brings back what it has dropped, as long as nothing else was entered.
  resetOrBack() {
    if (this.bringBack()) return;
    const dropped = this.isChanged() ? this.draft : null;
    this.keeper.drop();
    this.refusal = null;
    this.draft = { ...this.data.mine };
    this.draw();
    this.sayState();
    this.dropped = dropped;
    if (dropped) this.say("dropped");
  }

  // Whether there was something to bring back.
  bringBack() {
    if (!this.dropped || !this.isOpen()) return false;
    [this.draft, this.dropped] = [this.dropped, null];
    this.keep();
    this.draw();
    return true;
  }

  isChanged() {
    return this.names().some((name) => (this.draft[name] ?? null) !== (this.data.mine?.[name] ?? null));
  }

  // --- sending --------------------------------------------------------------------------------

  async confirm() {
    const { data } = this;
    if (!this.isReadOnly() && !this.isOpen()) return;
    if (this.isReadOnly() || (data.mine && !this.isChanged())) {
      this.presses.send("move", "on");
      return;
    }
    const answer = this.answer();
    const missing = data.fields.find((field) => field.required && answer[field.name] === null);
    if (missing) return this.say("missing", { field: missing.label });
    if (data.needs_reason && data.mine && !answer.reason.trim()) {
      this.say("reason_missing");
      return this.foot.reason.focus();
    }
    const lacking = data.mine ? 0 : data.watched_share - (answer.watched?.watched_share ?? 0);
    if (lacking > WATCHED_TOLERANCE) {
      return this.say("watch_more", { required: percent(data.watched_share), missing: percent(lacking) });
    }
    this.foot.leave(); // the keys that follow are answers again
    this.isSending = true;
    await this.keeper.settle();
    this.isSending = false;
    if (this.data.task !== data.task) return;
    this.box.post({ ...answer, draft_revision: this.keeper.revision });
  }

  answer() {
    const { data } = this;
    const machine = takesMachine(data) ? data.machine : {};
    const answer = {
      key: randomKey(), task: data.task, title: data.title, pass: data.pass, base: data.base, shown: data.shown,
      comment: this.draft.comment ?? "", reason: this.draft.reason ?? "", tab: this.tab, language: data.language,
      guideline: data.guideline, elapsed_s: (performance.now() - this.shownAt) / 1000,
    };
    for (const { name } of data.fields) answer[name] = this.draft[name] ?? machine[name] ?? null;
    answer.confirmed = takesMachine(data) && data.fields.every((field) => (this.draft[field.name] ?? null) === null);
    answer.watched = this.watched();
    return answer;
  }

  // What the player has seen of the clip, null where there is none.
  watched({ isDraft = false } = {}) {
    const ask = new CustomEvent("dailies:watched", { detail: { clip: this.data.clip, isDraft } });
    document.dispatchEvent(ask);
    return ask.detail.watched ?? null;
  }

  stored(answer, receipt) {
    this.receipt = { ...receipt, task: answer.task, title: answer.title };
    this.talk.postMessage({ kind: "answered", person: this.data.person, task: answer.task });
    if (answer.task !== this.data.task) {
      this.store.dropDraft(answer.task);
      this.sayState();
      return;
    }
    this.keeper.forget();
    document.dispatchEvent(new CustomEvent("dailies:answered", { detail: { clip: this.data.clip } }));
    const isFirst = this.data.mine === null;
    const noUndo = this.data.reveals ? "" : null; // whether it can be taken back, the page says soon
    this.data = { ...this.data, base: receipt.rating, mine: receipt.stored, no_undo: noUndo };
    this.draft = { ...receipt.stored };
    this.refusal = null;
    this.dropped = null;
    this.tell(receipt.feedback ?? null);
    this.draw();
    this.sayState();
    const turns = isFirst && !receipt.feedback && !this.data.reveals;
    this.presses.send(turns ? "turn" : "stay", answer.task);
  }

  refused(answer, status, { error, standing }) {
    this.refusal = error ?? String(status);
    if (answer.task === this.data.task && standing) {
      this.refusal = phrase(this.data.labels.conflict, { time: timeOf(standing.at) });
      const content = Object.fromEntries(this.names().map((name) => [name, this.draft[name] ?? null]));
      this.keeper.change({ ...content, watched: this.watched({ isDraft: true }) });
      this.presses.send("refresh");
    } else if (answer.task !== this.data.task) this.refusal = `${answer.title}: ${this.refusal}`;
    this.sayState();
  }

  // Another window of the same person.
  heard({ kind, person, task, content, tab }) {
    if (!this.data || person !== this.data.person || task !== this.data.task || tab === this.tab) return;
    if (kind === "answered") this.presses.send("refresh");
    else if (kind === "draft") {
      this.dropped = null;
      this.draft = { ...this.draft, ...content };
      this.draw();
      this.say("elsewhere");
    }
  }

  // --- instead of an answer --------------------------------------------------------------------

  showKeys() {
    this.sheet.toggle(this.data, (option) => this.rows.nameOf(option));
  }

  undo() {
    if (this.bringBack()) return;
    if (this.data.no_undo) this.status.say(this.data, "no_undo");
    else this.presses.send("undo");
  }

  skip() {
    const { labels, skip_reasons: choices, pass, mine } = this.data;
    if (this.isReadOnly() || mine) return;
    const done = (reason, note) => this.presses.send("skip", { pass, reason, note });
    this.ask.show({ title: labels.skip_why, choices, note: labels.skip_note, close: labels.close, done });
  }

  flag() {
    const { labels, clip } = this.data;
    const done = (_, note) => this.presses.send("flag", { clip, note });
    this.ask.show({ title: labels.flag_what, choices: [], note: labels.flag_note, send: labels.flag_send, close: labels.close, done });
  }

  // --- drawing --------------------------------------------------------------------------------

  draw() {
    const isEditable = !this.isReadOnly();
    const offers = ["flag", "undo", "guide", "keys"];
    if (isEditable && !this.data.mine) offers.unshift("skip");
    this.node.setAttribute("aria-label", this.data.labels.form);
    this.node.lang = this.data.language;
    this.node.dataset.task = this.data.task;
    this.rows.show(this.data, this.draft);
    this.foot.show(this.data, this.draft, { isEditable, isChanged: this.isChanged(), offers });
  }

  say(name, values = {}) {
    this.status.say(this.data.labels, name, values);
  }

  tell(sentence) {
    this.told.textContent = sentence ?? "";
    this.told.hidden = !sentence;
  }

  sayState() {
    if (this.data) this.status.show(this);
  }

  close() {
    this.pulse.close();
    this.keys.close();
    this.outage.close();
    this.talk.close();
    this.box?.close();
    this.keeper.close();
    this.listen.abort();
    this.node.remove();
  }
}

const forms = new WeakMap();

export default function (argument) {
  return mounted(forms, argument, (host) => new RatingForm(host));
}
