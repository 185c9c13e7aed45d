// What every page needs: theme, keys, palette, dialogs, toasts. Other modules reach it through
// window.scriptorium, because hashed file names make `import` load a second copy.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const visible = (element) => element.checkVisibility({ visibilityProperty: true });
const apple = /Mac|iPhone|iPad/.test(navigator.platform);

// --- talking to the server

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}

function csrf() {
  const meta = document.querySelector('meta[name="csrf-token"]');
  return (meta && (cookie(meta.dataset.cookie || "csrftoken") || meta.content)) || "";
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrf();
});
document.addEventListener("htmx:responseError", (event) => {
  const xhr = event.detail.xhr;
  if (xhr.getResponseHeader("HX-Trigger")) return; // a refusal brings its own toast
  if (xhr.status >= 500) toast("Something broke on our side; it has been recorded. Try again in a moment.", { tone: "bad" });
  else if (xhr.status === 403) toast("This page was open for too long, or you signed in again elsewhere.", { tone: "warn", remedy: "Reload the page." });
  else toast("That did not work: what it was about is no longer there.", { tone: "warn", remedy: "Reload the page." });
});
document.addEventListener("htmx:sendError", () => toast("The server cannot be reached.", { tone: "warn", remedy: "Check your connection and try again." }));

// --- the server counts code points, the browser UTF-16 units

const astral = /[\ud800-\udbff]/;

function toUnits(text, points) {
  if (!astral.test(text)) return Math.min(points, text.length);
  let at = 0;
  for (let count = 0; count < points && at < text.length; count += 1) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

const toPoints = (text, units) => (astral.test(text) ? [...text.slice(0, units)].length : units);

// --- toasts and announcements

// A modal dialog makes everything outside it silent and untouchable, so the live regions move into it.
function liveRegion(id) {
  const region = document.getElementById(id);
  const home = [...document.querySelectorAll("dialog[open]")].at(-1) || document.body;
  if (region && region.parentElement !== home) home.append(region);
  return region;
}
document.addEventListener("close", () => document.body.append(...["toasts", "announcer"].map((id) => document.getElementById(id)).filter(Boolean)), true);

function toast(text, { tone = "note", remedy = "" } = {}) {
  const box = liveRegion("toasts");
  if (!box) return;
  const element = document.createElement("div");
  element.className = "toast";
  element.dataset.tone = tone;
  const words = document.createElement("p");
  words.textContent = text;
  if (remedy) words.append(Object.assign(document.createElement("span"), { className: "remedy", textContent: remedy }));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "button quiet small", textContent: "Close" });
  close.dataset.closeToast = "";
  close.setAttribute("aria-label", "Close message");
  element.append(words, close);
  box.append(element);
}

function announce(text) {
  const box = liveRegion("announcer");
  if (box && box.textContent !== text) box.textContent = text;
}

// Good news leaves by itself; what needs an answer stays until it is closed.
function watchToasts() {
  const box = document.getElementById("toasts");
  if (!box) return;
  const leave = (element) => {
    if (!["good", "note"].includes(element.dataset.tone)) return;
    const wait = () => setTimeout(() => (element.matches(":hover, :focus-within") ? wait() : element.remove()), 8000);
    wait();
  };
  all(".toast", box).forEach(leave);
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach((node) => node.dataset && leave(node)))).observe(box, { childList: true });
}
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail));

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no clipboard API outside https
    const area = (document.querySelector("dialog[open]") || document.body).appendChild(Object.assign(document.createElement("textarea"), { value: text }));
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast("Your text is on the clipboard.", { tone: "good" });
}

// --- theme

function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
}

// --- dialogs

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  if (id === "key-sheet") fillKeySheet(dialog);
  if (id === "palette") fillPalette(dialog);
  showModal(dialog);
}

// Closing gives the focus back to a text field, but after a click not its caret: the next keys would go nowhere.
function showModal(dialog) {
  const field = document.activeElement;
  const { selectionStart, selectionEnd } = field || {};
  dialog.addEventListener("close", () => {
    if (document.activeElement === field && Number.isInteger(selectionStart)) field.setSelectionRange(selectionStart, selectionEnd);
  }, { once: true });
  dialog.showModal();
}

// Asks and answers with the chosen value ("" when left by Escape); choices in `stay` act without closing.
function dialog(title, body, choices, { wide = false, stay = [], onStay, key = "" } = {}) {
  if (key && document.querySelector(`dialog[data-about="${key}"][open]`)) return Promise.resolve("");
  const element = document.createElement("dialog");
  element.dataset.about = key;
  element.className = wide ? "wide" : "";
  element.setAttribute("aria-label", title || body[0]);
  const box = Object.assign(document.createElement("div"), { className: "body" });
  if (title) box.append(Object.assign(document.createElement("h2"), { textContent: title }));
  for (const part of body) box.append(typeof part === "string" ? Object.assign(document.createElement("p"), { textContent: part }) : part);
  const actions = box.appendChild(Object.assign(document.createElement("div"), { className: "actions" }));
  element.append(box);
  document.body.append(element);
  return new Promise((resolve) => {
    for (const [label, value, kind] of choices) {
      const button = actions.appendChild(Object.assign(document.createElement("button"), { type: "button", className: `button ${kind || ""}`, textContent: label, autofocus: kind === "primary" }));
      button.addEventListener("click", () => (stay.includes(value) ? onStay() : element.close(value)));
    }
    element.addEventListener("close", () => { resolve(element.returnValue); element.remove(); });
    showModal(element);
  });
}

const ask = (question, verb) => dialog("", [question], [["Cancel", "no"], [verb || "Continue", "yes", "primary"]]).then((choice) => choice === "yes");

const confirmed = new WeakSet();

async function confirmClick(event, element) {
  if (confirmed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(element.dataset.confirm, element.dataset.confirmVerb || element.firstChild.textContent.trim())) {
    confirmed.add(element);
    element.click();
  }
}
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question, event.detail.elt.textContent.trim()).then((yes) => yes && event.detail.issueRequest(true));
});

// --- keys: WCAG 2.1.4, single letters never fire while typing and can be switched off

const singleKeysOff = () => localStorage.getItem("scriptorium:single-keys") === "off";
const NOT_TYPED_IN = ["checkbox", "radio", "button", "submit", "reset", "range", "file"];

// A field in a dialog that has just closed keeps the focus until the next frame: nobody types there any more.
function typing(target) {
  if (!visible(target)) return false;
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  return target.tagName === "INPUT" && !NOT_TYPED_IN.includes(target.type);
}

function combination(event) {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const held = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", event.shiftKey && key.length > 1 && "Shift"];
  return [...held.filter(Boolean), key].join("+");
}

function keyed(keys) {
  const scope = document.querySelector("dialog[open]") || document;
  return all("[data-key]", scope).find((element) => element.dataset.key.toUpperCase() === keys.toUpperCase() && visible(element) && !element.disabled);
}

function activate(element) {
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && !NOT_TYPED_IN.includes(element.type)) element.focus();
  else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.key === "Escape") all("details.popover[open]").forEach((open) => { open.open = false; open.querySelector("summary").focus(); });
  const keys = combination(event);
  if (keys === "Ctrl+K") {
    event.preventDefault();
    return openDialog("palette");
  }
  const single = !/^(Ctrl|Alt)\+/.test(keys) && !/^F\d+$/.test(event.key) && !/^Shift\+F\d+$/.test(keys);
  if (single && (typing(event.target) || singleKeysOff())) return;
  const element = keyed(keys);
  if (!element) return;
  event.preventDefault();
  activate(element);
});

function capWords(keys) {
  return keys.split("+").map((cap) => (apple && cap === "Ctrl" ? "⌘" : { Enter: "⏎" }[cap] || cap)).join(" ");
}

function fillKeySheet(dialog) {
  const list = dialog.querySelector("[data-key-list]");
  const seen = new Map([["Ctrl+K", "Go to or do anything"]]);
  all("[data-key-label]").filter((element) => element.dataset.key && (visible(element) || element.dataset.key === "?")).forEach((element) => seen.set(element.dataset.key, element.dataset.keyLabel));
  list.replaceChildren(...[...seen].flatMap(([keys, label]) => [
    Object.assign(document.createElement("span"), { textContent: label }),
    Object.assign(document.createElement("kbd"), { textContent: capWords(keys) }),
  ]));
  dialog.querySelector("[data-single-keys]").checked = !singleKeysOff();
}

// --- palette

function fillPalette(dialog) {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector('[role="listbox"]');
  const seen = new Set();
  const targets = all("[data-palette]").filter((element) => !dialog.contains(element) && !element.disabled && (visible(element) || element.closest(".rail")));
  list.replaceChildren(...targets.map((element, index) => {
    const option = document.createElement("div");
    const label = (element.dataset.palette || element.getAttribute("aria-label") || [...element.childNodes].filter((node) => !/^(KBD|SPAN)$/.test(node.nodeName)).map((node) => node.textContent).join("")).trim();
    option.id = `palette-${index}`;
    option.setAttribute("role", "option");
    option.append(Object.assign(document.createElement("bdi"), { textContent: label }));
    if (element.dataset.key) option.append(Object.assign(document.createElement("kbd"), { textContent: capWords(element.dataset.key) }));
    option.addEventListener("click", () => { dialog.close(); element.click(); });
    return option;
  }).filter((option) => option.textContent && !seen.has(option.textContent) && seen.add(option.textContent)));
  input.value = "";
  filterPalette(dialog);
}

function filterPalette(dialog) {
  const input = dialog.querySelector("input");
  const wanted = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const options = all('[role="option"]', dialog);
  options.forEach((option) => { option.hidden = !wanted.every((word) => option.textContent.toLocaleLowerCase().includes(word)); });
  dialog.querySelector("[data-palette-empty]").hidden = options.some((option) => !option.hidden);
  selectOption(dialog, options.find((option) => !option.hidden));
}

function selectOption(dialog, option) {
  all('[role="option"]', dialog).forEach((each) => each.setAttribute("aria-selected", String(each === option)));
  dialog.querySelector("input").setAttribute("aria-activedescendant", option ? option.id : "");
  option?.scrollIntoView({ block: "nearest" });
}

function paletteKeys(event) {
  const dialog = event.currentTarget;
  const options = all('[role="option"]:not([hidden])', dialog);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Enter") { event.preventDefault(); options[at]?.click(); }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  selectOption(dialog, options[(at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length]);
}

// --- clicks and changes anywhere

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-refusal], [data-confirm], [data-open-dialog], [data-close-toast], [data-theme-toggle], [data-open-rail]");
  all("details.popover[open]").forEach((open) => { if (!open.contains(event.target)) open.open = false; });
  const rail = document.querySelector(".rail[data-open]");
  if (rail && (!rail.contains(event.target) || event.target.closest("a"))) openRail(false);
  if (!target) return;
  if (target.dataset.refusal) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return toast(target.dataset.refusal, { tone: "warn" });
  }
  if (target.dataset.confirm) confirmClick(event, target);
  else if (target.dataset.openDialog) openDialog(target.dataset.openDialog);
  else if ("closeToast" in target.dataset) target.closest(".toast").remove();
  else if ("themeToggle" in target.dataset) toggleTheme();
  else if ("openRail" in target.dataset) openRail(!rail);
}, true);

function openRail(open) {
  const rail = document.getElementById("rail");
  rail.toggleAttribute("data-open", open);
  document.querySelector("[data-open-rail]").setAttribute("aria-expanded", String(open));
  if (open) rail.querySelector("a").focus();
}

const pauses = new WeakMap();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (!form) return;
  clearTimeout(pauses.get(form));
  pauses.set(form, setTimeout(() => form.requestSubmit(), event.target.type === "search" || event.target.type === "text" ? 350 : 0));
});

// A second press while the first is on its way would be told that all has changed meanwhile.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if ("sending" in form.dataset) event.preventDefault();
  form.dataset.sending = "";
  setTimeout(() => delete form.dataset.sending, 2000);
});
addEventListener("pageshow", () => all("form[data-sending]").forEach((form) => delete form.dataset.sending));

document.addEventListener("change", (event) => {
  if ("singleKeys" in event.target.dataset) localStorage.setItem("scriptorium:single-keys", event.target.checked ? "on" : "off");
});

// --- times grow old while the page is open

const UNITS = [[60, 1, "s"], [3600, 60, "min"], [86400, 3600, "h"], [1209600, 86400, "d"]];

function relative(then) {
  const seconds = (Date.now() - then) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 10) return "now";
  const unit = UNITS.find(([limit]) => distance < limit);
  if (!unit) return null;
  const amount = `${Math.floor(distance / unit[1])} ${unit[2]}`;
  return seconds > 0 ? `${amount} ago` : `in ${amount}`;
}

setInterval(() => all("time[data-ago]").forEach((element) => {
  const words = relative(Date.parse(element.dateTime));
  if (words && words !== element.textContent) element.textContent = words;
}), 30000);

// --- start

if (apple) all("kbd").forEach((cap) => { cap.textContent = cap.textContent.replace("Ctrl", "⌘"); });
const palette = document.getElementById("palette");
palette?.querySelector("input").addEventListener("input", () => filterPalette(palette));
palette?.addEventListener("keydown", paletteKeys);
watchToasts();

window.scriptorium = { csrf, toast, announce, ask, copyText, dialog, openDialog, typing, toUnits, toPoints };
