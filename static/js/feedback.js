// The feedback inbox by keyboard: the buttons below it go from entry to entry; Enter follows the link, as links do.

function entries() { return [...document.querySelectorAll("[data-entry]")]; }

function current() { return document.activeElement.closest?.("[data-entry]"); }

function go(step) {
  const all = entries();
  const at = all.indexOf(current());
  const wanted = at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step));
  const link = all[wanted]?.querySelector("a.entry-link");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-inbox]");
  if (!button) return;
  if (button.dataset.inbox === "turn") current()?.querySelector("button[data-mark]")?.click();
  else go(Number(button.dataset.inbox));
});
