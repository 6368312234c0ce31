// The check of facial cues: what belongs to the emotion named, what the camera's landmarks found, and what
// the person sees. Each press is stored at once; the newest answer counts.

const CUE_PATIENCE_MS = 15_000;

class CueCheck {
  constructor(host) {
    this.listen = new AbortController();
    this.rows = element("div", { class: "cues" });
    this.intro = element("p", { class: "intro" });
    this.remark = element("input", { type: "text", class: "remark", maxlength: "2000", onchange: () => this.send() });
    this.remark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.stopPropagation();
      this.remark.blur(); // a change is sent; the keys belong to the form again
    });
    this.status = element("p", { class: "status", role: "status" });
    this.head = element("h3", {});
    this.node = element("section", { class: "root cue-check" }, this.head, this.intro, this.rows, this.remark, this.status);
    host.append(this.node);
    document.addEventListener("dailies:cues", () => this.enter(), { signal: this.listen.signal });
    window.addEventListener("online", () => this.isOwed && this.send(), { signal: this.listen.signal });
  }

  show({ data }) {
    const isSame = this.data?.prediction === data.prediction && this.data?.pass === data.pass;
    this.data = data;
    if (!isSame) {
      this.answers = { ...data.answers };
      this.remark.value = data.remark;
      this.isOwed = false;
      this.say(data.answered ? data.labels.saved : "");
    }
    const { labels } = data;
    this.node.setAttribute("aria-label", labels.title);
    this.head.replaceChildren(labels.title, " ", data.pass ? element("kbd", {}, "'") : "");
    this.intro.textContent = data.intro;
    this.remark.placeholder = labels.remark;
    this.remark.setAttribute("aria-label", labels.remark);
    this.remark.hidden = !data.pass && !data.remark;
    this.remark.disabled = !data.pass;
    this.draw();
  }

  draw() {
    const held = this.rows.getRootNode().activeElement?.dataset?.cue;
    this.rows.replaceChildren(...this.data.cues.map((cue) => this.row(cue)));
    if (held) this.rows.querySelector(`[data-cue="${held}"]`)?.focus();
  }

  row({ unit, name, found, is_shown: isShown, seen_by: seenBy }) {
    const { labels, pass } = this.data;
    const button = (value, label) => element("button", {
      type: "button", "data-cue": `${unit}.${value}`, "aria-pressed": String(this.answers[unit] === value),
      "aria-label": `${name}: ${label}`, disabled: !pass, onclick: (event) => {
        leaveButton(event); // the keys that follow are answers
        this.choose(unit, value);
      },
    }, label);
    return element("div", { class: "cue", role: "group", "aria-label": name, "data-unit": unit },
      element("span", { class: "name" }, name),
      element("span", { class: isShown ? "found shown" : "found" }, found),
      element("span", { class: "choices" }, button(true, labels.yes), button(false, labels.no)),
      element("span", { class: "others" }, seenBy ?? ""));
  }

  choose(unit, value) {
    if (this.answers[unit] === value) delete this.answers[unit];
    else this.answers = { ...this.answers, [unit]: value };
    this.draw();
    this.send();
  }

  enter() {
    this.node.scrollIntoView({ block: "nearest" });
    this.rows.querySelector("button:not([disabled])")?.focus();
  }

  // One after the other, each with all that is said; what comes while one is on its way follows it.
  async send() {
    this.isOwed = true;
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.isOwed && !this.listen.signal.aborted) {
      this.isOwed = false;
      if (!(await this.post())) break;
    }
    this.isBusy = false;
  }

  async post() {
    const { pass, prediction, address, labels, language } = this.data;
    const body = { pass, prediction, language, key: randomKey(), answers: this.answers, remark: this.remark.value };
    this.say(labels.saving);
    let response, content;
    try {
      response = await fetch(address, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
        signal: AbortSignal.timeout(CUE_PATIENCE_MS), cache: "no-store",
      });
      content = await response.json();
    } catch {
      this.isOwed = true; // sent again once there is a connection, or with the next press
      this.say(labels.not_saved);
      return false;
    }
    this.say(response.ok ? labels.saved : (content.error ?? labels.not_saved));
    return response.ok;
  }

  say(text) {
    this.status.textContent = text;
  }

  close() {
    this.listen.abort();
    this.node.remove();
  }
}

const checks = new WeakMap();

export default function (argument) {
  return mounted(checks, argument, (host) => new CueCheck(host));
}
