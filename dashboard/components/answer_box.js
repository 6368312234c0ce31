// Answers on their way: sent one after the other, again and again until the server has said what became
// of each. An answer leaves the box with a receipt or a refusal, and in no other way.

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 20_000;
const ANSWER_PATIENCE_MS = 30_000;
const COME_BACK_LATER = new Set([401, 408, 425, 429]); // and every 5xx: the answer itself is not at fault

class AnswerBox {
  // `on` has sending(), waiting(count), stored(answer, receipt) and refused(answer, status, content).
  constructor(store, on) {
    this.store = store;
    this.on = on;
    this.memory = []; // where the browser refuses to store anything
    this.wait = FIRST_WAIT_MS;
    this.hasFailed = false;
    this.listen = new AbortController();
    window.addEventListener("online", () => this.flush(), { signal: this.listen.signal });
  }

  unsent() {
    return [...this.store.unsent(), ...this.memory];
  }

  post(answer) {
    if (!this.store.post(answer)) this.memory.push(answer);
    this.on.sending();
    this.flush();
  }

  async flush() {
    clearTimeout(this.timer);
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      for (let answer = this.unsent()[0]; answer && !this.listen.signal.aborted; answer = this.unsent()[0]) {
        if (!(await this.send(answer))) return this.later();
      }
    } finally {
      this.isBusy = false;
    }
  }

  // Whether the server has decided about the answer.
  async send(answer) {
    const { task: _, title: __, ...body } = answer;
    let response, content;
    try {
      response = await fetch("/answers", {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_PATIENCE_MS), cache: "no-store",
      });
      content = await response.json();
    } catch {
      return false; // no connection, or what answered is not this server
    }
    if (response.status >= 500 || COME_BACK_LATER.has(response.status)) return false;
    this.store.settle(answer.key);
    this.memory = this.memory.filter((other) => other.key !== answer.key);
    this.wait = FIRST_WAIT_MS;
    this.hasFailed = false;
    if (response.ok) this.on.stored(answer, content);
    else this.on.refused(answer, response.status, content);
    return true;
  }

  later() {
    this.hasFailed = true;
    this.on.waiting(this.unsent().length);
    if (this.listen.signal.aborted) return;
    this.timer = setTimeout(() => this.flush(), this.wait);
    this.wait = Math.min(2 * this.wait, LONGEST_WAIT_MS);
  }

  close() {
    clearTimeout(this.timer);
    this.listen.abort();
  }
}
