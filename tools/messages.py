"""Brings the catalogues of translations up to date with the sentences in the code and the pages.

Run from the root of the repository: new sentences come in untranslated, sentences that are gone go out, translations stay.
"""

import io
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from babel.messages import Catalog  # noqa: E402
from babel.messages.extract import extract_from_dir  # noqa: E402
from babel.messages.pofile import read_po, write_po  # noqa: E402

from edge.language import LANGUAGES, LOCALE_FOLDER  # noqa: E402

PACKAGES = ("edge", "drivers", "rooms", "security", "acoustics", "api")
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {"say": None, "_": None, "both": None, "both_in_a_row": None}
TRANSLATED = tuple(language for language in LANGUAGES if language != "en")
_HEADER = """\
# Texts of Talonmies. The English message is the key; `make messages` keeps this file in step with the code.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def extracted() -> Catalog:
    """Every sentence that people may read, with the files it stands in."""
    found = Catalog(charset="utf-8")
    for package in PACKAGES:
        for file, _, message, comments, context in extract_from_dir(
            ROOT / package, method_map=METHODS, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(message, locations=[(f"{package}/{file}", 1)], auto_comments=comments, context=context)
    return found


def path_of(language: str) -> Path:
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "talonmies.po"


def stored(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def main() -> int:
    template = extracted()
    missing = 0
    for language in TRANSLATED:
        catalog = stored(language)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        text = io.BytesIO()
        write_po(text, catalog, width=100, omit_header=True, sort_output=True, include_lineno=False)
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(_HEADER.format(language=language).encode() + text.getvalue())
        for message in catalog:
            if message.id and not message.string:
                missing += 1
                print(f"{language}: not translated: {message.id}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
