// What several people said about one clip, side by side: a row for each of them, and under it what they
// said before.

const STEPS_OF_DELIVERY = [-2, -1, 0, 1, 2];

class AnswersTable {
  constructor(host) {
    this.node = element("section", { class: "root answers" });
    host.append(this.node);
  }

  show({ data }) {
    const { labels, rows } = data;
    const names = ["rater", "delivery", "emotion", "expected", "expressed", "comment"];
    this.labels = labels;
    this.node.replaceChildren(element("table", {},
      element("caption", { class: "unseen" }, labels.title),
      element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col", class: name }, labels[name])))),
      element("tbody", {}, ...rows.map((row) => this.row(row)))));
  }

  row({ rater, phase, delivery, delivery_words: words, emotion, expected, expressed, said, earlier }) {
    const notes = [...said.map((text) => element("p", {}, text)), ...earlier.map((text) => element("p", { class: "earlier" }, text))];
    return element("tr", { "data-rater": rater },
      element("th", { scope: "row" }, element("strong", {}, rater), element("span", { class: "phase" }, phase)),
      element("td", { "data-name": this.labels.delivery }, this.strip(delivery), element("span", {}, words ?? this.labels.none)),
      element("td", { "data-name": this.labels.emotion }, emotion ?? this.labels.none),
      element("td", { class: "level expected", "data-name": this.labels.expected }, ...this.level(expected)),
      element("td", { class: "level expressed", "data-name": this.labels.expressed }, ...this.level(expressed)),
      element("td", { class: "notes" }, ...notes));
  }

  strip(delivery) {
    if (delivery === null) return null;
    return element("span", { class: "strip", "aria-hidden": "true" },
      ...STEPS_OF_DELIVERY.map((step) => element("i", { class: step === delivery ? "here" : null })));
  }

  level(value) {
    if (value === null) return [this.labels.none];
    return [element("span", { class: "bar", "aria-hidden": "true" }, element("i", { style: `width:${Math.round(100 * value)}%` })), value.toFixed(2)];
  }

  close() {
    this.node.remove();
  }
}

const answerTables = new WeakMap();

export default function (argument) {
  return mounted(answerTables, argument, (host) => new AnswersTable(host));
}
