"""Figures of each device for a monitoring system: as many series as the site file has devices, named by their ids there."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily

from api.port import Desk
from edge.device_figures import Duration, Figures
from edge.facts import HEARD, ONLINE, READING
from security.batteries import CHARGES, days_left

_COUNTED: Final[tuple[tuple[str, str, Callable[[Figures], int]], ...]] = (
    ("commands", "Commands that it was given", lambda figures: figures.commands),
    ("command_retries", "Commands given again because it had not followed", lambda figures: figures.retries),
    ("commands_overdue", "Commands that it did not follow in time", lambda figures: figures.overdue),
    ("garbage", "Messages of it that could not be read", lambda figures: figures.garbage),
    ("unusable_values", "Reports of it without a usable value", lambda figures: figures.unusable),
    ("losses", "Times that it was lost", lambda figures: figures.losses),
)


def device_metrics(desk: Desk) -> Iterator[Metric]:
    now, site, facts = desk.clock.now(), desk.site, desk.facts
    online = {device: facts(ONLINE(device)) for device in site.devices}
    heard = {device: facts(HEARD(device)) for device in site.devices}
    charges = {device: reading.value for device in site.devices if (reading := facts(READING(device, "battery"))) is not None}
    forecasts = {device: days_left(known, now) for (device,), known in facts.of(CHARGES) if device in site.devices}
    bad = dict.fromkeys(site.devices, 0)
    for (device, _), reading in facts.of(READING):
        if reading.problem and device in bad:
            bad[device] += 1
    yield _gauge("up", "1 when it answers, 0 when it is lost; absent before its first word", _numbers(online.items()))
    since = ((device, (now - at).total_seconds()) for device, at in heard.items() if at is not None)
    yield _gauge("silence_seconds", "Since it was last heard", since)
    yield _gauge("bad_points", "Points of it without a usable value", bad.items())
    yield _gauge("battery_percent", "Charge, as it last said", _numbers(charges.items()))
    yield _gauge(
        "battery_days", "For how many days its battery will last; absent when that cannot be said", _numbers(forecasts.items())
    )
    yield from _counted(desk)
    yield from _requests(desk)


def _counted(desk: Desk) -> Iterator[Metric]:
    figures = desk.figures()
    for name, about, of in _COUNTED:
        family = CounterMetricFamily(f"talonmies_device_{name}", about, labels=["device"])
        for device, counted in figures.items():
            family.add_metric([device], of(counted))
        yield family
    obeyed = ((device, counted.obeyed) for device, counted in figures.items())
    yield _summary("obeyed_seconds", "From the sending of a command until it was reported", obeyed)


def _requests(desk: Desk) -> Iterator[Metric]:
    requests = desk.requests()
    failed = CounterMetricFamily("talonmies_device_requests_failed", "Requests on a bus", labels=["device", "how"])
    for device, counted in requests.items():
        failed.add_metric([device, "refused"], counted.refused)
        failed.add_metric([device, "unanswered"], counted.unanswered)
    yield failed
    answered = ((device, counted.answered) for device, counted in requests.items())
    yield _summary("request_seconds", "Of answered requests on a bus", answered)


def _numbers(found: Iterable[tuple[str, object]]) -> Iterator[tuple[str, float]]:
    return ((device, float(value)) for device, value in found if isinstance(value, int | float))


def _gauge(name: str, about: str, values: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"talonmies_device_{name}", about, labels=["device"])
    for device, value in values:
        family.add_metric([device], value)
    return family


def _summary(name: str, about: str, durations: Iterable[tuple[str, Duration]]) -> Metric:
    family = SummaryMetricFamily(f"talonmies_device_{name}", about, labels=["device"])
    for device, duration in durations:
        family.add_metric([device], count_value=duration.count, sum_value=duration.total_s)
    return family
