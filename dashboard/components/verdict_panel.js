// The verdict: words first, then where the gap lies between too little and too much, then the two
// intensities it comes from.

const METER = { width: 440, height: 74, top: 22, bar: 22, edge: 10 }; // edge: room for half a needle
const LEAST_SPAN_Z = 3;

class VerdictPanel {
  constructor(host) {
    this.node = element("section", { class: "root verdict" });
    host.append(this.node);
  }

  show({ data }) {
    const { labels } = data;
    this.node.setAttribute("aria-label", labels.verdict);
    this.node.replaceChildren(
      element("p", { class: "headline", "data-verdict": data.verdict ?? "none" }, data.headline),
      element("p", { class: "sentence" }, data.sentence),
      ...(data.gap === null ? [] : [this.meter(data)]),
      this.bars(data),
      ...data.notes.map((note) => element("p", { class: "note" }, note)),
      element("p", { class: "advisory" }, data.advisory),
    );
  }

  // Gaps crowd around zero and the correct band is narrow: a signed root scale gives it room.
  meter({ gap, lower, upper, labels, thresholds, numbers }) {
    const span = Math.max(LEAST_SPAN_Z, Math.abs(gap), Math.abs(lower), Math.abs(upper)) * 1.02;
    const { width, height, top, bar, edge } = METER;
    const x = (z) => width / 2 + (width / 2 - edge) * Math.sign(z) * Math.sqrt(Math.abs(z) / span);
    const [from, to, at] = [x(lower), x(upper), x(gap)];
    const zones = [["under", 0, from], ["correct", from, to], ["over", to, width]];
    const grounds = zones.map(([name, start, end]) =>
      drawn("rect", { x: start, y: top, width: Math.max(0, end - start), height: bar, class: `zone ${name}` }));
    const names = zones.map(([name, start, end]) =>
      drawn("text", { x: (start + end) / 2, y: top + 15, "text-anchor": "middle", class: "zone-name" }, end - start > 58 ? labels[name] : ""));
    const hatch = (name, turn) => drawn("pattern", { id: name, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
      drawn("rect", { width: 6, height: 6, class: "hatch-ground" }), drawn("line", { x1: 0, y1: 0, x2: 0, y2: 6, class: "hatch-line" }));
    const border = (place, words, anchor) => [
      drawn("line", { x1: place, x2: place, y1: top - 4, y2: top + bar + 6, class: "border" }),
      drawn("text", { x: place + (anchor === "end" ? 6 : -6), y: height - 12, "text-anchor": anchor, class: "border-value" }, words),
    ];
    return drawn(
      "svg", { viewBox: `0 0 ${width} ${height}`, class: "meter", role: "img", "aria-label": phrase(labels.meter, numbers) },
      drawn("defs", {}, hatch("under-hatch", 45), hatch("over-hatch", -45)),
      ...grounds,
      ...border(from, thresholds.lower, "end"), ...border(to, thresholds.upper, "start"),
      drawn("path", { d: `M${at - 8} ${top - 10}h16l-8 12z`, class: "needle" }),
      drawn("line", { x1: at, x2: at, y1: top - 8, y2: top + bar + 2, class: "needle-line" }),
      ...names, // over the needle, which may stand where a name does
      drawn("text", { x: Math.min(width - 30, Math.max(30, at)), y: 10, "text-anchor": "middle", class: "gap-value" }, numbers.gap),
    );
  }

  bars({ expected, expressed, before, raters, labels, numbers }) {
    const row = (name, value, words) => element(
      "div", { class: `bar-row ${name}` },
      element("span", { class: "bar-name" }, labels[name]),
      element("span", { class: "track" },
        value === null ? null : element("span", { class: "filled", style: `width:${value * 100}%` }),
        name === "expressed" && expected !== null && value !== null
          ? element("span", { class: "gap-mark", style: `left:${Math.min(value, expected) * 100}%;width:${Math.abs(value - expected) * 100}%` })
          : null,
        name === "expressed" && before !== null ? element("span", { class: "before", style: `left:${before * 100}%`, title: labels.before }) : null,
        raters[name] ? element("span", { class: "raters-mark", style: `left:${raters[name].value * 100}%` }) : null,
      ),
      element("span", { class: "bar-value" }, words),
      raters[name] ? element("span", { class: "raters", title: labels.raters_title }, raters[name].words) : null,
    );
    const said = [phrase(labels.bars, numbers), ...Object.values(raters).filter(Boolean).map(({ words }) => words)];
    return element("div", { class: "bars", role: "img", "aria-label": said.join("; ") },
      row("expected", expected, numbers.expected), row("expressed", expressed, numbers.expressed));
  }

  close() {
    this.node.remove();
  }
}

const panels = new WeakMap();

export default function (argument) {
  return mounted(panels, argument, (host) => new VerdictPanel(host));
}
