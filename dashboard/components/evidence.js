// What the verdict rests on: why in sentences, the emotion's distribution, and how far each source
// could be trusted.

class Evidence {
  constructor(host) {
    this.node = element("section", { class: "root evidence" });
    host.append(this.node);
  }

  show({ data }) {
    const { labels } = data;
    this.node.setAttribute("aria-label", labels.evidence);
    this.node.replaceChildren(
      this.part(labels.why, element("ul", { class: "why" }, ...data.why.map((sentence) => element("li", {}, sentence)))),
      this.part(labels.emotion, this.emotions(data)),
      this.part(labels.trust, element("div", { class: "sources" }, ...data.sources.map((source) => this.source(source)))),
    );
  }

  part(title, body) {
    return element("section", { class: "part" }, element("h3", {}, title), body);
  }

  emotions({ emotions, emotion_sentence: sentence, labels }) {
    if (!emotions.length) return element("p", {}, labels.no_emotion);
    const rows = emotions.map(({ label, share, words, directed }) =>
      element("div", { class: "emotion", role: "listitem", "aria-label": `${label} ${words}` },
        element("span", { class: "emotion-name" }, label, directed ? element("span", { class: "tag" }, labels.directed) : null),
        element("span", { class: "track" }, element("span", { class: "share", style: `width:${share * 100}%` })),
        element("span", { class: "number" }, words)),
    );
    return element("div", {}, element("p", { class: "emotion-sentence" }, sentence), element("div", { role: "list" }, ...rows));
  }

  source({ name, words, level, share, says, note }) {
    return element("div", { class: "source" },
      element("div", { class: "source-head" }, element("strong", {}, name), element("span", { class: `level ${level}` }, words)),
      element("div", { class: "track", "aria-hidden": "true" }, element("span", { class: "share", style: `width:${share * 100}%` })),
      says ? element("p", {}, says) : null,
      note ? element("p", { class: "warning" }, note) : null);
  }

  close() {
    this.node.remove();
  }
}

const evidences = new WeakMap();

export default function (argument) {
  return mounted(evidences, argument, (host) => new Evidence(host));
}
