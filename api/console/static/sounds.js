// How the guard console sounds: of all that waits, the most urgent, until somebody has seen it. The page says how a row sounds.
// Served as one file with guard.js, whose names it uses.

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
const LONGEST_QUEUE_S = 1.5, PAUSE_S = 0.08, EDGE_S = 0.01, LEVEL = 0.3, LOUDER = 10 ** (3 / 20);
const audio = new AudioContext();

let waiting = new Map(); // what asks to be heard, by row and sound
let silence = null; // until when, and of what
let raised = new Map(); // active rows, and whether they were acknowledged
let reminders = null; // rows that were told again, and when; what stood there when the page was opened is not news
let freeAt = 0; // sounds follow one another, by the clock of the sound card

function play(name, level = LEVEL) {
  const { tones, ms, to } = SOUNDS[name];
  if (freeAt > audio.currentTime + LONGEST_QUEUE_S) return; // in a flood, tones do not queue for minutes
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

function isHeard({ dataset: { sound } }) { return RANKING.includes(sound) && (sound !== "silent" || headset.checked); }

// What goes on long after it was acknowledged is heard once more, each time that it is told again.
function remind() {
  const before = reminders, rows = all("#alarms .alarm[data-reminded]");
  reminders = new Set(rows.map((row) => `${row.id} ${row.dataset.reminded}`));
  const news = before && rows.filter((row) => !before.has(`${row.id} ${row.dataset.reminded}`)).filter(isHeard);
  const name = news && RANKING.find((each) => news.some((row) => row.dataset.sound === each));
  if (name) play(name);
}

function listen(now) {
  const before = waiting;
  waiting = new Map(); // what is acknowledged is forgotten, and is new if it comes again
  const asks = (id, name) => waiting.set(`${id} ${name}`, before.get(`${id} ${name}`) ?? { name, since: now, next: now, heard: 0 });
  for (const row of all("#alarms .alarm.unacknowledged").filter(isHeard)) asks(`${row.id} ${row.dataset.newest ?? ""}`, row.dataset.sound);
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
    remind();
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
