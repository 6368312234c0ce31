// Which key does what in the form. A key is known by its place (event.code), so that any layout works.

// The link in the menu that led here is not pressed again by an Enter that sends.
const OWN_BUTTONS = ".confirm, [data-testid='stSidebarNav']";

const FORM_ACTS = {
  Slash: (form) => form.foot.comment.focus(),
  Escape: (form) => form.isReadOnly() || form.resetOrBack(),
  PageDown: (form) => form.presses.send("move", "next"),
  PageUp: (form) => form.presses.send("move", "previous"),
  KeyO: (form) => form.skip(),
  KeyP: (form) => form.flag(),
  KeyI: (form) => form.presses.send("guide"),
  Backspace: (form) => form.undo(),
};

class FormKeys {
  constructor(form) {
    this.form = form;
    this.listen = new AbortController();
    window.addEventListener("keydown", (event) => this.key(event), { signal: this.listen.signal, capture: true });
  }

  key(event) {
    const { form } = this;
    if (!form.data || !form.node.checkVisibility() || isDialogOpen() || event.metaKey || event.altKey || event.repeat) return;
    const path = event.composedPath();
    if (path.some((node) => node.tagName === "DIALOG")) return;
    const isOwnText = form.foot.has(path[0]);
    if (isTyping(event) && !isOwnText) return;
    if (event.code === "Enter" || event.code === "NumpadEnter") {
      if (!isPressing(path[0], OWN_BUTTONS) || event.ctrlKey) this.take(event, () => form.confirm());
      return;
    }
    if (isOwnText || event.ctrlKey) return;
    if (event.code === "Escape" && isPressing(path[0], OWN_BUTTONS) && !path.includes(form.node)) {
      this.take(event, () => path[0].blur()); // out of what the tab key led to; nothing is dropped by that
      return;
    }
    if (event.key === "?") this.take(event, () => form.showKeys());
    else if (event.shiftKey) return;
    else if (FORM_ACTS[event.code]) this.take(event, () => FORM_ACTS[event.code](form));
    else if (form.isOpen() && this.answerKey(event)) return;
    else if (event.code === "Quote") this.take(event, () => document.dispatchEvent(new CustomEvent("dailies:cues")));
  }

  answerKey(event) {
    const code = event.code.replace("Numpad", "Digit");
    for (const field of this.form.data.fields) {
      const option = field.options.find((one) => one.code === code);
      if (!option) continue;
      this.take(event, () => this.form.choose(field, option));
      return true;
    }
    return false;
  }

  take(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  close() {
    this.listen.abort();
  }
}
