// Pieces on their way, oldest first, again and again until the server has made a take or refused it. A piece
// leaves the browser with the take, not before.

const FIRST_PIECE_WAIT_MS = 1_000;
const LONGEST_PIECE_WAIT_MS = 15_000;
const PIECE_PATIENCE_MS = 60_000;
const PIECE_LATER = new Set([401, 408, 425, 429]); // and every 5xx

class PieceSender {
  // `on` has waiting(count), moving(sent, all), stored(recording, clip) and refused(recording, sentence).
  constructor(store, address, on) {
    this.store = store;
    this.address = address;
    this.on = on;
    this.queue = []; // recordings, the one at work first
    this.sent = new Map(); // by key: which pieces the server has
    this.wait = FIRST_PIECE_WAIT_MS;
    this.listen = new AbortController();
    window.addEventListener("online", () => this.flush(), { signal: this.listen.signal });
  }

  add(recording) {
    if (!this.queue.includes(recording)) this.queue.push(recording);
    this.flush();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.isBusy) {
      this.isAskedAgain = true;
      return;
    }
    this.isBusy = true;
    try {
      do {
        this.isAskedAgain = false;
        for (const recording of [...this.queue]) {
          if (this.listen.signal.aborted) return;
          if (!(await this.advance(recording))) return this.later();
        }
      } while (this.isAskedAgain);
    } finally {
      this.isBusy = false;
    }
  }

  // Whether the server could be reached for everything that is there now.
  async advance(recording) {
    if (!this.sent.has(recording.key)) {
      const known = await this.ask(recording, "GET", "");
      if (!known) return false;
      if (!known.ok) return this.refuse(recording, known.content);
      this.sent.set(recording.key, new Set(known.content.pieces));
    }
    const sent = this.sent.get(recording.key);
    for (let index = 0; index < recording.pieces; index += 1) {
      if (sent.has(index)) continue;
      const piece = await this.store.piece(recording.key, index);
      if (!piece) return this.refuse(recording, null);
      const answer = await this.ask(recording, "PUT", `/${index}`, piece, "application/octet-stream");
      if (!answer) return false;
      if (!answer.ok) return this.refuse(recording, answer.content);
      sent.add(index);
      this.wait = FIRST_PIECE_WAIT_MS;
      this.on.moving(sent.size, recording.pieces);
    }
    return recording.isEnded ? this.finish(recording, sent) : true;
  }

  async finish(recording, sent) {
    const { pieces, kind, line, script_line, assignment, language } = recording;
    const body = JSON.stringify({ pieces, kind, line, script_line, assignment, language });
    const answer = await this.ask(recording, "POST", "", body, "application/json");
    if (!answer) return false;
    if (answer.status === 409) {
      answer.content.missing.forEach((index) => sent.delete(index));
      this.isAskedAgain = true;
      return true;
    }
    if (!answer.ok) return this.refuse(recording, answer.content);
    this.leave(recording);
    await this.store.drop(recording);
    this.on.stored(recording, answer.content.clip);
    return true;
  }

  // The pieces stay in the browser: what was refused can be saved as a file.
  refuse(recording, content) {
    this.leave(recording);
    this.on.refused(recording, content?.error);
    return true;
  }

  leave(recording) {
    this.queue = this.queue.filter((other) => other !== recording);
  }

  async ask(recording, method, path, body, type) {
    try {
      const headers = { "dailies-pass": recording.pass, ...(type ? { "content-type": type } : {}) };
      const response = await fetch(`${this.address}/${recording.key}${path}`, {
        method, body, headers, cache: "no-store", signal: AbortSignal.timeout(PIECE_PATIENCE_MS),
      });
      if (response.status >= 500 || PIECE_LATER.has(response.status)) return null;
      return { ok: response.ok, status: response.status, content: await response.json() };
    } catch {
      return null; // no connection, or what answered is not this server
    }
  }

  async later() {
    const left = this.queue.reduce((sum, { key, pieces }) => sum + pieces - (this.sent.get(key)?.size ?? 0), 0);
    this.on.waiting(Math.max(1, left));
    if (this.listen.signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_PIECE_WAIT_MS);
  }

  close() {
    clearTimeout(this.timer);
    this.listen.abort();
  }
}
