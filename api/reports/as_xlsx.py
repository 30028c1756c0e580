"""A report as a workbook: a sheet for each chapter, numbers as numbers, and charts that follow them."""

import io
from collections.abc import Mapping
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from api.reports.document import Chapter, Chart, Document, Kind, Table

_PATTERNS: Final[Mapping[Kind, str]] = {"count": "#,##0", "hours": "#,##0.0", "percent": "0.0#", "number": "#,##0.0##"}
_NAME_WIDTH, _WIDTH, _LONGEST_NAME = 44, 14, 31
_CHART_ROWS: Final = 16


def xlsx_bytes(document: Document, made_at: Any) -> bytes:
    """made_at: a naive time for the file's properties, so that the same report is the same file."""
    file = io.BytesIO()
    workbook = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    workbook.set_properties({"title": document.title, "created": made_at, "comments": document.made_from})
    sheets = _Sheets(workbook)
    for chapter in document.chapters:
        lines = [*document.lead, *chapter.paragraphs] if chapter is document.chapters[0] else chapter.paragraphs
        sheets.write(document.title, chapter, [*lines, *chapter.after])
    workbook.close()
    return file.getvalue()


class _Sheets:
    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._title = workbook.add_format({"bold": True, "font_size": 14})
        self._heading = workbook.add_format({"bold": True, "font_size": 12})
        self._column = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self._formats: dict[tuple[Kind, bool], Format] = {}

    def write(self, title: str, chapter: Chapter, lines: list[str]) -> None:
        sheet = self._workbook.add_worksheet(_sheet_name(chapter.title))
        sheet.set_column(0, 0, _NAME_WIDTH)
        sheet.set_column(1, 12, _WIDTH)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, chapter.title, self._heading)
        for nth, line in enumerate(lines):
            sheet.write_string(2 + nth, 0, line)
        row = 3 + len(lines)
        for chart in chapter.charts:
            row = self._chart(sheet, row, chart)
        for table in chapter.tables:
            row = self._table(sheet, row, table)

    def _table(self, sheet: Worksheet, row: int, table: Table) -> int:
        sheet.write_string(row, 0, table.title, self._heading)
        for n, column in enumerate(table.columns):
            sheet.write_string(row + 1, n, column.title, self._column)
        for line, values in enumerate(table.rows):
            last = table.total and line + 1 == len(table.rows)
            for n, (value, column) in enumerate(zip(values, table.columns, strict=True)):
                like = self._format(column.kind, bold=last)
                if isinstance(value, int | float):
                    sheet.write_number(row + 2 + line, n, value, like)
                elif value is not None:
                    sheet.write_string(row + 2 + line, n, value, like)
        return row + 3 + len(table.rows)

    def _chart(self, sheet: Worksheet, row: int, chart: Chart) -> int:
        """Its numbers stand beside it, where it reads them."""
        far = 14
        for n, (name, value) in enumerate(chart.bars):
            sheet.write_string(row + n, far, name)
            sheet.write_number(row + n, far + 1, value)
        drawn = self._workbook.add_chart({"type": "column" if chart.upright else "bar"})
        last = row + max(len(chart.bars), 1) - 1
        drawn.add_series(
            {
                "categories": [sheet.get_name(), row, far, last, far],
                "values": [sheet.get_name(), row, far + 1, last, far + 1],
                "fill": {"color": "#1b5a8c"},
                "gap": 40,
            }
        )
        drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawn.set_legend({"none": True})
        drawn.set_size({"width": 760, "height": 20 * (_CHART_ROWS - 1)})
        (drawn.set_y_axis if chart.upright else drawn.set_x_axis)({"name": chart.unit, "min": 0})
        if not chart.upright:
            drawn.set_y_axis({"reverse": True})
        sheet.insert_chart(row, 0, drawn, {"description": f"{chart.title}. {chart.said}"})
        return max(row + _CHART_ROWS, last + 2)

    def _format(self, kind: Kind, *, bold: bool) -> Format:
        if (kind, bold) not in self._formats:
            like: dict[str, Any] = {"bold": bold}
            if kind != "text":
                like |= {"num_format": _PATTERNS[kind], "align": "right"}
            self._formats[kind, bold] = self._workbook.add_format(like)
        return self._formats[kind, bold]


def _sheet_name(title: str) -> str:
    return "".join(sign if sign not in "[]:*?/\\" else "–" for sign in title)[:_LONGEST_NAME]
