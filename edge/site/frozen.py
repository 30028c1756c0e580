"""A dictionary that cannot be changed, so that a loaded site stays what was checked."""

from collections.abc import Mapping
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

K = TypeVar("K")
V = TypeVar("V")


class FrozenDict(dict[K, V]):
    """A real dict, because pydantic and json serialize nothing less; every way to change it raises TypeError."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError("the site does not change while it is in use")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type["FrozenDict[K, V]"], tuple[dict[K, V]]]:
        return FrozenDict, (dict(self),)


class _HeadingAlone:
    """A section may be a heading with nothing under it, which YAML reads as null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(lambda value: {} if value is None else value, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "null"}]}


def _freeze(value: Mapping[K, V]) -> Mapping[K, V]:
    return FrozenDict(value)


Table = Annotated[Mapping[K, V], AfterValidator(_freeze)]
"""A section with entries by key, in the order of the file."""

Emptyable = Annotated[Table[K, V], _HeadingAlone()]
