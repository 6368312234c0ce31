// Remarks about moments of a take. A press on the time seeks the player, which listens for it; a new remark is
// pinned to where the player stands when its field is entered.

class Moments {
  constructor(host) {
    this.listen = new AbortController();
    this.list = element("ol", { class: "list" });
    this.at = element("bdi", { class: "at", dir: "ltr" });
    this.field = element("input", {
      type: "text", maxlength: "4000", dir: "auto", onfocus: () => this.pin(),
      onkeydown: (event) => {
        event.stopPropagation();
        if (event.key === "Enter") this.add();
        if (event.key === "Escape") event.target.blur();
      },
    });
    this.button = element("button", { type: "button", onclick: () => this.add() });
    this.entry = element("div", { class: "entry" }, this.at, this.field, this.button);
    this.title = element("h4", {});
    this.node = element("section", { class: "root moments" }, this.title, this.entry, this.list);
    host.append(this.node);
    window.addEventListener("keydown", (event) => this.key(event), { signal: this.listen.signal, capture: true });
  }

  show({ data, presses }) {
    const isOther = this.data?.clip !== data.clip;
    this.data = data;
    this.presses = presses;
    const { labels } = data;
    this.node.setAttribute("aria-label", labels.title);
    this.title.textContent = labels.title;
    this.entry.hidden = !data.can_add;
    this.field.placeholder = labels.add;
    this.field.setAttribute("aria-label", labels.add);
    this.button.textContent = labels.send;
    if (isOther) this.field.value = "";
    this.list.replaceChildren(...data.items.map((item) => this.item(item)));
    if (!data.items.length) this.list.append(element("li", { class: "none" }, labels.none));
  }

  item({ id, at_s: at, text, author, is_own: isOwn }) {
    const { labels, can_add: canAdd } = this.data;
    return element("li", {},
      element("button", { type: "button", class: "time", "aria-label": phrase(labels.seek, { time: clock(at) }), onclick: () => this.seek(at) },
        element("bdi", { dir: "ltr" }, clock(at))),
      element("span", { class: "text", dir: "auto" }, text),
      author ? element("span", { class: "author" }, author) : null,
      isOwn && canAdd ? element("button", { type: "button", class: "drop", onclick: () => this.presses.send("drop", id) }, labels.drop) : null);
  }

  seek(time) {
    document.dispatchEvent(new CustomEvent("dailies:seek", { detail: { clip: this.data.clip, time } }));
  }

  pin() {
    const ask = new CustomEvent("dailies:moment", { detail: { clip: this.data.clip, time: 0 } });
    document.dispatchEvent(ask);
    this.time = ask.detail.time;
    this.at.textContent = phrase(this.data.labels.at, { time: clock(this.time) });
  }

  add() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.field.blur();
    this.presses.send("add", { clip: this.data.clip, at_s: this.time ?? 0, text });
  }

  key(event) {
    if (!this.data?.can_add || isTyping(event) || isDialogOpen() || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.code !== "KeyC") return;
    event.preventDefault();
    event.stopPropagation();
    this.field.focus();
  }

  close() {
    this.listen.abort();
    this.node.remove();
  }
}

const lists = new WeakMap();

export default function (argument) {
  return mounted(lists, argument, (host) => new Moments(host));
}
