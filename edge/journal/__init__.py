"""What happened, for good: every durable fact in one SQLite file, each chained to the one before by its hash.

`Journal` is the daemon's only writer. `verify`, `export` and `verify_export` are the auditor's, and change nothing.
"""

from edge.journal.audit import Verification, verify
from edge.journal.chain import Head
from edge.journal.events import Checkpoint, JournalPruned, LossAccepted
from edge.journal.failures import JournalFailed
from edge.journal.journal import Entry, Journal, can_be_kept
from edge.journal.lines import export, verify_export

__all__ = [
    "Checkpoint",
    "Entry",
    "Head",
    "Journal",
    "JournalFailed",
    "JournalPruned",
    "LossAccepted",
    "Verification",
    "can_be_kept",
    "export",
    "verify",
    "verify_export",
]
