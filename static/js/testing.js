// The clock of a test. It is the server's; this only shows it and, when it has run out, asks for the result.

const { announce } = window.scriptorium;
const badge = document.querySelector("[data-clock]");
const until = badge ? Date.parse(badge.dataset.clock) : null;
const WARNINGS = [10 * 60, 60];
let last = null;

function show() {
  const left = Math.ceil((until - Date.now()) / 1000);
  badge.textContent = left > 0 ? `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")} left` : "Time is up";
  badge.dataset.tone = left <= WARNINGS[1] ? "bad" : left <= WARNINGS[0] ? "warn" : "note";
  for (const mark of WARNINGS) if (last !== null && last > mark && left <= mark) announce(`${Math.round(mark / 60)} minutes left`);
  last = left;
  if (left <= 0) end();
}

function end() {
  clearInterval(ticking);
  const piece = document.getElementById("piece-form");
  announce("Time is up");
  if (piece) window.htmx.trigger(piece.elements.completion, "input"); // the last words, within the server's grace
  setTimeout(() => document.querySelector("[data-clock-form]")?.submit(), piece ? 4000 : 2000);
}

let ticking = null;
if (until) {
  ticking = setInterval(show, 1000);
  show();
}
