"""Counters for a monitoring system; nothing here names a person or a room. Devices have theirs in `api.device_metrics`."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.device_metrics import device_metrics
from api.port import Desk
from api.routes import PREFIX
from api.sessions import Caller, View
from api.tokens import MANAGER
from api.unseen import told_alarms
from edge.facts import DECISION, FLIGHT, ONLINE

_LEVELS: Final = (1, 2, 3, 4)


class Requests:
    """Counts answers by method, route and status; an ASGI layer around the application."""

    def __init__(self, app: ASGIApp, counts: Counter[tuple[str, str, str]]) -> None:
        self._app = app
        self._counts = counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._counts[scope["method"], _route(scope), str(message["status"])] += 1
            await send(message)

        await self._app(scope, receive, counted)


def _route(scope: Scope) -> str:
    """The pattern of the path, which holds no ids; a router knows it without its prefix."""
    pattern = getattr(scope.get("route"), "path", None)
    if not isinstance(pattern, str):
        return "other"
    return pattern if pattern.startswith(PREFIX) or not scope["path"].startswith(PREFIX) else PREFIX + pattern


class _Figures(Collector):
    def __init__(self, desk: Desk, requests: Counter[tuple[str, str, str]], *, unaware: bool) -> None:
        self._desk = desk
        self._requests = requests
        self._view = View(MANAGER, unaware=unaware)

    def collect(self) -> Iterator[Metric]:
        desk, status = self._desk, self._desk.status()
        yield _gauge("ready", "1 when lines to devices are up and the journal works", float(status.ready))
        yield _gauge("journal_last_entry", "Number of the last journal entry", status.last_seq)
        yield _gauge("inbox_waiting", "Events that the controller has not looked at", status.waiting)
        yield _gauge("followers", "Open streams", len(desk.feed))
        uptime = (desk.clock.now() - status.started_at).total_seconds()
        yield _gauge("uptime_seconds", "Since the start, by the controller's clock", uptime)
        yield self._alarms()
        yield self._devices()
        wanted = Counter(str(decision.value) for (_, point), decision in desk.facts.of(DECISION) if point == "lock")
        yield _by("doors_wanted", "Doors by what they should be", "state", wanted)
        overdue = sum(flight.overdue for _, flight in desk.facts.of(FLIGHT))
        yield _gauge("commands_overdue", "Points that do not follow their command", overdue)
        yield from device_metrics(desk)
        yield self._answers()

    def _alarms(self) -> Metric:
        open_now = Counter((alarm.level, alarm.acknowledged_at is not None) for alarm in told_alarms(self._desk.facts, self._view))
        family = GaugeMetricFamily("talonmies_alarms_open", "Open alarms", labels=["level", "acknowledged"])
        for level in _LEVELS:
            for acknowledged in (False, True):
                family.add_metric([str(level), str(acknowledged).lower()], open_now[level, acknowledged])
        return family

    def _devices(self) -> Metric:
        online = dict(self._desk.facts.of(ONLINE))
        states = Counter({True: "online", False: "lost"}.get(online.get((id_,)), "unheard") for id_ in self._desk.site.devices)  # type: ignore[arg-type]
        return _by("devices", "Devices by whether they answer", "state", states)

    def _answers(self) -> Metric:
        family = CounterMetricFamily("talonmies_http_answers", "Answers to HTTP requests", labels=["method", "route", "status"])
        for labels, count in self._requests.items():
            family.add_metric(list(labels), count)
        return family


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"talonmies_{name}", about, value=value)


def _by(name: str, about: str, label: str, counts: Counter[str]) -> Metric:
    family = GaugeMetricFamily(f"talonmies_{name}", about, labels=[label])
    for state, count in sorted(counts.items()):
        family.add_metric([state], count)
    return family


def router(desk: Desk, requests: Counter[tuple[str, str, str]]) -> APIRouter:
    routes = APIRouter()
    full, unaware = CollectorRegistry(), CollectorRegistry()
    full.register(_Figures(desk, requests, unaware=False))
    unaware.register(_Figures(desk, requests, unaware=True))

    @routes.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        caller: Caller | None = request.state.caller
        registry = unaware if caller is not None and caller.threatened else full
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes
