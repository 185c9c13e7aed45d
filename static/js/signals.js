// Writing signals: how a text came about, never what it says. Sent with every save as running totals, with the names
// of the findings that were shown and of those whose suggestion was applied.

const SEEN_AFTER = 2000; // a finding that stood open for so long counts as shown
const MOST_FINDINGS = 200;

class Signals {
  constructor(root, editor) {
    const { findings, ...counts } = JSON.parse(root.dataset.signals || "{}");
    this.counts = { typed: 0, pasted_inside: 0, pasted_outside: 0, applied: 0, deleted: 0, active_seconds: 0, ...counts };
    this.report = new Report(root, editor, findings || {});
    if ("uncounted" in root.dataset) {
      editor.signals = () => ({ findings: this.report.told });
      return;
    }
    editor.signals = () => ({ ...this.counts, active_seconds: Math.round(this.counts.active_seconds + (window.scriptorium?.clock?.gained || 0)), findings: this.report.told });
    root.addEventListener("editor:applying", () => { this.source = "applied"; });
    root.addEventListener("editor:restoring", () => { this.source = "restored"; });
    root.addEventListener("editor:restored", () => { this.source = null; });
    for (const name of ["copy", "cut"]) document.addEventListener(name, () => { this.copied = selectedText(); });
    document.addEventListener("dragstart", () => { this.copied = selectedText(); });
    for (const field of editor.fields.filter(({ name }) => isWritten(name))) this.watch(field.element);
    root.addEventListener("editor:input", (event) => isWritten(event.detail.field) && this.count(event.detail.change));
  }

  watch(input) {
    input.addEventListener("paste", (event) => { this.source = this.fromHere(event.clipboardData); }, true);
    input.addEventListener("drop", (event) => { this.source = this.fromHere(event.dataTransfer); }, true);
    input.addEventListener("beforeinput", (event) => { if (/^history/.test(event.inputType)) this.source = "history"; });
    input.addEventListener("compositionstart", () => { this.composing = input.value; });
    input.addEventListener("compositionend", () => {
      const grown = [...input.value].length - [...(this.composing ?? input.value)].length;
      this.composing = null;
      this.add(grown > 0 ? "typed" : "deleted", Math.abs(grown));
    });
  }

  fromHere(transfer) {
    const text = transfer?.getData("text/plain").replace(/\r\n/g, "\n");
    return text && text === this.copied ? "pasted_inside" : "pasted_outside";
  }

  count(change) {
    const source = this.source || "typed";
    if (source !== "restored") this.source = null;
    if (source === "history" || source === "restored" || this.composing != null) return;
    this.add(source, [...change.inserted].length);
    this.add("deleted", change.removed);
  }

  add(name, amount) { this.counts[name] += amount; }
}

// A source passage and its provenance are brought, not written: pasting them says nothing.
const isWritten = (name) => !name.startsWith("own_");

// Which findings a person saw and used: fingerprints and kinds, none of their words.
class Report {
  constructor(root, editor, before) {
    this.editor = editor;
    this.shown = new Map(Object.entries(before.shown || {}));
    this.applied = new Set(before.applied || []);
    this.since = new Map();
    for (const name of ["editor:applied", "editor:noticed"]) root.addEventListener(name, (event) => event.detail.findings.forEach((finding) => this.show(finding)));
    root.addEventListener("editor:applied", (event) => event.detail.findings.forEach(({ fingerprint }) => this.applied.size < MOST_FINDINGS && this.applied.add(fingerprint)));
    root.addEventListener("editor:findings", () => this.look());
    this.look();
  }

  get told() { return { shown: Object.fromEntries(this.shown), applied: [...this.applied] }; }

  show({ fingerprint, code }) {
    if (this.shown.size < MOST_FINDINGS && !this.shown.has(fingerprint)) this.shown.set(fingerprint, code);
  }

  look() {
    clearTimeout(this.timer);
    const now = performance.now();
    const open = new Map(this.editor.open.map(({ row }) => [row.dataset.fingerprint, row.dataset.code]));
    for (const fingerprint of this.since.keys()) if (!open.has(fingerprint)) this.since.delete(fingerprint);
    for (const [fingerprint, code] of open) {
      if (!this.since.has(fingerprint)) this.since.set(fingerprint, now);
      if (now - this.since.get(fingerprint) >= SEEN_AFTER && !document.hidden) this.show({ fingerprint, code });
    }
    const waiting = [...this.since].filter(([fingerprint]) => !this.shown.has(fingerprint)).map(([, at]) => at + SEEN_AFTER - now);
    if (waiting.length && this.shown.size < MOST_FINDINGS) this.timer = setTimeout(() => this.look(), Math.max(500, Math.min(...waiting) + 20));
  }
}

function selectedText() {
  const input = document.activeElement;
  return input?.tagName === "TEXTAREA" ? input.value.slice(input.selectionStart, input.selectionEnd) : String(getSelection());
}

const root = document.querySelector("[data-editor]");
if (root?.editor) new Signals(root, root.editor);
