"""Bulletins as the HTTP interface tells of them: to each reader what is for them."""

from collections.abc import Iterable

from api.console.roles import ROLE_NAMES
from api.models_bulletins import AddresseeOut, BulletinOut, ReceiptOut
from api.sessions import View
from api.truth import Truth
from security.bulletins import AGENCY, Bulletin, bulletins_for, oversees
from security.roles import ROLES


class BulletinTruth:
    def __init__(self, truth: Truth, view: View) -> None:
        self._truth = truth
        self._view = view
        self._sees_readers = oversees(view.role)

    def bulletins(self, reader: str | None) -> list[BulletinOut]:
        """reader: the name of whoever asks; None for a program."""
        return [self.bulletin(bulletin, reader) for bulletin in self.seen()]

    def seen(self) -> list[Bulletin]:
        """A panel beside a door is for customers too: it shows none."""
        return [] if self._view.is_screen else bulletins_for(self._truth.facts, self._view.role, self._view.agency)

    def bulletin(self, bulletin: Bulletin, reader: str | None) -> BulletinOut:
        posted, receipts = bulletin.posted, bulletin.receipts
        return BulletinOut(
            number=bulletin.number,
            level=posted.level,
            text=posted.text,
            by=posted.by,
            role=posted.role,
            posted_at=posted.at,
            until=posted.until,
            to=[AddresseeOut(id=id_, name=self._name_of(id_)) for id_ in posted.to],
            read_count=len(receipts),
            readers=[ReceiptOut(at=receipt.at, by=receipt.by) for receipt in receipts] if self._sees_readers else [],
            read=None if reader is None else bulletin.read_by(reader),
        )

    def addressees(self) -> Iterable[AddresseeOut]:
        """To whom a bulletin can go."""
        for id_ in (*ROLES, *(AGENCY + agency for agency in self._truth.site.agencies)):
            yield AddresseeOut(id=id_, name=self._name_of(id_))

    def _name_of(self, id_: str) -> str:
        names: dict[str, str] = {role: self._truth.renderer.text(name) for role, name in ROLE_NAMES.items()}
        return names.get(id_) or self._truth.renderer.name(id_.removeprefix(AGENCY))
