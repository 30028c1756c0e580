"""A site file's bytes to a tree, or one clear reason why not."""

from pathlib import Path as File
from typing import NamedTuple

import yaml

from edge.site.document import Spot
from edge.site.yaml_tree import TreeBuilder, Unreadable, events_of, spot_of
from edge.text import Text, say

MAX_BYTES = 2_000_000


def read_text(path: File) -> str:
    """Raises Unreadable."""
    start = Spot(1, 1)
    try:
        if path.is_dir():
            raise Unreadable(say("This is a folder. Name the site file in it."), start)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Unreadable(say("There is no such file."), start) from None
    except (OSError, ValueError) as failure:
        raise Unreadable(say("The file cannot be read: {problem}.", problem=_reason(failure)), start) from failure
    if len(data) > MAX_BYTES:
        raise Unreadable(say("The file is larger than {limit} bytes. A site file is far smaller.", limit=MAX_BYTES), start)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        before = data[: failure.start].decode("utf-8-sig", errors="replace")
        raise Unreadable(say("The file is not UTF-8 text from here on. Save it as UTF-8."), _end_of(before)) from None


def _reason(failure: Exception) -> str:
    return failure.strerror or str(failure) if isinstance(failure, OSError) else str(failure)


def _end_of(text: str) -> Spot:
    return Spot(text.count("\n") + 1, len(text) - text.rfind("\n"))


class _Hint(NamedTuple):
    """What a phrase of the YAML parser usually means."""

    phrase: str
    text: Text


_HINTS = (
    _Hint(
        "mapping values are not allowed",
        say("This line is not YAML: look for a missing quote, or a second colon."),
    ),
    _Hint("could not find expected ':'", say("A key without a colon stands on this line or the one before it.")),
    _Hint("that cannot start any token", say("A tab or a special character stands here. Indent with spaces, and quote the text.")),
    _Hint("did not find expected key", say("The indentation does not fit the lines before. Align the key with its neighbours.")),
    _Hint("did not find expected '-' indicator", say("The list ends here. Begin each item with a hyphen, aligned.")),
    _Hint("unexpected end of stream", say("A quote that was opened is never closed.")),
    _Hint(
        "did not find expected ',' or",
        say("A bracket that was opened is not closed, a comma is missing, or a text with a colon lacks its quotes."),
    ),
)


def build_tree(text: str) -> TreeBuilder:
    """Raises Unreadable."""
    builder = TreeBuilder()
    try:
        for event in events_of(text):
            builder.feed(event)
    except yaml.MarkedYAMLError as failure:
        problem = str(failure.problem or failure.context)
        hint = next((hint.text for hint in _HINTS if hint.phrase in problem), None)
        text_ = hint or say("This is not YAML: {problem}.", problem=problem)
        raise Unreadable(text_, spot_of(failure.problem_mark or failure.context_mark)) from failure
    except yaml.reader.ReaderError as failure:
        text_ = say("A character stands here that no text has ({code}). Remove it.", code=f"U+{_code(failure.character):04X}")
        raise Unreadable(text_, _end_of(text[: failure.position])) from failure
    return builder


def _code(character: int | str | bytes) -> int:
    return character if isinstance(character, int) else ord(character)
