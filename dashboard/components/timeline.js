// The strip under the picture: attention over the clip, one curve beside it, words where they were
// said, thumbnails at the peaks, and one cursor for all of them.

const STRIP_HEIGHT = 84;
const HEAD_ROOM = 10;
const MARK_RADIUS = 8;
const WORD_LANES = 2;
const WORD_GAP = 4;
const TICKS_EVERY_S = [0.5, 1, 2, 5, 10, 30, 60, 120];
const ROOM_FOR_A_TICK = 56;
const CURVES = ["loudness", "pitch", "face"];

class Timeline {
  constructor(seek) {
    this.seek = seek;
    this.time = 0;
    this.curve = null;
    this.plot = drawn("svg", { class: "plot", height: STRIP_HEIGHT, "aria-hidden": "true" });
    this.cursor = element("div", { class: "cursor" });
    this.ghost = element("div", { class: "ghost", hidden: true }, element("span"));
    this.words = element("div", { class: "words" });
    this.ticks = element("div", { class: "ticks", "aria-hidden": "true" });
    this.stage = element(
      "div",
      {
        class: "stage", role: "slider", tabindex: "0", "aria-valuemin": "0",
        onpointerdown: (event) => this.point(event, true),
        onpointermove: (event) => this.point(event, event.buttons === 1),
        onpointerleave: () => (this.ghost.hidden = true),
      },
      this.plot, this.words, this.ticks, this.cursor, this.ghost,
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
    this.stage.setAttribute("aria-valuemax", this.duration.toFixed(2));
    this.showChoice();
    this.showPeaks();
    this.draw();
    this.moveTo(0);
  }

  x(time) {
    return (Math.min(Math.max(time, 0), this.duration) / this.duration) * this.stage.clientWidth;
  }

  point(event, isSeek) {
    const box = this.stage.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.ghost.hidden = false;
    this.ghost.style.left = `${share * 100}%`;
    this.ghost.firstChild.textContent = clock(share * this.duration);
    this.ghost.classList.toggle("leftward", share > 0.85);
    if (isSeek) this.seek(share * this.duration);
  }

  moveTo(time) {
    this.time = time;
    this.cursor.style.left = `${(Math.min(time, this.duration) / this.duration) * 100}%`;
    this.stage.setAttribute("aria-valuenow", time.toFixed(2));
    this.stage.setAttribute("aria-valuetext", clock(time));
    for (const word of this.words.children) {
      word.classList.toggle("spoken", time >= Number(word.dataset.start) && time < Number(word.dataset.end));
    }
  }

  draw() {
    const width = this.stage.clientWidth;
    if (!width) return;
    this.plot.setAttribute("width", width);
    this.plot.replaceChildren();
    this.drawAttention(width);
    this.drawCurve();
    this.drawMarks();
    this.drawWords(width);
    this.drawTicks(width);
  }

  drawAttention(width) {
    const { attention, times_s: times } = this.scene;
    if (!attention.length) {
      this.plot.append(drawn("line", { x1: 0, x2: width, y1: STRIP_HEIGHT - 1, y2: STRIP_HEIGHT - 1, class: "ground" }));
      return;
    }
    const top = Math.max(...attention, 1e-9);
    const height = (value) => STRIP_HEIGHT - (value / top) * (STRIP_HEIGHT - HEAD_ROOM);
    const points = times.map((time, index) => `${this.x(time).toFixed(1)},${height(attention[index]).toFixed(1)}`);
    const first = height(attention[0]).toFixed(1);
    const last = height(attention.at(-1)).toFixed(1);
    const outline = `0,${first} ${points.join(" ")} ${width},${last}`;
    this.plot.append(
      drawn("polygon", { points: `0,${STRIP_HEIGHT} ${outline} ${width},${STRIP_HEIGHT}`, class: "attention-area" }),
      drawn("polyline", { points: outline, class: "attention-line" }),
    );
    this.height = height;
  }

  drawCurve() {
    const values = this.curve ? this.scene.curves[this.curve] : null;
    if (!values) return;
    const known = values.filter((value) => value !== null);
    if (!known.length) return;
    const low = Math.min(...known);
    const span = Math.max(...known) - low || 1;
    let path = "";
    let isDrawing = false;
    values.forEach((value, index) => {
      if (value === null) {
        isDrawing = false;
        return;
      }
      const y = STRIP_HEIGHT - 4 - ((value - low) / span) * (STRIP_HEIGHT - HEAD_ROOM - 8);
      path += `${isDrawing ? "L" : "M"}${this.x(this.scene.times_s[index]).toFixed(1)} ${y.toFixed(1)}`;
      isDrawing = true;
    });
    this.plot.append(drawn("path", { d: path, class: "curve" }));
  }

  drawMarks() {
    this.scene.peaks.forEach((peak, index) => {
      const x = Math.min(Math.max(this.x(peak.time_s), MARK_RADIUS + 1), this.stage.clientWidth - MARK_RADIUS - 1);
      const y = this.height ? Math.max(9, this.height(peak.weight)) : 9;
      this.plot.append(
        drawn("circle", { cx: x, cy: y, r: MARK_RADIUS, class: "mark" }),
        drawn("text", { x, y: y + 4, class: "mark-number", "text-anchor": "middle" }, String(index + 1)),
      );
    });
    if (this.scene.amplified_s !== null) {
      const x = this.x(this.scene.amplified_s);
      this.plot.append(drawn("line", { x1: x, x2: x, y1: 0, y2: STRIP_HEIGHT, class: "amplified" }));
    }
  }

  drawWords(width) {
    this.words.replaceChildren();
    const ends = Array(WORD_LANES).fill(-WORD_GAP);
    const strongest = Math.max(...this.scene.words.map((word) => word.attention), 1e-9);
    for (const word of this.scene.words) {
      const node = element("span", { "data-start": word.start_s, "data-end": word.end_s }, word.text);
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
    const { labels, curves } = this.scene;
    const offered = CURVES.filter((name) => curves[name]?.some((value) => value !== null));
    if (!offered.includes(this.curve)) this.curve = null;
    this.choice.setAttribute("aria-label", labels.curves);
    const buttons = offered.map((name) =>
      element(
        "button",
        {
          type: "button", class: "chip", "aria-pressed": String(this.curve === name),
          onclick: () => {
            this.curve = this.curve === name ? null : name;
            this.showChoice();
            this.draw();
          },
        },
        labels[name],
      ),
    );
    const legend = this.scene.attention.length ? element("span", { class: "legend" }, labels.attention) : null;
    const lifted = this.scene.amplified_s === null ? null : element("span", { class: "legend lifted" }, labels.lifted);
    this.choice.replaceChildren(...[legend, lifted, ...buttons].filter(Boolean));
  }

  showPeaks() {
    const { labels } = this.scene;
    this.peaks.setAttribute("aria-label", labels.peaks);
    this.peaks.replaceChildren(
      ...this.scene.peaks.map((peak, index) => {
        const said = peak.word ? phrase(labels.peak_word, { word: peak.word }) : "";
        const name = phrase(labels.peak, { number: index + 1, time: seconds(peak.time_s) });
        return element(
          "button",
          {
            type: "button", class: "peak", "data-peak": index, "data-time": peak.time_s,
            "aria-label": [name, said].filter(Boolean).join(" "),
            onclick: () => this.seek(peak.time_s),
          },
          peak.picture ? element("img", { src: peak.picture, alt: "", loading: "lazy", onload: markUpright }) : null,
          element("span", { class: "number" }, String(index + 1)),
          element("span", { class: "when" }, seconds(peak.time_s)),
          said ? element("span", { class: "said" }, said) : null,
        );
      }),
    );
  }

  close() {
    this.watcher.disconnect();
  }
}
