"""The printable page as PDF/UA: tagged, so that it can be read aloud as well."""

import hashlib
import logging
from pathlib import Path
from typing import Final

import matplotlib as mpl

from edge.errors import OurFault
from edge.text import Text, say

NEEDED: Final[Text] = say("PDF needs the library Pango on the controller's computer; the printable page can be printed without it.")
_FONTS: Final = (("normal", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf"))


def pdf_bytes(page: str) -> bytes:
    """The same for the same page. Raises PdfMissing."""
    try:
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except OSError as error:
        raise PdfMissing from error
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    logging.getLogger("fontTools").setLevel(logging.ERROR)
    fonts = FontConfiguration()
    faces = CSS(string="".join(map(_face, _FONTS)), font_config=fonts)
    identifier = hashlib.sha256(page.encode()).digest()[:16]
    made: bytes = HTML(string=page).write_pdf(
        stylesheets=[faces], font_config=fonts, pdf_variant="pdf/ua-1", pdf_identifier=identifier
    )
    return made


class PdfMissing(OurFault):
    """The system has no library to lay out text with."""


def _face(font: tuple[str, str]) -> str:
    """Of the plotting library, so that no font of the computer changes the file."""
    weight, name = font
    file = Path(mpl.get_data_path()) / "fonts" / "ttf" / name
    return f'@font-face {{ font-family: "Report"; font-weight: {weight}; src: url("{file.as_uri()}"); }}'
