// The strip beside the picture: how high the hand is, ten times a second of the clip, while it plays.
// There is no level before the first touch, and a trace that was sent is not drawn over by a replay.

const TRACE_RATE_HZ = 10;
const LEVEL_PER_S = 0.6; // a held key runs from one end to the other in less than two seconds
const KEPT_EVERY = 5; // samples: half a second is lost at most when the page is closed
const LONGEST_BRIDGE = 15; // samples between two looks at a playing clip; more is a seek

class TraceStrip {
  constructor(changed) {
    this.changed = changed;
    this.held = 0;
    this.knob = element("div", { class: "trace-knob" });
    this.track = element(
      "div",
      {
        class: "trace-track", role: "slider", tabindex: "0",
        "aria-orientation": "vertical", "aria-valuemin": "0", "aria-valuemax": "100",
        onpointerdown: (event) => this.point(event),
        onpointermove: (event) => this.point(event),
      },
      this.knob,
    );
    this.again = element("button", { type: "button", class: "trace-again", onclick: () => this.restart() });
    this.status = element("p", { class: "trace-status", role: "status" });
    this.node = element("div", { class: "trace", hidden: true }, this.track);
    this.foot = element("div", { class: "trace-foot", hidden: true });
    this.listen = new AbortController();
    window.addEventListener("keyup", (event) => this.release(event.code), { signal: this.listen.signal });
    window.addEventListener("blur", () => this.release(), { signal: this.listen.signal });
  }

  show(scene) {
    const { trace, labels } = scene;
    const isSame = trace && this.scene?.pass === trace.pass;
    this.scene = trace;
    this.labels = labels;
    this.node.hidden = this.foot.hidden = !trace;
    this.foot.replaceChildren(...(trace ? [this.status, this.again] : []));
    if (!trace) return;
    this.store ??= new TraceStore(trace.address, (...what) => this.say(...what), (...what) => this.settle(...what));
    this.track.setAttribute("aria-label", labels.trace);
    this.again.textContent = labels.trace_again;
    if (isSame) return;
    this.levels = this.store.draft(trace.pass) ?? [];
    this.isDone = trace.mine.length > 0;
    this.traced = null;
    this.set(null);
    this.last = null;
    this.say(this.isDone ? "trace_there" : "trace_hint");
    this.again.hidden = !this.isDone;
  }

  get isOn() {
    return Boolean(this.scene) && !this.isDone;
  }

  // What is drawn as the person's own: what they trace now, else what they traced last.
  get own() {
    return this.isOn ? this.levels : (this.traced ?? this.scene?.mine ?? []);
  }

  point(event) {
    if (!this.isOn) return;
    if (event.type === "pointerdown") event.preventDefault(); // keeps the keys with the page
    const box = this.track.getBoundingClientRect();
    this.set(1 - Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)));
  }

  // Whether the key is the strip's; it is while a trace is asked for.
  press(event) {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.code];
    if (!way || !this.isOn) return false;
    if (this.held === way) return true;
    this.held = way;
    let before = performance.now();
    const step = (now) => {
      if (this.held !== way) return;
      this.set((this.level ?? 0) + (way * LEVEL_PER_S * Math.max(0, now - before)) / 1000);
      before = now;
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    return true;
  }

  release(code) {
    if (!code || ["ArrowUp", "ArrowDown"].includes(code)) this.held = 0;
  }

  set(level) {
    this.level = level === null ? null : Math.min(1, Math.max(0, level));
    const percent = Math.round((this.level ?? 0) * 100);
    this.knob.hidden = this.level === null;
    this.knob.style.bottom = `${percent}%`;
    if (this.level === null) this.track.removeAttribute("aria-valuenow");
    else this.track.setAttribute("aria-valuenow", percent);
    this.track.setAttribute("aria-valuetext", this.level === null ? this.labels.trace_none : `${percent} %`);
  }

  sample(time) {
    if (!this.isOn || this.level === null) {
      this.last = null;
      return;
    }
    const index = Math.floor(time * TRACE_RATE_HZ);
    if (index === this.last) return;
    const isRunning = this.last !== null && index > this.last && index - this.last <= LONGEST_BRIDGE;
    for (let at = isRunning ? this.last + 1 : index; at <= index; at += 1) {
      while (this.levels.length < at) this.levels.push(null);
      this.levels[at] = Math.round(this.level * 1000) / 1000;
    }
    this.last = index;
    if (index % KEPT_EVERY === 0) this.store.keep(this.scene.pass, this.levels);
    this.changed();
  }

  pause() {
    this.last = null;
    if (this.isOn && this.levels.length) this.store.keep(this.scene.pass, this.levels);
  }

  // The clip is over, or its answer is on its way: what was traced goes, once.
  finish() {
    if (!this.isOn || !this.levels.some((level) => level !== null)) return;
    this.isDone = true;
    this.traced = this.levels;
    this.store.post(this.scene.pass, this.levels);
    this.levels = [];
    this.set(null);
    this.again.hidden = false;
    this.changed();
  }

  // From now on it is drawn as the server has it: where the hand was late, moved to what it answered.
  settle(pass, levels) {
    if (pass !== this.scene?.pass || this.isOn) return;
    this.traced = levels;
    this.changed();
  }

  restart() {
    this.isDone = false;
    this.traced = null;
    this.levels = [];
    this.set(null);
    this.again.hidden = true;
    this.say("trace_hint");
    this.changed();
  }

  say(name, values = {}, sentence = null) {
    this.status.textContent = sentence ?? phrase(this.labels[name], values);
    this.status.dataset.state = name ?? "refused";
  }

  close() {
    this.store?.close();
    this.listen.abort();
  }
}
