"""A report as one page that prints: it holds its styles and charts, and asks for nothing else."""

from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.reports.charts import svg
from api.reports.document import Chart, Document
from api.reports.writing import Writing

FOLDER: Final = Path(__file__).parent / "templates"


def html(document: Document, writing: Writing) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (FOLDER / "report.css").read_text(encoding="utf-8")
    drawn = partial(_drawn, writing)
    return environment.get_template("report.html").render(document=document, value=writing.value, chart=drawn, style=style)


def _drawn(writing: Writing, chart: Chart) -> str:
    written = tuple(writing.value(value, "percent" if chart.unit == "%" else "count") for _, value in chart.bars)
    return "data:image/svg+xml;base64," + b64encode(svg(chart, written)).decode()
