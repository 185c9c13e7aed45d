// Reading and judging a pair: rendered and raw views of one text, remarks on selected words, a verdict that says what
// it still needs, the lease. The rubric's digits, threads and the kept form are review.js, the findings editor.js.
//
// Spans are code points of the raw text. In the rendered view the n-th occurrence of the selected words is taken to be
// the n-th occurrence in the raw text, but only where both views hold them equally often (Markdown keeps the order of
// the words). Anything else (a selection across formatting, words that also stand in a link's address) is never
// guessed: the raw view opens and the words are selected there.

const { announce, toast, toPoints, csrf } = window.scriptorium;
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const HEARTBEAT = 60000;
const RECENT = 5 * 60000;
const LEASE_SHORT = 10 * 60000;
const RECENT_REASONS = "scriptorium:recent-reasons";
const root = document.querySelector("[data-judging]");
const editor = document.querySelector("[data-editor]")?.editor;

// --- two views of one text

function occurrences(text, words) {
  const found = [];
  for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + 1)) found.push(at);
  return found;
}

function counterpart(from, to, words, at) {
  if (!words) return -1;
  const [here, there] = [occurrences(from, words), occurrences(to, words)];
  return here.length === there.length ? there[here.indexOf(at)] ?? -1 : -1;
}

// A range of `length` units from `start` over all text nodes of an element.
function rangeIn(element, start, length) {
  const range = document.createRange();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let [at, begun] = [0, false];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!begun && start < at + node.length) {
      range.setStart(node, start - at);
      begun = true;
    }
    if (begun && start + length <= at + node.length) {
      range.setEnd(node, start + length - at);
      return range;
    }
    at += node.length;
  }
  return null;
}

class Reading {
  constructor(panel) {
    this.panel = panel;
    this.name = panel.dataset.reading;
    this.raw = panel.querySelector(`[data-text="${this.name}"]`);
    this.rendered = panel.querySelector("[data-rendered]");
    const surface = editor?.surfaces.get(this.name);
    if (surface) surface.reveal = (range) => this.reveal(range);
  }

  get isRaw() { return !this.rendered || this.rendered.hidden; }

  show(raw) {
    if (!this.rendered) return;
    this.rendered.hidden = raw;
    this.raw.hidden = !raw;
    this.panel.dataset.view = raw ? "raw" : "rendered";
    const toggle = this.panel.querySelector("[data-toggle-view]");
    toggle.setAttribute("aria-pressed", String(raw));
    toggle.textContent = raw ? "As delivered" : "As written";
  }

  // Where a span of the raw text stands in the rendered view; null where that is not certain.
  shown(range) {
    if (!this.rendered || !range) return null;
    const words = range.toString();
    const at = counterpart(this.raw.textContent, this.rendered.textContent, words, range.startOffset);
    return at < 0 ? null : rangeIn(this.rendered, at, words.length);
  }

  reveal(range) {
    const mapped = this.isRaw ? range : this.shown(range);
    if (!mapped) this.show(true);
    unfold(this.panel, true);
    const box = (mapped || range).getBoundingClientRect();
    if (box.top < 80 || box.bottom > innerHeight - 40) window.scrollBy({ top: box.top - innerHeight / 3, behavior: "auto" });
  }

  // The selected words as a span of the raw text; null: select them again in the raw view, which is now open.
  span(range) {
    const shownIn = this.isRaw ? this.raw : this.rendered;
    const lead = document.createRange();
    lead.setStart(shownIn, 0);
    lead.setEnd(range.startContainer, range.startOffset);
    const selected = range.toString();
    const words = selected.trim();
    const start = lead.toString().length + selected.indexOf(words);
    const text = this.raw.textContent;
    const at = this.isRaw ? start : counterpart(this.rendered.textContent, text, words, start);
    if (at < 0) {
      this.show(true);
      return null;
    }
    return { field: this.name, start: toPoints(text, at), end: toPoints(text, at + words.length), quote: words };
  }
}

const readings = all("[data-reading]").map((panel) => new Reading(panel));
const readingOf = (element) => readings.find((reading) => reading.panel.contains(element));

function unfold(panel, open) {
  const button = panel.querySelector("[data-unfold]");
  if (!button || (button.getAttribute("aria-expanded") === "true") === open) return;
  button.setAttribute("aria-expanded", String(open));
  panel.querySelector(".folded, .unfolded").className = `body text ${open ? "unfolded" : "folded"}`;
  button.dataset.words ||= button.textContent;
  button.textContent = open ? "Show less" : button.dataset.words;
}

// Highlights of the raw text once more where it is shown rendered.
function paintRendered() {
  if (!CSS.highlights || !editor) return;
  const add = (name, surface, range) => {
    const mapped = readings.find((reading) => reading.name === surface)?.shown(range);
    if (mapped) CSS.highlights.get(name)?.add(mapped);
  };
  for (const finding of editor.findings) if (finding.range && !("dismissed" in finding.row.dataset)) add(finding.severity, finding.surface.name, finding.range);
  for (const thread of all(".thread[data-text-span]")) add("comment", thread.dataset.textSpan, threadRange(thread));
}

document.addEventListener("htmx:afterSettle", paintRendered); // after review.js, which has begun with the raw text

function threadRange(thread) {
  const surface = editor.surfaces.get(thread.dataset.textSpan);
  return surface && thread.dataset.start ? surface.range(+thread.dataset.start, +thread.dataset.end) : null;
}

document.addEventListener("pointerover", (event) => {
  const row = event.target.closest?.(".thread[data-text-span], .finding[data-start]");
  if (!row || !CSS.highlights || !editor) return;
  const name = row.dataset.textSpan || row.dataset.field;
  const range = row.matches(".finding") ? editor.surfaces.get(name)?.range(+row.dataset.start, +row.dataset.end) : threadRange(row);
  const mapped = readings.find((reading) => reading.name === name)?.shown(range);
  if (mapped) CSS.highlights.get("current")?.add(mapped);
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-toggle-view], [data-toggle-all-views], [data-unfold], [data-close-dialog], [data-row-step], [data-add-remark], [data-copy-judgement]");
  if (!target) return;
  if ("toggleView" in target.dataset) readingOf(target).show(!readingOf(target).isRaw);
  else if ("toggleAllViews" in target.dataset) toggleAll();
  else if ("unfold" in target.dataset) unfold(target.closest(".panel"), target.getAttribute("aria-expanded") !== "true");
  else if ("closeDialog" in target.dataset) target.closest("dialog").close();
  else if ("rowStep" in target.dataset) stepRow(+target.dataset.rowStep);
  else if ("addRemark" in target.dataset) judgement?.openRemark();
  else judgement?.copy();
});

function toggleAll() {
  const raw = readings.some((reading) => !reading.isRaw);
  readings.forEach((reading) => reading.show(raw));
  announce(raw ? "Shown as written" : "Shown as delivered");
}

function stepRow(step) {
  const rows = all("fieldset[data-rubric]");
  const at = rows.findIndex((row) => "current" in row.dataset);
  focusRow(rows[Math.max(0, Math.min(rows.length - 1, at + step))]);
}

function focusRow(row) {
  (row.querySelector(":checked") || row.querySelector("input")).focus();
  announce(`${row.querySelector("legend").textContent}: ${row.dataset.question}`);
}

// --- the judgement of a reviewer

class Judgement {
  constructor(form) {
    this.form = form;
    this.list = form.elements.remarks;
    this.dialog = document.getElementById("remark-dialog");
    this.button = document.getElementById("span-button");
    form.addEventListener("submit", (event) => this.submit(event));
    form.addEventListener("input", () => this.tell());
    form.addEventListener("change", () => this.tell());
    // Enter on a radio would press the first button of the form, which is a verdict.
    form.addEventListener("keydown", (event) => event.key === "Enter" && event.target.matches("input") && event.preventDefault());
    document.addEventListener("selectionchange", () => this.offerSoon());
    for (const each of all("[data-add-remark]")) each.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the selection
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.addRemark(event));
    this.recentFirst(form.querySelector("[data-reasons]"));
    this.showRemarks();
    this.tell();
  }

  get remarks() { try { return JSON.parse(this.list.value || "[]"); } catch { return []; } }

  set remarks(remarks) {
    this.list.value = JSON.stringify(remarks);
    this.list.dispatchEvent(new Event("input", { bubbles: true })); // review.js keeps the form
    this.showRemarks();
    this.tell();
  }

  // --- selecting words

  selection() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed || !String(selection).trim()) return null;
    const range = selection.getRangeAt(0);
    const reading = readingOf(range.commonAncestorContainer);
    const inside = reading && [reading.raw, reading.rendered].some((view) => view?.contains(range.commonAncestorContainer));
    return inside ? { reading, range } : null;
  }

  offerSoon() {
    clearTimeout(this.offering);
    this.offering = setTimeout(() => this.offer(), 150);
  }

  offer() {
    const selected = !this.dialog.open && this.selection();
    this.button.hidden = !selected;
    if (!selected) return;
    const box = selected.range.getBoundingClientRect();
    this.button.style.left = `${Math.max(8, Math.min(box.left, innerWidth - 140))}px`;
    this.button.style.top = `${Math.min(box.bottom + 6, innerHeight - 44)}px`;
  }

  openRemark() {
    const selected = this.selection();
    this.span = selected ? selected.reading.span(selected.range) : { field: "completion", start: null, end: null, quote: "" };
    if (!this.span) {
      toast("Formatting runs through these words, or they stand there twice.", { tone: "warn", remedy: "The text is shown as written now: select them once more." });
      return;
    }
    const form = this.dialog.querySelector("form");
    form.reset();
    const quote = form.querySelector("[data-quote]");
    quote.hidden = !this.span.quote;
    quote.textContent = this.span.quote;
    form.querySelector("[data-whole]").hidden = Boolean(this.span.quote);
    form.elements.field.value = this.span.field;
    this.recentFirst(form.querySelector("[data-remark-reasons]"));
    this.button.hidden = true;
    this.dialog.showModal();
    form.querySelector("[data-remark-reasons] input").focus();
  }

  addRemark() {
    const { elements } = this.dialog.querySelector("form");
    const { start, end, quote } = this.span;
    const field = quote ? this.span.field : elements.field.value;
    this.remarks = [...this.remarks, { reason: elements.reason.value, field, start, end, quote, text: elements.text.value.trim(), clause_id: +elements.clause?.value || null }];
    remember(elements.reason.value);
    getSelection().removeAllRanges();
    announce("Remark added");
  }

  recentFirst(row) {
    const recent = recentReasons();
    const place = (chip) => { const at = recent.indexOf(chip.querySelector("input").value); return at < 0 ? recent.length : at; };
    row.append(...[...row.children].sort((one, two) => place(one) - place(two)));
  }

  showRemarks() {
    const place = this.form.querySelector("[data-remarks]");
    place.replaceChildren(...this.remarks.map((remark, index) => this.thread(remark, index)));
    document.dispatchEvent(new Event("htmx:afterSettle")); // review.js lights the words of all threads anew
  }

  thread(remark, index) {
    const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
    const thread = make("article", { className: "thread", tabIndex: 0 });
    Object.assign(thread.dataset, { textSpan: remark.field, start: remark.start ?? "", end: remark.end ?? "" });
    const label = this.dialog.querySelector(`[name=reason][value="${CSS.escape(remark.reason)}"]`)?.parentElement.textContent || remark.reason;
    const clause = remark.clause_id && this.dialog.querySelector(`[name=clause] option[value="${+remark.clause_id}"]`)?.textContent;
    if (remark.quote) thread.append(make("blockquote", { textContent: remark.quote, dir: "auto" }));
    const words = make("p", { dir: "auto" });
    words.append(make("span", { className: "strong", textContent: label }), remark.text ? ` · ${remark.text}` : "");
    const foot = make("p", { className: "by", textContent: [remark.start === null && `whole ${remark.field}`, clause && `clause ${clause}`].filter(Boolean).join(" · ") });
    const remove = make("button", { type: "button", className: "button link small", textContent: "Remove" });
    remove.setAttribute("aria-label", `Remove the remark ${index + 1}: ${label}`);
    remove.addEventListener("click", () => { this.remarks = this.remarks.filter((_, at) => at !== index); });
    foot.append(foot.textContent ? " " : "", remove);
    thread.append(words, foot);
    return thread;
  }

  // --- what is still missing

  unscored() { return all("fieldset[data-rubric]").filter((row) => !row.querySelector(":checked")); }

  missingReason() { return !this.remarks.length && !all("[name=reasons]:checked", this.form).length; }

  missingWords() {
    const words = this.form.elements.note.value.trim() || this.remarks.map((remark) => remark.text).join(" ").trim();
    return [...words].length < +root.dataset.shortestNote;
  }

  tell() {
    const rows = this.unscored().map((row) => row.querySelector("legend").textContent.toLowerCase());
    const refusal = [this.missingReason() && "a reason", this.missingWords() && "a sentence that says what is wrong"].filter(Boolean);
    const parts = [rows.length ? `Still to score: ${rows.join(", ")}.` : "Scored.", refusal.length ? `To return, send to an editor or reject: ${refusal.join(" and ")}.` : rows.length ? "Then ready for any verdict." : "Ready for any verdict."];
    const place = this.form.querySelector("[data-still-needed]");
    if (place.textContent !== parts.join(" ")) place.textContent = parts.join(" ");
  }

  submit(event) {
    const verdict = event.submitter?.value;
    const [gap, words] = this.gap(verdict);
    if (this.sending || gap) event.preventDefault();
    if (gap) {
      sessionStorage.removeItem("scriptorium:submitted");
      gap.focus();
      gap.scrollIntoView({ block: "nearest" });
      toast(words, { tone: "note" });
      return;
    }
    this.sending = true;
    this.form.elements.csrfmiddlewaretoken.value = csrf(); // signing in again in another tab has changed it
    all("[name=reasons]:checked", this.form).forEach((input) => remember(input.value));
    setTimeout(() => { this.sending = false; }, 8000);
  }

  gap(verdict) {
    const [row] = this.unscored();
    if (row) return [row.querySelector("input"), `Score ${row.querySelector("legend").textContent.toLowerCase()} first: press 1 to 5.`];
    if (verdict === "accept") return [null, ""];
    if (this.missingReason()) return [this.form.querySelector("[name=reasons]"), "Say why: choose a reason, or select words and press R."];
    if (this.missingWords()) return [this.form.elements.note, "Say in a sentence what is wrong. The author and the editor read it."];
    return [null, ""];
  }

  async copy() {
    const text = [...this.remarks.map((remark) => [remark.quote, remark.text].filter(Boolean).join("\n")), this.form.elements.note.value].join("\n\n");
    try { await navigator.clipboard.writeText(text); toast("On the clipboard.", { tone: "good" }); } catch { toast("This browser does not let pages write to the clipboard.", { tone: "warn", remedy: "Select the note and copy it." }); }
  }
}

function recentReasons() { try { return JSON.parse(localStorage.getItem(RECENT_REASONS) || "[]"); } catch { return []; } }

function remember(reason) {
  try { localStorage.setItem(RECENT_REASONS, JSON.stringify([reason, ...recentReasons().filter((each) => each !== reason)].slice(0, 6))); } catch { /* only an order */ }
}

// --- the lease: whoever is at work keeps the item; where text is written, autosave.js does this

class Lease {
  constructor(desk) {
    this.desk = desk;
    this.until = Date.parse(desk.dataset.leaseUntil || "") || null;
    this.activeAt = Date.now();
    for (const name of ["keydown", "pointerdown", "wheel", "pointermove"]) document.addEventListener(name, () => { this.activeAt = Date.now(); }, { passive: true });
    setInterval(() => this.beat(), HEARTBEAT);
    setInterval(() => this.show(), 15000);
    this.show();
  }

  async beat() {
    if (document.hidden || this.lost || Date.now() - this.activeAt > RECENT) return;
    const headers = { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() };
    const answer = await fetch(this.desk.dataset.heartbeatUrl, { method: "POST", body: JSON.stringify({ token: this.desk.dataset.token, active_seconds: window.scriptorium.clock?.seconds }), headers, credentials: "same-origin" }).catch(() => null);
    const data = await answer?.json().catch(() => ({}));
    if (answer?.ok) this.until = Date.parse(data.leased_until || data.lease_until) || this.until;
    if (answer?.status === 409) this.lapse(data);
    this.show();
  }

  lapse(data) {
    this.lost = true;
    toast(data.message || "Your lease has lapsed.", { tone: "bad", remedy: "What you wrote is kept in this browser. Reload the page to take the item back." });
  }

  show() {
    const badge = document.querySelector("[data-lease]");
    if (!badge || !this.until) return;
    const left = this.until - Date.now();
    badge.hidden = left > LEASE_SHORT && !this.lost;
    badge.textContent = this.lost || left <= 0 ? "Lease lapsed" : `Yours for ${Math.ceil(left / 60000)} more min`;
  }
}

const form = document.getElementById("judge-form");
const judgement = root && form ? new Judgement(form) : null;
if (root?.dataset.heartbeatUrl) new Lease(root);
paintRendered();
