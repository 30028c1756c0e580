// The guard's keys and dialogs, beside console.js. The page says which key belongs to what, and every word.

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
  if (dialog.open) return; // the browser tells late: another has been opened since
  const link = opener.isConnected ? opener : byId(opener.id); // the page may have been drawn again
  body.remove();
  (link?.closest("details:not([open])")?.firstElementChild ?? link ?? byId("content")).focus();
});
