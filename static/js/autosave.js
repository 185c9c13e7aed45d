// Typed text is never lost: every key goes to this browser's storage, every pause to the server,
// and the copy here is dropped only when the server has confirmed that very text.
// States: saved → saving → saved | offline | conflict | lease | signed-out | error. Contract: docs/interface.md

const { toast, announce, csrf, dialog, copyText } = window.scriptorium;
const SAVE_PAUSE = 800;
const RETRY_FIRST = 2000;
const RETRY_LAST = 60000;
const ANSWER_LIMIT = 15000;
const HEARTBEAT = 60000;
const INPUT_RECENT = 5 * 60000;
const LEASE_SHORT = 10 * 60000;
const OTHER_TABS_ANSWER = 200;

const clock = (moment) => new Date(moment).toLocaleTimeString("en-GB");
const same = (one, two) => JSON.stringify(one) === JSON.stringify(two);

// --- the copy in this browser: one per tab, so that two tabs never overwrite each other's

class Mirror {
  constructor(root) {
    this.prefix = `scriptorium:draft:${root.dataset.person}:${root.dataset.item}:`;
    this.tab = sessionStorage.getItem("scriptorium:tab") || newTab();
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(this.prefix) : null;
    this.others = new Set();
  }

  get key() { return this.prefix + this.tab; }

  // Which tabs of this browser hold the same task right now?
  async meetOthers(onOther) {
    if (!this.channel) return;
    const page = crypto.randomUUID?.() || String(Math.random());
    this.channel.onmessage = ({ data }) => {
      if (data.page === page) return;
      this.others.add(data.tab);
      if (data.hello) this.channel.postMessage({ tab: this.tab, page });
      onOther(data.hello);
    };
    this.channel.postMessage({ hello: true, tab: this.tab, page });
    await new Promise((resolve) => setTimeout(resolve, OTHER_TABS_ANSWER));
    if (this.others.has(this.tab)) this.tab = newTab(); // a duplicated tab brings its twin's name
  }

  write(record) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...record, at: Date.now() }));
      this.broken = false;
    } catch {
      if (!this.broken) toast("This browser keeps no copy of your text: its storage is full or closed.", { tone: "warn", remedy: "Watch that it says “Saved” before you leave." });
      this.broken = true;
    }
  }

  clear() { localStorage.removeItem(this.key); }

  // The newest unsent text of this tab or of one that is gone.
  orphans() {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.prefix) && !this.others.has(key.slice(this.prefix.length)));
    return keys.map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) })).filter((each) => each.texts).sort((one, two) => two.at - one.at);
  }
}

function newTab() {
  const tab = Math.random().toString(36).slice(2, 10);
  sessionStorage.setItem("scriptorium:tab", tab);
  return tab;
}

// --- saving

class Autosave {
  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.mirror = new Mirror(root);
    this.confirmed = editor.values();
    this.unanswered = []; // texts sent whose answer never came: the server may have them
    this.retryIn = RETRY_FIRST;
    this.savedAt = root.dataset.savedAt || null;
    this.leaseUntil = Date.parse(root.dataset.leaseUntil || "") || null;
    this.listen();
    this.showLease();
    this.ready = this.restore();
  }

  get dirty() { return !same(this.editor.values(), this.confirmed); }

  listen() {
    this.root.addEventListener("editor:input", () => this.typed());
    window.addEventListener("online", () => this.dirty && this.save());
    window.addEventListener("focus", () => this.state === "signed-out" && this.save());
    window.addEventListener("pagehide", () => this.lastChance());
    window.addEventListener("beforeunload", (event) => this.dirty && this.mirror.broken && event.preventDefault());
    window.addEventListener("pageshow", (event) => event.persisted && !this.dirty && location.reload());
    document.addEventListener("submit", (event) => this.submitted(event), true);
    document.addEventListener("click", (event) => event.target.closest("[data-save-status]") && this.dirty && this.save());
    setInterval(() => this.beat(), HEARTBEAT);
    setInterval(() => this.showLease(), 15000);
  }

  typed() {
    this.inputAt = Date.now();
    if (!this.dirty) return this.settle();
    this.keep();
    if (["conflict", "lease", "signed-out"].includes(this.state)) return undefined;
    if (this.state !== "offline") this.show("saving");
    return this.later(this.state === "offline" ? this.retryIn : SAVE_PAUSE);
  }

  settle() {
    this.mirror.clear();
    this.show("saved");
  }

  keep() { this.mirror.write({ texts: this.editor.values(), version: +this.root.dataset.version, unanswered: this.unanswered }); }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  // Text typed here that never reached the server comes back, on top of what it was typed on.
  async restore() {
    await this.mirror.meetOthers((isNew) => this.warnOfOtherTab(isNew));
    const [found] = this.mirror.orphans();
    if (!found) return;
    if (found.key !== this.mirror.key) localStorage.removeItem(found.key);
    if (this.dirty) return this.keep();
    if (same(found.texts, this.confirmed)) return this.mirror.clear();
    if (!(found.unanswered || []).some((texts) => same(texts, this.confirmed))) this.root.dataset.version = found.version;
    this.put(found.texts);
    this.keep();
    toast("Text typed in this browser that had not reached the server was put back.", { tone: "warn" });
    await this.save();
  }

  put(texts) {
    const focused = document.activeElement;
    this.root.dispatchEvent(new CustomEvent("editor:restoring"));
    this.editor.setValues(texts);
    this.root.dispatchEvent(new CustomEvent("editor:restored"));
    if (focused !== document.activeElement) focused?.focus({ preventScroll: true });
  }

  warnOfOtherTab(isNew) {
    if (this.warned) return;
    this.warned = true;
    toast(isNew ? "This task was opened in a second tab." : "This task is already open in another tab.", { tone: "warn", remedy: "Write in one of them only; the other will ask which text to keep." });
  }

  async save() {
    clearTimeout(this.timer);
    if (this.saving) return this.saving.then(() => (this.dirty ? this.save() : true));
    if (!this.dirty) return true;
    this.saving = this.post();
    try { return await this.saving; } finally { this.saving = null; }
  }

  async post() {
    const texts = this.editor.values();
    this.remember(texts);
    this.show("saving");
    let answer;
    try {
      answer = await send(this.root.dataset.saveUrl, this.editor.body());
    } catch {
      return this.offline();
    }
    if (answer.ok) return this.confirm(texts, answer.data);
    return this.refused(answer);
  }

  confirm(texts, data) {
    this.retryIn = RETRY_FIRST;
    document.querySelectorAll("dialog[data-about]").forEach((open) => ["lease", "signed-out"].includes(open.dataset.about) && open.close());
    this.confirmed = texts;
    this.unanswered = [];
    this.root.dataset.version = data.version;
    this.savedAt = data.saved_at || new Date().toISOString();
    this.lease(data.lease_until);
    this.dirty ? this.keep() || this.later(SAVE_PAUSE) : this.settle();
    this.root.dispatchEvent(new CustomEvent("editor:saved", { detail: data }));
    return true;
  }

  remember(texts) {
    this.unanswered = [...this.unanswered.slice(-4), texts];
    this.keep();
  }

  offline() {
    this.show("offline");
    this.later(this.retryIn * (0.8 + Math.random() * 0.4));
    this.retryIn = Math.min(this.retryIn * 2, RETRY_LAST);
    return false;
  }

  // Questions to the person never hold up saving: they answer when they like.
  refused({ status, data }) {
    if (status === 409 && data.reason === "version") return this.conflict(data.theirs);
    if (status === 401) this.signedOut(data);
    else if (status === 409 && data.reason === "lease") this.leaseLapsed(data);
    else if (status >= 500 || status === 429) this.offline();
    else this.show("error", `Not saved: ${data.message || "the server refused it"}. Your text is kept in this browser`);
    return false;
  }

  // --- what can go wrong

  async signedOut(data) {
    this.show("signed-out");
    const choice = await dialog("Your session has ended", ["Your text is kept in this browser. Sign in again in a new tab, then come back here."], [["Copy text", "copy"], ["Try again", "again"], ["Sign in", "sign-in", "primary"]], { stay: ["copy"], onStay: () => this.copy(), key: "signed-out" });
    if (choice === "sign-in") window.open(data.sign_in || "/accounts/login/", "_blank", "noopener");
    if (choice === "again") this.saveAgain();
  }

  saveAgain() {
    this.state = "";
    this.later(0);
  }

  conflict(theirs) {
    const { version, prompt, completion } = theirs;
    const texts = { prompt, completion };
    const ours = [this.confirmed, ...this.unanswered].some((each) => same(each, texts)); // a save of ours whose answer was lost
    if (!ours && !same(texts, this.editor.values())) {
      this.askWhichText(texts, theirs);
      return false;
    }
    this.root.dataset.version = version;
    return this.post();
  }

  async askWhichText(texts, theirs) {
    this.show("conflict");
    const mine = this.editor.values();
    const fields = Object.keys(texts).filter((name) => texts[name] !== mine[name]);
    const body = ["This text was saved from another tab or machine while you typed. Struck out is theirs, underlined is yours.", ...fields.map((name) => diffBox(texts[name], mine[name]))];
    const choice = await dialog("Two versions of this text", body, [["Copy mine", "copy"], ["Take theirs", "theirs"], ["Keep mine as the new version", "mine", "primary"]], { wide: true, stay: ["copy"], onStay: () => this.copy(), key: "conflict" });
    if (choice === "mine") {
      this.root.dataset.version = theirs.version;
      this.saveAgain();
    } else if (choice === "theirs") {
      this.put(texts);
      this.confirm(texts, theirs);
    }
  }

  async leaseLapsed(data) {
    this.show("lease");
    const words = [data.message || "The time for this task ran out, and it may be handed to somebody else.", "Your text is kept in this browser and in your drafts."];
    const choice = await dialog("Your lease has lapsed", words, [["Copy text", "copy"], ["Take it back", "back", "primary"]], { stay: ["copy"], onStay: () => this.copy(), key: "lease" });
    if (choice === "back") await this.takeBack();
  }

  async takeBack() {
    const answer = await send(this.root.dataset.takeBackUrl, this.editor.body()).catch(() => null);
    if (!answer) return void this.offline();
    if (!answer.ok) return void toast(answer.data.message || "It has gone to somebody else.", { tone: "bad", remedy: answer.data.remedy || "Your text stays in this browser and in your drafts." });
    this.root.dataset.token = answer.data.token;
    if (answer.data.version != null) this.root.dataset.version = answer.data.version;
    this.lease(answer.data.lease_until);
    toast("The task is yours again.", { tone: "good" });
    return this.saveAgain();
  }

  copy() { return copyText(Object.values(this.editor.values()).join("\n\n")); }

  // --- leaving, submitting, staying alive

  lastChance() {
    if (!this.dirty || ["conflict", "lease", "signed-out"].includes(this.state)) return;
    this.remember(this.editor.values());
    // keepalive bodies are limited to 64 kB; a longer text waits in the mirror
    fetch(this.root.dataset.saveUrl, { method: "POST", body: this.editor.body(), keepalive: true, credentials: "same-origin", headers: headers() }).catch(() => {});
  }

  async submitted(event) {
    const form = event.target;
    if (form.id !== this.root.dataset.form || this.passing) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    // A browser ignores a second submit while it still fires the events of the first; what follows comes in a task of its own.
    await new Promise((resolve) => { setTimeout(resolve); });
    if (!(await this.flush())) {
      toast("Not submitted: your text has not reached the server yet.", { tone: "warn", remedy: "It is kept in this browser. Submit again once it says “Saved”." });
      return;
    }
    this.fill(form);
    this.passing = true;
    form.requestSubmit(submitter);
    this.passing = false;
  }

  async flush() {
    await this.ready;
    return (await this.save()) && !this.dirty;
  }

  fill(form) {
    const values = { version: this.root.dataset.version, token: this.root.dataset.token, signals: JSON.stringify((this.editor.signals?.() ?? {})) };
    for (const [name, value] of Object.entries(values)) {
      const input = form.elements[name] || form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
      input.value = value;
    }
  }

  async beat() {
    const active = this.inputAt && Date.now() - this.inputAt < INPUT_RECENT;
    if (document.hidden || !active || !this.root.dataset.heartbeatUrl) return;
    const answer = await send(this.root.dataset.heartbeatUrl, JSON.stringify({ token: this.root.dataset.token, active_seconds: window.scriptorium.clock?.seconds })).catch(() => null);
    if (answer?.ok) this.lease(answer.data.lease_until);
    else if (answer) this.refused(answer);
  }

  lease(until) {
    if (until) this.leaseUntil = Date.parse(until);
    this.showLease();
  }

  showLease() {
    const badge = document.querySelector("[data-lease]");
    if (!badge || !this.leaseUntil) return;
    const left = this.leaseUntil - Date.now();
    badge.hidden = left > LEASE_SHORT;
    badge.textContent = left > 0 ? `Yours for ${Math.ceil(left / 60000)} more min` : "Lease lapsed";
  }

  show(state, words) {
    if (state === "saved" && !this.savedAt) words = "Nothing typed yet";
    this.state = state;
    const place = document.querySelector("[data-save-status]");
    const texts = {
      saved: `Saved ${clock(this.savedAt)}`, saving: "Saving …", offline: "Offline: kept in this browser, will sync",
      conflict: "Conflict: two versions, yours is kept", lease: "Lease lapsed: your text is kept", "signed-out": "Signed out: your text is kept in this browser",
    };
    if (!place) return;
    place.dataset.state = state;
    place.textContent = words || texts[state];
    if (!["saved", "saving"].includes(state)) announce(place.textContent);
  }
}

// --- plumbing

const headers = () => ({ "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf() });

async function send(url, body) {
  const answer = await fetch(url, { method: "POST", body, headers: headers(), credentials: "same-origin", signal: AbortSignal.timeout(ANSWER_LIMIT) });
  const data = await answer.json().catch(() => ({}));
  // A page instead of JSON is somebody else speaking: a captive portal, a sign-in page, a proxy.
  if (answer.ok && data.version === undefined && data.lease_until === undefined && data.token === undefined) throw new Error("not our answer");
  return { ok: answer.ok, status: answer.status, data };
}

// Longest common subsequence of words; where the changed stretch is very long it is shown as one change.
function wordChanges(before, after) {
  const words = (text) => text.match(/[\p{L}\p{N}_]+|\s+|[^]/gu) || [];
  const [one, two] = [words(before), words(after)];
  const head = one.findIndex((word, index) => word !== two[index]);
  const same = one.splice(0, head < 0 ? one.length : head);
  two.splice(0, same.length);
  const tail = [];
  while (one.length && two.length && one.at(-1) === two.at(-1)) { tail.unshift(one.pop()); two.pop(); }
  return [["same", same.join("")], ...middleChanges(one, two), ["same", tail.join("")]];
}

function middleChanges(one, two) {
  if (one.length * two.length > 2e6) return [["del", one.join("")], ["ins", two.join("")]];
  const length = Array.from({ length: one.length + 1 }, () => new Uint16Array(two.length + 1));
  for (let x = one.length - 1; x >= 0; x -= 1) for (let y = two.length - 1; y >= 0; y -= 1) length[x][y] = one[x] === two[y] ? length[x + 1][y + 1] + 1 : Math.max(length[x + 1][y], length[x][y + 1]);
  const steps = [];
  let [x, y] = [0, 0];
  while (x < one.length || y < two.length) {
    if (x < one.length && y < two.length && one[x] === two[y]) { steps.push(["same", one[x]]); x += 1; y += 1; }
    else if (y === two.length || (x < one.length && length[x + 1][y] >= length[x][y + 1])) { steps.push(["del", one[x]]); x += 1; }
    else { steps.push(["ins", two[y]]); y += 1; }
  }
  return steps;
}

function diffBox(before, after) {
  const box = Object.assign(document.createElement("div"), { className: "diff panel body", tabIndex: 0 });
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "What differs");
  box.dir = "auto";
  let last = null;
  for (const [kind, text] of wordChanges(before, after)) {
    if (!text) continue;
    if (last?.kind !== kind) last = { kind, node: box.appendChild(document.createElement(kind === "same" ? "span" : kind)) };
    last.node.append(text);
  }
  return box;
}

const root = document.querySelector("[data-editor]");
if (root?.editor && root.dataset.saveUrl) root.autosave = new Autosave(root, root.editor);
