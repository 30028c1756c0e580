"""What devices say on their lines while no controller runs: heard by its drivers, kept by nobody, and nothing is commanded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from threading import Lock

from api.models import ReadingOut
from api.truth import quality_of
from drivers.port import Driver, Inbox
from edge.events import ConnectionChanged, Event, Observed
from edge.facts import Reading
from edge.kernel import reading_after
from edge.language import Renderer
from edge.points import PointId
from edge.site import Site
from edge.site.frozen import FrozenDict

MakeDriver = Callable[[str, Site, Inbox], Driver]
"""For a connection of the site."""


class Heard:
    """Implements drivers.port.Inbox. Presses are never answered: nobody here could raise their alarm."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._readings: dict[PointId, Reading] = {}
        self._problems: dict[str, str] = {}

    def telemetry(self, event: Observed) -> None:
        self.event(event)

    def event(self, event: Event, on_durable: Callable[[], None] | None = None, *, urgent: bool = False) -> None:  # noqa: ARG002
        with self._lock:
            match event:
                case Observed(press=None):
                    point = PointId(event.device, event.point)
                    self._readings[point] = reading_after(event, self._readings.get(point), live=True)
                case ConnectionChanged():
                    self._problems[event.connection] = "" if event.up else event.problem
                case _:
                    pass

    def problems(self) -> Mapping[str, str]:
        """Of lines that are not there, by connection."""
        with self._lock:
            return {connection: problem for connection, problem in self._problems.items() if problem}

    def told(self, renderer: Renderer, now: datetime) -> dict[str, dict[str, ReadingOut]]:
        """By device and point."""
        with self._lock:
            readings = dict(self._readings)
        found: dict[str, dict[str, ReadingOut]] = {}
        for (device, point), reading in readings.items():
            link = readings.get(PointId(device, "link"))
            found.setdefault(device, {})[point] = ReadingOut(
                value=reading.value,
                quality=quality_of(reading, lost=link is not None and link.value is False),
                problem=renderer.say("{problem}", problem=reading.problem),
                since=reading.since,
                at=reading.at,
                age_s=round(max((now - reading.at).total_seconds(), 0.0), 3),
            )
        return found


@contextmanager
def listening(site: Site, devices: Sequence[str], make: MakeDriver) -> Iterator[Heard]:
    """devices: of these alone; none: of all. Raises StartRefused when a secret or a file of a line is missing."""
    heard = Heard()
    chosen = {id_: device for id_, device in site.devices.items() if not devices or id_ in devices}
    alone = site.model_copy(update={"devices": FrozenDict(chosen)})
    with ExitStack() as lines:
        for connection in dict.fromkeys(device.connection for device in chosen.values()):
            driver = make(connection, alone, heard)
            driver.start()
            lines.callback(driver.stop)
        yield heard
