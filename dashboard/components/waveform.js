// What a clip without a picture looks like: its sound wave, decoded here while it is short; of a longer
// one its measured loudness. Where no curve may be shown, an ear stands for both.

const LONGEST_DECODED_S = 180;
const DECODED_RATE_HZ = 8000; // bars are far coarser than this
const BARS = 240;
const EAR = "M12 1a9 9 0 0 0-9 9v7a3 3 0 0 0 3 3h3v-8H5v-2a7 7 0 1 1 14 0v2h-4v8h3a3 3 0 0 0 3-3v-7a9 9 0 0 0-9-9z";

class Waveform {
  constructor(seek) {
    this.cursor = drawn("line", { class: "wave-cursor", y1: 0, y2: 100 });
    this.node = element("div", { class: "wave-box" });
    this.node.addEventListener("click", (event) => {
      const box = this.node.getBoundingClientRect();
      if (this.duration) seek(((event.clientX - box.left) / box.width) * this.duration);
    });
  }

  show(scene) {
    this.duration = 0;
    this.src = null;
    const loudness = scene.curves.loudness;
    if (!loudness.some((value) => value !== null)) {
      this.node.replaceChildren(drawn("svg", { class: "ear", viewBox: "0 0 24 24", "aria-hidden": "true" }, drawn("path", { d: EAR })));
      return;
    }
    this.duration = scene.duration_s;
    this.draw(heights(loudness), "loudness");
    if (this.duration <= LONGEST_DECODED_S) this.decode(scene.src);
  }

  async decode(src) {
    this.src = src;
    try {
      const response = await fetch(src);
      if (!response.ok) return;
      const context = new OfflineAudioContext(1, 1, DECODED_RATE_HZ);
      const sound = await context.decodeAudioData(await response.arrayBuffer());
      if (this.src === src) this.draw(peaksOf(sound.getChannelData(0)), "sound");
    } catch {
      // the loudness stays: it says the same, more coarsely
    }
  }

  draw(values, source) {
    this.width = 2 * values.length;
    const bars = values.map((value, index) => {
      const height = 1 + value * 47;
      return drawn("rect", { x: index * 2, y: 50 - height, width: 1.3, height: 2 * height, rx: 0.6 });
    });
    this.node.replaceChildren(drawn(
      "svg",
      { class: "wave", viewBox: `0 0 ${this.width} 100`, preserveAspectRatio: "none", "aria-hidden": "true", "data-source": source },
      ...bars, this.cursor,
    ));
  }

  moveTo(time) {
    if (!this.duration) return;
    const x = (Math.min(time, this.duration) / this.duration) * this.width;
    this.cursor.setAttribute("x1", x);
    this.cursor.setAttribute("x2", x);
  }
}

function heights(values) {
  const known = values.filter((value) => value !== null);
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  return values.map((value) => (value === null ? 0 : (value - low) / span));
}

function peaksOf(samples) {
  const size = Math.max(1, Math.floor(samples.length / BARS));
  const peaks = Array.from({ length: Math.min(BARS, samples.length) }, (_, bar) => {
    let most = 0;
    for (let index = bar * size; index < Math.min(samples.length, (bar + 1) * size); index += 1) {
      most = Math.max(most, Math.abs(samples[index]));
    }
    return most;
  });
  const top = Math.max(...peaks, 1e-4);
  return peaks.map((peak) => peak / top);
}
