"""Masking and speech privacy as the HTTP interface and the pages tell of them."""

from collections.abc import Collection, Iterator, Mapping

from acoustics.asked import (
    HEARING,
    LEVEL,
    QUIET,
    RELIEF,
    RELIEF_STEP_DB,
    HearingAsked,
    LevelAsked,
    QuietAsked,
    ReliefPressed,
)
from acoustics.pairs import Pair
from acoustics.proposals import PROPOSAL
from acoustics.telling import PRIVACY, WORST
from acoustics.units import sound_of
from acoustics.weeks import (
    faults,
    loud_hours,
    missing_db,
    relief_days,
    relief_presses,
    shares,
    talked_hours,
    weeks_until,
)
from acoustics.wishes import Kind, Wishes
from acoustics.words import CLASS_NAMES, ESTIMATE, Class
from acoustics.zones import Zones
from api.models_masking import (
    MaskingUnitOut,
    MaskingWeekOut,
    PrivacyOut,
    Purpose,
    ReliefOut,
    TalkWeekOut,
    WishOfPeople,
)
from api.truth import Truth
from edge.facts import ACTIVE, DECISION, Look
from edge.text import Ref, Text, say

_PURPOSES: Mapping[Kind, Purpose] = {
    Kind.QUIET: "quiet",
    Kind.RELIEF: "relief",
    Kind.MANUAL: "manual",
    Kind.CONVERSATION: "conversation",
    Kind.SCHEDULE: "schedule",
}
_UNTOLD = say("Nothing is known yet")
_NAMED_AT_MOST = 3


class MaskingTruth:
    """Of a site without a section `acoustics` there is nothing to tell. zones: of the site, worked out once for all readers."""

    def __init__(self, truth: Truth, zones: Zones) -> None:
        self._truth = truth
        self.zones = zones
        self._look = Look(truth.facts, truth.now)
        self._wishes = Wishes(self.zones)
        self.weeks = weeks_until(truth.site.local, truth.now)

    @property
    def described(self) -> bool:
        return self._truth.site.acoustics is not None

    @property
    def note(self) -> str:
        return self._text(ESTIMATE)

    def class_name(self, standing: Class) -> str:
        return self._text(CLASS_NAMES[standing])

    # --- privacy ------------------------------------------------------------------------------------------------------

    def pairs(self) -> list[PrivacyOut]:
        return [self._pair(pair) for pair in self.zones.pairs.values()]

    def _pair(self, pair: Pair) -> PrivacyOut:
        known = self._look(PRIVACY(pair.talker, pair.listener))
        target = self.zones.target(pair.talker, None)
        standing = "unknown" if known is None else known.standing
        return PrivacyOut(
            talker=pair.talker,
            talker_name=self._name(pair.talker),
            listener=pair.listener,
            listener_name=self._name(pair.listener),
            standing=standing,
            name=self.class_name(standing),
            sentence=self._text(_UNTOLD if known is None else known.reasons[0]),
            worst=self._look(WORST(pair.talker, pair.listener)),
            live=known is not None and known.live,
            voice="raised" if (target.voice == "raised" if known is None else known.raised) else "normal",
            door="unseen" if known is None else known.door,
            insulation=pair.basis,
            background_dba=None if known is None else known.background_dba,
            background_measured=known is not None and known.measured,
            missing_db=None if known is None else known.missing_db,
            remedy=None if known is None or known.remedy is None else self._text(known.remedy),
            reasons=[self._text(reason) for reason in ((ESTIMATE,) if known is None else known.reasons)],
        )

    # --- units --------------------------------------------------------------------------------------------------------

    def units(self) -> list[MaskingUnitOut]:
        return self._units(self.zones.heard)

    def units_of_desk(self, desk: str) -> list[MaskingUnitOut]:
        return self._units(self.zones.units_of_desk(desk))

    def _units(self, units: Collection[str]) -> list[MaskingUnitOut]:
        wrong: dict[str, list[str]] = {unit: [] for unit in units}
        for (_, subject), began in self._truth.facts.of(ACTIVE):
            if subject in wrong:
                wrong[subject].append(self._text(began.because))
        return [self._unit(unit, wrong[unit]) for unit in units]

    def _unit(self, unit: str, wrong: list[str]) -> MaskingUnitOut:
        comfort, emitter = self.zones.section.comfort, self.zones.emitter(unit)
        sound = sound_of(self._look, self.zones, unit)
        level = None if sound is None else sound.level
        wish = None if sound is None else self._wishes.wish(self._look, unit, level or comfort.floor)
        silenced = self._silenced(unit)
        because = silenced or (None if wish is None else wish.because)
        proposal = self._look(PROPOSAL(unit))
        return MaskingUnitOut(
            id=unit,
            name=self._name(unit),
            space=self._truth.site.devices[unit].space,
            heard=sound is not None,
            level_dba=level,
            assumed=sound is not None and sound.assumed,
            silent=silenced is not None or (wish is not None and wish.off),
            wanted_dba=None if wish is None else wish.level,
            purpose=None if wish is None else _PURPOSES[wish.kind],
            because=None if because is None else self._text(because),
            floor_dba=comfort.floor,
            most_dba=min(comfort.normal, emitter.highest),
            insisting_dba=min(comfort.max, emitter.highest),
            desks=list(self.zones.desks_of(unit)),
            faults=wrong,
            proposal=None if proposal is None else self._text(proposal),
            weeks=list(self._weeks_of(unit)),
        )

    def _silenced(self, unit: str) -> Text | None:
        """Why it is told to be silent: an emergency, or quiet that has been reached."""
        decided = self._truth.facts(DECISION(unit, "muted"))
        return decided.winner.because if decided is not None and decided.value is True else None

    # --- what people asked for ----------------------------------------------------------------------------------------

    def reliefs(self) -> list[ReliefOut]:
        return [found for desk in self.zones.desks if (found := self.relief(desk)) is not None]

    def relief(self, desk: str) -> ReliefOut | None:
        asked = self._look(RELIEF(desk))
        return None if asked is None or asked.until <= self._truth.now else self._relief(asked)

    def _relief(self, asked: ReliefPressed) -> ReliefOut:
        return ReliefOut(
            desk=asked.desk,
            name=self._name(asked.desk),
            less_db=None if asked.steps is None else asked.steps * RELIEF_STEP_DB,
            until=asked.until,
            cost=self.cost(asked.desk),
        )

    def cost(self, desk: str) -> list[str]:
        """What may be followed while masking is turned down for a desk: by listener, the desk itself first."""
        talkers: dict[str, list[str]] = {}
        for unit in self.zones.units_of_desk(desk):
            for pair in self.zones.served_by(unit):
                talkers.setdefault(pair.listener, []).append(pair.talker)
        return [self._text(self._followed(desk, listener, heard)) for listener, heard in talkers.items()]

    def _followed(self, desk: str, listener: str, talkers: list[str]) -> Text:
        heard = sorted(dict.fromkeys(talkers), key=lambda talker: talker != desk)
        names = ", ".join(self._name(talker) for talker in heard[:_NAMED_AT_MOST])
        more = len(heard) - _NAMED_AT_MOST
        if more > 0:
            return say("Conversations in {places} and in {count} other places may be followed from {listener}",
                       places=names, count=more, listener=Ref(listener))  # fmt: skip
        return say("Conversations in {places} may be followed from {listener}", places=names, listener=Ref(listener))

    def asked(self) -> list[WishOfPeople]:
        return sorted(self._asked(), key=lambda asked: (asked.until, asked.subject))

    def _asked(self) -> Iterator[WishOfPeople]:
        facts = self._truth.facts
        every: list[QuietAsked | HearingAsked | LevelAsked] = []
        every += [quiet for _, quiet in facts.of(QUIET)]
        every += [hearing for _, hearing in facts.of(HEARING)]
        every += [level for _, level in facts.of(LEVEL)]
        for asked in every:
            if asked.until > self._truth.now:
                yield self._wish_of_people(asked)

    def _wish_of_people(self, asked: QuietAsked | HearingAsked | LevelAsked) -> WishOfPeople:
        subject = asked.unit if isinstance(asked, LevelAsked) else asked.space
        return WishOfPeople(
            kind="quiet" if isinstance(asked, QuietAsked) else "hearing" if isinstance(asked, HearingAsked) else "level",
            subject=subject,
            name=self._name(subject),
            level_dba=asked.level if isinstance(asked, LevelAsked) else None,
            by=asked.by,
            until=asked.until,
        )

    # --- weeks --------------------------------------------------------------------------------------------------------

    def _weeks_of(self, unit: str) -> Iterator[MaskingWeekOut]:
        facts = self._truth.facts
        for week in self.weeks:
            found = MaskingWeekOut(
                week=week,
                relief_presses=relief_presses(facts, week, unit),
                relief_days=relief_days(facts, week, unit),
                loud_hours=round(loud_hours(facts, week, unit), 2),
                faults=faults(facts, week, unit),
            )
            if found.relief_presses or found.loud_hours or found.faults:
                yield found

    def talk(self, *, pairs: bool = True) -> Iterator[TalkWeekOut]:
        """Rooms first, each as private as the worst of its pairs; then the pairs."""
        named = [(pair.name, pair.talker, pair.listener) for pair in self.zones.pairs.values()] if pairs else []
        for week in self.weeks:
            for subject, talker, listener in (*((talker, talker, None) for talker in self.zones.talkers), *named):
                hours = talked_hours(self._truth.facts, week, subject)
                if hours > 0:
                    yield TalkWeekOut(
                        week=week,
                        talker=talker,
                        listener=listener,
                        hours=round(hours, 2),
                        shares={one: round(share, 3) for one, share in shares(self._truth.facts, week, subject).items()},
                        missing_db=missing_db(self._truth.facts, week, subject),
                    )

    # --- words --------------------------------------------------------------------------------------------------------

    def _name(self, id_: str) -> str:
        return self._truth.renderer.name(id_)

    def _text(self, text: Text) -> str:
        return self._truth.renderer.text(text, self._truth.now)
