// Writing signals: how a text came about, never what it says. Sent with every save as running totals.

const IDLE_CUT = 120000;

class Signals {
  constructor(root, editor) {
    this.counts = { typed: 0, pasted_inside: 0, pasted_outside: 0, applied: 0, deleted: 0, active_seconds: 0, ...JSON.parse(root.dataset.signals || "{}") };
    this.seconds = this.counts.active_seconds;
    editor.signals = () => ({ ...this.counts, active_seconds: Math.round(this.seconds) });
    root.addEventListener("editor:applying", () => { this.source = "applied"; });
    root.addEventListener("editor:restoring", () => { this.source = "restored"; });
    root.addEventListener("editor:restored", () => { this.source = null; });
    for (const name of ["copy", "cut"]) document.addEventListener(name, () => { this.copied = selectedText(); });
    for (const name of ["keydown", "pointerdown", "wheel"]) document.addEventListener(name, () => this.active(), { passive: true });
    document.addEventListener("visibilitychange", () => { this.last = document.hidden ? null : performance.now(); });
    document.addEventListener("dragstart", () => { this.copied = selectedText(); });
    for (const field of editor.fields) this.watch(field.element);
    root.addEventListener("editor:input", (event) => this.count(event.detail.change));
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

  active() {
    const now = performance.now();
    if (this.last && now - this.last < IDLE_CUT) this.seconds += (now - this.last) / 1000;
    this.last = now;
  }
}

function selectedText() {
  const input = document.activeElement;
  return input?.tagName === "TEXTAREA" ? input.value.slice(input.selectionStart, input.selectionEnd) : String(getSelection());
}

const root = document.querySelector("[data-editor]");
if (root?.editor) new Signals(root, root.editor);
