// A clip with its strip: plays, steps, seeks, repeats a stretch, shows the line as a caption, takes a
// trace, and tells whoever asks (the rating form, when an answer is sent) what has been watched.

const ASK_WATCHED = "dailies:watched";
const TELL_ANSWERED = "dailies:answered";
const ASK_MOMENT = "dailies:moment";
const SEEK = "dailies:seek";
const USUAL_FRAME_S = 1 / 25;
const SHORTEST_FRAME_S = 1 / 240;

class Player {
  constructor(host) {
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    this.frame = USUAL_FRAME_S;
    const seek = (time) => this.seek(time);
    this.stretch = new Stretch(() => this.showStretch());
    this.timeline = new Timeline({ seek, choose: (from, to) => this.choose(from, to) });
    this.waveform = new Waveform(seek);
    this.strip = new TraceStrip(() => this.showTraces());
    this.bar = new PlayerBar(this);
    this.screen = element("div", { class: "screen" });
    this.caption = element("p", { class: "caption", dir: "auto", "aria-live": "off" });
    this.trouble = element("div", { class: "trouble", role: "alert", hidden: true });
    this.said = element("p", { class: "unseen", role: "status" });
    this.node = element(
      "section", { class: "root player" },
      element("div", { class: "sight" }, this.screen, this.strip.node),
      this.bar.node, this.trouble, this.strip.foot, this.timeline.node, this.said,
    );
    host.append(this.node);
    window.addEventListener("keydown", (event) => this.key(event), { ...options, capture: true });
    window.addEventListener("online", () => this.trouble.hidden || this.retry(), options);
    document.addEventListener("fullscreenchange", () => this.bar.showState(), options);
    document.addEventListener(ASK_WATCHED, (event) => {
      if (event.detail.clip !== this.scene?.clip || !this.media) return;
      event.detail.watched = this.log.report();
      if (!event.detail.isDraft) this.strip.finish(); // an answer is sent
    }, options);
    document.addEventListener(TELL_ANSWERED, (event) => {
      if (event.detail.clip === this.scene?.clip) this.kept?.drop();
    }, options);
    document.addEventListener(ASK_MOMENT, (event) => {
      if (event.detail.clip === this.scene?.clip && this.media) event.detail.time = this.media.currentTime;
    }, options);
    document.addEventListener(SEEK, (event) => {
      if (event.detail.clip !== this.scene?.clip || !this.media) return;
      this.seek(event.detail.time);
    }, options);
    window.addEventListener("pagehide", () => this.keepWatched(), options);
    this.keeping = setInterval(() => this.keepWatched(), WATCH_SAVE_MS);
  }

  show({ data }) {
    const watcher = this.scene?.watcher;
    const isOtherTask = Boolean(watcher && data.watcher && watcher !== data.watcher);
    const isSameClip = this.scene?.clip === data.clip && this.scene.src === data.src && !isOtherTask;
    this.scene = data;
    if (isSameClip && !watcher && data.watcher) this.kept = new WatchStore(data.watcher); // the answer was taken back
    this.node.setAttribute("aria-label", data.labels.player);
    this.node.classList.toggle("words-only", !data.src);
    if (!isSameClip) this.load();
    if (!this.media) return;
    this.bar.show(data.labels);
    this.showCaption();
    this.strip.show(data);
    this.timeline.show(data);
    this.showTraces();
    if (Number.isFinite(this.media.duration)) this.timeline.last(this.media.duration);
    this.showStretch();
    this.moved();
  }

  load() {
    this.unload();
    const { kind, src, labels, line } = this.scene;
    this.stretch.clear();
    this.trouble.hidden = true;
    if (!src) {
      this.screen.replaceChildren(element("p", { class: "line-alone", dir: "auto" }, line));
      return;
    }
    this.media = element(kind === "audio" ? "audio" : "video", {
      src, preload: "auto", playsinline: true, "aria-label": labels.player, tabindex: "-1",
    });
    this.media.volume = PlayerBar.volume();
    this.log = new WatchLog(this.media);
    this.kept = new WatchStore(this.scene.watcher);
    const seen = this.kept.best(this.scene.watched);
    if (seen) this.log.restore(seen);
    const on = (name, act) => this.media.addEventListener(name, act);
    on("timeupdate", () => this.moved());
    on("seeked", () => this.moved());
    on("play", () => this.follow());
    on("pause", () => this.strip.pause());
    on("ended", () => this.ended());
    for (const name of ["play", "pause", "ended", "ratechange", "volumechange"]) on(name, () => this.bar.showState());
    on("error", () => this.failOnce(labels.cannot_play));
    on("loadedmetadata", () => {
      if (this.media.videoWidth) this.keepShape();
      const isPictureMissing = kind === "video" && this.media.videoWidth === 0;
      if (isPictureMissing) this.fail(labels.no_picture);
      if (Number.isFinite(this.media.duration)) this.timeline.last(this.media.duration);
      this.moved();
    });
    on("click", () => this.toggle());
    this.screen.classList.toggle("sound-only", kind === "audio");
    if (kind === "audio") this.waveform.show(this.scene);
    this.screen.replaceChildren(this.media, ...(kind === "audio" ? [this.waveform.node] : []), this.caption);
    this.learnFrame();
  }

  // The box of the next clip stands as this one's did until its own picture comes.
  keepShape() {
    this.screen.style.setProperty("--shape", `${this.media.videoWidth} / ${this.media.videoHeight}`);
  }

  unload() {
    if (!this.media) return;
    this.strip.pause();
    this.keepWatched();
    this.log.close();
    this.media.pause();
    this.media.removeAttribute("src");
    this.media.load(); // lets the browser drop the connection and the buffer
    this.media = null;
  }

  keepWatched() {
    if (this.media) this.kept.keep(this.log.report());
  }

  fail(sentence) {
    const again = element("button", { type: "button", class: "again", onclick: () => this.retry() }, this.scene.labels.retry);
    this.trouble.replaceChildren(element("span", {}, sentence), again);
    this.trouble.hidden = false;
  }

  // A take of a class is shown to whom the browser is remembered as, which may take a moment at first.
  async failOnce(sentence) {
    const { media } = this;
    if (this.hasWaited === media.src) return this.fail(sentence);
    this.hasWaited = media.src;
    await window.dailiesVisitor;
    if (media === this.media) media.load();
  }

  retry() {
    const time = this.media.currentTime;
    this.trouble.hidden = true;
    this.media.load();
    this.media.addEventListener("loadedmetadata", () => this.seek(time), { once: true });
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

  follow() {
    const media = this.media;
    const step = () => {
      if (media !== this.media || media.paused) return;
      this.moved();
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  moved() {
    const { media } = this;
    if (!media) return; // the clip was taken away between two pictures
    const time = media.currentTime;
    if (!media.paused && !media.seeking) {
      this.log.extend();
      this.strip.sample(time);
      const turn = this.stretch.turnAt(time, this.length());
      if (turn !== null) {
        this.seek(turn);
        return;
      }
    }
    this.timeline.moveTo(time);
    this.waveform.moveTo(time);
    this.bar.showTime(time, this.length());
    for (const word of this.caption.children) {
      word.classList.toggle("spoken", time >= Number(word.dataset.start) && time < Number(word.dataset.end));
    }
  }

  ended() {
    this.strip.finish();
    const from = this.stretch.atEnd(this.length());
    if (from === null) return;
    this.seek(from);
    this.media.play();
  }

  length() {
    return Number.isFinite(this.media.duration) ? this.media.duration : this.scene.duration_s;
  }

  seek(time) {
    this.media.currentTime = Math.min(Math.max(0, time), this.length());
    this.stretch.moved(this.media.currentTime);
    this.timeline.moveTo(this.media.currentTime);
  }

  step(frames) {
    this.media.pause();
    this.seek(this.media.currentTime + frames * this.frame);
  }

  toggle() {
    if (this.media.paused) this.media.play().catch((error) => error.name === "AbortError" || this.fail(this.scene.labels.cannot_play));
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

  // --- a stretch, the whole screen, a trace ----------------------------------------------------

  mark(edge) {
    this.stretch.mark(edge, this.media.currentTime, this.length());
    if (edge === "to") this.seek(this.stretch.bounds(this.length())[0]);
  }

  choose(from, to) {
    if (this.stretch.between(from, to, this.length())) this.seek(this.stretch.from);
    else this.showStretch(); // the drag was too short: what it drew goes
  }

  showStretch() {
    const { stretch, scene } = this;
    if (!this.media) return;
    const [from, to] = stretch.bounds(this.length());
    this.timeline.showStretch(stretch.isWhole ? null : from, to);
    this.said.textContent =
      stretch.isOn && !stretch.isWhole ? phrase(scene.labels.repeating, { from: clock(from), to: clock(to) }) : "";
    this.bar.showState();
  }

  isLarge() {
    return this.node.matches(":fullscreen");
  }

  enlarge() {
    if (this.isLarge()) document.exitFullscreen();
    else if (this.node.requestFullscreen) this.node.requestFullscreen();
    else this.media.webkitEnterFullscreen?.(); // telephones enlarge a video and nothing else
  }

  showTraces() {
    const { trace } = this.scene;
    this.timeline.showTraces(trace ? { others: trace.others, mine: this.strip.own } : {});
  }

  key(event) {
    if (!this.media || isTyping(event) || isDialogOpen() || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.composedPath()[0];
    const onButton = target?.tagName === "BUTTON" && event.code === "Space";
    const onStage = target === this.timeline.stage;
    const act = {
      Space: () => this.toggle(),
      ArrowLeft: () => (event.shiftKey ? this.step(-1) : this.seek(this.media.currentTime - 1)),
      ArrowRight: () => (event.shiftKey ? this.step(1) : this.seek(this.media.currentTime + 1)),
      Comma: () => this.step(-1),
      Period: () => this.step(1),
      Minus: () => this.faster(-1),
      Equal: () => this.faster(1),
      Digit0: () => this.replay(),
      BracketLeft: () => this.mark("from"),
      BracketRight: () => this.mark("to"),
      Backslash: () => this.stretch.toggle(),
      Home: onStage && (() => this.seek(0)),
      End: onStage && (() => this.seek(this.length())),
    }[event.code] || (this.strip.press(event) && (() => {}));
    if (!act || onButton) return;
    event.preventDefault();
    event.stopPropagation();
    act();
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
    clearInterval(this.keeping);
    this.timeline.close();
    this.strip.close();
    this.listen.abort();
    this.node.remove();
  }
}

const players = new WeakMap();

export default function (argument) {
  return mounted(players, argument, (host) => new Player(host));
}
