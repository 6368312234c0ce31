// What was entered and not stored yet, kept on this device by task until the page says that it is stored. A
// browser that keeps nothing holds it as long as the page does.

class DraftShelf {
  constructor(prefix) {
    this.prefix = prefix;
  }

  // The draft of a task, or null; `stored` is the key of what the page has stored last, of whatever task.
  open(task, stored = null) {
    try {
      if (stored) this.drop(stored);
      return this.read(this.prefix + task)?.draft ?? null;
    } catch {
      return null; // nothing can be kept here, or what is kept is not ours
    }
  }

  keep(task, draft, sent = null) {
    try {
      localStorage.setItem(this.prefix + task, JSON.stringify({ draft, sent }));
    } catch {
      return; // see above
    }
  }

  // Keep what is on its way; its key comes back from the page once it is stored.
  send(task, draft) {
    const key = randomKey();
    this.keep(task, draft, key);
    return key;
  }

  drop(key) {
    const own = Object.keys(localStorage).filter((name) => name.startsWith(this.prefix));
    for (const name of own) if (this.read(name)?.sent === key) localStorage.removeItem(name);
  }

  read(name) {
    return JSON.parse(localStorage.getItem(name) ?? "null");
  }
}
