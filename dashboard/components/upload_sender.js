// Files on their way to the server, one after the other and each in pieces. The server says how much of a file
// it has; after a lost answer, a lost connection or a reload it goes on from there.

const FIRST_UPLOAD_PIECE_BYTES = 2 * 1024 * 1024;
const LEAST_UPLOAD_PIECE_BYTES = 512 * 1024;
const LARGEST_UPLOAD_PIECE_BYTES = 8 * 1024 * 1024;
const QUICK_PIECE_MS = 5_000; // larger pieces are as easily sent
const SLOW_PIECE_MS = 20_000; // smaller ones show how far it is
const FIRST_UPLOAD_WAIT_MS = 1_000;
const LONGEST_UPLOAD_WAIT_MS = 15_000;
const UPLOAD_PATIENCE_MS = 120_000;
const UPLOAD_LATER = new Set([401, 408, 425, 429]); // and every 5xx
const OUT_OF_PLACE = 409;
const GONE = 404;

class UploadSender {
  // `on` has moved(upload). An upload is { file, state, sent, key, sentence }; its state is waiting, sending,
  // here, refused or dropped. `scene` gives address, pass, place (whose picker this is) and language.
  constructor(scene, on) {
    this.scene = scene;
    this.on = on;
    this.queue = [];
    this.wait = FIRST_UPLOAD_WAIT_MS;
    this.piece = FIRST_UPLOAD_PIECE_BYTES;
    this.listen = new AbortController();
    window.addEventListener("online", () => this.flush(), { signal: this.listen.signal });
  }

  add(upload) {
    this.queue.push(upload);
    this.flush();
  }

  // Taken back by the person, however far it is.
  drop(upload) {
    this.leave(upload, "dropped");
    upload.stopping?.abort();
    if (upload.key) this.ask(upload, "DELETE", `/${upload.key}`);
    this.flush();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.queue.length && !this.listen.signal.aborted) {
        const upload = this.queue[0];
        if (!(await this.advance(upload)) && upload.state !== "dropped") {
          this.later(upload);
          return;
        }
      }
    } finally {
      this.isBusy = false;
    }
  }

  // Whether the server could be reached for as much as there is to say.
  async advance(upload) {
    if (!upload.key && !(await this.begin(upload))) return false;
    while (upload.state !== "dropped" && upload.state !== "refused") {
      if (upload.sent >= upload.file.size) {
        this.leave(upload, "here");
        return true;
      }
      const piece = upload.file.slice(upload.sent, upload.sent + this.piece);
      const begunAt = performance.now();
      const answer = await this.ask(upload, "PUT", `/${upload.key}/${upload.sent}`, piece, "application/octet-stream");
      if (!answer) return this.isUnreadable(piece, upload);
      if (answer.status === GONE) {
        this.forget(upload);
        upload.key = null;
        return false;
      }
      const isStuck = answer.status === OUT_OF_PLACE && answer.content.stored === upload.sent;
      if (isStuck) return false; // another window writes it, or our own lost request still does
      if (!answer.ok && answer.status !== OUT_OF_PLACE) return this.refuse(upload, answer.content.error);
      upload.sent = answer.content.stored;
      upload.sentence = "";
      this.wait = FIRST_UPLOAD_WAIT_MS;
      this.fit(performance.now() - begunAt);
      this.on.moved(upload);
    }
    return true;
  }

  fit(tookMs) {
    if (tookMs < QUICK_PIECE_MS) this.piece = Math.min(2 * this.piece, LARGEST_UPLOAD_PIECE_BYTES);
    else if (tookMs > SLOW_PIECE_MS) this.piece = Math.max(this.piece / 2, LEAST_UPLOAD_PIECE_BYTES);
  }

  // An earlier page may have sent a part of the same file.
  async begin(upload) {
    upload.state = "sending";
    const known = this.recall(upload);
    if (known) {
      const answer = await this.ask(upload, "GET", `/${known}`);
      if (!answer) return false;
      if (answer.ok && answer.content.size === upload.file.size) {
        upload.key = known;
        upload.sent = answer.content.stored;
        return true;
      }
      this.forget(upload);
    }
    const { language } = this.scene;
    const body = JSON.stringify({ name: upload.file.name, size: upload.file.size, language });
    const answer = await this.ask(upload, "POST", "", body, "application/json");
    if (!answer) return false;
    if (!answer.ok) return this.refuse(upload, answer.content.error);
    upload.key = answer.content.key;
    upload.sent = 0;
    if (upload.state === "dropped") this.ask(upload, "DELETE", `/${upload.key}`);
    else this.remember(upload);
    return true;
  }

  refuse(upload, sentence) {
    upload.sentence = sentence ?? "";
    if (upload.key) this.ask(upload, "DELETE", `/${upload.key}`);
    this.leave(upload, "refused");
    return true;
  }

  leave(upload, state) {
    if (state === "here" || state === "dropped" || state === "refused") this.forget(upload);
    upload.state = state;
    this.queue = this.queue.filter((other) => other !== upload);
    this.on.moved(upload);
  }

  // A file that was changed or taken away since it was chosen looks like a lost connection.
  async isUnreadable(piece, upload) {
    try {
      await piece.slice(0, 1).arrayBuffer();
      return false;
    } catch {
      return this.refuse(upload, this.scene.labels.unreadable);
    }
  }

  async ask(upload, method, path, body, type) {
    upload.stopping = new AbortController();
    const signals = [AbortSignal.timeout(UPLOAD_PATIENCE_MS)];
    if (method !== "DELETE") signals.push(upload.stopping.signal, this.listen.signal);
    try {
      const headers = { "dailies-pass": this.scene.pass, ...(type ? { "content-type": type } : {}) };
      const response = await fetch(this.scene.address + path, {
        method, body, headers, cache: "no-store", signal: AbortSignal.any(signals),
      });
      const content = await response.json();
      if (response.status >= 500 || UPLOAD_LATER.has(response.status)) {
        upload.sentence = content.error ?? "";
        return null;
      }
      return { ok: response.ok, status: response.status, content };
    } catch {
      upload.sentence = "";
      return null; // no connection, or what answered is not this server
    }
  }

  later(upload) {
    if (this.listen.signal.aborted) return;
    upload.isHeldUp = true;
    this.on.moved(upload);
    upload.isHeldUp = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_UPLOAD_WAIT_MS);
  }

  // Kept by the browser, so that the same file chosen again after a reload goes on where it was.
  name({ file }) {
    return `dailies.upload:${this.scene.place}:${file.name}:${file.size}:${file.lastModified}`;
  }

  remember(upload) {
    try {
      localStorage.setItem(this.name(upload), upload.key);
    } catch {
      // it begins anew after a reload
    }
  }

  recall(upload) {
    try {
      return localStorage.getItem(this.name(upload));
    } catch {
      return null;
    }
  }

  forget(upload) {
    try {
      localStorage.removeItem(this.name(upload));
    } catch {
      // nothing was remembered
    }
  }

  // What is half here stays on the server for a day, for the same file to go on.
  close() {
    clearTimeout(this.timer);
    this.listen.abort();
  }
}
