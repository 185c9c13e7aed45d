// The editor's page beside the text control: what has changed decides which of Finish and Keep is possible; changes
// marked in the text; back to the original.

const { announce, ask, csrf } = window.scriptorium;
const desk = document.getElementById("edit-desk");
const form = document.getElementById("finish-form");
const finish = document.querySelector("[data-finish-button]");
const keep = document.querySelector("[data-keep-button]");
const restore = document.querySelector("[data-restore-original]");
const marked = document.querySelector("[data-toggle-marked]");
const original = JSON.parse(document.getElementById("original-texts").textContent);

const isChanged = () => Object.entries(desk.editor.values()).some(([name, text]) => text !== original[name]);

function refuse(button, words) {
  if (words) Object.assign(button.dataset, { refusal: words });
  else delete button.dataset.refusal;
  button.toggleAttribute("aria-disabled", Boolean(words));
  if (words) button.setAttribute("aria-disabled", "true");
  button.title = words;
}

function settle() {
  const changed = isChanged();
  refuse(finish, changed ? "" : "Nothing has changed. Change the text, or press Keep as it is.");
  refuse(keep, changed ? "You have changed the text. Finish saves the changes; Undo all brings the original back." : "");
  restore.hidden = !changed;
}

function toggleMarked() {
  const on = desk.toggleAttribute("data-marked");
  marked.setAttribute("aria-pressed", String(on));
  marked.textContent = on ? "Back to the text" : "In the text";
  announce(on ? "Changes marked in the text" : "Text to edit");
}

desk.addEventListener("editor:input", settle);
desk.addEventListener("editor:restored", settle);
marked.addEventListener("click", toggleMarked);
restore.addEventListener("click", async () => {
  if (await ask("Bring the original back? The text you have now can be brought back with Ctrl+Z.", "Undo all")) desk.editor.setValues(original);
});
form.addEventListener("submit", () => { form.elements.csrfmiddlewaretoken.value = csrf(); }, true);
settle();
