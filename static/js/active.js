// Active time: how long somebody is at work on what is open, never what they do. The clock runs while the page is seen
// and stops a minute after the last key, pointer or scroll. All tabs of this browser share it: no moment counts twice.
// The server believes no more than the time since the last report (annotation/pay/active_time.py).

const IDLE = 60000;
const PREFIX = "scriptorium:active";
const KEPT = 2 * 86400000;

const memory = {};
const stored = (key) => { try { return JSON.parse(localStorage.getItem(key)) ?? memory[key]; } catch { return memory[key]; } };
function store(key, value) {
  memory[key] = value;
  try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* this tab counts for itself */ }
}

function forgetOld() {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(`${PREFIX}:`) && !(Date.now() - stored(key)?.at < KEPT)) localStorage.removeItem(key);
  } catch { /* nothing is kept */ }
}

class ActiveClock {
  constructor(desk) {
    this.desk = desk;
    this.ms = 0; // counted since this page was opened
    this.told = 0;
    this.start = { token: desk.dataset.token, ms: 1000 * (desk.dataset.activeSeconds || 0) };
    this.seen();
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel", "scroll"]) document.addEventListener(name, () => this.act(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.seen()));
    window.addEventListener("pagehide", () => this.leave());
    forgetOld();
  }

  // The assignment's running total, as the heart-beats report it.
  get seconds() {
    this.count();
    return Math.floor(this.total / 1000);
  }

  // What this page saw of it.
  get gained() {
    this.count();
    return this.ms / 1000;
  }

  get key() { return `${PREFIX}:${this.desk.dataset.token}`; }

  get total() { return Math.max(stored(this.key)?.ms || 0, this.desk.dataset.token === this.start.token ? this.start.ms : 0); }

  seen() { this.from = this.last = document.hidden ? -Infinity : Date.now(); }

  act() {
    const now = Date.now();
    if (document.hidden || now - this.last < 500) return;
    this.count(now);
    if (now - this.last > IDLE) this.from = now;
    this.last = now;
  }

  count(now = Date.now()) {
    const shared = stored(PREFIX) || 0;
    const from = Math.max(this.from, shared > now + IDLE ? 0 : shared); // far ahead: somebody has set the clock back
    const more = Math.min(now, this.last + IDLE) - from;
    if (!(more > 0)) return;
    store(this.key, { ms: this.total + more, at: now });
    store(PREFIX, from + more);
    this.ms += more;
  }

  leave() {
    const active_seconds = this.seconds;
    this.from = this.last = -Infinity;
    const { heartbeatUrl, token } = this.desk.dataset;
    if (!heartbeatUrl || active_seconds === this.told) return;
    this.told = active_seconds;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": window.scriptorium.csrf() };
    fetch(heartbeatUrl, { method: "POST", body: JSON.stringify({ token, active_seconds }), headers, keepalive: true, credentials: "same-origin" }).catch(() => {});
  }
}

const desk = document.querySelector("[data-editor]");
if (desk) window.scriptorium.clock = new ActiveClock(desk);
