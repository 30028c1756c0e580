"""The pictures of the storeys, that the plan of the console lays its marks on."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from api.drawing.pictures import Pictures
from api.readers import Readers

_KEPT: Final = "private, max-age=31536000, immutable"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""A picture runs nothing and fetches nothing, even opened by itself; styles stand in it and nowhere else."""


def router(readers: Readers, pictures: Pictures) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/plans/{storey}.svg")
    async def picture(request: Request, storey: str) -> Response:
        language = readers.of_page(request).language
        found = next((base for base in pictures.of(language) if base.storey == storey), None)
        if found is None:
            raise HTTPException(404)
        kept = {"Cache-Control": _KEPT} if request.query_params.get("v") == pictures.version else {}
        return Response(found.svg, media_type="image/svg+xml", headers={"Content-Security-Policy": _POLICY, **kept})

    return routes
