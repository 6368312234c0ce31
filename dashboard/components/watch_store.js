// What a person has seen of a clip, kept over a reload and a crash: in this browser every few seconds, on
// the server with each draft (the form asks the player for it). Of two copies the one that saw more counts.

const WATCH_SAVE_MS = 3_000;

class WatchStore {
  // `watcher` names the person and the task; empty where nothing is to be answered.
  constructor(watcher) {
    this.name = watcher ? `dailies.watched.${watcher}` : null;
  }

  read() {
    try {
      return JSON.parse(localStorage.getItem(this.name));
    } catch {
      return null; // damaged or forbidden: the clip has to be watched again
    }
  }

  // What to go on from, null where nothing was seen.
  best(sent) {
    if (!this.name) return null;
    const known = [this.read(), sent].filter((one) => Array.isArray(one?.intervals_s));
    return known.sort((a, b) => watchedSeconds(b) - watchedSeconds(a))[0] ?? null;
  }

  keep(report) {
    if (!this.name || !report.intervals_s.length) return;
    try {
      localStorage.setItem(this.name, JSON.stringify(report));
    } catch {
      // storage full or forbidden: it only cannot outlive a reload
    }
  }

  // The answer is stored, and what was seen with it.
  drop() {
    if (this.name) localStorage.removeItem(this.name);
    this.name = null;
  }
}

function watchedSeconds({ intervals_s: stretches }) {
  return stretches.reduce((sum, [from, to]) => sum + to - from, 0);
}
