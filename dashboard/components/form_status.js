// The one sentence beside the button: whether what the person entered is safe, and where it waits.

// A browser without a network calls itself offline, though the server may be on its own machine.
const OWN_MACHINE = /^(localhost|127(\.\d+){3}|\[::1\])$/;
const isUnplugged = () => !navigator.onLine && !OWN_MACHINE.test(location.hostname);
const timeOf = (moment) => new Date(moment).toLocaleTimeString([], { hour12: false });
const percent = (share) => `${Math.round(100 * share)} %`;

class FormStatus {
  constructor() {
    this.node = element("span", { class: "status", role: "status", "aria-live": "polite" });
  }

  say(labels, name, values = {}) {
    this.tell(name, phrase(labels[name] ?? "", values));
  }

  tell(state, sentence) {
    this.node.textContent = sentence;
    this.node.dataset.state = state;
  }

  // `form` is asked for what it knows; the gravest thing is said.
  show(form) {
    const { mine, task, machine, labels } = form.data;
    const { receipt, keeper } = form;
    const waiting = form.box.unsent().length;
    const say = (name, values) => this.say(labels, name, values);
    if (form.refusal) this.tell("refused", form.refusal);
    else if (waiting && form.box.hasFailed) say("unsaved", { n: waiting });
    else if (form.isCut || isUnplugged()) say("offline", { n: waiting });
    else if (waiting) say("sending");
    else if (form.notice) this.tell("notice", form.notice);
    else if (form.isReadOnly()) say("read_only");
    else if (keeper.savedAt && (form.isKept() || form.isChanged())) say("draft_saved", { time: timeOf(keeper.savedAt) });
    else if (form.isKept()) say("draft");
    else if (receipt) {
      say(receipt.task === task ? "saved" : "saved_other", { time: timeOf(receipt.stored.at), clip: receipt.title });
    } else if (mine?.at) say("rated", { time: new Date(mine.at).toLocaleString([], { hour12: false }) });
    else say(machine === null ? "fresh_blind" : "fresh");
  }
}
