// Keeps a part of a page up to date that is no list of the console: asks for it every so often and swaps it when it has changed.
// data-follow: where it is asked for; data-every: after how many milliseconds. Without it the page loads itself again.

const EVERY_MS = 1000, AWAY_MS = 3000;
const byId = (id) => document.getElementById(id);
const banner = byId("away"), id = document.querySelector("[data-follow]")?.id;
let heardAt = performance.now();

async function follow() {
  const from = byId(id).dataset.follow;
  if (!from) return; // nothing more is to come
  try {
    const answer = await fetch(`${from}?language=${document.documentElement.lang}`, { signal: AbortSignal.timeout(AWAY_MS), headers: { Accept: "text/html" } });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.statusText);
    swap(await answer.text());
    heardAt = performance.now();
    banner.textContent = "";
  } catch {
    if (performance.now() - heardAt > AWAY_MS && !banner.textContent) banner.textContent = banner.dataset.text;
  }
  soon();
}

function swap(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(id), old = byId(id);
  if (!fresh || fresh.innerHTML === old.innerHTML) return;
  if (!fresh.firstElementChild) { location.reload(); return; } // it is over: the page shows its result
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) (byId(focused) ?? byId("content")).focus({ preventScroll: true });
}

function soon() { setTimeout(follow, Number(byId(id).dataset.every ?? EVERY_MS)); }

if (id) soon();
