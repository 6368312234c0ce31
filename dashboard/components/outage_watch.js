// Streamlit says a lost connection in a dialog that takes every key. The form says it beside the button
// and can go on, since its answers wait in the browser: so the dialog is closed for the person.

const OUTAGE_HEADING = "Connection error"; // Streamlit's own words, the same in every language
const DRAWN_MS = 50;

class OutageWatch {
  constructor(noticed) {
    this.noticed = noticed;
    this.observer = new MutationObserver(() => setTimeout(() => this.look(), DRAWN_MS));
    this.observer.observe(document.body, { childList: true });
  }

  look() {
    for (const dialog of document.querySelectorAll('[role="dialog"]')) {
      if (!dialog.textContent.trim().startsWith(OUTAGE_HEADING)) continue;
      dialog.querySelector("button")?.click();
      this.noticed();
    }
  }

  close() {
    this.observer.disconnect();
  }
}
