// Checks beside a text that is being written: fast ones shortly after a key, slow ones asked for after a pause and
// polled for until the server says that nothing more will come; their answers flow into the panel row by row.
// Contract of the requests: docs/interface.md

const { announce, csrf } = window.scriptorium;
const FAST_PAUSE = 400;
const SLOW_PAUSE = 1000;
const ANNOUNCE_PAUSE = 1500;
const FIRST_POLL = 400;
const SLOWEST_POLL = 2000;
const PATIENCE = 20000; // then it is said that some take long, and asked less often
const PATIENT_POLL = 5000;
const GIVE_UP = 120000;
const NOTHING_MORE = 286;
const AWAY = "checks unavailable; they run when you submit";
const ALL_AT_ONCE = "artifacts";
const FEWEST_FOR_ALL = 3;

// --- rows that stay the same keep their place, their focus and what is open in them

class Panel {
  constructor(editor) {
    this.editor = editor;
    this.element = editor.panel;
    this.faces = new WeakMap();
    this.isLong = false;
    this.gone = new WeakSet();
    this.newcomers = new Set(); // came while a row was held; put in order when it is left
    this.rows.forEach((row) => this.faces.set(row, faceOf(row)));
    for (const name of ["pointerleave", "focusout"]) this.element.addEventListener(name, () => setTimeout(() => this.settle()));
  }

  get list() { return this.element.querySelector(".findings"); }
  get rows() { return [...this.list.children].filter((row) => row.matches(".finding")); }
  get pending() { return new Set((this.list.dataset.pending || "").split(" ").filter(Boolean)); }
  // Seconds without a key after which checks that cost money are asked too; 0 where none of them waits for that.
  get restSeconds() { return +(this.list.dataset.rest || 0); }
  get focused() { return this.element.querySelector(".finding:focus-within"); }

  // The row that must not move: the one under the pointer, else the one with the focus.
  get held() { return this.element.querySelector(".finding:hover") || this.focused; }

  merge(html) {
    const holder = Object.assign(document.createElement("template"), { innerHTML: html }).content;
    const fresh = holder.querySelector(".findings");
    for (const name of ["data-pending", "data-rest", "data-tokens-prompt", "data-tokens-completion"]) this.list.setAttribute(name, fresh.getAttribute(name) || "");
    const before = new Set(this.rows);
    const rows = this.matched(fresh, this.leftOver(fresh));
    const added = rows.filter((row) => !before.has(row));
    this.keepingStill(() => {
      this.arrange(rows);
      this.showRest(holder);
      this.showLong();
    }, added);
    added.forEach((row) => window.htmx?.process(row));
    this.editor.readFindings();
  }

  // Rows the answer does not name: they wait while their check has not looked at the new text and their words are
  // unchanged; one that somebody is in the middle of stays, greyed, until it is left.
  leftOver(fresh) {
    const named = new Set([...fresh.children].map((row) => row.id));
    const left = this.editor.findings.filter((finding) => !named.has(finding.row.id));
    return left.filter((finding) => {
      const waits = this.pending.has(finding.row.dataset.check) && !(finding.range && finding.stale);
      const isBusy = !waits && (finding.row.contains(document.activeElement) || finding.row.querySelector("[data-dismiss-form]:not([hidden])"));
      if (isBusy) this.gone.add(finding.row);
      finding.row.toggleAttribute("data-waiting", waits);
      finding.stale = !waits && (finding.stale || Boolean(isBusy));
      finding.row.toggleAttribute("data-stale", finding.stale);
      return waits || isBusy;
    }).map((finding) => finding.row);
  }

  matched(fresh, left) {
    const known = new Map(this.rows.map((row) => [row.id, row]));
    const rows = [...fresh.children].map((row) => {
      const old = known.get(row.id);
      const face = faceOf(row);
      if (old) this.renew(old, row, this.faces.get(old) === face);
      this.faces.set(old || row, face);
      return old || row;
    });
    return [...rows, ...left].sort((one, two) => compare(rank(one), rank(two)));
  }

  renew(row, fresh, isSame) {
    row.getAttributeNames().filter((name) => !fresh.hasAttribute(name)).forEach((name) => row.removeAttribute(name));
    fresh.getAttributeNames().forEach((name) => row.setAttribute(name, fresh.getAttribute(name)));
    if (isSame) return;
    for (const part of [".dot", ".what", ".actions"]) this.renewPart(row, row.querySelector(`:scope > ${part}`), fresh.querySelector(`:scope > ${part}`));
    const [form, newForm] = [row, fresh].map((each) => each.querySelector(":scope > form"));
    if (form && !newForm) {
      const hadFocus = form.contains(document.activeElement);
      form.remove();
      if (hadFocus) this.editor.comeBack(row);
    } else if (newForm && !form) {
      row.append(newForm);
      window.htmx?.process(newForm);
    }
  }

  renewPart(row, old, fresh) {
    const focus = old.contains(document.activeElement) && ["data-apply", "data-dismiss", "data-clause"].find((name) => document.activeElement.hasAttribute(name));
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (focus) (fresh.querySelector(`[${focus}]`) || row).focus({ preventScroll: true });
    if (row.querySelector("[data-dismiss-form]:not([hidden])")) fresh.querySelector("[data-dismiss]")?.setAttribute("aria-expanded", "true");
  }

  // The row with the focus is never taken out and put in again: that would take its focus away.
  arrange(rows) {
    const { focused } = this;
    const wanted = new Set(rows);
    this.rows.filter((row) => !wanted.has(row)).forEach((row) => row.remove());
    let next = this.list.firstElementChild;
    for (const row of rows) {
      if (row === focused) { next = row.nextElementSibling; continue; }
      if (row !== next) this.list.insertBefore(row, next);
      else next = row.nextElementSibling;
    }
  }

  // The panel is scrolled so that the held row stays where it is; where it cannot be, what is new waits below it.
  keepingStill(change, added) {
    const scroller = this.element.closest(".aside-sticky, .scroll") || this.element;
    const { held } = this;
    const still = held || this.editor.current?.row;
    const top = still?.getBoundingClientRect().top;
    change();
    if (!still?.isConnected) return;
    const moved = () => still.getBoundingClientRect().top - top;
    scroller.scrollTop += moved();
    if (!held) return;
    added.forEach((row) => this.newcomers.add(row));
    if (moved() > 1) this.rows.filter((row) => this.newcomers.has(row) && row.compareDocumentPosition(still) & Node.DOCUMENT_POSITION_FOLLOWING).reverse().forEach((row) => still.after(row));
    if (moved() < -1) this.list.style.paddingTop = `${-moved()}px`;
    this.isUnsettled = true;
  }

  settle() {
    if (!this.isUnsettled || this.held) return;
    this.isUnsettled = false;
    this.newcomers.clear();
    this.list.style.paddingTop = "";
    const isOver = (row) => this.gone.has(row) && "stale" in row.dataset && !row.querySelector("[data-dismiss-form]:not([hidden])");
    this.arrange(this.rows.filter((row) => !isOver(row)).sort((one, two) => compare(rank(one), rank(two))));
    this.editor.readFindings();
  }

  showRest(holder) {
    const [old, fresh] = [this.element, holder].map((each) => each.querySelector(".findings-rest"));
    if (!old || !fresh || this.rest === fresh.innerHTML) return;
    this.rest = fresh.innerHTML;
    const wasOpen = old.querySelector("details")?.open;
    const hadFocus = old.contains(document.activeElement);
    old.replaceChildren(...fresh.childNodes);
    const details = old.querySelector("details");
    if (details && wasOpen) details.open = true;
    if (hadFocus) details?.firstElementChild.focus({ preventScroll: true });
  }

  showLong() {
    this.element.querySelector("[data-still-to-come]")?.toggleAttribute("hidden", this.isLong);
    this.element.querySelector("[data-takes-long]")?.toggleAttribute("hidden", !this.isLong);
  }
}

// What a row says, without the place of its words.
const faceOf = (row) => row.outerHTML.replace(/ data-(start|end)="\d+"/g, "");

const SEVERITIES = ["must", "should", "note"];
const FIELDS = ["prompt", "completion", "context"];

function rank(row) {
  const { severity, field, start, dismissed } = row.dataset;
  return [dismissed === undefined ? 0 : 1, SEVERITIES.indexOf(severity), FIELDS.indexOf(field), start ? +start : -1];
}

const compare = (one, two) => one.map((value, index) => value - two[index]).find(Boolean) || 0;

// --- asking

class LiveChecks {
  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.panel = new Panel(editor);
    editor.checks = this;
    this.isKnown = true; // the page came with what is known of its text
    this.typedAt = performance.now();
    root.addEventListener("editor:input", () => this.typed());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.begin()));
    editor.panel.addEventListener("htmx:configRequest", () => { this.sent = this.text; });
    editor.panel.addEventListener("htmx:beforeSwap", (event) => this.answered(event));
    editor.panel.addEventListener("htmx:afterRequest", (event) => event.detail.successful && event.detail.requestConfig.elt.matches("[data-add-word]") && this.soon(0));
    if (this.panel.pending.size) this.later(SLOW_PAUSE);
    else this.rest();
  }

  get text() { return JSON.stringify(this.editor.values()); }

  typed() {
    this.stop();
    this.typedAt = performance.now();
    this.hasRested = false;
    this.said = false;
    this.takesLong(false);
    this.soon(FAST_PAUSE);
    this.later(SLOW_PAUSE);
  }

  soon(pause) {
    clearTimeout(this.fastTimer);
    this.isKnown = false;
    this.fastTimer = setTimeout(() => this.look(), pause);
  }

  later(pause) {
    clearTimeout(this.slowTimer);
    this.slowTimer = setTimeout(() => this.begin(), pause);
  }

  stop() {
    clearTimeout(this.slowTimer);
    clearTimeout(this.fastTimer);
    clearTimeout(this.restTimer);
    clearTimeout(this.announceTimer);
    this.asking?.abort();
  }

  async look() {
    this.status("checking …");
    const status = await this.ask(false);
    if (!status) return;
    this.isKnown = true;
    if (!this.panel.pending.size) this.finish();
  }

  // Nothing is asked for twice: where the fast answer says that no slow check is missing, that was all.
  begin() { this.isKnown && !this.panel.pending.size ? this.rest() : this.start(); }

  start() {
    this.begunAt = performance.now();
    this.pause = FIRST_POLL;
    this.poll();
  }

  // Asked for when nobody has touched the text for so long: while somebody types nothing is paid for.
  rest() {
    clearTimeout(this.restTimer);
    if (!this.panel.restSeconds || document.hidden) return;
    const left = this.typedAt + 1000 * this.panel.restSeconds - performance.now();
    this.restTimer = setTimeout(() => { this.hasRested = true; this.start(); }, Math.max(0, left));
  }

  async poll() {
    const status = await this.ask(true);
    if (status === NOTHING_MORE) return this.finish();
    if (status === null || document.hidden) return undefined;
    const waited = performance.now() - this.begunAt;
    if (waited > PATIENCE) this.takeLong();
    if (waited > GIVE_UP) return undefined;
    clearTimeout(this.slowTimer);
    this.slowTimer = setTimeout(() => this.poll(), waited > PATIENCE ? PATIENT_POLL : this.pause);
    this.pause = Math.min(this.pause * 1.3, SLOWEST_POLL);
    return undefined;
  }

  // The answer's status; 0 when there was none, null when it is of no more use.
  async ask(slow) {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    const asked = this.text;
    try {
      const answer = await fetch(this.root.dataset.checkUrl, {
        method: "POST", body: this.editor.body({ slow, rested: Boolean(this.hasRested) }), signal: asking.signal, credentials: "same-origin",
        headers: { "Content-Type": "application/json", Accept: "application/json, text/html;q=0.9", "HX-Request": "true", "X-CSRFToken": csrf() },
      });
      const html = await answer.text();
      if (!answer.ok) return this.away(answer.status);
      if (this.text !== asked) return null;
      this.show(html);
      return answer.status;
    } catch (error) {
      return error.name === "AbortError" ? null : this.away(0);
    }
  }

  // Signed out or the lease lost: autosave asks what to do, and nothing is checked meanwhile.
  away(status) {
    this.status(AWAY);
    return status >= 400 && status < 500 ? null : 0;
  }

  // Answers to dismissing and undoing it are the same part.
  answered(event) {
    if (event.detail.target !== this.editor.panel || event.detail.xhr.status >= 400) return;
    event.detail.shouldSwap = false;
    if (this.text === this.sent) this.show(event.detail.serverResponse);
    else this.soon(0);
  }

  show(html) {
    this.panel.merge(html);
    this.root.dispatchEvent(new CustomEvent("editor:checked", { detail: { findings: this.editor.findings.length } }));
  }

  finish() {
    this.takesLong(false);
    this.status("checked");
    clearTimeout(this.announceTimer);
    this.announceTimer = setTimeout(() => this.say(this.summary()), ANNOUNCE_PAUSE);
    this.rest();
  }

  takesLong(isLong) {
    this.panel.isLong = isLong;
    this.panel.showLong();
  }

  takeLong() {
    this.takesLong(true);
    this.status("checked so far");
    this.say("Some checks are taking long; they run when you submit.");
  }

  // Once for a pause in typing, however many answers come.
  say(words) {
    if (!this.said) announce(words);
    this.said = true;
  }

  status(words) {
    const place = document.querySelector("[data-check-status]");
    if (place && place.textContent !== words) place.textContent = words;
  }

  summary() {
    const { open, findings } = this.editor;
    const count = (severity) => open.filter((finding) => finding.severity === severity).length;
    return findings.length ? `${count("must")} must fix, ${count("should")} should fix, ${count("note")} notes` : "Nothing found";
  }
}

// --- many at once

// Open findings of one kind that can be applied together: in one field, none inside another.
function alike(editor, code, field) {
  const found = editor.open.filter((each) => each.row.dataset.code === code && each.surface === field && each.range && editor.isApplicable(each) && each.range.toString() === each.text);
  found.sort((one, two) => one.range.startOffset - two.range.startOffset);
  return found.filter((each, index) => !index || each.range.startOffset >= found[index - 1].range.endOffset);
}

// One replacement of the stretch around all of them: one step for the browser's undo.
function applyAll(editor, code) {
  let count = 0;
  for (const field of editor.fields) {
    const findings = alike(editor, code, field);
    if (!findings.length) continue;
    let at = findings[0].range.startOffset;
    let text = "";
    for (const { range, row } of findings) {
      text += field.value.slice(at, range.startOffset) + row.dataset.suggestion;
      at = range.endOffset;
    }
    editor.put(field, findings[0].range.startOffset, at, text, findings);
    count += findings.length;
  }
  announce(`${count} applied; undo brings them back`);
}

// The first row of a kind that is there often carries the button for all of them.
function offerAll(editor) {
  editor.panel.querySelectorAll("[data-apply-all]").forEach((button) => button.remove());
  const rows = editor.open.filter((each) => each.row.dataset.check === ALL_AT_ONCE && editor.isApplicable(each));
  for (const code of new Set(rows.map((each) => each.row.dataset.code))) {
    const count = editor.fields.flatMap((field) => alike(editor, code, field)).length;
    if (count < FEWEST_FOR_ALL) continue;
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button small", textContent: `All ${count}` });
    button.dataset.applyAll = code;
    button.setAttribute("aria-label", `Apply to all ${count} findings of this kind`);
    const actions = rows.find((each) => each.row.dataset.code === code).row.querySelector(".actions");
    actions.insertBefore(button, actions.querySelector("[data-dismiss]"));
  }
}

const root = document.querySelector("[data-editor]");
if (root?.editor?.panel && root.dataset.checkUrl) {
  const { editor } = root;
  root.checks = new LiveChecks(root, editor);
  root.addEventListener("editor:findings", () => offerAll(editor));
  editor.panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-apply-all]");
    if (button) applyAll(editor, button.dataset.applyAll);
  });
  offerAll(editor);
}
