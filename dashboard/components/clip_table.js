// The list of clips: a still, the line, how far it is, what was said, and what can be done.

class ClipTable {
  constructor(host) {
    this.node = element("section", { class: "root clips" });
    host.append(this.node);
  }

  show({ data, presses }) {
    this.act = (what, clip) => presses.send("act", { what, clip });
    this.labels = data.labels;
    this.node.setAttribute("aria-label", data.labels.list);
    if (!data.rows.length) {
      this.node.replaceChildren(element("p", { class: "empty" }, data.labels.empty));
      return;
    }
    const heads = ["clip", "status", "verdict", "raters", "actions"].map((name) =>
      element("span", { role: "columnheader", class: name }, data.labels[`head_${name}`]));
    this.node.replaceChildren(element("div", { class: "table", role: "table" },
      element("div", { class: "row head", role: "row" }, ...heads),
      ...data.rows.map((row) => this.row(row))));
  }

  row({ clip, name, line, facts, picture, status, status_words: words, message, verdict, verdict_words: said, raters, is_ready: ready }) {
    const { labels } = this;
    const still = picture ? element("img", { src: picture, alt: "", loading: "lazy", onload: markUpright }) : element("span", { class: ready ? "still sound" : "still", "aria-hidden": "true" });
    const button = (what, isOffered = true) =>
      isOffered ? element("button", { type: "button", onclick: () => this.act(what, clip), "aria-label": `${labels[what]}: ${name}` }, labels[what]) : null;
    return element("div", { class: "row", role: "row", "data-clip": name, "data-status": status },
      element("div", { class: "clip", role: "cell" }, still,
        element("div", { class: "about" },
          element("strong", {}, name),
          element("span", { class: "line" }, line ? `“${line}”` : labels.no_line),
          facts ? element("span", { class: "facts" }, facts) : null,
          message ? element("span", { class: "message" }, message) : null)),
      element("div", { class: "status", role: "cell" }, element("span", { class: `pill ${status}` }, words)),
      element("div", { class: "verdict", role: "cell" }, verdict ? element("span", { class: `mark ${verdict}` }, said) : "–"),
      element("div", { class: "raters", role: "cell" }, String(raters)),
      element("div", { class: "actions", role: "cell" },
        button("review", ready), button("details"), button("again", status === "ready" || status === "failed")));
  }

  close() {
    this.node.remove();
  }
}

const tables = new WeakMap();

export default function (argument) {
  return mounted(tables, argument, (host) => new ClipTable(host));
}
