// What is said about a clip instead of an answer: why it is skipped, or what the lead should look at.
// Both open by a key, are answered by keys, and close by Escape.

class TaskDialog {
  constructor() {
    this.dialog = element("dialog", { class: "ask" });
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  // `choices` are {value, label}; their keys are the digits from 1. `done` gets the value and the note.
  show({ title, choices, note, send, close, done }) {
    const text = element("input", { type: "text", maxlength: "2000", "aria-label": note, placeholder: note });
    const finish = (value) => {
      this.dialog.close();
      done(value, text.value.trim());
    };
    const buttons = choices.map(({ value, label }, place) =>
      element("button", { type: "button", class: "choice", "data-value": value, onclick: () => finish(value) },
        element("kbd", {}, place + 1), " ", label));
    this.dialog.onkeydown = (event) => this.key(event, { text, buttons, finish });
    this.dialog.replaceChildren(
      element("h2", {}, title),
      text,
      element("div", { class: "choices" }, ...buttons),
      element("div", { class: "ends" },
        choices.length ? null : element("button", { type: "button", onclick: () => text.value.trim() && finish(null) }, send),
        element("button", { type: "button", onclick: () => this.dialog.close() }, close)),
    );
    this.dialog.showModal();
    (buttons[0] ?? text).focus();
  }

  key(event, { text, buttons, finish }) {
    const isWriting = event.composedPath()[0] === text;
    const place = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (!isWriting && place && buttons[place - 1]) {
      event.preventDefault();
      buttons[place - 1].click();
    } else if (isWriting && event.key === "Enter") {
      event.preventDefault();
      if (buttons.length) buttons[0].focus(); // the digits choose again
      else if (text.value.trim()) finish(null);
    }
    event.stopPropagation();
  }
}
