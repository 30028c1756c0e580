"""`talonmies desk-link`: the secret address at which masking is turned down for a desk, and the code to stick to it."""

from pathlib import Path

from acoustics.zones import Zones
from edge.clock import SystemClock
from edge.errors import IllegalCommand
from edge.people.desk_links import drawn, make_link, revoke_link
from edge.people.register import Register
from edge.site import Site


def new_link(site: Site, desk: str, data: Path, address: str | None, svg: Path | None) -> list[str]:
    """What to tell. Raises IllegalCommand for a desk that has no masking, and where the code cannot be written."""
    desks = () if site.acoustics is None else Zones(site, site.acoustics).desks
    if desk not in desks:
        known = ", ".join(desks) or "none"
        raise IllegalCommand(f"No masking is meant for {desk[:100]}. Desks that have some: {known}.")
    where = address or (f"https://{site.site.hosts[0]}" if site.site.hosts else "http://127.0.0.1:8080")
    link = where.rstrip("/") + make_link(Register(data), SystemClock().now(), desk)
    told = [f"Relief at {desk}, shown only now; one made before no longer holds: {link}"]
    if svg is None:
        return told
    try:
        svg.write_text(drawn(link).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), encoding="utf-8")
    except OSError as error:
        raise IllegalCommand(f"{svg} cannot be written ({(error.strerror or '').lower()}). The link: {link}") from error
    return [*told, f"The code to stick to the desk: {svg}"]


def revoked(desk: str, data: Path) -> list[str]:
    """What to tell. Raises IllegalCommand where there is none."""
    revoke_link(Register(data), desk)
    return [f"The link of {desk} no longer holds."]
