// Records a take: camera and microphone, or the microphone alone. What was recorded is kept in pieces by the
// browser and sent while the recording still goes on.

const PIECE_MS = 1_000;
const STILL_GROWING_MS = 10_000;
const LONGEST_TAKE_S = 600;
const METER_BARS = 12;
const RECORDED_KINDS = [
  ["video/webm;codecs=vp8,opus", "webm"], ["video/webm", "webm"], ["video/mp4", "mp4"],
];
const HEARD_KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/webm", "webm"], ["audio/mp4", "m4a"], ["audio/ogg", "ogg"]];

class Recorder {
  constructor(host) {
    this.store = new PieceStore();
    this.preview = element("video", { class: "preview", muted: true, playsinline: true, autoplay: true });
    this.preview.muted = true;
    this.meter = element("div", { class: "level-meter", "aria-hidden": "true" }, ...Array.from({ length: METER_BARS }, () => element("i")));
    this.clock = element("span", { class: "clock" });
    this.status = element("p", { class: "status", role: "status" });
    this.buttons = element("div", { class: "buttons" });
    this.node = element("section", { class: "root recorder" },
      element("div", { class: "stage" }, this.preview, this.clock, this.meter), this.buttons, this.status);
    host.append(this.node);
    this.leaving = (event) => this.recording && event.preventDefault();
    window.addEventListener("beforeunload", this.leaving);
  }

  show({ data, presses }) {
    const isFirst = !this.scene;
    this.scene = data;
    this.tell = (clip) => presses.send("taken", clip);
    this.node.setAttribute("aria-label", data.labels.recorder);
    if (isFirst) this.begin();
    this.draw();
  }

  async begin() {
    const { labels } = this.scene;
    this.sender = new PieceSender(this.store, this.scene.address, {
      moving: (sent, all) => this.recording || this.say(phrase(labels.sending, { sent, all }), "sending"),
      waiting: (count) => this.say(phrase(labels.waiting, { n: count }), "waiting"),
      stored: (recording, clip) => { this.say(labels.stored, "stored"); this.tell(clip); },
      refused: (recording, sentence) => { this.say(sentence ?? labels.lost, "refused"); this.offer(recording); },
    });
    this.collect();
  }

  // What an earlier page could not send, and what was being recorded when it was closed. What grew a moment
  // ago may be at work in another window.
  async collect() {
    let isGrowing = false;
    for (const recording of await this.store.recordings()) {
      if (recording.owner !== this.scene.owner || !recording.pieces || recording.key === this.recording?.key) continue;
      if (!recording.isEnded && Date.now() - recording.grownAt < STILL_GROWING_MS) {
        isGrowing = true;
        continue;
      }
      recording.isEnded = true;
      recording.pass = this.scene.pass;
      this.sender.add(recording);
    }
    if (isGrowing) this.looking = setTimeout(() => this.collect(), STILL_GROWING_MS);
  }

  draw() {
    const { labels } = this.scene;
    const canRecord = window.isSecureContext && navigator.mediaDevices?.getUserMedia && window.MediaRecorder;
    if (!canRecord) {
      this.node.classList.add("cannot");
      this.buttons.replaceChildren();
      this.say(window.isSecureContext ? labels.no_recorder : labels.not_secure, "cannot");
      return;
    }
    const button = (name, act, kind = "") =>
      element("button", { type: "button", class: `${name} ${kind}`, onclick: act }, labels[name]);
    this.buttons.replaceChildren(...(this.recording
      ? [button("stop", () => this.stop(), "primary")]
      : [button("record", () => this.start(true), "primary"), button("record_sound", () => this.start(false))]));
    this.node.classList.toggle("running", Boolean(this.recording));
  }

  async start(withCamera) {
    const { labels } = this.scene;
    if (this.isStarting || this.recording) return;
    this.isStarting = true;
    this.buttons.querySelectorAll("button").forEach((button) => (button.disabled = true));
    this.say(labels.asking, "asking");
    try {
      const camera = withCamera ? { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: "user" } : false;
      // What makes a call pleasant changes how loud a line is: it is switched off.
      const microphone = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      this.stream = await navigator.mediaDevices.getUserMedia({ video: camera, audio: microphone });
      const kinds = withCamera ? RECORDED_KINDS : HEARD_KINDS;
      const [type, kind] = kinds.find(([name]) => MediaRecorder.isTypeSupported(name)) ?? ["", "webm"];
      this.media = new MediaRecorder(this.stream, type ? { mimeType: type } : {});
      const { pass, owner, line, script_line, assignment, language } = this.scene;
      this.recording = { key: randomKey(), pieces: 0, isEnded: false, kind, pass, owner, line, script_line, assignment, language };
      this.keeping = Promise.resolve();
      this.media.ondataavailable = ({ data }) => data.size && this.keep(data);
      this.media.onstop = () => this.end();
      this.stream.getTracks().forEach((track) => track.addEventListener("ended", () => this.stop()));
      this.media.start(PIECE_MS);
      this.startedAt = performance.now();
      this.preview.srcObject = withCamera ? this.stream : null;
      this.node.classList.toggle("sound-only", !withCamera);
      this.say(labels.recording, "recording");
      this.listenIn();
      this.ticking = setInterval(() => this.tick(), 100);
    } catch (error) {
      this.release();
      this.recording = null;
      this.say(error.name === "NotAllowedError" ? labels.refused : error.name === "NotFoundError" ? labels.no_camera : phrase(labels.failed, { reason: error.name }), "cannot");
    } finally {
      this.isStarting = false;
      this.draw();
    }
  }

  // One after the other: the recording is written down as longer only once the piece is safe.
  keep(blob) {
    const { recording } = this;
    this.keeping = this.keeping.then(async () => {
      await this.store.keepPiece(recording.key, recording.pieces, blob);
      recording.pieces += 1;
      recording.grownAt = Date.now();
      await this.store.keepRecording({ ...recording });
      this.sender.add(recording);
    });
  }

  tick() {
    const seconds = (performance.now() - this.startedAt) / 1000;
    this.clock.textContent = clock(seconds);
    if (seconds > LONGEST_TAKE_S) this.stop();
    if (!this.analyser) return;
    const wave = new Float32Array(this.analyser.fftSize);
    this.analyser.getFloatTimeDomainData(wave);
    const level = Math.sqrt(wave.reduce((sum, value) => sum + value * value, 0) / wave.length);
    const lit = Math.round(METER_BARS * Math.min(1, Math.max(0, 1 + Math.log10(level + 1e-6) / 3)));
    [...this.meter.children].forEach((bar, index) => bar.classList.toggle("lit", index < lit));
  }

  listenIn() {
    try {
      this.sound = new AudioContext();
      this.analyser = this.sound.createAnalyser();
      this.sound.createMediaStreamSource(this.stream).connect(this.analyser);
    } catch {
      this.analyser = null; // the meter stays dark; the take is recorded all the same
    }
  }

  stop() {
    if (this.media?.state === "recording") this.media.stop();
  }

  async end() {
    const { recording } = this;
    this.release();
    this.say(this.scene.labels.closing, "sending");
    await this.keeping;
    recording.isEnded = true;
    this.recording = null;
    this.draw();
    if (!recording.pieces) {
      this.say(this.scene.labels.empty, "refused");
      return;
    }
    await this.store.keepRecording({ ...recording });
    this.sender.add(recording);
  }

  release() {
    clearInterval(this.ticking);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.sound?.close().catch(() => {});
    this.stream = this.sound = this.analyser = null;
    this.preview.srcObject = null;
    this.clock.textContent = "";
    [...this.meter.children].forEach((bar) => bar.classList.remove("lit"));
  }

  // A take that the server refuses is not thrown away: it can be saved, or given up.
  async offer(recording) {
    const { labels } = this.scene;
    const pieces = [];
    for (let index = 0; index < recording.pieces; index += 1) {
      const piece = await this.store.piece(recording.key, index);
      if (piece) pieces.push(piece);
    }
    const drop = () => { this.store.drop(recording); saved.remove(); this.say("", ""); };
    const link = pieces.length
      ? element("a", { href: URL.createObjectURL(new Blob(pieces)), download: `take.${recording.kind}` }, labels.save)
      : null;
    const saved = element("span", { class: "offer" }, link, element("button", { type: "button", onclick: drop }, labels.discard));
    this.status.append(saved);
  }

  say(sentence, state) {
    this.status.textContent = sentence;
    this.node.dataset.state = state;
  }

  close() {
    clearTimeout(this.looking);
    this.stop();
    this.release();
    this.sender?.close();
    window.removeEventListener("beforeunload", this.leaving);
    this.node.remove();
  }
}

const recorders = new WeakMap();

export default function (argument) {
  return mounted(recorders, argument, (host) => new Recorder(host));
}
