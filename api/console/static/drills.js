// Follows a walk test: asks for its part of the page each second and swaps it when it has changed.
// Without it the page loads itself again every five seconds.

const EVERY_MS = 1000, AWAY_MS = 3000;
const byId = (id) => document.getElementById(id);
const banner = byId("drills-away");
let heardAt = performance.now();

async function follow() {
  try {
    const answer = await fetch(`/drills/now?language=${document.documentElement.lang}`, { signal: AbortSignal.timeout(AWAY_MS) });
    if (answer.redirected || answer.status === 401) { location.reload(); return; }
    if (!answer.ok) throw new Error(answer.statusText);
    swap(await answer.text());
    heardAt = performance.now();
    banner.textContent = "";
  } catch {
    if (performance.now() - heardAt > AWAY_MS && !banner.textContent) banner.textContent = banner.dataset.text;
  }
  setTimeout(follow, EVERY_MS);
}

function swap(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.getElementById("test-now"), old = byId("test-now");
  if (!fresh || fresh.innerHTML === old.innerHTML) return;
  if (!fresh.firstElementChild) { location.reload(); return; } // it is over: the page shows its result
  const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
  old.replaceWith(fresh);
  if (focused) (byId(focused) ?? byId("content")).focus({ preventScroll: true });
}

setTimeout(follow, EVERY_MS);
