// A stretch of the clip that is played again and again, or the whole of it.

const SHORTEST_STRETCH_S = 0.1;
const NEAR_END_S = 0.08; // a media's last report comes a moment before its end

class Stretch {
  constructor(changed) {
    this.changed = changed;
    this.clear();
  }

  clear() {
    this.from = null;
    this.to = null;
    this.isOn = false;
    this.last = 0;
  }

  get isWhole() {
    return this.from === null && this.to === null;
  }

  bounds(length) {
    return [this.from ?? 0, this.to ?? length];
  }

  // A mark behind the other one moves that to the clip's edge: the newer mark is meant.
  mark(edge, time, length) {
    this[edge] = Math.min(Math.max(0, time), length);
    const [from, to] = this.bounds(length);
    if (to - from < SHORTEST_STRETCH_S) this[edge === "from" ? "to" : "from"] = null;
    this.isOn = true;
    this.changed();
  }

  between(one, other, length) {
    const [from, to] = [one, other].sort((a, b) => a - b);
    if (to - from < SHORTEST_STRETCH_S) return false;
    [this.from, this.to] = [Math.max(0, from), Math.min(length, to)];
    this.isOn = true;
    this.changed();
    return true;
  }

  // The stretch goes first, then the repeating: two presses bring everything back.
  toggle() {
    if (this.isOn && !this.isWhole) this.clear();
    else this.isOn = !this.isOn;
    this.changed();
  }

  // Where playing goes on after `time`, or null to let it run: only crossing the end turns back, so
  // that whoever seeks behind the stretch stays there.
  turnAt(time, length) {
    const [from, to] = this.bounds(length);
    const isCrossed = this.isOn && this.last < to && time >= to;
    this.last = time;
    return isCrossed ? from : null;
  }

  atEnd(length) {
    const [from, to] = this.bounds(length);
    return this.isOn && to >= length - NEAR_END_S ? from : null;
  }

  moved(time) {
    this.last = time;
  }
}
