// A scene along its time: a row for each speaker, a block for each line, its gap up or down from the middle.
// A block is told by its place, its hatch and its sign; a press plays the line.

const ROW_HEIGHT = 58;
const AXIS_HEIGHT = 22;
const NAME_HEIGHT = 18;
const MOST_GAP_Z = 3;
const LEAST_BLOCK = 3;
const ROOM_FOR_SIGN = 14; // pixels of a block's width
const ROOM_FOR_GAP = 56;
const SIGNS = { under: "▼", correct: "●", over: "▲" };
const TICKS_S = [5, 10, 15, 30, 60, 120, 300, 600];

class SceneStrip {
  constructor(host) {
    this.media = element("div", { class: "scene-media" });
    this.plot = drawn("svg", { class: "strip-plot", role: "group" });
    this.about = element("div", { class: "line-about", "aria-live": "polite" });
    this.node = element("section", { class: "root scene-strip" }, element("div", { class: "scene-top" }, this.media, this.about),
      element("div", { class: "strip-box" }, this.plot));
    host.append(this.node);
    this.watch = new ResizeObserver(() => this.draw());
    this.watch.observe(this.node);
  }

  show({ data }) {
    const isOther = this.scene?.src !== data.src;
    this.scene = data;
    this.node.setAttribute("aria-label", data.labels.strip);
    if (isOther) this.load();
    this.chosen = data.lines.find((line) => line.id === this.chosen?.id) ?? null;
    this.draw();
    this.tell();
  }

  load() {
    const { src, kind, labels } = this.scene;
    this.video = element(kind, { src, controls: true, preload: "metadata", playsinline: true, "aria-label": labels.strip });
    this.video.addEventListener("timeupdate", () => this.moved());
    this.media.replaceChildren(this.video);
    this.chosen = null;
  }

  moved() {
    const time = this.video.currentTime;
    if (this.until && time >= this.until) {
      this.video.pause();
      this.until = null;
    }
    this.cursor?.setAttribute("x1", this.x(time));
    this.cursor?.setAttribute("x2", this.x(time));
    const at = this.scene.lines.find((line) => time >= line.start_s && time < line.end_s);
    if (at && at.id !== this.chosen?.id && !this.video.paused) this.choose(at);
  }

  x(time) {
    return (Math.min(time, this.scene.duration_s) / this.scene.duration_s) * this.width;
  }

  draw() {
    if (!this.scene) return;
    this.width = Math.max(200, this.plot.parentElement.clientWidth);
    const { speakers, lines, labels } = this.scene;
    const height = AXIS_HEIGHT + speakers.length * (ROW_HEIGHT + NAME_HEIGHT);
    this.plot.setAttribute("width", this.width);
    this.plot.setAttribute("height", height);
    this.plot.replaceChildren(this.hatches(), ...this.ticks(height));
    speakers.forEach((speaker, row) => {
      const top = AXIS_HEIGHT + row * (ROW_HEIGHT + NAME_HEIGHT);
      const middle = top + NAME_HEIGHT + ROW_HEIGHT / 2;
      const limits = lines.find((line) => line.speaker === speaker.name) ?? { lower: 0, upper: 0 };
      this.plot.append(
        drawn("foreignObject", { x: 0, y: top, width: this.width, height: NAME_HEIGHT },
          element("div", { class: "speaker-name" }, element("bdi", {}, speaker.name || labels.nobody), " · ", element("bdi", {}, speaker.words))),
        drawn("rect", { class: "right-band", x: 0, width: this.width, y: middle - this.rise(limits.upper), height: Math.max(1, this.rise(limits.upper) - this.rise(limits.lower)) }),
        drawn("line", { class: "ground", x1: 0, x2: this.width, y1: middle, y2: middle }),
        ...lines.filter((line) => line.speaker === speaker.name).map((line) => this.block(line, middle)),
      );
    });
    this.cursor = drawn("line", { class: "cursor", x1: 0, x2: 0, y1: 0, y2: height });
    this.plot.append(this.cursor);
    this.moved();
  }

  hatches() {
    const hatch = (name, turn) => drawn("pattern", { id: `strip-${name}`, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
      drawn("rect", { width: 6, height: 6, class: `${name}-ground` }), drawn("line", { x1: 0, x2: 0, y1: 0, y2: 6, class: "hatch-line" }));
    return drawn("defs", {}, hatch("under", 45), hatch("over", -45));
  }

  ticks(height) {
    const step = TICKS_S.find((seconds) => this.x(seconds) >= 56) ?? TICKS_S.at(-1);
    const marks = [];
    for (let time = 0; time <= this.scene.duration_s; time += step) {
      const x = this.x(time);
      marks.push(drawn("line", { class: "tick", x1: x, x2: x, y1: 14, y2: height }));
      marks.push(drawn("text", { class: "tick-name", x: x + 3, y: 11 }, `${Math.floor(time / 60)}:${String(Math.round(time % 60)).padStart(2, "0")}`));
    }
    return marks;
  }

  rise(gap) {
    return (Math.max(-MOST_GAP_Z, Math.min(MOST_GAP_Z, gap)) / MOST_GAP_Z) * (ROW_HEIGHT / 2 - 2);
  }

  block(line, middle) {
    const x = this.x(line.start_s);
    const width = Math.max(LEAST_BLOCK, this.x(line.end_s) - x - 1);
    const rise = line.gap === null ? 0 : this.rise(line.gap);
    const kind = line.verdict ?? line.status;
    const press = () => this.play(line);
    return drawn("g", {
      class: `block ${kind} ${line.id === this.chosen?.id ? "chosen" : ""}`, tabindex: "0", role: "button", "data-line": line.id,
      "aria-label": line.words, onclick: press, onkeydown: (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), press()),
    },
      drawn("title", {}, line.words),
      drawn("rect", { class: "touch", x, width: Math.max(width, 12), y: middle - ROW_HEIGHT / 2, height: ROW_HEIGHT }),
      drawn("rect", { class: "span", x, width, y: middle - 2, height: 4 }),
      drawn("rect", { class: "gap", x, width, y: Math.min(middle, middle - rise), height: Math.max(2, Math.abs(rise)) }),
      width > ROOM_FOR_SIGN && line.verdict ? drawn("text", { class: "sign", x: x + width / 2, y: rise > 0 ? middle + 14 : middle - 7, "text-anchor": "middle" }, width > ROOM_FOR_GAP ? `${SIGNS[line.verdict]} ${line.gap_words}` : SIGNS[line.verdict]) : null);
  }

  play(line) {
    this.choose(line);
    this.until = null;
    this.video.currentTime = line.start_s;
    this.video.play().then(() => (this.until = line.end_s)).catch(() => {});
  }

  choose(line) {
    this.chosen = line;
    this.plot.querySelectorAll(".block").forEach((block) => block.classList.toggle("chosen", Number(block.dataset.line) === line.id));
    this.tell();
  }

  tell() {
    const { labels } = this.scene;
    const line = this.chosen;
    if (!line) {
      this.about.replaceChildren(element("p", { class: "hint" }, labels.hint));
      return;
    }
    const bar = (name, value) => element("div", { class: `bar-row ${name}` }, element("span", {}, labels[name]),
      element("span", { class: "track" }, element("span", { class: "filled", style: `width: ${100 * (value ?? 0)}%` })),
      element("strong", {}, value === null ? "–" : value.toFixed(2)));
    this.about.replaceChildren(
      element("p", { class: "when" }, line.when),
      element("p", { class: "said", dir: "auto" }, line.line || labels.no_line),
      element("p", { class: `verdict-word ${line.verdict ?? ""}` }, line.verdict_words),
      bar("expected", line.expected), bar("expressed", line.expressed),
      ...line.notes.map((note) => element("p", { class: "note" }, note)));
  }

  close() {
    this.watch.disconnect();
    this.video?.pause();
    this.node.remove();
  }
}

const strips = new WeakMap();

export default function (argument) {
  return mounted(strips, argument, (host) => new SceneStrip(host));
}
