"""Names and addresses under which people and programs reach the controller."""

import ipaddress
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from edge.site.fields import PlainText, several
from edge.site.wrong import Wrong, shown
from edge.text import say

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST = 253


def plain_host(written: str) -> str | None:
    """As browsers write it in an address, without a port; None for what is no host."""
    bare = written.strip().lower().removesuffix(".")
    try:
        address = ipaddress.ip_address(bare.removeprefix("[").removesuffix("]"))
    except ValueError:
        return bare if len(bare) <= _LONGEST and _NAME.fullmatch(bare) and not _is_number(bare) else None
    return str(address) if address.version == 4 else f"[{address}]"


def _is_number(name: str) -> bool:
    """What ends in a number is no name: browsers take it for an address."""
    return name.rpartition(".")[2].isdigit()


def is_everywhere(host: str) -> bool:
    """Whether to listen there is to listen on all addresses of this computer."""
    return host in {"0.0.0.0", "[::]"}  # noqa: S104


def _host(written: str) -> str:
    host = plain_host(written)
    if host is None or is_everywhere(host):
        text = say(
            '"{found}" is no host. Write a name or an IP address as it stands in the browser, without http:// and port.',
            found=shown(written),
        )
        raise Wrong(text)
    return host


Host = Annotated[PlainText, AfterValidator(_host)]
Hosts = Annotated[tuple[Host, ...], BeforeValidator(several, json_schema_input_type=Host | tuple[Host, ...])]
