// The cheat-sheet behind "?": every key and what it does, in the words of the form.

class KeySheet {
  constructor() {
    this.dialog = element("dialog", { class: "sheet" });
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key !== "?") return;
      event.stopPropagation();
      this.dialog.close();
    });
  }

  show(data, nameOf) {
    const { labels, fields, other_keys: others } = data;
    const row = (keys, words) =>
      element("tr", {}, element("th", { scope: "row" }, ...keys.map((key) => element("kbd", {}, key))), element("td", {}, words));
    const answers = fields.map((field) =>
      row(field.options.map((option) => nameOf(option)), `${field.label}: ${field.options.map((option) => option.label).join(", ")}`),
    );
    this.dialog.replaceChildren(
      element("h2", {}, labels.keys),
      element("table", {}, element("tbody", {}, ...answers, ...others.map(([keys, words]) => row(keys, words)))),
      element("button", { type: "button", onclick: () => this.dialog.close() }, labels.close),
    );
    this.dialog.showModal();
  }

  toggle(data, nameOf) {
    if (this.dialog.open) this.dialog.close();
    else this.show(data, nameOf);
  }
}
