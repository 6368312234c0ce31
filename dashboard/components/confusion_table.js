// What people said against what the thresholds said; every cell leads to its clips.

class ConfusionTable {
  constructor(host) {
    this.node = element("section", { class: "root confusion" });
    host.append(this.node);
  }

  show({ data, presses }) {
    this.pick = (answer, verdict) => presses.send("pick", { answer, verdict });
    const { labels, verdicts, rows } = data;
    const most = Math.max(1, ...rows.flatMap((row) => row.cells.map((cell) => cell.count)));
    const head = element("tr", {},
      element("th", { scope: "col", class: "corner" }, labels.corner),
      ...verdicts.map((words) => element("th", { scope: "col" }, words)));
    const body = rows.map((row) => element("tr", {},
      element("th", { scope: "row" }, row.words),
      ...row.cells.map((cell) => element("td", {}, this.cell(row, cell, data.picked, most, labels)))));
    this.node.replaceChildren(element("table", {},
      element("caption", {}, labels.caption),
      element("thead", {}, head),
      element("tbody", {}, ...body)));
  }

  cell(row, cell, picked, most, labels) {
    const isPicked = picked && picked.answer === row.answer && picked.verdict === cell.verdict;
    const agrees = row.answer === cell.verdict;
    return element("button", {
      type: "button",
      class: agrees ? "agrees" : "differs",
      style: `--heat: ${Math.round((55 * cell.count) / most)}%`,
      disabled: cell.count === 0,
      "data-answer": row.answer,
      "data-verdict": cell.verdict,
      "aria-pressed": isPicked ? "true" : "false",
      "aria-label": phrase(labels.cell, { n: cell.count, answer: row.words, verdict: cell.words }),
      onclick: () => this.pick(row.answer, cell.verdict),
    }, element("strong", {}, String(cell.count)), element("span", { class: "share" }, cell.share));
  }

  close() {
    this.node.remove();
  }
}

const confusions = new WeakMap();

export default function (argument) {
  return mounted(confusions, argument, (host) => new ConfusionTable(host));
}
