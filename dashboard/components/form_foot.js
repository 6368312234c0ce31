// Under the questions: comment, reason, the main button and the small ones beside it.

const SMALL_KEYS = { skip: "O", flag: "P", undo: "⌫", guide: "I", keys: "?" };

class FormFoot {
  // `acts` has change(name, value), confirm() and one act for each of SMALL_KEYS.
  constructor(acts) {
    this.acts = acts;
    this.comment = this.textField("comment");
    this.reason = this.textField("reason");
    this.node = element("div", { class: "foot" });
  }

  textField(name) {
    return element("input", {
      type: "text", maxlength: "2000", class: name,
      oninput: (event) => this.acts.change(name, event.target.value || null),
      onkeydown: (event) => event.key === "Escape" && event.target.blur(),
    });
  }

  // A text field that is left gives the keys back to the form.
  leave() {
    for (const field of [this.comment, this.reason]) field.blur();
  }

  has(node) {
    return node === this.comment || node === this.reason;
  }

  // `state` has isEditable, isChanged and offers, the names of the small buttons there are.
  show({ labels, machine, mine, onward, no_undo: noUndo, needs_reason: needsReason }, draft, { isEditable, isChanged, offers }) {
    for (const name of ["comment", "reason"]) {
      const text = draft[name] ?? "";
      if (this[name].value !== text) this[name].value = text;
      this[name].placeholder = labels[name];
      this[name].setAttribute("aria-label", labels[name]);
    }
    const isConfirming = machine !== null && !isChanged;
    const action = !isEditable || (mine && !isChanged) ? "next" : mine ? "change" : isConfirming ? "confirm_all" : "send";
    const sentence = action === "next" ? onward : labels[action];
    const asksReason = isEditable && needsReason && mine && isChanged;
    const small = (name) => element("button", {
      type: "button", class: `plain ${name}`, title: labels[name], "aria-label": labels[name], onclick: () => this.acts[name](),
    }, element("kbd", {}, SMALL_KEYS[name]), name === "keys" ? null : element("span", {}, labels[`${name}_short`]));
    const wanted = [
      asksReason ? this.reason : null, isEditable ? this.comment : null,
      sentence ? element("button", { type: "button", class: "confirm", onclick: () => this.acts.confirm() }, sentence, " ", element("kbd", {}, "Enter ↵")) : null,
      ...offers.filter((name) => name !== "undo" || noUndo === null).map(small),
    ].filter(Boolean);
    const held = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    const isWriting = this.has(held) && wanted.includes(held);
    this.node.replaceChildren(...wanted);
    if (isWriting) held.focus(); // what is moved in the page loses the focus
  }
}
