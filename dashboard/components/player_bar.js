// The buttons under the picture. Each says its key; each can be reached with Tab.

const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];
const VOLUME_STEP = 0.05;
const LEARNED_VOLUME = "dailies.volume";
const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M6 5h4v14H6zm8 0h4v14h-4z",
  replay: "M12 5V1L7 6l5 5V7a6 6 0 1 1-6 6H4a8 8 0 1 0 8-8z",
  sound: "M3 9v6h4l5 5V4L7 9zm13.5 3A4.5 4.5 0 0 0 14 8v8a4.5 4.5 0 0 0 2.5-4z",
  silent: "M3 9v6h4l5 5V4L7 9zm18.6.8-1.4-1.4-2.1 2.1-2.1-2.1-1.4 1.4 2.1 2.1-2.1 2.1 1.4 1.4 2.1-2.1 2.1 2.1 1.4-1.4-2.1-2.1z",
  large: "M5 5h6V3H3v8h2zm14 14h-6v2h8v-8h-2zM5 13H3v8h8v-2H5zM13 3v2h6v6h2V3z",
  small: "M9 9H3V7h4V3h2zm6 6h6v2h-4v4h-2zM9 15v6H7v-4H3v-2zM15 9V3h2v4h4v2z",
  loop: "M7 7h10v3l4-4-4-4v3H5v6h2zm10 10H7v-3l-4 4 4 4v-3h12v-6h-2z",
};

class PlayerBar {
  constructor(player) {
    this.player = player;
    this.time = element("span", { class: "time" });
    this.node = element("div", { class: "bar", role: "toolbar" });
  }

  // A new element for each clip; how loud it was last is kept.
  static volume() {
    const kept = Number(localStorage.getItem(LEARNED_VOLUME) ?? 1);
    return kept >= 0 && kept <= 1 ? kept : 1;
  }

  show(labels) {
    const { player } = this;
    this.labels = labels;
    const button = (name, content, act, key) =>
      element("button", {
        type: "button", class: name, title: key ? `${labels[name]} (${key})` : labels[name], "aria-label": labels[name],
        onclick: act,
      }, content);
    this.play = button("play", icon(ICONS.play), () => player.toggle(), "Space");
    this.loop = button("loop", icon(ICONS.loop), () => player.stretch.toggle(), "\\");
    this.sound = button("sound", icon(ICONS.sound), () => (player.media.muted = !player.media.muted));
    this.large = button("fullscreen", icon(ICONS.large), () => player.enlarge());
    this.rate = element("select", {
      title: `${labels.speed} (− =)`, "aria-label": labels.speed,
      onchange: () => {
        player.media.playbackRate = Number(this.rate.value);
        this.rate.blur();
      },
    }, ...RATES.map((rate) => element("option", { value: rate }, `${rate}×`)));
    this.loudness = element("input", {
      type: "range", class: "volume", min: 0, max: 1, step: VOLUME_STEP, title: labels.volume, "aria-label": labels.volume,
      oninput: () => {
        player.media.muted = false;
        player.media.volume = Number(this.loudness.value);
      },
      onpointerup: () => this.loudness.blur(),
    });
    this.node.setAttribute("aria-label", labels.controls);
    this.node.replaceChildren(
      this.play,
      button("back", "−1 s", () => player.seek(player.media.currentTime - 1), "←"),
      button("forward", "+1 s", () => player.seek(player.media.currentTime + 1), "→"),
      button("frame_back", "‹", () => player.step(-1), ","),
      button("frame_forward", "›", () => player.step(1), "."),
      button("replay", icon(ICONS.replay), () => player.replay(), "0"),
      button("mark_from", "[", () => player.mark("from"), "["),
      button("mark_to", "]", () => player.mark("to"), "]"),
      this.loop, this.time, this.rate, this.sound, this.loudness, this.large,
    );
    this.showState();
  }

  showState() {
    const { media, stretch } = this.player;
    if (!media || !this.labels) return;
    const { labels } = this;
    const isPlaying = !media.paused && !media.ended;
    const isSilent = media.muted || media.volume === 0;
    this.play.replaceChildren(icon(isPlaying ? ICONS.pause : ICONS.play));
    this.play.setAttribute("aria-label", isPlaying ? labels.pause : labels.play);
    this.sound.replaceChildren(icon(isSilent ? ICONS.silent : ICONS.sound));
    this.sound.setAttribute("aria-pressed", String(media.muted));
    this.loop.setAttribute("aria-pressed", String(stretch.isOn));
    this.rate.value = String(media.playbackRate);
    const loudness = media.muted ? 0 : media.volume;
    this.loudness.value = String(loudness);
    this.loudness.setAttribute("aria-valuetext", `${Math.round(loudness * 100)} %`);
    localStorage.setItem(LEARNED_VOLUME, String(media.volume));
    const isLarge = this.player.isLarge();
    this.large.replaceChildren(icon(isLarge ? ICONS.small : ICONS.large));
    this.large.setAttribute("aria-pressed", String(isLarge));
  }

  showTime(time, length) {
    this.time.textContent = `${clock(time)} / ${clock(length)}`;
  }
}
