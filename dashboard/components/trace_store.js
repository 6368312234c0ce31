// Traces on their way: half a trace survives a reload, a whole one waits here until it is stored.

const TRACE_DRAFT = "dailies.trace.draft.";
const TRACE_OUTBOX = "dailies.trace.outbox";
const FIRST_TRACE_RETRY_MS = 4_000;
const LONGEST_TRACE_RETRY_MS = 20_000;

class TraceStore {
  constructor(address, said, stored) {
    this.address = address;
    this.said = said;
    this.stored = stored;
    this.waiting = this.kept(TRACE_OUTBOX) ?? [];
    this.listen = new AbortController();
    window.addEventListener("online", () => this.send(), { signal: this.listen.signal });
    if (this.waiting.length) this.send();
  }

  draft(pass) {
    return this.kept(TRACE_DRAFT + pass);
  }

  keep(pass, levels) {
    this.put(TRACE_DRAFT + pass, levels);
  }

  drop(pass) {
    localStorage.removeItem(TRACE_DRAFT + pass);
  }

  post(pass, levels) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    this.waiting.push({ pass, key, levels });
    this.put(TRACE_OUTBOX, this.waiting);
    this.drop(pass);
    this.send();
  }

  async send(wait = FIRST_TRACE_RETRY_MS) {
    clearTimeout(this.retry);
    if (this.isSending) return;
    this.isSending = true;
    try {
      while (this.waiting.length) {
        this.said("trace_sending");
        const [trace] = this.waiting;
        const response = await fetch(this.address, {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(trace),
        });
        if (response.status >= 500 || response.status === 401) throw new Error(response.statusText);
        const answer = await response.json();
        this.waiting = this.waiting.filter((one) => one.key !== trace.key);
        this.put(TRACE_OUTBOX, this.waiting);
        if (response.ok) this.stored(trace.pass, answer.levels);
        if (response.ok) this.said("trace_saved", { time: new Date(answer.at).toLocaleTimeString([], { hour12: false }) });
        else this.said(null, {}, answer.error);
      }
    } catch {
      this.said("trace_unsaved");
      this.retry = setTimeout(() => this.send(Math.min(2 * wait, LONGEST_TRACE_RETRY_MS)), wait);
    } finally {
      this.isSending = false;
    }
  }

  kept(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  put(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // no room in the browser: what is in memory is still sent
    }
  }

  close() {
    clearTimeout(this.retry);
    this.listen.abort();
  }
}
