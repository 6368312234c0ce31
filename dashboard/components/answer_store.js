// What must outlive a reload: the draft of each clip, and answers the server has not confirmed yet.
// Each answer carries its own key, so that sending one twice stores it once.

class AnswerStore {
  constructor(person) {
    this.person = person;
  }

  draftName(clip) {
    return `dailies.draft.${this.person}.${clip}`;
  }

  get boxName() {
    return `dailies.unsent.${this.person}`;
  }

  read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? otherwise;
    } catch {
      return otherwise; // a damaged entry must not lock the form
    }
  }

  write(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
      return true;
    } catch {
      return false; // storage full or forbidden: the form still works, it only cannot outlive a reload
    }
  }

  draft(clip) {
    return this.read(this.draftName(clip), null);
  }

  keepDraft(clip, draft) {
    return this.write(this.draftName(clip), draft);
  }

  dropDraft(clip) {
    localStorage.removeItem(this.draftName(clip));
  }

  unsent() {
    return this.read(this.boxName, []);
  }

  post(answer) {
    this.write(this.boxName, [...this.unsent().filter((other) => other.key !== answer.key), answer]);
  }

  settle(key) {
    const all = this.unsent();
    const settled = all.find((answer) => answer.key === key);
    if (!settled) return null;
    this.write(this.boxName, all.filter((answer) => answer.key !== key));
    return settled;
  }
}
