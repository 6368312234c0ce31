// What was pressed, told to the page until it says that it has heard. Streamlit forgets a component's press
// that falls into the instant in which a run ends (1.60: a press that waits to be sent is cleared away with
// the widgets that the page no longer shows), and one that is made while the connection is down.

const HEARING_MS = 1_000;
const LONGEST_HEARING_MS = 10_000;

// randomUUID exists on localhost and over TLS only; getRandomValues everywhere.
function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// A press that waits in line behind a run is on its way, not lost.
function isPageRunning() {
  return document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === "running";
}

class Presses {
  constructor() {
    this.unheard = new Map();
  }

  // `heard` are the keys of the presses that the page has acted upon.
  hear({ data, setTriggerValue }) {
    this.trigger = setTriggerValue;
    for (const key of data.heard ?? []) this.unheard.delete(key);
    if (!this.unheard.size) clearTimeout(this.timer);
  }

  send(name, value = null) {
    const press = { press: randomKey(), value };
    this.unheard.set(press.press, { name, press });
    this.trigger(name, press);
    this.wait = HEARING_MS;
    this.listen();
  }

  isWaiting(...names) {
    return [...this.unheard.values()].some(({ name }) => names.includes(name));
  }

  // What these asked for has come about, whoever said so: a new session knows nothing of them.
  forget(...names) {
    for (const [key, { name }] of this.unheard) if (names.includes(name)) this.unheard.delete(key);
    if (!this.unheard.size) clearTimeout(this.timer);
  }

  listen() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.again(), this.wait);
  }

  again() {
    if (!isPageRunning()) {
      for (const { name, press } of this.unheard.values()) this.trigger(name, press);
      this.wait = Math.min(2 * this.wait, LONGEST_HEARING_MS);
    }
    this.listen();
  }

  close() {
    clearTimeout(this.timer);
  }
}
