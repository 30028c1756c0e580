// The guard's keys, dialogs and sounds, beside console.js. The page says which key belongs to what, how a row sounds, and every word.

const SETTLE_MS = 400, ANSWER_MS = 5000, TICK_MS = 500, SILENCE_MIN = 2, LOUDER_MS = 20000;
const byId = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const dialog = byId("dialog"), keysOn = byId("keys-on"), headset = byId("headset-on");
const isOffline = () => document.body.classList.contains("offline");

for (const box of [keysOn, headset]) {
  const own = `${box.id} ${document.querySelector(".user")?.textContent}`;
  try {
    box.checked = (localStorage[own] ?? String(box.checked)) === "true";
    box.addEventListener("change", () => { localStorage[own] = box.checked; });
  } catch { /* a browser that keeps nothing */ }
}

// --- keys ---

const FIELD = "input:not([type=checkbox]), textarea, select";

function keyed(key) {
  const found = all(`[data-key="${CSS.escape(key)}"]:not(:disabled, [aria-disabled=true])`).filter((node) => node.checkVisibility() || node.closest("#menu"));
  return found.length === 1 ? found[0] : null;
}

// A key acts on the alarm that is both chosen and shown, and not on one that has just moved under the guard's eyes.
function isUnsure(node) {
  const number = (node.getAttribute("href") ?? node.form?.action)?.match(/\/alarms\/(\d+)/)?.[1];
  if (!number) return false;
  return document.body.dataset.settling === "yes" || all("#alarms [aria-current=true]").some((row) => !row.contains(byId(`open-${number}`)));
}

function act(event) {
  const isSign = event.key.length === 1, node = keyed(isSign ? event.key.toLowerCase() : event.key);
  if (!node || event.repeat || (isSign && !keysOn.checked) || isUnsure(node)) return;
  event.preventDefault();
  if (node.matches(FIELD)) node.focus(); else node.click();
}

function move(event) {
  const links = all("#alarms a[id^=open-]").filter((link) => link.checkVisibility());
  const at = links.findIndex((link) => link.closest("[aria-current=true]"));
  const to = { ArrowUp: Math.max(at - 1, 0), ArrowDown: at + 1, Home: 0 }[event.key];
  event.preventDefault();
  if (to === at || !links[to]) return;
  links[to].click();
  links[to].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  const { key, target, repeat } = event, field = target.closest(FIELD);
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (dialog.open) {
    // Nothing grave begins with Enter in a field, and nothing at all with a key that is held down.
    if (key === "Enter" && !target.matches("textarea") && (repeat || field?.form?.querySelector(".grave"))) event.preventDefault();
  } else if (field) {
    if (key === "Escape") field.blur();
  } else if (["ArrowUp", "ArrowDown", "Home"].includes(key)) {
    if (!target.closest("[tabindex='0']")) move(event); // what has the focus because it scrolls goes on scrolling
  } else act(event);
});

// --- dialogs ---

let opener, body, settlesAt = 0, busy = false;
const told = document.createElement("p");
told.role = "alert";
dialog.prepend(told);

function tell(text) { (dialog.open ? told : byId("message")).textContent = text; }

function present(next) {
  body?.remove();
  body = next;
  body.tabIndex = -1;
  dialog.prepend(body);
  dialog.ariaLabel = body.querySelector("h1, h2")?.textContent.trim() ?? dialog.ariaLabel;
  if (!dialog.open) dialog.showModal();
  (body.querySelector("input:not([type=hidden], :disabled), textarea, select") ?? body).focus();
  settlesAt = performance.now() + SETTLE_MS;
  dialog.dataset.settling = "yes";
  setTimeout(() => { if (performance.now() >= settlesAt) delete dialog.dataset.settling; }, SETTLE_MS + 1);
}

// A page with a body for dialogs is shown, and any other gone to; a form that is refused stays as it was filled in.
async function ask(url, form) {
  // The second half of a double click must not press what the first has brought under the pointer.
  if (busy || isOffline() || performance.now() < settlesAt) return;
  busy = true;
  told.textContent = "";
  const how = form ? { method: "POST", body: form, headers: { Accept: "application/json" } } : { redirect: "manual", headers: { Accept: "text/html" } };
  try {
    const answer = await fetch(url, { ...how, signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 401) location.reload();
    else if (form && !answer.ok) tell((await answer.json()).detail);
    else {
      const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-dialog-body]");
      if (next) present(next);
      else if (form && !answer.redirected) dialog.close();
      else location.assign(form ? answer.url : url);
    }
  } catch { tell(byId("freshness").dataset.offline); } // nobody would come back from a browser's error page
  busy = false;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (dialog.open && event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!dialog.open) opener = link;
  ask(link.href);
});

dialog.addEventListener("submit", (event) => {
  const form = event.target, data = new URLSearchParams(new FormData(form, event.submitter));
  event.stopPropagation(); // console.js sends the forms of the page, and not these
  if (form.method === "dialog") return;
  event.preventDefault();
  if (form.method === "post") ask(form.action, data); else ask(`${form.action}?${data}`);
});

dialog.addEventListener("close", () => {
  const link = opener.isConnected ? opener : byId(opener.id); // the page may have been drawn again
  body.remove();
  (link?.closest("details:not([open])")?.firstElementChild ?? link ?? byId("content")).focus();
});

// --- sounds ---

// Tones one after another, glides to `to`; after how many ms it is heard again, and how many times in all.
const SOUNDS = {
  critical: { tones: [880, 660, 880], ms: 180, every: 4000 },
  silent: { tones: [440], ms: 120, every: 10000 }, // in the headset only
  high: { tones: [660, 660], ms: 180, every: 10000 },
  medium: { tones: [520], ms: 250, every: 300000, times: 2 },
  lost: { tones: [600], to: 300, ms: 600, every: 30000 },
  returned: { tones: [440], to: 660, ms: 120 },
  test: { tones: [440, 520, 660, 880], ms: 180 },
};
const RANKING = ["critical", "silent", "high", "medium"];
const PAUSE_S = 0.08, EDGE_S = 0.01, LEVEL = 0.3, LOUDER = 10 ** (3 / 20);
const audio = new AudioContext();

let waiting = new Map(); // what asks to be heard, by row and sound
let silence = null; // until when, and of what
let raised = new Map(); // active rows, and whether they were acknowledged
let freeAt = 0; // sounds follow one another, by the clock of the sound card

function play(name, level = LEVEL) {
  const { tones, ms, to } = SOUNDS[name];
  for (const tone of tones) {
    const start = Math.max(audio.currentTime, freeAt), end = start + ms / 1000;
    const oscillator = audio.createOscillator(), gain = audio.createGain();
    oscillator.frequency.setValueAtTime(tone, start);
    oscillator.frequency.linearRampToValueAtTime(to ?? tone, end);
    gain.gain.setValueAtTime(0, start); // without edges it would click
    gain.gain.linearRampToValueAtTime(level, start + EDGE_S);
    gain.gain.setValueAtTime(level, end - EDGE_S);
    gain.gain.linearRampToValueAtTime(0, end);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(end);
    freeAt = end + PAUSE_S;
  }
}

function listen(now) {
  const before = waiting;
  waiting = new Map(); // what is acknowledged is forgotten, and is new if it comes again
  const asks = (id, name) => waiting.set(`${id} ${name}`, before.get(`${id} ${name}`) ?? { name, since: now, next: now, heard: 0 });
  for (const { id, dataset } of all("#alarms .alarm.unacknowledged")) {
    if (RANKING.includes(dataset.sound) && (dataset.sound !== "silent" || headset.checked)) asks(id, dataset.sound);
  }
  if (isOffline()) asks("link", "lost");
  if (!silence) return;
  silence.of = silence.of.filter((key) => waiting.has(key));
  const isNews = silence.of.length < waiting.size;
  if (isNews) for (const one of waiting.values()) if (one.next < Infinity) one.next = now;
  if (isNews || now >= silence.until) silence = null;
}

function sound(name, now) {
  const same = [...waiting.values()].filter((one) => one.name === name), { every, times = Infinity } = SOUNDS[name];
  if (!same.some((one) => one.next <= now)) return;
  play(name, name === "critical" && same.some((one) => now - one.since >= LOUDER_MS) ? LEVEL * LOUDER : LEVEL);
  for (const one of same) { // two that repeat do not take turns
    if (one.next <= now || times === Infinity) one.next = ++one.heard < times ? now + every : Infinity;
  }
}

// A row that has ended stays until it is acknowledged, or leaves if it was; one that leaves before was put away by somebody.
function hasReturned() {
  const before = raised;
  raised = new Map(all("#alarms .alarm.active:not([data-sound=silent], [data-sound=none])").map((row) => [row.id, row.matches(".acknowledged")]));
  return [...before].some(([id, seen]) => !raised.has(id) && (byId(id.replace("alarm", "open"))?.closest(".alarm").matches(".ended") ?? seen));
}

// The controller's time in some minutes, as its clock writes it.
function clock(minutes) {
  const [, hour, dot, minute] = byId("clock").textContent.match(/(\d+)([.:])(\d\d)[.:]\d\d$/);
  const at = (hour * 60 + Number(minute) + minutes) % 1440;
  return `${Math.floor(at / 60)}${dot}${String(at % 60).padStart(2, "0")}`;
}

function tick() {
  const now = performance.now(), returned = hasReturned(), { dataset, firstElementChild: words } = byId("sound");
  listen(now);
  if (audio.state === "running" && !silence) {
    const highest = RANKING.find((name) => [...waiting.values()].some((one) => one.name === name));
    if (highest) sound(highest, now);
    sound("lost", now);
    if (returned) play("returned");
  }
  dataset.state = audio.state !== "running" ? "blocked" : silence ? "silenced" : dataset.tested ? "on" : "off";
  const text = dataset[dataset.state].replace("{time}", silence?.clock ?? dataset.tested);
  if (words.textContent !== text) words.textContent = text;
}

async function test() {
  await audio.resume();
  if (audio.state === "running") play("test");
  tick();
  if (audio.state !== "running" || isOffline()) return;
  const answer = await fetch("/console/sound-test", { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) byId("sound").dataset.tested = clock(0); // it counts as tested when it stands in the log
  tick();
}

document.addEventListener("click", ({ target }) => {
  if (target.closest("#sound")) test();
  if (!target.closest("[data-key=m]") || waiting.size === 0) return;
  silence = { until: performance.now() + SILENCE_MIN * 60000, clock: clock(SILENCE_MIN), of: [...waiting.keys()] };
  tick();
});

for (const news of ["talonmies:patched", "talonmies:link", "talonmies:beat"]) document.addEventListener(news, tick);
setInterval(tick, TICK_MS);
tick();
