// Judging a text: the rubric by number keys, comments on selected words, threads beside the text.
// Contract of the attributes: docs/interface.md

const { announce, toast, typing, toPoints } = window.scriptorium;
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

// --- rubric: a digit sets the level of the current row and goes on to the next

function beginRubric() {
  const rows = all("fieldset[data-rubric]");
  if (!rows.length) return;
  const setCurrent = (row) => rows.forEach((each) => each.toggleAttribute("data-current", each === row));
  const describe = (row, input) => {
    const place = row.querySelector("[data-level-text]");
    if (place) place.textContent = input ? `${input.value} · ${input.dataset.level || ""}` : "";
  };
  for (const row of rows) {
    describe(row, row.querySelector(":checked"));
    row.addEventListener("focusin", () => setCurrent(row));
    row.addEventListener("change", (event) => describe(row, event.target));
    row.addEventListener("pointerover", (event) => describe(row, event.target.closest("label")?.querySelector("input") || row.querySelector(":checked")));
    row.addEventListener("pointerleave", () => describe(row, row.querySelector(":checked")));
  }
  const open = () => rows.find((row) => !row.querySelector(":checked"));
  setCurrent(open() || rows[0]);
  document.addEventListener("keydown", (event) => {
    if (!/^[1-9]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem("scriptorium:single-keys") === "off") return;
    const row = rows.find((each) => "current" in each.dataset);
    const input = row?.querySelector(`input[value="${event.key}"]`);
    if (!input) return;
    event.preventDefault();
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    input.dispatchEvent(new Event("input", { bubbles: true }));
    announce(`${row.querySelector("legend").textContent}: ${event.key}`);
    setCurrent(open() || rows[(rows.indexOf(row) + 1) % rows.length]);
  });
}

// --- verdicts that need a reason say so before the server has to

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-needs-reasons]");
  const form = button && (button.form || button.closest("form"));
  if (!form || all("[name=reasons]", document).some((input) => input.form === form && input.checked)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  toast("Say why first: choose at least one reason.", { tone: "warn", remedy: "The author reads it and can reply." });
  all("[name=reasons]").find((input) => input.form === form)?.focus();
}, true);

// --- comments on selected words

class SpanMenu {
  constructor(menu, editor) {
    this.menu = menu;
    this.editor = editor;
    this.home = menu.parentElement;
    document.addEventListener("pointerup", () => setTimeout(() => this.offer()));
    document.addEventListener("keyup", (event) => event.shiftKey && this.offer());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    document.addEventListener("pointerdown", (event) => !menu.hidden && !menu.contains(event.target) && !menu.querySelector("textarea")?.value && this.close());
    document.addEventListener("click", (event) => {
      const whole = event.target.closest("[data-comment-whole]");
      if (whole) this.open({ field: whole.dataset.commentWhole, start: "", end: "", quote: "" }, whole.getBoundingClientRect(), true);
      if (event.target.closest("[data-close-menu]")) this.close();
    });
    menu.addEventListener("htmx:afterRequest", (event) => event.detail.successful && this.close());
    menu.addEventListener("submit", (event) => this.collect(event));
    this.list = document.querySelector("[data-comments]");
    if (this.list) this.showCollected();
  }

  offer() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return;
    const range = selection.getRangeAt(0);
    const surface = [...this.editor.surfaces.values()].find((each) => each.element.contains(range.commonAncestorContainer));
    if (!surface || range.startContainer !== surface.node || !range.toString().trim()) return;
    const end = range.endContainer === surface.node ? range.endOffset : surface.value.length;
    const span = { field: surface.name, start: toPoints(surface.value, range.startOffset), end: toPoints(surface.value, end), quote: surface.value.slice(range.startOffset, end) };
    this.open(span, range.getBoundingClientRect());
  }

  open(span, box, focus = false) {
    for (const [name, value] of Object.entries(span)) if (this.menu.elements[name]) this.menu.elements[name].value = value;
    this.menu.hidden = false;
    document.body.append(this.menu); // above every panel
    const left = Math.max(8, Math.min(box.left, innerWidth - this.menu.offsetWidth - 8));
    this.menu.style.left = `${left + scrollX}px`;
    this.menu.style.top = `${box.bottom + scrollY + 6}px`;
    if (focus) this.menu.querySelector("textarea, select, input:not([type=hidden])")?.focus();
    announce("Comment on the selected words: press C");
  }

  close() {
    if (this.menu.hidden) return;
    this.menu.hidden = true;
    this.menu.reset();
    this.home.append(this.menu);
  }

  // Without hx-post the comments wait in the verdict form, as JSON in its field `comments`.
  collect(event) {
    if (this.menu.hasAttribute("hx-post") || !this.list) return;
    event.preventDefault();
    const data = Object.fromEntries(new FormData(this.menu));
    delete data.csrfmiddlewaretoken;
    const numbers = { start: data.start === "" ? null : +data.start, end: data.end === "" ? null : +data.end };
    this.keep([...this.collected(), { ...data, ...numbers }]);
    this.close();
    getSelection().removeAllRanges();
    announce("Comment added");
  }

  collected() { try { return JSON.parse(this.list.value || "[]"); } catch { return []; } }

  keep(comments) {
    this.list.value = JSON.stringify(comments);
    this.list.dispatchEvent(new Event("input", { bubbles: true }));
    this.showCollected();
  }

  showCollected() {
    const place = document.querySelector("[data-collected]");
    if (!place) return;
    const labels = new Map(all("option", this.menu).map((option) => [option.value, option.textContent]));
    place.replaceChildren(...this.collected().map((comment, index) => {
      const thread = Object.assign(document.createElement("article"), { className: "thread" });
      Object.assign(thread.dataset, { textSpan: comment.field, start: comment.start ?? "", end: comment.end ?? "" });
      if (comment.quote) thread.append(Object.assign(document.createElement("blockquote"), { textContent: comment.quote, dir: "auto" }));
      const words = [labels.get(comment.reason), comment.comment].filter(Boolean).join(": ");
      thread.append(Object.assign(document.createElement("p"), { textContent: words, dir: "auto" }));
      const remove = Object.assign(document.createElement("button"), { type: "button", className: "button link small", textContent: "Remove" });
      remove.addEventListener("click", () => this.keep(this.collected().filter((_, at) => at !== index)));
      thread.append(remove);
      return thread;
    }));
    showThreads(this.editor);
  }
}

// --- threads light up their words and back

const threadRanges = new Map();

function showThreads(editor) {
  // A range once made follows what is typed; made again from the offsets of the old text it would lie beside its words.
  for (const thread of [...threadRanges.keys()]) if (!thread.isConnected) threadRanges.delete(thread);
  for (const thread of all(".thread[data-text-span]")) {
    if (threadRanges.has(thread)) continue;
    const surface = editor.surfaces.get(thread.dataset.textSpan);
    if (surface && thread.dataset.start !== "" && thread.dataset.start !== undefined) threadRanges.set(thread, { surface, range: surface.range(+thread.dataset.start, +thread.dataset.end) });
  }
  const open = [...threadRanges].filter(([thread]) => !("done" in thread.dataset)).map(([, { range }]) => range);
  if (CSS.highlights) CSS.highlights.set("comment", new Highlight(...open));
}

function lightThread(thread) {
  all(".thread[data-current]").forEach((each) => each.removeAttribute("data-current"));
  const found = threadRanges.get(thread);
  if (CSS.highlights) found ? CSS.highlights.set("current", new Highlight(found.range)) : CSS.highlights.delete("current");
  if (found) thread.toggleAttribute("data-current", true);
}

function beginThreads(editor) {
  showThreads(editor);
  document.addEventListener("pointerover", (event) => {
    const thread = event.target.closest?.(".thread[data-text-span]");
    if (thread || document.querySelector(".thread[data-current]")) lightThread(thread);
  });
  document.addEventListener("focusin", (event) => lightThread(event.target.closest?.(".thread[data-text-span]")));
  document.addEventListener("click", (event) => {
    const found = threadRanges.get(event.target.closest(".thread[data-text-span]"));
    if (found && !event.target.closest("a, button, input, textarea, label, form")) found.surface.select(found.range);
  });
  document.addEventListener("htmx:afterSettle", () => showThreads(editor));
}

// --- a half-filled judgement survives a reload: <form data-keep="review-7-2">

function keepForm(form) {
  const key = `scriptorium:form:${form.dataset.keep}`;
  const fields = () => [...form.elements].filter((element) => element.name && element.name !== "csrfmiddlewaretoken" && element.type !== "submit");
  const entries = () => fields().filter((element) => !["radio", "checkbox"].includes(element.type) || element.checked).map((element) => [element.name, element.value]);
  const kept = JSON.parse(localStorage.getItem(key) || "null");
  for (const element of kept ? fields() : []) {
    const values = kept.filter(([name]) => name === element.name).map(([, value]) => value);
    if (["radio", "checkbox"].includes(element.type)) element.checked = values.includes(element.value);
    else if (values.length && ("comments" in element.dataset || element.type !== "hidden")) [element.value] = values;
  }
  document.addEventListener("input", (event) => event.target.form === form && localStorage.setItem(key, JSON.stringify(entries())));
  form.addEventListener("submit", () => sessionStorage.setItem("scriptorium:submitted", key));
}

const submitted = sessionStorage.getItem("scriptorium:submitted");
sessionStorage.removeItem("scriptorium:submitted");
if (submitted && !all("form[data-keep]").some((form) => submitted.endsWith(`:${form.dataset.keep}`))) localStorage.removeItem(submitted);
all("form[data-keep]").forEach(keepForm);
beginRubric();
const editor = document.querySelector("[data-editor]")?.editor;
if (editor) {
  const menu = document.getElementById("span-menu");
  beginThreads(editor);
  if (menu) new SpanMenu(menu, editor);
}
