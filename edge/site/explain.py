"""Pydantic's errors in our own sentences: what was found, what would be right, what to do."""

import re
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from edge.site.finding import Path, Problem, error
from edge.site.model import Site
from edge.site.wrong import Wrong, near_miss, shown
from edge.text import Text, say

_KEY = "[key]"


def explain(failure: ValidationError) -> list[Problem]:
    """One problem for each error of a failed `Site` validation."""
    return [_problem(details) for details in failure.errors(include_url=False)]


def _problem(details: ErrorDetails) -> Problem:
    path: Path = details["loc"]
    at_key = _KEY in path or details["type"] == "extra_forbidden"
    path = tuple(step for step in path if step != _KEY)
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _bad_tag(details, path)
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, Wrong):
        return error((*path, *cause.at), cause.text, at_key=at_key or bool(cause.at))
    return error(path, _sentence(details, path), at_key=at_key)


def _bad_tag(details: ErrorDetails, path: Path) -> Problem:
    """The key that says of which kind an entry is."""
    limits = details["ctx"]
    key = limits["discriminator"].strip("'")
    if "tag" not in limits:
        return error((*path, key), say('"{key}" is missing. Add it.', key=key))
    found = details["input"].get(key)
    return error((*path, key), _bad_choice(found, re.findall(r"'([^']*)'", limits["expected_tags"])))


def _sentence(details: ErrorDetails, path: Path) -> Text:
    kind, limits, found = details["type"], details.get("ctx", {}), details["input"]
    last = str(path[-1]) if path else ""
    if kind == "missing":
        return say('"{key}" is missing. Add it.', key=last)
    if kind == "extra_forbidden":
        return _unknown_key(last, _keys_at(path[:-1]))
    if kind in ("string_pattern_mismatch", "string_too_long") and (special := _bad_text(str(found), limits)):
        return special
    if kind == "literal_error":
        return _bad_choice(found, re.findall(r"'([^']*)'", limits["expected"]))
    if kind in ("greater_than_equal", "less_than_equal"):
        return _out_of_range(found, limits)
    if found is None:
        return say("Nothing stands here. Write a value, or remove the key.")
    return _WRONG_TYPE.get(kind, _OTHERWISE)


_OTHERWISE = say("This value has the wrong form.")
_A_MAPPING = say("Keys with values are wanted here, one on each line.")
_WRONG_TYPE = {
    "string_type": say('Text is wanted here. Put a number, true or false in quotes: "113".'),
    "string_too_short": say("The text is empty. Write it, or remove the key."),
    "int_type": say("A whole number is wanted here, without quotes."),
    "bool_type": say("Write true or false, without quotes."),
    "tuple_type": say("A list is wanted here, such as [first, second]."),
    "dict_type": _A_MAPPING,
    "mapping_type": _A_MAPPING,
    "model_type": _A_MAPPING,
    "model_attributes_type": _A_MAPPING,
}


def _unknown_key(key: str, known: list[str]) -> Text:
    meant = near_miss(key, known)
    if meant:
        return say('"{key}" is not known here. Did you mean "{meant}"?', key=shown(key), meant=meant)
    return say('"{key}" is not known here. Known are {known}.', key=shown(key), known=", ".join(known))


def _bad_text(found: str, limits: Mapping[str, Any]) -> Text | None:
    pattern = str(limits.get("pattern", ""))
    if pattern.startswith("^https?"):
        return say("An address starts with http:// or https://.")
    if pattern.startswith("^[A-Z"):
        return say("This is no id of Microsoft Entra. Copy it from the registered application.")
    if pattern.startswith("^[^+#"):
        return say("A topic is written out in full, without + and #.")
    if "max_length" in limits and limits["max_length"] > 64:
        return say("The text is longer than {limit} characters.", limit=limits["max_length"])
    proposal = re.sub(r"[^a-z0-9]+", "-", found.lower().translate(_PLAIN_LETTERS)).strip("-")[:64].strip("-")
    if proposal:
        return say(
            '"{found}" is no id. Ids are lower-case letters, digits and single hyphens, at most 64: "{proposal}".',
            found=shown(found),
            proposal=proposal,
        )
    return say('"{found}" is no id. Ids are lower-case letters, digits and single hyphens, at most 64.', found=shown(found))


_PLAIN_LETTERS = str.maketrans("åäöéü", "aaoeu")


def _bad_choice(found: object, choices: list[str]) -> Text:
    if found is None or isinstance(found, list | dict):
        return say("One word is wanted here. Choices are {choices}.", choices=", ".join(choices))
    meant = near_miss(str(found), choices)
    if meant:
        return say(
            '"{found}" is not a choice here. Did you mean "{meant}"? Choices are {choices}.',
            found=shown(found),
            meant=meant,
            choices=", ".join(choices),
        )
    return say('"{found}" is not a choice here. Choices are {choices}.', found=shown(found), choices=", ".join(choices))


def _out_of_range(found: object, limits: Mapping[str, Any]) -> Text:
    if "ge" in limits:
        return say("{found} is too small. It is at least {limit}.", found=shown(found), limit=limits["ge"])
    return say("{found} is too large. It is at most {limit}.", found=shown(found), limit=limits["le"])


def _keys_at(path: Path) -> list[str]:
    """The keys that the model at a path knows."""
    kind: Any = Site
    for step in path:
        kind = _inside(kind, step)
    model = _model_in(kind)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _inside(kind: Any, step: str | int) -> Any:
    """The type one step further in; the same type where a step is no key (the name of a branch)."""
    branch = next((part for part in _models_in(kind) if _tagged(part, step)), None)
    if branch is not None:
        return branch
    model = _model_in(kind)
    if model is not None:
        return next((f.annotation for name, f in model.model_fields.items() if step in (name, f.alias)), kind)
    inner = [part for part in _parts(kind) if get_origin(part) in (Mapping, tuple)]
    return get_args(inner[0])[1 if get_origin(inner[0]) is Mapping else 0] if inner else kind


def _tagged(model: type[BaseModel], tag: str | int) -> bool:
    return any(
        get_origin(field.annotation) is Literal and get_args(field.annotation) == (tag,) for field in model.model_fields.values()
    )


def _model_in(kind: Any) -> type[BaseModel] | None:
    return next(_models_in(kind), None)


def _models_in(kind: Any) -> Iterator[type[BaseModel]]:
    return (part for part in _parts(kind) if isinstance(part, type) and issubclass(part, BaseModel))


def _parts(kind: Any) -> list[Any]:
    """A type without its annotations, a union as its members."""
    if get_origin(kind) is Annotated:
        return _parts(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return [part for member in get_args(kind) for part in _parts(member)]
    return [kind]
