// Chooses files and brings them to the server: by buttons, by keys, or dropped, folders included. The page
// hears of them once all are here.

const UNITS = ["B", "kB", "MB", "GB"];

function shownSize(bytes) {
  let [size, unit] = [bytes, 0];
  while (size >= 1000 && unit < UNITS.length - 1) [size, unit] = [size / 1000, unit + 1];
  return `${unit && size < 100 ? size.toFixed(1) : Math.round(size)} ${UNITS[unit]}`;
}

// Every file under what was dropped, folders opened.
async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const each of some) found.push(...(await filesOf(each)));
  }
}

class FilePicker {
  constructor(host) {
    this.uploads = [];
    this.told = "";
    this.chosen = (event) => {
      this.take([...event.target.files], { isFolder: event.target === this.folder });
      event.target.value = ""; // the same file may be chosen again
    };
    this.files = element("input", { type: "file", hidden: true, tabindex: -1, onchange: this.chosen });
    this.folder = element("input", { type: "file", hidden: true, tabindex: -1, webkitdirectory: true, onchange: this.chosen });
    this.label = element("p", { class: "label", id: randomKey() });
    this.choose = element("button", { type: "button", class: "choose", onclick: () => this.files.click() });
    this.chooseFolder = element("button", { type: "button", class: "folder", onclick: () => this.folder.click() });
    this.hint = element("span", { class: "hint" });
    this.limits = element("p", { class: "limits", id: randomKey() });
    this.list = element("ul", { class: "files" });
    this.status = element("p", { class: "status", role: "status" });
    this.buttons = element("div", { class: "buttons" }, this.choose, this.hint);
    this.zone = element("div", { class: "drop" }, this.buttons, this.limits, this.files);
    this.node = element("section", { class: "root picker", "aria-labelledby": this.label.id }, this.label, this.zone, this.list, this.status);
    for (const name of ["dragenter", "dragover"]) this.zone.addEventListener(name, (event) => this.over(event, true));
    this.zone.addEventListener("dragleave", (event) => this.over(event, false));
    this.zone.addEventListener("drop", (event) => this.dropped(event));
    this.leaving = (event) => this.isMoving() && event.preventDefault();
    window.addEventListener("beforeunload", this.leaving);
    host.append(this.node);
  }

  show({ data, presses }) {
    const { labels, many } = data;
    const isFirst = !this.scene;
    this.scene = data;
    this.presses = presses;
    this.sender ??= new UploadSender(data, { moved: (upload) => this.moved(upload) });
    this.sender.scene = data;
    this.label.textContent = data.label;
    this.choose.textContent = many ? labels.choose_many : labels.choose;
    this.choose.setAttribute("aria-describedby", this.limits.id);
    this.chooseFolder.textContent = labels.folder;
    if (many && isFirst) {
      this.choose.after(this.chooseFolder);
      this.files.after(this.folder);
    }
    this.hint.textContent = many ? labels.drop_many : labels.drop;
    this.limits.textContent = data.limits;
    this.files.multiple = many;
    this.files.accept = data.kinds.join();
    this.files.setAttribute("aria-label", data.label);
    this.folder.setAttribute("aria-label", labels.folder);
    if (isFirst) this.told = data.told; // a new page knows what an earlier one heard
    // A session that began anew after the server did knows nothing of the files that are here.
    if (data.told !== this.signature() && !presses.isWaiting("files")) this.tell();
  }

  over(event, isOver) {
    event.preventDefault();
    this.zone.classList.toggle("over", isOver);
  }

  async dropped(event) {
    this.over(event, false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...event.dataTransfer.files];
    const isFolder = entries.some((entry) => entry.isDirectory);
    try {
      this.take(entries.length ? (await Promise.all(entries.map(filesOf))).flat() : loose, { isFolder });
    } catch {
      this.say(this.scene.labels.unreadable);
    }
  }

  // Of a folder what is not taken is left out; what was chosen by hand and is not taken is named.
  take(files, { isFolder }) {
    const { labels, kinds, many } = this.scene;
    const isTaken = ({ name }) => kinds.some((kind) => name.toLowerCase().endsWith(kind));
    const [taken, others] = [files.filter(isTaken), files.filter((file) => !isTaken(file))];
    const wanted = many ? taken : taken.slice(0, 1);
    this.notice = "";
    if (others.length) {
      this.notice = isFolder ? phrase(labels.left_out, { n: others.length }) : phrase(labels.wrong_kind, { name: others[0].name });
    }
    if (!many && wanted.length) [...this.uploads].forEach((upload) => this.remove(upload));
    for (const file of wanted) {
      const upload = { file, state: "waiting", sent: 0, key: null, sentence: "" };
      this.uploads.push(upload);
      this.list.append(this.row(upload));
      this.sender.add(upload);
    }
    this.tally();
  }

  row(upload) {
    const { labels } = this.scene;
    upload.bar = element("progress", { max: upload.file.size || 1, value: 0, "aria-label": upload.file.name });
    upload.words = element("span", { class: "words" });
    upload.button = element("button", { type: "button", class: "remove", onclick: () => this.remove(upload) }, "✕");
    upload.row = element("li", { class: "file", "data-file": upload.file.name },
      element("span", { class: "name" }, upload.file.name), upload.bar, upload.words, upload.button);
    upload.button.setAttribute("aria-label", phrase(labels.cancel, { name: upload.file.name }));
    this.paint(upload);
    return upload.row;
  }

  remove(upload) {
    const at = this.uploads.indexOf(upload);
    this.uploads = this.uploads.filter((other) => other !== upload);
    const hadFocus = upload.row.contains(upload.row.getRootNode().activeElement);
    upload.row.remove();
    this.sender.drop(upload);
    if (hadFocus) (this.uploads[Math.min(at, this.uploads.length - 1)]?.button ?? this.choose).focus();
    this.tally();
  }

  moved(upload) {
    this.paint(upload);
    this.tally();
  }

  paint(upload) {
    const { labels } = this.scene;
    if (!upload.row) return;
    upload.row.dataset.state = upload.state;
    upload.bar.value = upload.sent;
    upload.bar.hidden = upload.state === "here" || upload.state === "refused";
    const size = shownSize(upload.file.size);
    const moving = upload.isHeldUp ? upload.sentence || labels.no_connection : phrase(labels.sending, { done: shownSize(upload.sent), all: size });
    upload.words.textContent = { here: size, refused: upload.sentence || labels.failed, waiting: labels.waiting }[upload.state] ?? moving;
    if (upload.state === "here") upload.button.setAttribute("aria-label", phrase(labels.remove, { name: upload.file.name }));
  }

  isMoving() {
    return this.uploads.some(({ state }) => state === "waiting" || state === "sending");
  }

  // What the page is to know: nothing while files are still coming.
  signature() {
    return this.isMoving() ? "" : this.uploads.filter(({ state }) => state === "here").map(({ key }) => key).join();
  }

  tally() {
    const here = this.uploads.filter(({ state }) => state === "here").length;
    const words = this.uploads.length ? phrase(this.scene.labels.tally, { here, all: this.uploads.length }) : "";
    this.say([this.notice, words].filter(Boolean).join(" "));
    if (this.signature() !== this.told) this.tell();
  }

  tell() {
    this.told = this.signature();
    this.presses.forget("files"); // what was said before no longer holds
    this.presses.send("files", this.told);
  }

  say(sentence) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
  }

  close() {
    this.sender?.close();
    window.removeEventListener("beforeunload", this.leaving);
    this.node.remove();
  }
}

const pickers = new WeakMap();

export default function (argument) {
  return mounted(pickers, argument, (host) => new FilePicker(host));
}
