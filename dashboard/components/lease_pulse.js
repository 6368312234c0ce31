// Signs of life: while the person does something, their place among the clip's raters is kept.

const LEASE_CHECK_MS = 20_000;
const SHARE_OF_LEASE = 1 / 3;

class LeasePulse {
  constructor(isAsked) {
    this.isAlive = false;
    this.listen = new AbortController();
    for (const sign of ["keydown", "pointermove", "pointerdown"]) {
      window.addEventListener(sign, () => (this.isAlive = true), { signal: this.listen.signal, passive: true });
    }
    this.timer = setInterval(() => this.renew(isAsked()), LEASE_CHECK_MS);
  }

  begin() {
    this.renewedAt = performance.now();
  }

  renew({ pass, lease_s: lease }) {
    const isDue = performance.now() - this.renewedAt > lease * 1000 * SHARE_OF_LEASE;
    if (!pass || !lease || !this.isAlive || !isDue) return;
    this.isAlive = false;
    this.begin();
    const body = JSON.stringify({ pass });
    // A renewal that fails costs nothing that was entered: a late answer is stored all the same.
    fetch("/leases", { method: "POST", headers: { "content-type": "application/json" }, body }).catch(() => {});
  }

  close() {
    clearInterval(this.timer);
    this.listen.abort();
  }
}
