// The half-finished answer: kept in the browser with each key, on the server half a second later.
// Of two copies the one with more changes counts; the server's where nothing here waits to be saved.

const DRAFT_PAUSE_MS = 400;
const FIRST_DRAFT_WAIT_MS = 2_000;
const LONGEST_DRAFT_WAIT_MS = 20_000;

class DraftKeeper {
  // `on` has kept(isInBrowser) and saved(moment).
  constructor(tab, on) {
    this.tab = tab;
    this.on = on;
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    window.addEventListener("online", () => this.isDirty && this.save(), options);
    window.addEventListener("pagehide", () => this.leave(), options);
  }

  // The content to start from, null where there is none.
  open({ store, task, pass, base, draft }) {
    this.leave();
    Object.assign(this, { store, task, pass, base, wait: FIRST_DRAFT_WAIT_MS });
    const local = store.draft(task);
    const isAhead = local !== null && local.isDirty && local.revision >= (draft?.revision ?? 0);
    const isSame = local !== null && draft === null && local.base === base;
    const chosen = isAhead || isSame ? local : draft;
    this.revision = Math.max(local?.revision ?? 0, draft?.revision ?? 0);
    this.content = chosen?.content ?? null;
    this.savedAt = chosen === draft ? (draft?.saved_at ?? null) : null;
    this.isDirty = false;
    if (this.content === null) store.dropDraft(task);
    else if (chosen === local) this.change(this.content); // the server shall have it too
    return this.content;
  }

  change(content) {
    this.content = content;
    this.revision += 1;
    this.isDirty = true;
    this.on.kept(this.write());
    this.later(DRAFT_PAUSE_MS);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  write() {
    return this.store.keepDraft(this.task, {
      content: this.content, revision: this.revision, base: this.base, isDirty: this.isDirty,
    });
  }

  request(options = {}) {
    return fetch("/drafts", {
      method: "PUT", headers: { "content-type": "application/json" }, cache: "no-store", ...options,
      body: JSON.stringify({ pass: this.pass, content: this.content, revision: this.revision, tab: this.tab }),
    });
  }

  save() {
    clearTimeout(this.timer);
    if (this.saving || !this.isDirty) return this.saving;
    const { task, revision } = this;
    this.saving = this.request({ signal: AbortSignal.timeout(LONGEST_DRAFT_WAIT_MS) })
      .then(async (response) => ({ isStored: response.ok, draft: response.ok ? (await response.json()).draft : null }))
      .catch(() => ({ isStored: false, draft: null }))
      .then(({ isStored, draft }) => {
        this.saving = null;
        if (this.task !== task || !this.isDirty) return;
        if (!isStored) {
          this.later(this.wait);
          this.wait = Math.min(2 * this.wait, LONGEST_DRAFT_WAIT_MS);
          return;
        }
        this.wait = FIRST_DRAFT_WAIT_MS;
        const isLatest = this.revision === revision;
        this.revision = Math.max(this.revision, draft?.revision ?? 0);
        if (!isLatest) {
          this.later(0);
          return;
        }
        this.isDirty = false;
        if (this.content !== null) this.write();
        this.savedAt = draft?.saved_at ?? null;
        this.on.saved(this.savedAt);
      });
    return this.saving;
  }

  // Nothing that is under way may arrive behind the answer.
  async settle() {
    clearTimeout(this.timer);
    const patience = new Promise((resolve) => setTimeout(resolve, 1_000));
    if (this.saving) await Promise.race([this.saving, patience]);
    clearTimeout(this.timer);
  }

  // Forget it everywhere; the server is told with an empty form.
  drop() {
    this.forget();
    this.revision += 1;
    this.request().catch(() => {}); // where it fails, the next change or answer overwrites it
  }

  // The answer is stored, and the server has dropped the draft with it.
  forget() {
    clearTimeout(this.timer);
    this.store.dropDraft(this.task);
    this.content = {};
    this.isDirty = false;
    this.savedAt = null;
  }

  // The page goes away: what is not saved yet is sent with it.
  leave() {
    clearTimeout(this.timer);
    if (this.isDirty) this.request({ keepalive: true }).catch(() => {}); // it is in the browser's store too
  }

  close() {
    this.leave();
    this.listen.abort();
  }
}
