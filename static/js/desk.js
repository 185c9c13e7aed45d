// The writing desk besides the text control: remarks at their words, copying what is kept.

const { toast } = window.scriptorium;
const root = document.querySelector("[data-editor]");

// --- remarks: a live range follows the words while they are edited

const ranges = new Map();

function remarks() { return [...document.querySelectorAll("[data-remark]")]; }

function rangeOf(remark) {
  if (ranges.has(remark.id)) return ranges.get(remark.id);
  const surface = root?.editor?.surfaces.get(remark.dataset.textSpan);
  const range = surface && remark.dataset.start ? surface.range(+remark.dataset.start, +remark.dataset.end) : null;
  ranges.set(remark.id, range);
  return range;
}

function paint() {
  if (!CSS.highlights) return;
  const open = remarks().filter((remark) => !("done" in remark.dataset)).map(rangeOf).filter(Boolean);
  CSS.highlights.set("comment", new Highlight(...open));
}

function goTo(remark) {
  const range = rangeOf(remark);
  if (range && !range.collapsed) root.editor.surfaces.get(remark.dataset.textSpan).select(range);
  remarks().forEach((each) => each.toggleAttribute("data-current", each === remark));
}

document.addEventListener("click", (event) => {
  const remark = event.target.closest("[data-remark]");
  if (remark && !event.target.closest("form, a, summary")) goTo(remark);
  const copying = event.target.closest("[data-copy]");
  if (copying) copy(document.getElementById(copying.dataset.copy));
});
document.addEventListener("htmx:afterSettle", paint);

// The preview opens before its answer is there: an earlier text must not look like this one.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target.id === "preview-body") event.detail.target.textContent = "One moment …";
});

// --- a form that stands aside carries the token the desk holds now

document.addEventListener("submit", (event) => {
  const token = event.target.matches("[data-with-token]") && event.target.elements.token;
  if (token && root) token.value = root.dataset.token;
}, true);

// --- copying

async function copy(holder) {
  const text = [...holder.querySelectorAll("[data-kept]")].map((each) => each.textContent).join("\n\n");
  try {
    await navigator.clipboard.writeText(text);
    toast("Your text is on the clipboard.", { tone: "good" });
  } catch {
    getSelection().selectAllChildren(holder);
    toast("Your text is selected: copy it with Ctrl+C.", { tone: "note" });
  }
}

paint();
