"""A small page with everything that static/guard.js acts on, and a server that remembers what was sent to it."""

from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from api.console.pages import STATIC
from api.gate import HEADERS

ROWS = "".join(
    f'<li class="alarm active {seen}" id="alarm-{number}" data-sound="{sound}"{more}>'
    f'<a id="open-{number}" href="/?alarm={number}">{number}</a></li>'
    for number, sound, seen, more in (
        (3, "critical", "unacknowledged", ' aria-current="true"'),
        (2, "high", "unacknowledged", ""),
        (1, "medium", "acknowledged", ""),
    )
)

PAGE = """<!doctype html><html lang="en"><title>Guard</title>
<body>
<span class="user"><strong>{user}</strong></span> <span id="clock">Fri 20 Nov 23:59:18</span>
<span id="freshness" data-offline="No connection"></span>
<button id="sound" data-key="t" data-off="Not tested" data-on="Tested {{time}}" data-blocked="DOES NOT WORK"
  data-silenced="Silenced until {{time}}"><span></span> T</button>
<details id="menu"><summary>Menu</summary>
  <input type="checkbox" id="keys-on" checked> <input type="checkbox" id="headset-on">
  <a href="/dialogs/keys" data-dialog data-key="?">Keys</a>
</details>
<p id="message" role="status"></p>
<main id="content" tabindex="-1">
<ol id="alarms">{rows}</ol>
<div id="detail">
  <form method="post" action="/console/alarms/3/acknowledge"><button data-key="k">Acknowledge</button></form>
  <form method="post" action="/console/alarms/3/claim"><button data-key="o">Take</button></form>
  <button type="button" data-key="m">Silence</button>
  <a id="transfer" href="/alarms/3/transfer" data-dialog data-key="s">Hand on</a>
  <a id="shelve" href="/alarms/3/shelve" data-dialog data-key="h">Shelve</a>
  <a id="resolve" href="/alarms/3/resolve" data-dialog data-key="p">Resolve</a>
  <form method="post" action="/console/alarms/3/note"><input name="text" aria-label="Note" data-key="n"></form>
</div>
<nav><button data-key="1">1</button> <button data-key="2">2</button> <button data-key="2" hidden>2</button></nav>
<button data-key="x" disabled>X</button> <button data-key="y" aria-disabled="true">Y</button>
<button data-key="w">One</button> <button data-key="w">Two</button>
<select aria-label="Select"><option>1</option></select> <textarea aria-label="Text"></textarea>
<div id="scrolls" tabindex="0" role="region" aria-label="Plan">plan</div>
<a id="release" href="/dialogs/release" data-dialog data-key="a">Open</a>
<a id="override" href="/dialogs/override" data-dialog data-key="v">Override</a>
<a id="lockdown" href="/modes?begin=lockdown&amp;scope=site" data-dialog data-key="F9">Lockdown</a>
<a id="plain" href="/plain" data-dialog>No body</a>
<a id="moved" href="/moved" data-dialog>Elsewhere</a>
</main>
<dialog id="dialog" aria-label="Action"></dialog>
<script type="module" src="/beside.js"></script><script type="module" src="/static/guard.js"></script>
"""

BESIDE = """
window.acted = [];
document.addEventListener("click", (event) => {
  const node = event.target.closest("[data-key]"), row = event.target.closest("#alarms a");
  if (node) acted.push(node.dataset.key);
  if (!row) return;
  event.preventDefault();
  document.querySelector("[aria-current]")?.removeAttribute("aria-current");
  row.closest("li").setAttribute("aria-current", "true");
});
document.addEventListener("submit", (event) => { event.preventDefault(); acted.push(event.target.getAttribute("action")); });
"""
"""What console.js does with the same clicks, as far as it matters here."""

DIALOG = """<!doctype html><body><main><section data-dialog-body>
<h2 id="h-dialog">{name}</h2>
<form method="post" action="/send/{name}"><input type="hidden" name="version" value="3">
<label>Why <input id="why" name="reason"></label><button>Send</button></form>
<button type="button" data-close>Not now</button></section></main>"""

FIRST_STEP = """<!doctype html><body><section data-dialog-body><h2 id="h-step">First step</h2>
<form method="get" action="/modes/second"><select name="scope"><option value="site">Site</option></select>
<button>Show</button></form></section>"""

LOCKDOWN = """<!doctype html><body><section data-dialog-body><h2 id="h-preview">Lockdown</h2>
<form method="post" action="/send/lockdown"><label>Why <input name="reason"></label>
<button class="grave">Begin</button></form></section>"""


@dataclass
class Sent:
    """What the page sent, in its order; refusal: what every form is answered with, if anything."""

    forms: list[tuple[str, str]] = field(default_factory=list)
    refusal: tuple[int, str] | None = None
    pages: list[str] = field(default_factory=list)


def guard_app(sent: Sent) -> FastAPI:
    app = FastAPI()

    @app.middleware("http")
    async def headers(request: Request, call_next):  # type: ignore[no-untyped-def]
        answer = await call_next(request)
        answer.headers.update(HEADERS)
        return answer

    @app.get("/")
    async def page(user: str = "M. Virtanen", rows: bool = False) -> Response:
        return HTMLResponse(PAGE.format(user=user, rows=ROWS if rows else ""))

    @app.get("/beside.js")
    async def beside() -> Response:
        return Response(BESIDE, media_type="text/javascript")

    @app.get("/static/guard.js")
    async def script() -> Response:
        joined = b"".join((STATIC / name).read_bytes() for name in ("guard.js", "sounds.js"))
        return Response(joined, media_type="text/javascript")

    @app.get("/dialogs/{name}")
    @app.get("/alarms/3/{name}")
    async def dialog(name: str) -> Response:
        sent.pages.append(name)
        return HTMLResponse(FIRST_STEP if name == "override" else DIALOG.format(name=name))

    @app.get("/modes")
    @app.get("/modes/second")
    async def lockdown(request: Request) -> Response:
        sent.pages.append(str(request.url.query))
        return HTMLResponse(LOCKDOWN)

    @app.get("/plain")
    async def plain() -> Response:
        return HTMLResponse("<!doctype html><title>Plain</title>")

    @app.get("/moved")
    async def moved() -> Response:
        return RedirectResponse("/plain", 303)

    @app.post("/send/{name}")
    async def send(request: Request, name: str) -> Response:
        sent.forms.append((name, (await request.body()).decode()))
        if sent.refusal is not None:
            return JSONResponse({"detail": sent.refusal[1]}, sent.refusal[0])
        return RedirectResponse("/modes/second", 303) if name == "release" else Response(status_code=204)

    @app.post("/console/sound-test")
    async def sound_test() -> Response:
        sent.forms.append(("sound-test", ""))
        return Response(status_code=204)

    return app
