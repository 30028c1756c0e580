"""A report for the terminal."""

from collections.abc import Iterator

from api.reports.document import Document, Table
from api.reports.writing import Writing


def text_lines(document: Document, writing: Writing) -> Iterator[str]:
    yield document.title
    yield "=" * len(document.title)
    yield from document.lead
    for chapter in document.chapters:
        yield ""
        yield chapter.title
        yield "-" * len(chapter.title)
        yield from chapter.paragraphs
        for table in chapter.tables:
            yield ""
            yield from _table(table, writing)
        yield from chapter.after
    yield ""
    yield document.made_from


def _table(table: Table, writing: Writing) -> Iterator[str]:
    kinds = [column.kind for column in table.columns]
    body = [[writing.value(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in table.rows]
    rows = [[column.title for column in table.columns], *body]
    widths = [max(len(row[n]) for row in rows) for n in range(len(kinds))]
    yield table.title
    for row in rows:
        cells = (cell.ljust(w) if kind == "text" else cell.rjust(w) for cell, w, kind in zip(row, widths, kinds, strict=True))
        yield "  ".join(cells).rstrip()
