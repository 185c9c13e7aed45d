// Texts with findings. Editing is the browser's own <textarea> (undo, IME, right-to-left, spelling);
// a transparent layer of the same text beneath it carries the underlines as CSS.highlights.
// What is asked of the server while somebody writes is checks.js. Contract of the attributes: docs/interface.md

const { announce, toUnits, toPoints } = window.scriptorium;
const SEVERITIES = ["must", "should", "note"];
const LONGEST_SAID = 60;

// What one edit did, as the smallest replaced stretch.
function changeBetween(before, after) {
  const shorter = Math.min(before.length, after.length);
  let at = 0;
  while (at < shorter && before[at] === after[at]) at += 1;
  let tail = 0;
  while (tail < shorter - at && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  return { at, removed: before.length - at - tail, inserted: after.slice(at, after.length - tail) };
}

// A text that is read: spans are live ranges on its one text node.
class Surface {
  constructor(element) {
    this.name = element.dataset.text;
    this.element = element;
    this.layer = element;
    element.normalize();
    this.node = element.firstChild || element.appendChild(document.createTextNode(""));
  }

  get value() { return this.node.data; }
  get editable() { return false; }

  range(startPoints, endPoints) {
    const range = document.createRange();
    range.setStart(this.node, toUnits(this.value, startPoints));
    range.setEnd(this.node, toUnits(this.value, endPoints));
    return range;
  }

  reveal(range) {
    const box = range.getBoundingClientRect();
    if (box.top < 80 || box.bottom > innerHeight - 40) window.scrollBy({ top: box.top - innerHeight / 3, behavior: "auto" });
  }

  select(range) { this.reveal(range); }
  at() { return -1; }
}

// A text that is written.
class Field extends Surface {
  constructor(input) {
    const layer = document.querySelector(`[data-layer="${input.dataset.text}"]`);
    layer.textContent = input.value;
    layer.dataset.text = input.dataset.text;
    super(layer);
    this.element = input;
  }

  get value() { return this.element.value; }
  get editable() { return !this.element.readOnly; }

  // replaceData lets the browser move every range behind the edit.
  sync() {
    const change = changeBetween(this.node.data, this.value);
    if (change.removed || change.inserted) this.node.replaceData(change.at, change.removed, change.inserted);
    return change;
  }

  // execCommand is the one way to change a textarea that the browser's own undo knows.
  replace(start, end, text) {
    this.element.focus({ preventScroll: true });
    this.element.setSelectionRange(start, end);
    const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
    if (done) return;
    this.element.setRangeText(text, start, end, "end");
    this.element.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  }

  select(range) {
    this.element.focus({ preventScroll: true });
    this.element.setSelectionRange(range.startOffset, range.endOffset);
    this.reveal(range);
  }

  // The finding under the pointer, or under the caret.
  at(event) {
    if (!event) return this.element.selectionStart;
    const caret = document.caretPositionFromPoint?.(event.clientX, event.clientY);
    return caret && caret.offsetNode === this.element ? caret.offset : -1;
  }
}

class Editor {
  constructor(root) {
    this.root = root;
    this.panel = document.getElementById("findings");
    this.surfaces = new Map();
    document.querySelectorAll("[data-text]").forEach((element) => {
      if (!element.matches("[data-layer]")) this.surfaces.set(element.dataset.text, element.matches("textarea") ? new Field(element) : new Surface(element));
    });
    this.findings = [];
    this.current = null;
    this.listen();
    this.readFindings();
  }

  get fields() { return [...this.surfaces.values()].filter((surface) => surface instanceof Field); }
  values() { return Object.fromEntries(this.fields.map((field) => [field.name, field.value])); }

  setValues(values) {
    for (const field of this.fields) {
      const change = changeBetween(field.value, values[field.name] ?? field.value);
      if (change.removed || change.inserted) field.replace(change.at, change.at + change.removed, change.inserted);
    }
  }

  listen() {
    for (const field of this.fields) {
      field.element.addEventListener("input", () => this.typed(field));
      field.element.addEventListener("pointermove", (event) => this.pointAt(field, field.at(event)));
      field.element.addEventListener("pointerleave", () => this.light(this.current));
    }
    document.addEventListener("selectionchange", () => {
      const field = this.fields.find((each) => each.element === document.activeElement);
      if (field) this.caretAt(field, field.at());
    });
    this.panel?.addEventListener("pointerover", (event) => this.light(this.findingOf(event.target) || this.current));
    this.panel?.addEventListener("pointerleave", () => this.light(this.current));
    this.panel?.addEventListener("focusin", (event) => this.setCurrent(this.findingOf(event.target)));
    this.panel?.addEventListener("htmx:afterSettle", () => this.readFindings());
    document.addEventListener("click", (event) => this.clicked(event));
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.goBack(event));
  }

  body(more = {}) {
    return JSON.stringify({ ...this.values(), version: +this.root.dataset.version, token: this.root.dataset.token, signals: this.signals?.() ?? {}, ...more });
  }

  // --- findings

  findingOf(target) {
    const row = target.closest?.(".finding");
    return row ? this.findings.find((finding) => finding.row === row) : null;
  }

  get open() { return this.findings.filter((finding) => !finding.stale && !("dismissed" in finding.row.dataset)); }

  // A row that waits for its check to look at the new text keeps the place that has moved along with its words.
  readFindings() {
    if (!this.panel) return;
    const known = new Map(this.findings.map((finding) => [finding.row, finding]));
    const isKept = (row) => known.has(row) && ("waiting" in row.dataset || "stale" in row.dataset);
    this.findings = [...this.panel.querySelectorAll(".finding")].map((row) => (isKept(row) ? known.get(row) : this.read(row)));
    this.setCurrent(this.findings.find((finding) => finding.row === this.current?.row));
    this.paint();
    this.showCounts();
    this.showFormat();
    this.root.dispatchEvent(new CustomEvent("editor:findings"));
  }

  read(row) {
    const surface = this.surfaceOf(row.dataset.field);
    const range = surface && row.dataset.start ? surface.range(+row.dataset.start, +row.dataset.end) : null;
    return { row, surface, range, text: range?.toString(), severity: row.dataset.severity, stale: false };
  }

  // The passage an author brings is written in a field of its own.
  surfaceOf(name) { return this.surfaces.get(name) || (name === "context" ? this.surfaces.get("own_text") : undefined); }

  paint() {
    if (!CSS.highlights) return;
    for (const severity of SEVERITIES) {
      const open = this.open.filter((finding) => finding.severity === severity && finding.range);
      const highlight = new Highlight(...open.map((finding) => finding.range));
      highlight.priority = SEVERITIES.length - SEVERITIES.indexOf(severity);
      CSS.highlights.set(severity, highlight);
    }
  }

  light(finding) {
    if (this.lit === finding) return;
    this.lit = finding;
    const range = finding && !finding.stale && finding.range;
    if (CSS.highlights) range ? CSS.highlights.set("current", new Highlight(range)) : CSS.highlights.delete("current");
    this.findings.forEach((each) => each.row.toggleAttribute("data-current", each === finding));
  }

  setCurrent(finding) {
    this.current = finding || null;
    this.light(this.current);
  }

  findingAt(surface, offset) {
    return this.findings.find((finding) => finding.surface === surface && finding.range && !finding.stale && offset >= finding.range.startOffset && offset <= finding.range.endOffset);
  }

  pointAt(surface, offset) {
    this.light((offset >= 0 && this.findingAt(surface, offset)) || this.current);
  }

  caretAt(surface, offset) {
    const finding = this.findingAt(surface, offset);
    if (finding === this.current) return;
    this.setCurrent(finding);
    if (finding) this.keepInPanel(finding.row);
  }

  // Scrolls the panel only; the page and the text stay where they are.
  keepInPanel(row) {
    const scroller = row.closest(".aside-sticky, .scroll") || this.panel;
    const outside = row.getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    if (outside.top < frame.top + 40) scroller.scrollTop += outside.top - frame.top - 40;
    else if (outside.bottom > frame.bottom) scroller.scrollTop += outside.bottom - frame.bottom;
  }

  // --- commands

  clicked(event) {
    const command = event.target.closest("[data-command]");
    if (command) return this[command.dataset.command]?.();
    const link = event.target.closest("[data-clause]");
    if (link) return this.openClause(link, event);
    const finding = this.findingOf(event.target);
    if (event.target.closest("[data-format-chip]")) return this.jump(this.findings.find((each) => each.row.dataset.check === "format"));
    if (!finding) return undefined;
    const button = event.target.closest("[data-apply]");
    if (button) return this.applyTo(finding, button.dataset.apply);
    if (event.target.closest("[data-dismiss]")) return this.openDismiss(finding);
    return event.target.closest("a, button, input, form") ? undefined : this.jump(finding);
  }

  next(step = 1) {
    const { open } = this;
    if (!open.length) return announce("No findings");
    const at = open.indexOf(this.current);
    const finding = open[at < 0 ? (step > 0 ? 0 : open.length - 1) : (at + step + open.length) % open.length];
    this.jump(finding);
    announce(`${open.indexOf(finding) + 1} of ${open.length}: ${finding.row.querySelector(".what").innerText.replace(/\s+/g, " ")}`);
    return undefined;
  }

  previous() { this.next(-1); }

  jump(finding) {
    if (!finding) return;
    if (finding.range && !finding.stale) finding.surface.select(finding.range);
    this.setCurrent(finding);
    this.keepInPanel(finding.row);
    this.tell("editor:noticed", [finding]);
  }

  isApplicable(finding) { return "suggestion" in finding.row.dataset && Boolean(finding.surface?.editable); }

  tell(name, findings) {
    this.root.dispatchEvent(new CustomEvent(name, { detail: { findings: findings.map((finding) => ({ fingerprint: finding.row.dataset.fingerprint, code: finding.row.dataset.code })) } }));
  }

  apply() {
    const finding = this.current || this.open.find((each) => this.isApplicable(each));
    if (!finding || !this.isApplicable(finding)) return announce("Nothing to apply here");
    return this.applyTo(finding, finding.row.dataset.suggestion);
  }

  applyTo(finding, suggestion) {
    if (!finding.surface?.editable) return;
    if (finding.stale || (finding.range && finding.range.toString() !== finding.text)) {
      announce("The text has changed here; the check is running again");
      return;
    }
    const [start, end] = finding.range ? [finding.range.startOffset, finding.range.endOffset] : [0, finding.surface.value.length];
    this.put(finding.surface, start, end, suggestion, [finding]);
    announce(suggestion ? `Replaced by ${suggestion.length > LONGEST_SAID ? "the suggestion" : suggestion}` : "Removed");
  }

  put(surface, start, end, text, findings) {
    this.tell("editor:applied", findings);
    this.root.dispatchEvent(new CustomEvent("editor:applying"));
    surface.replace(start, end, text);
    this.checks?.soon(0);
  }

  format() {
    const findings = this.open.filter((each) => each.row.dataset.check === "format");
    const finding = findings.find((each) => this.isApplicable(each));
    if (finding) return this.applyTo(finding, finding.row.dataset.suggestion);
    this.jump(findings[0]);
    return announce(findings.length ? "It can be formatted once it is valid" : "It is formatted as it should be");
  }

  clause() {
    const finding = [this.current, ...this.open].find((each) => each?.row.querySelector("[data-clause]"));
    if (!finding) return announce("No clause belongs to these findings");
    this.setCurrent(finding);
    return finding.row.querySelector("[data-clause]").click();
  }

  // In place where the guideline is beside the text; elsewhere the link opens it.
  openClause(link, event) {
    const details = document.getElementById(`clause-${link.dataset.clause}`)?.closest("details");
    if (!details) return;
    event.preventDefault();
    this.leave();
    details.open = true;
    details.firstElementChild.focus({ preventScroll: true });
    details.scrollIntoView({ block: "nearest" });
  }

  dismiss() {
    const finding = this.current || this.open.find((each) => each.row.querySelector("[data-dismiss]"));
    if (!finding?.row.querySelector("[data-dismiss]")) return announce("Nothing to dismiss here");
    return this.openDismiss(finding);
  }

  openDismiss(finding) {
    const form = finding.row.querySelector("[data-dismiss-form]");
    if (!form) return;
    this.leave();
    form.hidden = !form.hidden;
    finding.row.querySelector("[data-dismiss]")?.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.querySelector("[name=reason]").focus();
    this.keepInPanel(finding.row);
    this.tell("editor:noticed", [finding]);
  }

  // From a form or a clause that a key has opened, Escape leads back into the text.
  leave() {
    const field = this.fields.find((each) => each.element === document.activeElement);
    if (field) this.leftFrom = field.element;
  }

  goBack(event) {
    const form = event.target.closest?.("[data-dismiss-form]");
    if (form) {
      form.hidden = true;
      form.closest(".finding").querySelector("[data-dismiss]")?.setAttribute("aria-expanded", "false");
    }
    if (form || event.target.closest?.(".clause")) this.comeBack(form?.closest(".finding"));
  }

  comeBack(otherwise) {
    (this.leftFrom || otherwise)?.focus({ preventScroll: true });
    this.leftFrom = null;
  }

  // --- typing

  typed(field) {
    const change = field.sync();
    for (const finding of this.findings) if (finding.surface === field && !finding.stale) this.weather(finding, change);
    this.paint();
    this.root.dispatchEvent(new CustomEvent("editor:input", { detail: { field: field.name, change } }));
  }

  // A finding whose words were touched is greyed at once; one that only moved stays.
  weather(finding, change) {
    const { range } = finding;
    if (range && range.startOffset === change.at && change.removed === 0 && range.toString() === change.inserted + finding.text) range.setStart(range.startContainer, change.at + change.inserted.length);
    finding.stale = !range || range.toString() !== finding.text;
    finding.row.toggleAttribute("data-stale", finding.stale);
  }

  // --- tokens and format

  showCounts() {
    const holder = this.panel.querySelector("[data-tokens-prompt], [data-tokens-completion]") || this.panel;
    document.querySelectorAll("[data-counter]").forEach((counter) => {
      const count = holder.getAttribute(`data-tokens-${counter.dataset.counter}`);
      if (count === null) return;
      const { min, max } = counter.dataset;
      const bounds = min || max ? ` · ${min || 0}–${max || "∞"}` : "";
      counter.textContent = `${Number(count).toLocaleString("en")} ${count === "1" ? "token" : "tokens"}${bounds}`;
      if (bounds) counter.dataset.bound = (min && +count < +min) || (max && +count > +max) ? "outside" : "inside";
    });
  }

  showFormat() {
    const chip = document.querySelector("[data-format-chip]");
    if (!chip) return;
    const wanted = chip.dataset.formatChip;
    const field = this.surfaces.get("completion");
    const finding = this.findings.find((each) => each.row.dataset.check === "format" && !("dismissed" in each.row.dataset));
    chip.className = "badge soft";
    chip.dataset.tone = finding ? "bad" : field?.value.trim() ? "good" : "quiet";
    if (!finding) chip.textContent = field?.value.trim() ? `Valid ${wanted}` : `${wanted} wanted`;
    else chip.textContent = finding.range ? placeOf(finding) : `Not valid ${wanted}`;
  }
}

function placeOf(finding) {
  const lines = finding.surface.value.slice(0, finding.range.startOffset).split("\n");
  const message = finding.row.querySelector(".message")?.firstChild?.textContent.trim() || "";
  const place = `Line ${lines.length}, column ${toPoints(lines.at(-1), lines.at(-1).length) + 1}`;
  return message && message.length < 48 && !message.startsWith("Line") ? `${place}: ${message}` : place;
}

const root = document.querySelector("[data-editor]");
if (root) {
  root.editor = new Editor(root);
  root.dispatchEvent(new CustomEvent("editor:ready", { bubbles: true }));
}
