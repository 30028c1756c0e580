"""The chapters of a report in the reader's language."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from acoustics.words import CLASS_NAMES, Class
from api.reports.document import Chapter, Chart, Column, Document, Table, Value
from api.reports.figures import DeviceTime, Report, UseRow
from api.reports.suppression import BOOKED, LEAST, OUTSIDE_USE, SLOTS, USED
from api.reports.writing import Writing
from edge.language import Renderer, readable
from edge.text import Text, say
from security.alarm_figures import DAY_TARGET, FLOOD, SHIFT_TARGET
from security.alarm_types import alarm_type

_SLOT_NAMES: Mapping[str, Text] = {slot: Text(slot.replace("-", "–").replace("08", "8")) for slot in SLOTS[:-1]} | {
    "other": say("Other times")
}
_AXES: Mapping[str, tuple[Text, Text]] = {
    "agency": (say("By agency"), say("Agency")),
    "room": (say("By room"), say("Room")),
    "kind": (say("By kind of booking"), say("Kind of booking")),
}
_LEVELS: Mapping[int, Text] = {1: say("Critical"), 2: say("High"), 3: say("Medium"), 4: say("Device fault")}
_WORST_DEVICES = 15
_CLASSES: Sequence[Class] = ("confidential", "limited", "overhearable", "unknown")


class Chapters:
    """Of one report in one language."""

    def __init__(self, report: Report, renderer: Renderer) -> None:
        self._report = report
        self._r = renderer
        self._writing = Writing(renderer)

    def document(self) -> Document:
        report = self._report
        site, month = self._r.name(report.site), self._writing.month(report.month)
        lead = [self._r.say("Bookings, alarms, walk tests, masking and devices of {site}.", site=site)]
        if not report.complete:
            lead.append(self._r.say("The month has not ended: figures until {until}.", until=self._writing.moment(report.until)))
        if report.known_from is not None:
            lead.append(
                self._r.say(
                    "The journal begins {from_}; nothing is known from before.", from_=self._writing.moment(report.known_from)
                )
            )
        if report.away_h:
            hours = self._writing.value(report.away_h, "hours")
            lead.append(self._r.say("For {hours} h no controller ran; what nobody saw then is called no information.", hours=hours))
        head = report.head
        made_from = (
            self._r.say("Made from a journal without entries.")
            if head is None
            else self._r.say("Made from the journal up to entry {number}, {hash}.", number=str(head.seq), hash=head.hash)
        )
        return Document(str(report.month), self._r.language, f"{site}, {month}", lead, list(self._chapters()), made_from)

    def _chapters(self) -> Iterator[Chapter]:
        yield self._use()
        yield self._sharing()
        yield self._alarms()
        yield self._walk_tests()
        if self._report.masking is not None:
            yield self._masking()
        yield self._devices()
        yield self._hidden()

    def _text(self, text: Text) -> str:
        return self._r.text(text)

    def _name(self, axis: str, id_: str) -> str:
        if axis == "kind":
            policy = self._r.site.rooms.get(id_)
            name = policy.name.in_language(self._r.language) if policy is not None and policy.name is not None else None
            return name or (readable(id_) if id_ else self._r.say("Other bookings"))
        return self._r.name(id_) if id_ else self._r.say("No agency")

    # --- rooms ----------------------------------------------------------------------------------------------------

    def _use(self) -> Chapter:
        use = self._report.use
        tables = []
        for axis, rows in use.rows.items():
            if rows is not None:
                tables += [self._outcomes(axis, rows), self._visits(axis, rows)]
        left_out = [axis for axis, rows in use.rows.items() if rows is None]
        booked, used = use.total.counts[BOOKED], use.total.counts[USED]
        after = [self._r.say("{table}: too few bookings to be told apart.", table=self._text(_AXES[axis][0])) for axis in left_out]
        if isinstance(booked, int) and isinstance(used, int) and not isinstance(use.total.counts["no-show"], int):
            count = self._writing.value(booked - used, "count")
            after.insert(0, self._r.say("No-shows and bookings without information: {count} together.", count=count))
        return Chapter(
            "use",
            self._r.say("Use of rooms"),
            [
                self._r.say("Used: somebody was seen in the room in the time of the booking, or said to be there."),
                self._r.say("No-show: nobody came, and the sensors were well all the time."),
                self._r.say("No information: no sensor, or it was silent. That is never counted as empty."),
                self._r.say("A booking belongs to the month in which it ended, and a visit to the two hours in which it began."),
            ],
            [self._visits_drawn()],
            tables,
            after,
        )

    def _visits_drawn(self) -> Chart:
        counts = self._report.use.total.counts
        bars = [(self._text(_SLOT_NAMES[slot]), float(count)) for slot in SLOTS if isinstance(count := counts[slot], int)]
        said = ", ".join(f"{name}: {self._writing.value(value, 'count')}" for name, value in bars)
        return Chart("visits", self._r.say("Visits by time of day"), bars, self._r.say("visits"), said, upright=True)

    def _outcomes(self, axis: str, rows: Mapping[str, UseRow]) -> Table:
        columns = [
            Column(self._text(_AXES[axis][1])),
            Column(self._r.say("Booked"), "count"),
            Column(self._r.say("Used"), "count"),
            Column(self._r.say("No-show"), "count"),
            Column(self._r.say("No information"), "count"),
            Column(self._r.say("Over time"), "count"),
            Column(self._r.say("Given free"), "count"),
            Column(self._r.say("With terminal"), "count"),
            Column(self._r.say("Booked, h"), "hours"),
            Column(self._r.say("Held, h"), "hours"),
            Column(self._r.say("Somebody seen, h"), "hours"),
            Column(self._r.say("No information, h"), "hours"),
        ]
        every = [(self._name(axis, id_), row) for id_, row in rows.items()]
        every.append((self._r.say("Together"), self._report.use.total))
        title = self._r.say("{by}: bookings and hours", by=self._text(_AXES[axis][0]))
        return Table(f"use-{axis}", title, columns, [[name, *self._outcome(row)] for name, row in every], total=True)

    def _outcome(self, row: UseRow) -> Iterator[Value]:
        shown = self._writing.shown
        yield from (shown(row.counts[column]) for column in (BOOKED, USED, *OUTSIDE_USE))
        yield from (shown(row.over), shown(row.released), shown(row.terminal))
        hours = row.hours
        hidden = shown("kept-back")
        yield from (
            (hidden,) * 4
            if hours is None
            else (
                hours.booked,
                hours.held,
                hours.seen,
                hidden if hours.unknown is None else hours.unknown,
            )
        )

    def _visits(self, axis: str, rows: Mapping[str, UseRow]) -> Table:
        columns = [Column(self._text(_AXES[axis][1])), *(Column(self._text(_SLOT_NAMES[slot]), "count") for slot in SLOTS)]
        every = [(self._name(axis, id_), row) for id_, row in rows.items()]
        every.append((self._r.say("Together"), self._report.use.total))
        title = self._r.say("{by}: visits by time of day", by=self._text(_AXES[axis][0]))
        body = [[name, *(self._writing.shown(row.counts[slot]) for slot in SLOTS)] for name, row in every]
        return Table(f"visits-{axis}", title, columns, body, total=True)

    def _sharing(self) -> Chapter:
        sharing = self._report.sharing
        rule = [
            self._r.say("An agency's part is the hours that its bookings held rooms, of the hours of all agencies together."),
            self._r.say(
                "A booking holds its room from its start until it ends or is given free, and for as long as people "
                "stay after it. A no-show holds nothing. Where nobody knows whether somebody came, the booking counts "
                "as it was booked."
            ),
            self._r.say(
                "Shared spaces (lobby, waiting area, corridors, meeting centre) and bookings without an agency are "
                "shared by the same parts."
            ),
            self._r.say("Parts are rounded to one decimal by the largest remainders, so that they are 100.0 % together."),
        ]
        if not sharing.percent:
            return Chapter(
                "sharing", self._r.say("Cost-sharing key"), [*rule, self._r.say("No agency held a room: there is no key.")]
            )
        names = [(self._name("agency", agency), percent) for agency, percent in sharing.percent.items()]
        rows: list[list[Value]] = [[name, percent] for name, percent in names]
        rows.append([self._r.say("Together"), round(sum(percent for _, percent in names), 1)])
        columns = [Column(self._r.say("Agency")), Column(self._r.say("Part, %"), "percent")]
        title = self._r.say("Cost-sharing key")
        unowned = self._r.say("Held without an agency: {hours} h.", hours=self._writing.value(sharing.unowned_h, "hours"))
        said = ", ".join(f"{name} {self._writing.value(percent, 'percent')} %" for name, percent in names)
        chart = Chart("sharing", title, names, "%", said)
        return Chapter("sharing", title, rule, [chart], [Table("sharing", title, columns, rows, total=True)], [unowned])

    # --- safety ---------------------------------------------------------------------------------------------------

    def _alarms(self) -> Chapter:
        alarms = self._report.alarms
        peak = self._r.say("There was no alarm.")
        if alarms.peak is not None:
            peak = self._text(
                say(
                    "The busiest ten minutes had {count}, from {start}; {flood} are a flood.",
                    count=alarms.peak.alarms,
                    start=self._writing.moment(alarms.peak.start),
                    flood=FLOOD,
                )
            )
        told = [
            self._r.say(
                "{count} alarms. Every raising counts, also of what came back or was shelved, as in EEMUA 191.",
                count=alarms.alarms,
            ),
            self._r.say(
                "Shifts above the target of {target}: {above} of {all}.",
                target=SHIFT_TARGET,
                above=self._report.shifts_above,
                all=len(alarms.shifts),
            ),
            self._r.say(
                "Days above the target of {target}: {above} of {all}.",
                target=DAY_TARGET,
                above=self._report.days_above,
                all=len(alarms.days),
            ),
            peak,
        ]
        bars = [(self._writing.day(day.start), float(day.alarms)) for day in alarms.days]
        most = max(alarms.days, key=lambda day: day.alarms, default=None)
        said = (
            self._r.say("No alarm.")
            if most is None or not most.alarms
            else self._text(say("Most on {day}: {count}.", day=self._writing.day(most.start), count=most.alarms))
        )
        chart = Chart("alarms", self._r.say("Alarms each day"), bars, self._r.say("alarms"), said, upright=True, target=DAY_TARGET)
        levels: list[list[Value]] = [[self._text(_LEVELS[level]), count] for level, count in alarms.by_level]
        tables = [
            Table(
                "alarm-levels",
                self._r.say("By level"),
                [Column(self._r.say("Level")), Column(self._r.say("Alarms"), "count")],
                levels,
            )
        ]
        worst: list[list[Value]] = [
            [self._text(alarm_type(self._r.site, each.type).name), self._r.name(each.subject), each.alarms]
            for each in alarms.worst
            if each.alarms >= LEAST
        ]
        if worst:
            columns = [
                Column(self._r.say("Alarm")),
                Column(self._r.say("Place")),
                Column(self._r.say("Alarms"), "count"),
            ]
            tables.append(Table("alarm-sources", self._r.say("Where most come from"), columns, worst))
        return Chapter("alarms", self._r.say("Alarms"), told, [chart], tables)

    def _walk_tests(self) -> Chapter:
        tests, untested = self._report.walk_tests, self._report.untested
        told = [self._r.say("Every panic button is to be tested at least once a month.")]
        told.append(
            self._text(say("Not tested and confirmed in this month: {buttons}.", buttons=", ".join(map(self._r.name, untested))))
            if untested
            else self._r.say("Every panic button was tested and confirmed in this month.")
        )
        columns = [
            Column(self._r.say("Test")),
            Column(self._r.say("Buttons"), "count"),
            Column(self._r.say("Pressed"), "count"),
            Column(self._r.say("Confirmed"), "count"),
            Column(self._r.say("Slowest press, s"), "number"),
        ]
        rows: list[list[Value]] = [
            [self._writing.moment(test.began_at), test.buttons, test.pressed, test.confirmed, test.latency_s] for test in tests
        ]
        title = self._r.say("Walk tests")
        return Chapter("walk-tests", title, told, (), [Table("walk-tests", title, columns, rows)] if rows else [])

    # --- devices --------------------------------------------------------------------------------------------------

    def _masking(self) -> Chapter:
        masking = self._report.masking
        assert masking is not None  # noqa: S101 (asked before)
        talked: list[list[Value]] = [
            [self._r.name(room), *(hours.get(one, 0.0) for one in _CLASSES)] for room, hours in masking.talked.items()
        ]
        units: list[list[Value]] = [
            [
                self._r.name(unit),
                self._writing.shown("kept-back" if masking.reliefs is None else masking.reliefs[unit]),
                masking.loud_h[unit],
                masking.faults[unit],
            ]
            for unit in masking.faults
        ]
        tables = []
        if talked:
            columns = [
                Column(self._r.say("Room")),
                *(Column(f"{self._text(CLASS_NAMES[one])}, h", "hours") for one in _CLASSES),
            ]
            tables.append(Table("privacy", self._r.say("Hours of talk by how private it was"), columns, talked))
        if units:
            columns = [
                Column(self._r.say("Masking unit")),
                Column(self._r.say("Relief asked"), "count"),
                Column(self._r.say("Above 45 dB(A), h"), "hours"),
                Column(self._r.say("Faults"), "count"),
            ]
            tables.append(Table("masking-units", self._r.say("Comfort"), columns, units))
        presses = self._writing.value(self._writing.shown(masking.reliefs_total), "count")
        told = [
            self._r.say("Privacy is an estimate from insulation and background noise, not a measurement."),
            self._r.say("Relief from masking was asked for: {count}. Nothing tells who asked.", count=presses),
        ]
        return Chapter("masking", self._r.say("Masking: privacy and comfort"), told, (), tables)

    def _devices(self) -> Chapter:
        devices = self._report.devices
        told = [
            self._r.say(
                "Available: part of the time in which a controller ran and heard the device, or nothing said that it "
                "was lost. While a line is down, all devices on it are lost."
            ),
        ]
        columns = [
            Column(self._r.say("Type of device")),
            Column(self._r.say("Devices"), "count"),
            Column(self._r.say("Available, %"), "percent"),
            Column(self._r.say("Lost, times"), "count"),
            Column(self._r.say("Lost, h"), "hours"),
        ]
        count = Counter(each.type for each in devices.values())
        rows = [self._of_type(type_, [d for d in devices.values() if d.type == type_]) for type_ in count]
        tables = [Table("devices", self._r.say("By type"), columns, rows)]
        worst = sorted((each for each in devices.items() if each[1].lost), key=lambda each: (-each[1].lost_h, each[0]))
        if worst:
            columns = [Column(self._r.say("Device")), *columns[2:]]
            body: list[list[Value]] = [
                [self._r.name(id_), each.percent, each.lost, round(each.lost_h, 1)] for id_, each in worst[:_WORST_DEVICES]
            ]
            tables.append(Table("devices-worst", self._r.say("Lost for longest"), columns, body))
        return Chapter("devices", self._r.say("Devices"), told, (), tables)

    def _of_type(self, type_: str, devices: Sequence[DeviceTime]) -> list[Value]:
        known, lost = sum(each.known_h for each in devices), sum(each.lost_h for each in devices)
        together = DeviceTime(type_, known, lost, sum(each.lost for each in devices))
        return [self._r.type_name(type_), len(devices), together.percent, together.lost, round(lost, 1)]

    def _hidden(self) -> Chapter:
        return Chapter(
            "hidden",
            self._r.say("What is not told, and why"),
            [
                self._r.say(
                    "Counts under {least} of bookings and presses are not told, so that nobody can be recognised: under 3 "
                    "is 0, 1 or 2.",
                    least=LEAST,
                ),
                self._r.say(
                    "Not told: a larger number that would give such a count away, because tables have sums; or what belongs to one."
                ),
                self._r.say("Where nothing at all happened in the whole building, 0 stands in every row."),
                self._r.say("The report names no customer, no official and no subject of a booking."),
            ],
        )


def document(report: Report, renderer: Renderer) -> Document:
    return Chapters(report, renderer).document()
