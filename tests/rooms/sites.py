"""A small building with three bookable rooms."""

from edge.site import Site


def site_with(**calendars: dict[str, object]) -> Site:
    return Site.model_validate(
        {
            "site": {"id": "porvoo", "name": "Porvoo"},
            "spaces": {
                "palvelu-1": {"zone": "semi-public", "kind": "service-room"},
                "palvelu-2": {"zone": "semi-public", "kind": "service-room"},
                "vihki": {"zone": "semi-public", "kind": "wedding-room"},
            },
            "calendars": calendars,
        }
    )
