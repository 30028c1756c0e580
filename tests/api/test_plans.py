"""The pictures of the storeys as a browser gets them."""

import httpx
import pytest
from fastapi import FastAPI

from api.drawing.pictures import Pictures
from security.roles import ROLES
from tests.api.conftest import OF_ROLES, TOKEN, client_of
from tests.api.desk import MemoryDesk, the_site


async def test_a_picture_runs_nothing_and_is_kept_by_its_version(program: httpx.AsyncClient) -> None:
    pictures = Pictures(the_site())
    answer = await program.get(pictures.address("1", "sv"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text == pictures.of("sv")[0].svg
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=", "?v=of-yesterday"])
async def test_without_the_version_nobody_keeps_it(program: httpx.AsyncClient, query: str) -> None:
    answer = await program.get(f"/plans/1.svg{query}", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.text == Pictures(the_site()).of("en")[0].svg


@pytest.mark.parametrize("storey", ["2", "K", "..", "%2e%2e%2fsite", "1.svg"])
async def test_there_is_no_other_picture(program: httpx.AsyncClient, storey: str) -> None:
    answer = await program.get(f"/plans/{storey}.svg")
    assert answer.status_code == 404
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


async def test_whoever_sees_the_console_sees_the_plan(app: FastAPI, desk: MemoryDesk, stranger: httpx.AsyncClient) -> None:
    seen = {}
    for role in ROLES:
        async with client_of(app, Authorization=f"Bearer {OF_ROLES.get(role, TOKEN)}") as client:
            seen[role] = (await client.get("/plans/1.svg")).status_code
    assert seen == {role: 403 if role == "clerk" else 200 for role in ROLES}
    answer = await stranger.get("/plans/1.svg")
    assert (answer.status_code, "<svg" in answer.text) == (401, False)
