// Whose face is read: a small picture of each person, the one that was read marked; another can be asked for.

class FacePicker {
  constructor(host) {
    this.node = element("section", { class: "root face-picker" });
    host.append(this.node);
  }

  show({ data, presses }) {
    const { labels, faces } = data;
    const pick = (face) => presses.send("pick", { clip: data.clip, face });
    this.node.setAttribute("aria-label", labels.title);
    this.node.replaceChildren(
      element("h3", {}, labels.title),
      element("p", {}, data.reason),
      element("div", { class: "faces", role: "group", "aria-label": labels.title }, ...faces.map(({ face, name, picture, is_read: isRead }) =>
        element("button", {
          type: "button", class: "face", "data-face": face, "aria-pressed": String(isRead), disabled: !data.may_pick,
          "aria-label": isRead ? `${name}, ${labels.read}` : name, onclick: () => isRead || pick(face),
        }, picture ? element("img", { src: picture, alt: "" }) : element("span", { class: "blank", "aria-hidden": "true" }), element("span", {}, name), isRead ? element("span", { class: "read" }, labels.read) : null))),
      data.may_pick && data.is_asked ? element("button", { type: "button", class: "plain", onclick: () => pick(null) }, labels.automatic) : "",
      data.may_pick ? element("p", { class: "hint" }, labels.hint) : "",
    );
  }

  close() {
    this.node.remove();
  }
}

const pickers = new WeakMap();

export default function (argument) {
  return mounted(pickers, argument, (host) => new FacePicker(host));
}
