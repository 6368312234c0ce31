// What must outlive a reload: the draft of each task, and answers the server has not confirmed yet.
// Each answer carries its own key, so that sending one twice stores it once.

class AnswerStore {
  constructor(person) {
    this.person = person;
  }

  draftName(task) {
    return `dailies.draft.${this.person}.${task}`;
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

  draft(task) {
    return this.read(this.draftName(task), null);
  }

  keepDraft(task, draft) {
    return this.write(this.draftName(task), draft);
  }

  dropDraft(task) {
    localStorage.removeItem(this.draftName(task));
  }

  unsent() {
    return this.read(this.boxName, []);
  }

  isWaiting(task) {
    return this.unsent().some((answer) => answer.task === task);
  }

  post(answer) {
    return this.write(this.boxName, [...this.unsent().filter((other) => other.key !== answer.key), answer]);
  }

  settle(key) {
    this.write(this.boxName, this.unsent().filter((answer) => answer.key !== key));
  }
}
