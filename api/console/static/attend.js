// The alarm that the guard console shows in full: chosen by the guard, or the most urgent as long as nobody works on one; and word to
// the controller of what has been shown.
// Served as one file with console.js, whose names it uses.

const chosen = () => document.querySelector(".chosen");
let choosing = 0, wanted = null; // the row that was asked for while its alarm is on its way

/** Mark the row, and the place on the plan, of the alarm that is shown; of one that has left, go on to the most urgent. */
function attended() {
  if (!chosen()) return;
  const number = chosen().firstElementChild?.dataset.number;
  if (!number && chosen().id !== "chosen-top" && !wanted) { choose(""); return; }
  mark(wanted ?? number);
}

function mark(number) {
  const row = byId(`open-${number}`)?.closest("li"), spot = byId(`at-${number}`);
  for (const other of document.querySelectorAll("#alarms [aria-current]")) if (other !== row) other.removeAttribute("aria-current");
  for (const other of document.querySelectorAll(".at.current")) if (other !== spot) other.classList.remove("current");
  row?.setAttribute("aria-current", "true");
  spot?.classList.add("current");
  // Nobody takes an alarm over from themselves.
  const own = document.querySelector(".chosen form[data-owner]");
  if (own) own.hidden = own.dataset.owner === document.querySelector(".user strong")?.textContent;
}

/** From now on this alarm is shown, whatever else comes: somebody works on it. */
function keep() {
  const number = chosen()?.firstElementChild?.dataset.number;
  if (number && chosen().id === "chosen-top") follow(`chosen-${number}`, number);
}

function follow(list, number) {
  page.dataset.stream = page.dataset.stream.replace(/chosen-\w+/, list);
  chosen().id = list;
  const address = new URL(location);
  if (number) address.searchParams.set("alarm", number); else address.searchParams.delete("alarm");
  history.replaceState(null, "", address);
  connect();
}

async function choose(number) {
  const asked = ++choosing, address = new URL(location);
  wanted = number || null;
  if (number) mark(number); // at once: the next key goes on from here
  if (number) address.searchParams.set("alarm", number); else address.searchParams.delete("alarm");
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".chosen");
    if (asked !== choosing || !fresh) return;
    wanted = null;
    chosen().replaceChildren(...fresh.children);
    follow(fresh.id, number);
    attended();
    if (offline) disable(true);
  } catch { if (asked === choosing) wanted = null; /* away: the banner says so */ }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.choose");
  if (!link || !chosen() || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  event.preventDefault();
  choose(new URL(link.href).searchParams.get("alarm"));
});
document.addEventListener("focusin", (event) => { if (event.target.closest(".chosen")) keep(); });
// A key presses a button without bringing the focus there.
document.addEventListener("click", (event) => { if (event.target.closest(".chosen :is(a, form)")) keep(); }, true);
// A critical alarm that no page has painted goes on to somebody else, so the page says when it has. One that nobody can see has not.
const receipted = new Set();
const view = (() => {
  try { return sessionStorage.view ??= crypto.getRandomValues(new Uint32Array(1))[0].toString(36); } catch { return "page"; }
})();

function receipts() {
  if (document.visibilityState !== "visible") return;
  for (const seen of [...document.querySelectorAll("[data-receipt]")].flatMap((node) => node.dataset.receipt.trim().split(" "))) {
    if (receipted.has(seen)) continue;
    receipted.add(seen);
    painted(() => receipt(seen));
  }
}

async function receipt(seen) {
  const [number, version] = seen.split(":"), body = JSON.stringify({ version: Number(version), view });
  try {
    const answer = await fetch(`/api/v1/alarms/${number}/shown`, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (answer.status >= 500) receipted.delete(seen);
  } catch { receipted.delete(seen); }
}

document.addEventListener("talonmies:patched", attended);
for (const news of ["talonmies:patched", "talonmies:beat"]) document.addEventListener(news, receipts);
attended();
receipts();
