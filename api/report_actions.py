"""What people do with reports, and what they may."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from api.actions import Actions
from api.faults import Forbidden, Unknown
from api.report_port import KeptReport, Making, Reports
from api.reports.month import Month
from edge.errors import IllegalInput
from edge.refusal import Refusal
from edge.text import say

MONTHS_BACK: Final = 13
"""Of the months that the journal can still tell of (`edge.daemon.RETENTION`)."""


class ReportActions:
    """reports: None where none are kept."""

    def __init__(self, actions: Actions, reports: Reports | None) -> None:
        self._actions = actions
        self._reports = reports

    def kept(self) -> Sequence[KeptReport]:
        """Reads files: call it in a thread."""
        return () if self._reports is None else self._reports.kept()

    def making(self) -> Making | None:
        return None if self._reports is None else self._reports.making()

    def file(self, month: str, name: str) -> Path:
        """Raises Unknown."""
        path = None if self._reports is None else self._reports.file(_known(month), name)
        if path is None:
            raise Unknown("there is no such file of a report")
        return path

    def begin(self, month: str, by: str) -> None:
        if self._actions.read_only_reason is not None:
            raise Forbidden(self._actions.read_only_reason)
        if self._reports is None:
            raise Refusal(say("No reports are kept here."))
        self._reports.begin(_known(month), by)


def _known(month: str) -> Month:
    try:
        return Month.of(month)
    except IllegalInput as error:
        raise Unknown(str(error)) from error
