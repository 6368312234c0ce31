// What a person has really seen of a clip: stretches played, replays, and time spent at the page.

const IDLE_AFTER_MS = 60_000; // a person thinking counts as at work for a minute after the last touch
const TICK_MS = 500;
const LONGEST_TICK_MS = 2_000; // a sleeping computer is nobody's work
const LATE_S = 0.5; // by which a busy browser may tell late that it plays: it began where it had rested
const LONGEST_STEP_S = 1.5; // a larger leap between two reports of the media is a seek, not playing

class WatchLog {
  constructor(media) {
    this.media = media;
    this.stretches = [];
    this.current = null;
    this.starts = 0;
    this.fastest = 0;
    this.activeMs = 0;
    this.hiddenMs = 0;
    this.restedAt = media.currentTime; // NaN while it plays
    this.wasHidden = document.hidden;
    this.lastTick = this.lastTouch = performance.now();
    this.listen = new AbortController();
    const options = { signal: this.listen.signal };
    media.addEventListener("seeked", () => (this.restedAt = media.paused ? media.currentTime : NaN), options);
    for (const start of ["playing", "seeked"]) media.addEventListener(start, () => this.begin(), options);
    media.addEventListener("timeupdate", () => this.extend(), options);
    media.addEventListener("pause", () => this.rest(), options);
    for (const stop of ["ended", "seeking"]) media.addEventListener(stop, () => this.end(), options);
    for (const touch of ["pointermove", "pointerdown", "keydown", "wheel"]) {
      window.addEventListener(touch, () => (this.lastTouch = performance.now()), { ...options, passive: true });
    }
    document.addEventListener("visibilitychange", () => this.turn(), options);
    this.timer = setInterval(() => this.tick(), TICK_MS);
  }

  // Go on from an earlier report, as after a reload.
  restore({ intervals_s: stretches, replays, fastest, active_s: active, hidden_s: hidden }) {
    this.stretches.push(...stretches.map((pair) => [...pair]));
    this.starts += replays ?? 0;
    this.fastest = Math.max(this.fastest, fastest ?? 0);
    this.activeMs += (active ?? 0) * 1000;
    this.hiddenMs += (hidden ?? 0) * 1000;
  }

  begin() {
    if (this.current || this.media.paused || document.hidden) return;
    const now = this.media.currentTime;
    const passed = now - this.restedAt;
    const start = passed > 0 && passed <= LATE_S * this.media.playbackRate ? this.restedAt : now;
    if (this.stretches.some(([from, to]) => start >= from && start < to - 0.1)) this.starts += 1;
    this.current = [start, now];
    this.restedAt = NaN;
  }

  extend() {
    if (this.media.paused || this.media.seeking) return;
    this.begin();
    if (!this.current) return;
    const now = this.media.currentTime;
    const step = now - this.current[1];
    if (step < 0 || step > LONGEST_STEP_S * this.media.playbackRate) {
      this.end();
      this.begin();
      return;
    }
    this.current[1] = now;
    this.fastest = Math.max(this.fastest, this.media.playbackRate);
  }

  // The media reports four times a second; what played since the last report counts too.
  rest() {
    const step = this.media.currentTime - (this.current?.[1] ?? Infinity);
    if (step > 0 && step <= LONGEST_STEP_S * this.media.playbackRate) this.current[1] = this.media.currentTime;
    this.end();
    this.restedAt = this.media.paused ? this.media.currentTime : NaN;
  }

  end() {
    if (this.current && this.media.ended) this.current[1] = this.media.duration;
    if (this.current && this.current[1] > this.current[0]) this.stretches.push(this.current);
    this.current = null;
  }

  // What plays in a tab that nobody sees is not watched.
  turn() {
    this.tick();
    if (document.hidden) this.rest();
    else this.begin();
  }

  // A hidden tab's timers come late, so the clock is read and not the ticks counted.
  tick() {
    const now = performance.now();
    const passed = now - this.lastTick;
    this.lastTick = now;
    if (this.wasHidden) this.hiddenMs += passed;
    else if (!this.media.paused || now - this.lastTouch < IDLE_AFTER_MS) {
      this.activeMs += Math.min(passed, LONGEST_TICK_MS);
    }
    this.wasHidden = document.hidden;
  }

  report() {
    this.tick();
    this.extend();
    const stretches = [...this.stretches, ...(this.current ? [[...this.current]] : [])].sort((a, b) => a[0] - b[0]);
    const merged = [];
    for (const [from, to] of stretches) {
      const last = merged.at(-1);
      if (last && from <= last[1] + 0.05) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    const seen = merged.reduce((sum, [from, to]) => sum + to - from, 0);
    const length = this.media.duration;
    return {
      watched_share: Number.isFinite(length) && length > 0 ? Math.min(1, seen / length) : 0,
      intervals_s: merged.map((pair) => pair.map((value) => Math.round(value * 1000) / 1000)),
      replays: this.starts,
      fastest: this.fastest,
      active_s: Math.round(this.activeMs) / 1000,
      hidden_s: Math.round(this.hiddenMs) / 1000,
    };
  }

  close() {
    clearInterval(this.timer);
    this.listen.abort();
  }
}
