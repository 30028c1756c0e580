"""A report as a table for programs that calculate: a line for each number."""

import csv
import io

from api.reports.document import Document
from api.reports.writing import Writing
from edge.text import say

_COMMA_IS_FOR_DECIMALS = ("fi", "sv")


def csv_bytes(document: Document, writing: Writing) -> bytes:
    """With the signs that spreadsheets of the language expect."""
    local = document.language in _COMMA_IS_FOR_DECIMALS
    file = io.StringIO()
    rows = csv.writer(file, delimiter=";" if local else ",", lineterminator="\r\n")
    rows.writerow(map(writing.renderer.text, (say("Month"), say("Chapter"), say("Table"), say("Row"), say("What"), say("Value"))))
    for chapter in document.chapters:
        for table in chapter.tables:
            for name, *values in table.rows:
                for column, value in zip(table.columns[1:], values, strict=True):
                    told = "" if value is None else str(value)
                    written = told.replace(".", ",") if local and isinstance(value, float) else told
                    words = (document.id, chapter.title, table.title, str(name), column.title, written)
                    rows.writerow(map(_harmless, words))
    return b"\xef\xbb\xbf" + file.getvalue().encode()


def _harmless(text: str) -> str:
    """A name that begins like a formula stays a name."""
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t", "\r") else text
