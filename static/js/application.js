// The application form: evidence is asked for the fields that are ticked, and only for these.
// Saving is htmx's work (hx-post on the form); what could not be saved stays in this browser.

const form = document.getElementById("application");
const key = `scriptorium:application:${form.dataset.application}`;
const texts = () => [...form.querySelectorAll("textarea, input[type=url]")];

function showEvidence() {
  const ticked = new Set([...form.querySelectorAll("input[name=field]:checked")].map((box) => box.value));
  const blocks = [...form.querySelectorAll(".evidence")];
  for (const block of blocks) block.hidden = !block.dataset.quotas.split(" ").some((id) => ticked.has(id));
  form.querySelector("[data-no-evidence]").hidden = blocks.some((block) => !block.hidden);
}

form.addEventListener("change", (event) => { if (event.target.name === "field") showEvidence(); });
showEvidence();

// Typed text is kept here until the server has confirmed it: a closed laptop or a lost network costs nothing.
form.addEventListener("input", () => {
  localStorage.setItem(key, JSON.stringify(Object.fromEntries(texts().map((field) => [field.name, field.value]))));
});
form.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) localStorage.removeItem(key); });
form.addEventListener("submit", () => localStorage.removeItem(key));

const unsaved = JSON.parse(localStorage.getItem(key) || "null");
if (unsaved) {
  for (const field of texts()) if (field.name in unsaved && unsaved[field.name] !== field.value) field.value = unsaved[field.name];
  form.dispatchEvent(new Event("input", { bubbles: true }));
}
