// The strip under the picture: what is known over the clip, words where they were said, thumbnails at
// the peaks, the stretch that is repeated, and one cursor for all of them.

const WORD_LANES = 2;
const WORD_GAP = 4;
const TICKS_EVERY_S = [0.5, 1, 2, 5, 10, 30, 60, 120];
const ROOM_FOR_A_TICK = 56;
const DRAG_PX = 4; // less is a click with an unsteady hand

class Timeline {
  constructor({ seek, choose }) {
    this.seek = seek;
    this.chooseStretch = choose;
    this.time = 0;
    this.chosen = new Set();
    this.traces = {};
    this.plot = drawn("svg", { class: "plot", height: STRIP_HEIGHT, "aria-hidden": "true" });
    this.curves = new Curves(this.plot, (time) => this.x(time));
    this.cursor = element("div", { class: "cursor" });
    this.ghost = element("div", { class: "ghost", hidden: true }, element("span"));
    this.stretch = element("div", { class: "stretch", hidden: true });
    this.words = element("div", { class: "words" });
    this.ticks = element("div", { class: "ticks", "aria-hidden": "true" });
    this.stage = element(
      "div",
      {
        class: "stage", role: "slider", tabindex: "0", "aria-valuemin": "0",
        onpointerdown: (event) => this.press(event),
        onpointermove: (event) => this.move(event),
        onpointerup: (event) => this.release(event),
        onpointercancel: () => (this.drag = null),
        onpointerleave: () => (this.ghost.hidden = true),
      },
      this.plot, this.words, this.ticks, this.stretch, this.cursor, this.ghost,
    );
    this.choice = element("div", { class: "choice", role: "group" });
    this.peaks = element("div", { class: "peaks", role: "group" });
    this.node = element("div", { class: "timeline" }, this.choice, this.stage, this.peaks);
    this.watcher = new ResizeObserver(() => this.scene && this.draw());
    this.watcher.observe(this.stage);
  }

  show(scene) {
    this.scene = scene;
    this.duration = scene.duration_s;
    this.stage.setAttribute("aria-label", scene.labels.timeline);
    this.ticks.title = scene.labels.ruler;
    this.showChoice();
    this.showPeaks();
    this.draw();
    this.moveTo(0);
  }

  // The file knows its length better than what was stored of it.
  last(duration) {
    if (Math.abs(duration - this.duration) < 0.02) return;
    this.duration = duration;
    this.draw();
  }

  showTraces(traces) {
    this.traces = traces;
    this.showChoice();
    this.drawCurves();
  }

  showStretch(from, to) {
    this.stretch.hidden = from === null;
    if (from === null) return;
    this.stretch.style.left = `${(from / this.duration) * 100}%`;
    this.stretch.style.width = `${((to - from) / this.duration) * 100}%`;
  }

  x(time) {
    return (Math.min(Math.max(time, 0), this.duration) / this.duration) * this.stage.clientWidth;
  }

  timeAt(event) {
    const box = this.stage.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * this.duration;
  }

  // A drag along the ruler, or anywhere with Shift, chooses a stretch; elsewhere it moves the cursor.
  press(event) {
    if (event.button) return;
    this.stage.setPointerCapture(event.pointerId);
    const isRuler = event.shiftKey || this.ticks.contains(event.target);
    this.drag = { isRuler, x: event.clientX, time: this.timeAt(event) };
    const word = event.target.dataset?.start;
    if (!isRuler) this.seek(word === undefined ? this.drag.time : Number(word));
  }

  move(event) {
    const time = this.timeAt(event);
    this.ghost.hidden = false;
    this.ghost.style.left = `${(time / this.duration) * 100}%`;
    this.ghost.firstChild.textContent = clock(time);
    this.ghost.classList.toggle("leftward", time > 0.85 * this.duration);
    if (!this.drag) return;
    if (this.drag.isRuler) this.showStretch(Math.min(this.drag.time, time), Math.max(this.drag.time, time));
    else if (Math.abs(event.clientX - this.drag.x) >= DRAG_PX) this.seek(time);
  }

  release(event) {
    const drag = this.drag;
    this.drag = null;
    if (!drag?.isRuler) return;
    if (Math.abs(event.clientX - drag.x) < DRAG_PX) this.seek(drag.time);
    this.chooseStretch(drag.time, this.timeAt(event));
  }

  moveTo(time) {
    this.time = time;
    const shown = Math.min(time, this.duration);
    this.cursor.style.left = `${(shown / this.duration) * 100}%`;
    this.stage.setAttribute("aria-valuenow", shown.toFixed(2));
    this.stage.setAttribute("aria-valuetext", `${clock(shown)} / ${clock(this.duration)}`);
    for (const word of this.words.children) {
      word.classList.toggle("spoken", time >= Number(word.dataset.start) && time < Number(word.dataset.end));
    }
  }

  draw() {
    const width = this.stage.clientWidth;
    if (!width) return;
    this.stage.setAttribute("aria-valuemax", this.duration.toFixed(2));
    this.drawCurves();
    this.drawWords(width);
    this.drawTicks(width);
  }

  drawCurves() {
    const width = this.stage.clientWidth;
    if (width) this.curves.draw(this.scene, width, this);
  }

  drawWords(width) {
    this.words.replaceChildren();
    const ends = Array(WORD_LANES).fill(-WORD_GAP);
    const strongest = Math.max(...this.scene.words.map((word) => word.attention), 1e-9);
    for (const word of this.scene.words) {
      const node = element("span", { dir: "auto", "data-start": word.start_s, "data-end": word.end_s }, word.text);
      this.words.append(node);
      const left = Math.min(this.x(word.start_s), width - node.offsetWidth);
      const lane = ends.findIndex((end) => end + WORD_GAP <= left);
      if (lane < 0) {
        node.remove(); // no room: the captions still show the word
        continue;
      }
      ends[lane] = left + node.offsetWidth;
      node.style.left = `${left}px`;
      node.style.top = `${lane * 20}px`;
      node.style.setProperty("--share", (word.attention / strongest).toFixed(2));
    }
    this.words.style.height = this.scene.words.length ? `${20 * WORD_LANES + 2}px` : "0";
  }

  drawTicks(width) {
    const every = TICKS_EVERY_S.find((step) => (step / this.duration) * width >= ROOM_FOR_A_TICK) ?? 300;
    this.ticks.replaceChildren();
    for (let time = 0; time < this.duration; time += every) {
      const left = this.x(time);
      if (left > width - ROOM_FOR_A_TICK / 2) break;
      this.ticks.append(element("span", { style: `left:${left}px` }, every < 1 ? time.toFixed(1) : String(time)));
    }
    this.ticks.append(element("span", { style: "right:0" }, this.scene.labels.seconds));
  }

  showChoice() {
    const { labels, curves, attention, trace } = this.scene;
    const offered = CURVES.filter((name) => curves[name]?.some((value) => value !== null));
    for (const name of this.chosen) if (!offered.includes(name)) this.chosen.delete(name);
    this.choice.setAttribute("aria-label", labels.curves);
    const key = (kind, words) => element("span", { class: `legend ${kind}` }, words);
    const raters = trace?.raters ?? 0;
    const buttons = offered.map((name) =>
      element(
        "button",
        {
          type: "button", class: `chip ${name}`, "data-curve": name, "aria-pressed": String(this.chosen.has(name)),
          onclick: (event) => {
            if (!this.chosen.delete(name)) this.chosen.add(name);
            event.currentTarget.setAttribute("aria-pressed", String(this.chosen.has(name)));
            this.drawCurves();
          },
        },
        labels[name],
      ),
    );
    this.choice.replaceChildren(
      ...[
        attention.length ? key("attention", labels.attention) : null,
        this.scene.amplified_s === null ? null : key("lifted", labels.lifted),
        this.traces.mine?.length ? key("mine", labels.trace_mine) : null,
        this.traces.others?.length ? key("others", phrase(labels.trace_others, { n: raters })) : null,
        buttons.length ? element("span", { class: "gap" }) : null,
        ...buttons,
      ].filter(Boolean),
    );
    this.choice.hidden = !this.choice.children.length;
  }

  showPeaks() {
    const { labels } = this.scene;
    this.peaks.setAttribute("aria-label", labels.peaks);
    this.peaks.hidden = !this.scene.peaks.length;
    this.peaks.replaceChildren(
      ...this.scene.peaks.map((peak, index) => {
        const said = peak.word ? phrase(labels.peak_word, { word: peak.word }) : "";
        const name = phrase(labels.peak, { number: index + 1, time: seconds(peak.time_s, labels.seconds) });
        return element(
          "button",
          {
            type: "button", class: "peak", "data-peak": index, "data-time": peak.time_s,
            "aria-label": [name, said].filter(Boolean).join(" "),
            onclick: () => this.seek(peak.time_s),
          },
          peak.picture ? element("img", { src: peak.picture, alt: "", loading: "lazy", onload: markUpright }) : null,
          element("span", { class: "number" }, String(index + 1)),
          element("span", { class: "when" }, seconds(peak.time_s, labels.seconds)),
          said ? element("span", { class: "said" }, said) : null,
        );
      }),
    );
  }

  close() {
    this.watcher.disconnect();
  }
}
