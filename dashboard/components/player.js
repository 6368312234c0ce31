// A clip with its strip: plays, steps, seeks, shows the line as a caption, and tells whoever asks
// (the rating form, when an answer is sent) what has been watched.

const ASK_WATCHED = "dailies:watched";
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const USUAL_FRAME_S = 1 / 25;
const SHORTEST_FRAME_S = 1 / 240;
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zm8 0h4v14h-4z",
  replay: "M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z",
  sound: "M3 9v6h4l5 5V4L7 9zm13.5 3A4.5 4.5 0 0 0 14 8v8a4.5 4.5 0 0 0 2.5-4z",
  silent: "M3 9v6h4l5 5V4L7 9zm18.6.8-1.4-1.4-2.1 2.1-2.1-2.1-1.4 1.4 2.1 2.1-2.1 2.1 1.4 1.4 2.1-2.1 2.1 2.1 1.4-1.4-2.1-2.1z",
  large: "M5 5h6V3H3v8h2zm14 14h-6v2h8v-8h-2zM5 13H3v8h8v-2H5zM13 3v2h6v6h2V3z",
  loop: "M7 7h10v3l4-4-4-4v3H5v6h2zm10 10H7v-3l-4 4 4 4v-3h12v-6h-2z",
};
const LEARNED_VOLUME = "dailies.volume";

class Player {
  constructor(host) {
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    this.frame = USUAL_FRAME_S;
    this.timeline = new Timeline((time) => this.seek(time));
    this.screen = element("div", { class: "screen" });
    this.caption = element("p", { class: "caption", "aria-live": "off" });
    this.trouble = element("p", { class: "trouble", role: "alert", hidden: true });
    this.bar = element("div", { class: "bar", role: "toolbar" });
    this.node = element(
      "section", { class: "root player" }, this.screen, this.bar, this.trouble, this.timeline.node,
    );
    host.append(this.node);
    window.addEventListener("keydown", (event) => this.key(event), { ...options, capture: true });
    document.addEventListener(ASK_WATCHED, (event) => {
      if (event.detail.clip === this.scene?.clip) event.detail.watched = this.log.report();
    }, options);
  }

  show({ data }) {
    const isSameClip = this.scene?.clip === data.clip && this.scene.src === data.src;
    this.scene = data;
    this.node.setAttribute("aria-label", data.labels.player);
    if (!isSameClip) this.load();
    this.showBar();
    this.showCaption();
    this.timeline.show(data);
    this.timeline.moveTo(this.media.currentTime);
  }

  load() {
    this.unload();
    const { kind, src, poster, labels } = this.scene;
    this.media = element(kind === "audio" ? "audio" : "video", {
      src, poster, preload: "auto", playsinline: true, "aria-label": labels.player, tabindex: "-1",
    });
    this.media.volume = Number(localStorage.getItem(LEARNED_VOLUME) ?? 1);
    this.trouble.hidden = true;
    this.log = new WatchLog(this.media);
    const on = (name, act) => this.media.addEventListener(name, act);
    on("timeupdate", () => this.moved());
    on("seeked", () => this.moved());
    on("play", () => this.follow());
    for (const name of ["play", "pause", "ended", "ratechange", "volumechange"]) on(name, () => this.showState());
    on("error", () => this.fail(labels.cannot_play));
    on("loadedmetadata", () => {
      const isPictureMissing = kind === "video" && this.media.videoWidth === 0;
      if (isPictureMissing) this.fail(labels.no_picture);
      this.moved();
    });
    on("click", () => this.toggle());
    this.screen.classList.toggle("sound-only", kind === "audio");
    this.screen.replaceChildren(this.media, ...(kind === "audio" ? [this.wave()] : []), this.caption);
    this.learnFrame();
  }

  unload() {
    if (!this.media) return;
    this.log.close();
    this.media.pause();
    this.media.removeAttribute("src");
    this.media.load(); // lets the browser drop the connection and the buffer
  }

  fail(sentence) {
    this.trouble.textContent = sentence;
    this.trouble.hidden = false;
  }

  // Two neighbouring pictures tell how long one lasts; the container's figure is often wrong.
  learnFrame() {
    const media = this.media;
    if (!media.requestVideoFrameCallback) return;
    let last = null;
    const see = (_, { mediaTime }) => {
      if (media !== this.media) return;
      const step = last === null ? 0 : mediaTime - last;
      if (step > SHORTEST_FRAME_S && step < 0.2) this.frame = step;
      last = mediaTime;
      media.requestVideoFrameCallback(see);
    };
    media.requestVideoFrameCallback(see);
  }

  wave() {
    const values = this.scene.curves.loudness.map((value) => value ?? null);
    const known = values.filter((value) => value !== null);
    const low = Math.min(...known, 0);
    const span = Math.max(...known, 1) - low;
    const bars = values.map((value, index) => {
      const height = value === null ? 1 : 2 + ((value - low) / span) * 44;
      return drawn("rect", { x: index * 2, y: 50 - height, width: 1.2, height: 2 * height, rx: 0.6 });
    });
    return drawn(
      "svg", { class: "wave", viewBox: `0 0 ${2 * values.length} 100`, preserveAspectRatio: "none", "aria-hidden": "true" },
      ...bars,
    );
  }

  follow() {
    const step = () => {
      if (!this.media || this.media.paused) return;
      this.moved();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  moved() {
    const time = this.media.currentTime;
    this.timeline.moveTo(time);
    this.time.textContent = `${clock(time)} / ${clock(this.length())}`;
    for (const word of this.caption.children) {
      word.classList.toggle("spoken", time >= Number(word.dataset.start) && time < Number(word.dataset.end));
    }
  }

  length() {
    return Number.isFinite(this.media.duration) ? this.media.duration : this.scene.duration_s;
  }

  seek(time) {
    this.media.currentTime = Math.min(Math.max(0, time), this.length());
    this.timeline.moveTo(this.media.currentTime);
  }

  step(frames) {
    this.media.pause();
    this.seek(this.media.currentTime + frames * this.frame);
  }

  toggle() {
    if (this.media.paused) this.media.play().catch(() => this.fail(this.scene.labels.cannot_play));
    else this.media.pause();
  }

  faster(direction) {
    const nearest = RATES.findIndex((rate) => rate >= this.media.playbackRate - 0.01);
    const next = Math.min(RATES.length - 1, Math.max(0, nearest + direction));
    this.media.playbackRate = RATES[next];
  }

  replay() {
    this.seek(0);
    this.media.play();
  }

  key(event) {
    if (!this.media || isTyping(event) || isDialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    const onButton = event.composedPath()[0]?.tagName === "BUTTON" && event.code === "Space";
    const act = {
      Space: () => this.toggle(),
      ArrowLeft: () => (event.shiftKey ? this.step(-1) : this.seek(this.media.currentTime - 1)),
      ArrowRight: () => (event.shiftKey ? this.step(1) : this.seek(this.media.currentTime + 1)),
      Comma: () => this.step(-1),
      Period: () => this.step(1),
      Minus: () => this.faster(-1),
      Equal: () => this.faster(1),
      Digit0: () => this.replay(),
    }[event.code];
    if (!act || onButton) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  showBar() {
    const { labels } = this.scene;
    const button = (name, content, act, key) =>
      element("button", {
        type: "button", class: name, title: key ? `${labels[name]} (${key})` : labels[name], "aria-label": labels[name],
        onclick: act,
      }, content);
    this.playButton = button("play", icon(ICONS.play), () => this.toggle(), "Space");
    this.soundButton = button("sound", icon(ICONS.sound), () => (this.media.muted = !this.media.muted));
    this.loopButton = button("loop", icon(ICONS.loop), () => {
      this.media.loop = !this.media.loop;
      this.showState();
    });
    this.rate = element("select", {
      title: `${labels.speed} (− =)`, "aria-label": labels.speed,
      onchange: () => {
        this.media.playbackRate = Number(this.rate.value);
        this.rate.blur();
      },
    }, ...RATES.map((rate) => element("option", { value: rate }, `${rate}×`)));
    this.time = element("span", { class: "time" });
    this.bar.setAttribute("aria-label", labels.controls);
    this.bar.replaceChildren(
      this.playButton,
      button("back", "−1 s", () => this.seek(this.media.currentTime - 1), "←"),
      button("forward", "+1 s", () => this.seek(this.media.currentTime + 1), "→"),
      button("frame_back", "‹", () => this.step(-1), ","),
      button("frame_forward", "›", () => this.step(1), "."),
      button("replay", icon(ICONS.replay), () => this.replay(), "0"),
      this.loopButton, this.time, this.rate, this.soundButton,
      button("fullscreen", icon(ICONS.large), () => this.screen.requestFullscreen?.()),
    );
    this.moved();
    this.showState();
  }

  showState() {
    const { labels } = this.scene;
    const isPlaying = !this.media.paused && !this.media.ended;
    this.playButton.replaceChildren(icon(isPlaying ? ICONS.pause : ICONS.play));
    this.playButton.setAttribute("aria-label", isPlaying ? labels.pause : labels.play);
    this.soundButton.replaceChildren(icon(this.media.muted ? ICONS.silent : ICONS.sound));
    this.soundButton.setAttribute("aria-pressed", String(this.media.muted));
    this.loopButton.setAttribute("aria-pressed", String(this.media.loop));
    this.rate.value = String(this.media.playbackRate);
    localStorage.setItem(LEARNED_VOLUME, String(this.media.volume));
  }

  showCaption() {
    const { words, line } = this.scene;
    const parts = words.length
      ? words.map((word) => element("span", { "data-start": word.start_s, "data-end": word.end_s }, `${word.text} `))
      : [element("span", {}, line)];
    this.caption.replaceChildren(...parts);
    this.caption.hidden = !line;
  }

  close() {
    this.unload();
    this.timeline.close();
    this.listen.abort();
    this.node.remove();
  }
}

const players = new WeakMap();

export default function (argument) {
  return mounted(players, argument, (host) => new Player(host));
}
