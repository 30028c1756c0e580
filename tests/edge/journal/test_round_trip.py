"""Every kind of event that any package can write comes back from the journal as it was."""

import importlib
import types
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.events import Event
from edge.journal import Checkpoint, Journal

_ROOT = Path(__file__).parents[3]
_PACKAGES = ("edge", "drivers", "rooms", "security", "acoustics", "api")

_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=20),
    int: st.integers(-(2**70), 2**70),
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    type(None): st.none(),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
}


def kinds() -> list[type[Event]]:
    """Of every module whose source defines an event."""
    for package in _PACKAGES:
        for path in (_ROOT / package).rglob("*.py"):
            if "(Event)" in path.read_text("utf-8"):
                importlib.import_module(".".join(path.relative_to(_ROOT).with_suffix("").parts))
    found = {kind.kind: kind for kind in _below(Event) if kind.__module__.split(".")[0] in _PACKAGES}
    return [kind for name, kind in sorted(found.items()) if name and kind.journaled and kind is not Checkpoint]


def _below(base: type[Event]) -> Iterator[type[Event]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _below(kind)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of an annotated type, as far as events use types."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of([values(part) for part in get_args(hint)])
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple and hasattr(hint, "__args__"):
        parts = get_args(hint)
        if parts[1:] == (...,):
            return st.lists(values(parts[0]), max_size=3).map(tuple)
        return st.tuples(*map(values, parts))
    if get_origin(hint) is frozenset:
        return st.frozensets(values(get_args(hint)[0]), max_size=3)
    if get_origin(hint) is not None and issubclass(get_origin(hint), Mapping):
        return st.dictionaries(*map(values, get_args(hint)), max_size=3)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return st.deferred(lambda: instances(hint))  # a sentence may hold sentences
    return st.from_type(hint)


@cache
def instances(cls: Any) -> st.SearchStrategy[Any]:
    """One strategy a class, so that one that holds itself does not make another for each depth."""
    hints = get_type_hints(cls)
    if hasattr(cls, "_fields"):
        return st.tuples(*(values(hints[name]) for name in cls._fields)).map(cls._make)
    fixed = {f.name: values(hints[f.name]) for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING}
    optional = {f.name: values(hints[f.name]) for f in fields(cls) if f.name not in fixed}
    return st.fixed_dictionaries(fixed, optional=optional).map(lambda given: cls(**given))


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    """One for all kinds: what is replayed begins with the last checkpoint."""
    with closing(Journal.open(tmp_path_factory.mktemp("journal"))) as journal:
        yield journal


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.kind)
def test_every_kind_comes_back_as_it_was(journal: Journal, kind: type[Event]) -> None:
    come_back(journal, kind, 8)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.kind)
def test_many_of_every_kind_come_back(journal: Journal, kind: type[Event]) -> None:
    come_back(journal, kind, 200)


def come_back(journal: Journal, kind: type[Event], examples: int) -> None:
    @settings(max_examples=examples, deadline=None, database=None)
    @given(st.lists(instances(kind), min_size=1, max_size=3))
    def check(events: list[Event]) -> None:
        journal.checkpoint(events)
        journal.append(events)
        again = list(journal.replay())
        assert again == events * 2
        assert [_types(event) for event in again] == [_types(event) for event in events * 2]

    check()


def _types(event: Event) -> list[type[Any]]:
    """Equal is not enough: 1 == 1.0 == True."""
    return [type(getattr(event, f.name)) for f in fields(event)]


def test_the_examples_cover_the_kernel() -> None:
    assert {"observed", "command-sent", "decided", "journal-pruned", "condition-began"} <= {kind.kind for kind in kinds()}
