// What is drawn over the time line: the attention as an area, measured curves as broken lines, each
// broken in its own way so that no colour has to tell them apart, and people's traces.

const STRIP_HEIGHT = 84;
const HEAD_ROOM = 10;
const MARK_RADIUS = 8;
const CURVES = ["loudness", "pitch", "face", "brows"];

class Curves {
  constructor(plot, x) {
    this.plot = plot;
    this.x = x;
  }

  draw(scene, width, { chosen, traces }) {
    this.scene = scene;
    this.width = width;
    this.height = null;
    this.plot.setAttribute("width", width);
    this.plot.replaceChildren();
    this.drawAttention();
    for (const name of chosen) this.drawCurve(name);
    for (const [name, levels] of Object.entries(traces)) this.drawTrace(name, levels);
    this.drawMarks();
  }

  drawAttention() {
    const { attention, times_s: times } = this.scene;
    const width = this.width;
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

  drawCurve(name) {
    const values = this.scene.curves[name];
    const known = values.filter((value) => value !== null);
    if (!known.length) return;
    const low = Math.min(...known);
    const span = Math.max(...known) - low || 1;
    const y = (value) => STRIP_HEIGHT - 4 - ((value - low) / span) * (STRIP_HEIGHT - HEAD_ROOM - 8);
    this.drawLine(values, (index) => this.scene.times_s[index], y, `curve ${name}`);
  }

  drawTrace(name, levels) {
    const y = (level) => STRIP_HEIGHT - 2 - level * (STRIP_HEIGHT - 4);
    this.drawLine(levels, (index) => index / TRACE_RATE_HZ, y, `traced ${name}`);
  }

  drawLine(values, time, y, kind) {
    let path = "";
    let isDrawing = false;
    values.forEach((value, index) => {
      if (value !== null) path += `${isDrawing ? "L" : "M"}${this.x(time(index)).toFixed(1)} ${y(value).toFixed(1)}`;
      isDrawing = value !== null;
    });
    if (path) this.plot.append(drawn("path", { d: path, class: kind }));
  }

  drawMarks() {
    this.scene.peaks.forEach((peak, index) => {
      const x = Math.min(Math.max(this.x(peak.time_s), MARK_RADIUS + 1), this.width - MARK_RADIUS - 1);
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
}
