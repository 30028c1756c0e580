"""Ceremonies as the HTTP interface tells of them."""

from collections.abc import Iterator

from api.faults import Unknown
from api.models_ceremonies import CeremonyOut, LineOut
from api.sessions import View
from api.truth import Truth
from edge.facts import Look
from edge.site.fields import Names
from edge.text import say
from rooms.ceremonies import AT_WORK, CEREMONIES, LEFT, Ceremony, scenes_of
from rooms.ceremonies_named import names_of
from rooms.checklists import Line, initials
from rooms.scenes import showings


class CeremonyTruth:
    """The ceremonies of the desk's site at the instant and in the language of a `Truth`."""

    def __init__(self, truth: Truth, view: View) -> None:
        self._truth = truth
        self._view = view
        self._site = truth.site
        self._renderer = truth.renderer

    def today(self) -> list[Ceremony]:
        """Those of the local day, and those of another that still ask something of people."""
        local = self._site.local
        day = local.date_of(self._truth.now)
        every = (each for scene in scenes_of(self._site) for each in self._truth.facts(CEREMONIES(scene)) or ())
        found = [each for each in every if local.date_of(each.booked_from) == day or each.phase in AT_WORK]
        return sorted(found, key=lambda each: (each.booked_from, each.id))

    def left(self) -> list[Ceremony]:
        """Those that still ask something of people, the nearest first."""
        return [each for each in self.today() if each.phase in LEFT]

    def known(self, id_: str) -> Ceremony:
        """Raises Unknown."""
        for scene in scenes_of(self._site):
            for each in self._truth.facts(CEREMONIES(scene)) or ():
                if each.id == id_:
                    return each
        raise Unknown("there is no ceremony of that id any more")

    def ceremony(self, found: Ceremony) -> CeremonyOut:
        name, scene = self._renderer.name, self._site.scenes[found.scene]
        ended = found.phase in ("afterwards", "over", "cancelled")
        return CeremonyOut(
            id=found.id,
            scene=found.scene,
            scene_name=name(found.scene),
            room=scene.room,
            room_name=name(scene.room),
            agency_name=name(found.agency) if found.agency else None,
            phase=found.phase,
            booked_from=found.booked_from,
            booked_until=found.booked_until,
            starts=found.starts,
            ends=found.ends,
            prepare_from=found.prepare_from,
            ready_at=found.ready_at,
            opens=found.opens,
            in_a_row=found.in_a_row,
            late=found.is_late,
            held_up_by=found.held_up_by,
            names=self.names(found),
            checklist=found.checklist,
            checklist_name=self._checklist_name(found.checklist),
            done=found.done,
            total=len(found.lines),
            lines=[self._line(line) for line in found.lines],
            may_delay=not ended,
            may_open_early=not ended and self._opens_later(found),
        )

    def names(self, found: Ceremony) -> str | None:
        """For the host alone."""
        return names_of(self._truth.facts, self._site, found, self._truth.now) if self._view.role == "lobby-host" else None

    def _opens_later(self, found: Ceremony) -> bool:
        played = showings(Look(self._truth.facts, self._truth.now), self._site, found.scene)
        return self._truth.now < found.opens and not any(each.opens for each in played)

    def _checklist_name(self, id_: str | None) -> str | None:
        checklist = self._site.checklists.get(id_ or "")
        return None if checklist is None else self._own(checklist.name) or self._renderer.text(say("Checklist"))

    def _line(self, line: Line) -> LineOut:
        item, tick, back = line.item, line.tick, line.taken_back
        told_back = say("{by}: {reason}", by=back.by, reason=back.reason) if back else None
        return LineOut(
            id=line.id,
            text=self._own(item.text) or line.id,
            note=self._own(item.note),
            automatic=line.automatic,
            state=line.state,
            settled=line.settled,
            fails=line.fails,
            told=self._renderer.text(line.told, self._truth.now) if line.told else None,
            instead=self._own(item.instead),
            ticked_by=tick.by if tick else None,
            initials=initials(tick.by) if tick else None,
            ticked_at=tick.at if tick else None,
            taken_back=self._renderer.text(told_back) if told_back else None,
        )

    def _own(self, names: Names | None) -> str | None:
        return names.in_language(self._renderer.language) if names is not None else None

    def every(self) -> Iterator[CeremonyOut]:
        yield from map(self.ceremony, self.today())
