"""The modes of the desk's site as the HTTP interface tells of them."""

from api.door_actions import scopes_of
from api.models_modes import Begun, ChangingOut, ModeOut, PreviewOut, ScopeOut, StayingOut
from api.tokens import MANAGER
from api.truth import Truth
from edge.refusal import Refusal
from edge.text import say
from security import modes
from security.mode_preview import preview, preview_of_end
from security.mode_rules import because, scope_name
from security.modes import ASKED_HOLDS, END_ASKED, MODE, MODES, ModeBegan


class ModeTruth:
    """At the instant and in the language of a `Truth`."""

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def holding(self) -> list[ModeOut]:
        """All that hold, the strongest first, then by when they began."""
        began = (mode for _, mode in self._truth.facts.of(MODE))
        return [self._mode(one) for one in sorted(began, key=lambda one: (MODES.index(one.mode), one.at, one.scope))]

    def _mode(self, began: ModeBegan) -> ModeOut:
        asked = self._truth.facts(END_ASKED(began.mode, began.scope))
        until = asked.at + ASKED_HOLDS if asked is not None else None
        confirmable = until is not None and until >= self._truth.now
        return ModeOut(
            mode=began.mode,
            scope=began.scope,
            scope_name=self.scope_name(began.scope),
            since=began.at,
            by=began.by,
            reason=began.reason,
            because=self._truth.renderer.text(because(began), self._truth.now),
            end_asked_by=asked.by if asked is not None and confirmable else None,
            end_asked_until=until if confirmable else None,
            its_end=self._its_end(began) if confirmable or began.mode != "lockdown" else None,
        )

    def _its_end(self, began: ModeBegan) -> str:
        truth = self._truth
        return truth.renderer.text(preview_of_end(truth.site, truth.facts, truth.now, began).text, truth.now)

    def preview(self, mode: Begun, scope: str) -> PreviewOut:
        truth, name = self._truth, self._truth.renderer.name
        seen = preview(truth.site, truth.facts, truth.now, mode, scope)
        return PreviewOut(
            mode=mode,
            scope=scope,
            scope_name=self.scope_name(scope),
            text=truth.renderer.text(seen.text, truth.now),
            locks=[ChangingOut(door=door, name=name(door)) for door in seen.locks],
            unlocks=[ChangingOut(door=door, name=name(door)) for door in seen.unlocks],
            stays=[
                StayingOut(door=door, name=name(door), because=truth.renderer.text(because, truth.now))
                for door, because in seen.stays.items()
            ],
        )

    def obstacle_to_begin(self, mode: Begun, scope: str) -> str | None:
        """Why it would be refused just now, whoever asked for it."""
        try:
            modes.begin(self._truth.site, self._truth.facts, self._truth.now, mode, scope, "", MANAGER)
        except Refusal as refusal:
            return self._truth.renderer.text(refusal.told, self._truth.now)
        return None

    def obstacle_to_end(self, mode: ModeOut) -> str | None:
        """Why the next step towards its end would be refused just now, whoever took it."""
        step = modes.end if mode.mode != "lockdown" or mode.end_asked_until else modes.ask_end
        try:
            step(self._truth.site, self._truth.facts, self._truth.now, mode.mode, mode.scope, "", MANAGER)
        except Refusal as refusal:
            return self._truth.renderer.text(refusal.told, self._truth.now)
        return None

    def scope_name(self, scope: str) -> str:
        return self._truth.renderer.text(say("{scope}", scope=scope_name(scope)))

    def scopes(self) -> list[ScopeOut]:
        return [ScopeOut(id=scope, name=self.scope_name(scope)) for scope in scopes_of(self._truth.site)]
