// The questions and their options: what the machine says is dashed, what the person chose is filled.

// Whether a question left alone is answered as the machine says. Never after a reveal: who answered
// blind would find the machine's word as their own.
const takesMachine = ({ machine, needs_reason: needsReason }) => machine !== null && !needsReason;

class AnswerRows {
  constructor(choose) {
    this.choose = choose;
    this.keyNames = null;
    this.node = element("div", { class: "rows" });
  }

  show(data, draft) {
    const legend = data.machine !== null && !takesMachine(data) ? element("p", { class: "legend" }, data.labels.dashed) : null;
    this.node.replaceChildren(...data.fields.map((field) => this.row(field, data, draft)), ...[legend].filter(Boolean));
  }

  row(field, data, draft) {
    const suggested = this.suggestion(field, data);
    const isLeft = takesMachine(data) && (draft[field.name] ?? null) === null;
    const buttons = field.options.map((option) => {
      const isMachine = suggested !== null && option.value === suggested;
      return element("button", {
        type: "button", class: `option${isMachine ? " machine" : ""}${isMachine && isLeft ? " stands" : ""}`,
        "aria-pressed": String(this.isChosen(field, option, draft)), "data-field": field.name, "data-value": option.value,
        title: [option.definition, isMachine ? data.labels.machine_says : null].filter(Boolean).join("\n") || null,
        onclick: () => this.choose(field, option),
      }, element("kbd", {}, this.nameOf(option)), element("span", { class: "name" }, option.label),
        isMachine ? element("span", { class: "unseen" }, data.labels.machine_says) : null);
    });
    const perLine = buttons.length > 7 ? Math.ceil(buttons.length / 2) : buttons.length;
    return element("div", { class: `row ${field.name}`, role: "group", "aria-label": field.label },
      element("span", { class: "label" }, field.label),
      element("div", { class: "options", style: `--count:${perLine}` }, ...buttons));
  }

  suggestion(field, data) {
    const value = data.machine?.[field.name] ?? null;
    if (value === null || typeof value === "string" || field.name === "delivery") return value;
    const distance = (option) => Math.abs(option.value - value);
    return field.options.reduce((best, option) => (distance(option) < distance(best) ? option : best)).value;
  }

  isChosen(field, option, draft) {
    const value = draft[field.name] ?? null;
    if (value === null || typeof value === "string") return value === option.value;
    const step = field.options.length > 1 ? Math.abs(field.options[1].value - field.options[0].value) / 2 : 0.5;
    return Math.abs(value - option.value) < step;
  }

  nameOf(option) {
    return this.keyNames?.get(option.code)?.toUpperCase() ?? option.key;
  }
}
