// Keeps an open page up to date. The server draws; this swaps elements by id, and says at once when it no longer can.
// Without it the page still shows and acts: it is then loaded again every five seconds, and its forms are plain forms.

const OFFLINE_MS = 3000, RECREATE_MS = 15000, RELOAD_MS = 60000, CLOSED_MS = 1000, SETTLE_MS = 400, DONE_MS = 1500, FADE_MS = 20000, BLINK_MS = 600, LATER_MS = 500;
const byId = (id) => document.getElementById(id);
const page = document.body, freshness = byId("freshness"), banner = byId("offline"), clock = byId("clock");
const separator = document.documentElement.lang === "en" ? ":" : ".";
const tenths = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

let source, cursor = page.dataset.after;
let beatAt = performance.now(), openedAt = beatAt, reloadIn = RELOAD_MS, asking = false, settlesAt = 0, heardAt = 0, offline = false;
const waiting = new Map(); // elements that somebody is writing in are replaced when the writer is done

// --- what is shown -------------------------------------------------------------------------------------------------

function element(html) {
  const template = document.createElement("template");
  // A mark on a drawing is only one when it is read inside a drawing.
  const drawn = html.startsWith("<g");
  template.innerHTML = drawn ? `<svg>${html}</svg>` : html;
  return drawn ? template.content.firstElementChild.firstElementChild : template.content.firstElementChild;
}

function writesIn(node) {
  const active = document.activeElement;
  return active !== null && node.contains(active) && (active.matches("select") || (active.matches("input, textarea") && active.value !== active.defaultValue));
}

function replace(id, fresh) {
  const old = byId(id);
  for (const other of waiting.values()) other.querySelector(`#${CSS.escape(id)}`)?.replaceWith(fresh.cloneNode(true));
  if (old && writesIn(old)) { waiting.set(id, fresh); return; }
  announce(old, fresh);
  if (!old) { waiting.set(id, fresh); return; }
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  for (const details of old.querySelectorAll("details[id]")) {
    const again = fresh.querySelector(`#${details.id}`);
    if (again && old.className === fresh.className) again.open = details.open;
  }
  // What somebody has begun to write stays, though they look elsewhere for a moment.
  for (const field of old.querySelectorAll("input[id], textarea[id]")) {
    const again = fresh.querySelector(`#${field.id}`);
    if (again && field.value !== field.defaultValue) again.value = field.value;
  }
  old.replaceWith(fresh);
  if (focused) (byId(focused) ?? fresh.querySelector("a, button, summary"))?.focus({ preventScroll: true });
}

/** The ids of a list in order: as the message says, or as they stand and what it says has changed. */
function ordered(list, change) {
  if (Array.isArray(change)) return change;
  const news = new Set([...change.gone, ...change.put.map(([id]) => id)]);
  const ids = [...list.children].map(({ id }) => id).filter((id) => !news.has(id));
  for (const [id, after] of change.put) ids.splice(ids.indexOf(after) + 1, 0, id);
  return ids;
}

function arrange(list, change) {
  const ids = ordered(list, change);
  const shown = list.dataset.only ? ids.filter((id) => id === list.dataset.only) : ids, stay = new Set(shown);
  const gone = [...list.children].filter((child) => !stay.has(child.id));
  if (gone.some((child) => child.contains(document.activeElement))) byId("content").focus({ preventScroll: true });
  for (const child of gone) child.remove();
  let place = list.firstElementChild, moved = gone.length > 0;
  for (const id of shown) {
    if (place?.id === id) { place = place.nextElementSibling; continue; }
    const child = byId(id) ?? waiting.get(id);
    if (!child) continue;
    const focused = child.contains(document.activeElement) ? document.activeElement : null;
    list.insertBefore(child, place);
    focused?.focus({ preventScroll: true });
    moved = true;
  }
  if (list.id === "alarms" && moved) settle();
}

// A list that has just moved may have put another alarm under the pointer, or under the key.
function settle() {
  settlesAt = performance.now() + SETTLE_MS;
  page.dataset.settling = "yes";
  setTimeout(() => { if (performance.now() >= settlesAt) delete page.dataset.settling; }, SETTLE_MS + 1);
}

function announce(old, fresh) {
  const text = fresh.dataset.announce;
  if (text && old?.dataset.announce !== text) byId("announcement").textContent = text;
}

function show([lists, items]) {
  const fresh = items.map(([id, html]) => [id, element(html)]);
  if (heardAt) for (const [, node] of fresh) ages(heardAt, node);
  for (const [id, node] of fresh) replace(id, node);
  for (const [id, change] of lists) if (byId(id)) arrange(byId(id), change);
  for (const id of [...waiting.keys()]) if (!byId(id) || !writesIn(byId(id))) waiting.delete(id);
  if (offline) disable(true);
  document.dispatchEvent(new CustomEvent("talonmies:patched"));
}

// What rings is painted before all else that a message brings: the rest comes after the frame that shows it.
let later = null;

function patch(message) {
  const rings = byId("alarms"), [lists, items] = [message.lists, message.items].map(Object.entries), order = message.lists.alarms ?? [];
  const rows = new Set(["alarms", ...(order.put?.map(([id]) => id) ?? order), ...[...(rings?.children ?? [])].map(({ id }) => id)]);
  const isRow = ([id]) => rows.has(id), isElse = (one) => !isRow(one);
  const first = [lists.filter(isRow), items.filter(isRow)], rest = [lists.filter(isElse), items.filter(isElse)];
  const isRinging = rings && first.flat().length > 0;
  if (isRinging) show(first);
  if (later) later = [[...later[0], ...rest[0]], [...later[1], ...rest[1]]];
  else if (!isRinging || document.visibilityState !== "visible") finish(rest);
  else if (rest.flat().length > 0) {
    later = rest;
    painted(() => setTimeout(finish));
    setTimeout(finish, LATER_MS); // a window that nobody sees paints nothing
  }
}

function finish(rest = later) {
  if (!rest) return;
  later = null;
  show(rest);
  const title = byId("counts")?.dataset.title;
  if (title) document.title = title;
}

/** Calls when what the page shows now has been painted: the second frame begins when the first has been. */
function painted(call) { requestAnimationFrame(() => requestAnimationFrame(call)); }

document.addEventListener("focusout", () => setTimeout(() => {
  for (const [id, fresh] of [...waiting]) { waiting.delete(id); if (byId(id)) replace(id, fresh); }
}));

function span(seconds) {
  const s = Math.max(seconds, 0), pad = (n) => String(n).padStart(2, "0");
  return s >= 3600 ? `${Math.floor(s / 3600)} h ${pad(Math.floor(s % 3600 / 60))}` : `${Math.floor(s / 60)}${separator}${pad(s % 60)}`;
}

// The text changes in its place: a new one in place of the old would have more of the page laid out.
function write(node, text) {
  const old = node.firstChild;
  if (!old) node.textContent = text; else if (old.data !== text) old.data = text;
}

function ages(now, within = document) {
  for (const node of within.querySelectorAll("[data-since], [data-until]")) {
    const { since, until } = node.dataset;
    const text = since ? span(Math.floor(now - since)) : `(${span(Math.ceil(until - now))})`;
    write(node, text);
  }
  for (const node of within.querySelectorAll("[data-countdown]")) write(node, span(Math.ceil(node.dataset.countdown - now)));
  for (const bar of within.querySelectorAll("progress[data-to]")) bar.value = (now - bar.dataset.from) / (bar.dataset.to - bar.dataset.from);
}

// --- whether it is current -----------------------------------------------------------------------------------------

function disable(on) {
  for (const button of document.querySelectorAll("form button:not(.quiet)")) {
    if (on) button.setAttribute("aria-disabled", "true"); else button.removeAttribute("aria-disabled");
  }
}

function link(nowOffline) {
  if (nowOffline === offline) return;
  offline = nowOffline;
  page.classList.toggle("offline", offline);
  banner.textContent = offline ? banner.dataset.text.replace("{clock}", clock.textContent) : "";
  disable(offline);
  document.dispatchEvent(new CustomEvent("talonmies:link", { detail: { offline } }));
}

function beat(event) {
  const { t, clock: text, edition } = JSON.parse(event.data);
  beatAt = performance.now();
  reloadIn = RELOAD_MS;
  if (edition !== page.dataset.edition) { location.reload(); return; }
  write(clock, text);
  heardAt = t;
  ages(t);
  link(false);
  watch();
  document.dispatchEvent(new CustomEvent("talonmies:beat"));
}

function connect() {
  source?.close();
  openedAt = performance.now();
  source = new EventSource(`${page.dataset.stream}&after=${encodeURIComponent(cursor)}`);
  source.addEventListener("patch", (event) => { cursor = event.lastEventId; patch(JSON.parse(event.data)); });
  source.addEventListener("heartbeat", beat);
}

async function reload() {
  // Only when somebody answers: a browser's error page would never come back by itself.
  if (asking) return;
  asking = true;
  try { if ((await fetch("/healthz", { cache: "no-store" })).ok) location.reload(); } catch { /* still away */ }
  asking = false;
}

async function signedOut() {
  try { if ((await fetch(location.href, { headers: { Accept: "application/json" } })).status === 401) location.reload(); } catch { /* away */ }
}

function watch() {
  const silent = performance.now() - beatAt, tried = performance.now() - openedAt;
  link(silent > OFFLINE_MS);
  freshness.className = offline ? "freshness" : "freshness on";
  write(freshness, offline ? freshness.dataset.offline : `${freshness.dataset.online} · ${tenths.format(silent / 1000)} s`);
  if (source.readyState === EventSource.CLOSED && tried > CLOSED_MS) { signedOut(); connect(); }
  else if (silent > RECREATE_MS && tried > RECREATE_MS) connect();
  if (silent > reloadIn) { reloadIn = Math.min(reloadIn * 2, silent + 10 * RELOAD_MS); reload(); }
}

// --- what people do ------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  if (event.target.closest("#alarms") && event.detail > 0 && performance.now() < settlesAt) event.preventDefault();
}, true);

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.querySelector("button[aria-disabled=true]")) { event.preventDefault(); return; }
  if (!byId("page")?.hasAttribute("data-quiet") || !form.closest("#page")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  let told = "";
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) told = (await answer.json()).detail;
    else if (form.hasAttribute("data-clears")) (form.isConnected ? form : document.querySelector(`form[action="${form.getAttribute("action")}"]`))?.reset();
  } catch { told = freshness.dataset.offline; }
  tell(told);
  setTimeout(() => { if (!offline) button.removeAttribute("aria-disabled"); }, told ? 0 : DONE_MS);
});

function tell(told) {
  const message = byId("message");
  message.textContent = told;
  // Beside a door the next person must not read what was said to the one before.
  if (byId("page").dataset.quiet === "briefly") setTimeout(() => { if (message.textContent === told) message.textContent = ""; }, FADE_MS);
}

page.dataset.awake = "yes";
connect();
setInterval(watch, 250);
// All that waits blinks at once and in two steps: each alarm by itself would have the page drawn sixty times a second.
if (!matchMedia("(prefers-reduced-motion: reduce)").matches) setInterval(() => page.toggleAttribute("data-dim"), BLINK_MS);
