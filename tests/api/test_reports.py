"""The page of reports and their interface for programs: who may read, who may have one made, and what is given out."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from api.app import create_app
from api.report_port import KeptReport, Making
from api.reports.as_json import json_bytes
from api.reports.making import make
from api.reports.month import Month
from api.reports.shelf import Shelf
from edge.refusal import Refusal
from edge.site.fields import Role
from edge.text import say
from security.roles import ROLES
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, TOKENS, client_of
from tests.api.desk import MemoryDesk
from tests.api.reports.months import MONTH, a_month, building, read, write

PAGE, PROGRAMS = "/reports", "/api/v1/reports"
FILE = f"{PROGRAMS}/2026-11/test-2026-11.json"


class MemoryReports:
    """Those of a folder; what is begun stays so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun: Making | None = None

    def kept(self) -> Sequence[KeptReport]:
        return Shelf(self.folder).kept()

    def file(self, month: Month, name: str) -> Path | None:
        return Shelf(self.folder).file(month, name)

    def making(self) -> Making | None:
        return self.begun

    def begin(self, month: Month, by: str) -> None:
        if self.begun is not None:
            raise Refusal(say("The report of {month} is being made: wait until it is done.", month=str(self.begun.month)))
        self.begun = Making(month, by)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data, site = write(tmp_path_factory.mktemp("site") / "data", *a_month()), building()
    make(read(data, site), site, data, data / "reports" / str(MONTH), ("csv", "json"))
    (data / "reports" / "what is this").mkdir()
    (data / "reports" / "2026-10").mkdir()
    return data / "reports"


@pytest.fixture(scope="module")
def kept(folder: Path) -> MemoryReports:
    return MemoryReports(folder)


@pytest.fixture(scope="module")
def keeping(lasting_desk: MemoryDesk, kept: MemoryReports) -> FastAPI:
    return create_app(lasting_desk, tokens=TOKENS, reports=kept)


@pytest.fixture
def reports(kept: MemoryReports, folder: Path) -> MemoryReports:
    kept.folder, kept.begun = folder, None
    return kept


@pytest_asyncio.fixture
async def manager(keeping: FastAPI, desk: MemoryDesk, reports: MemoryReports) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(keeping, **_as("facility-manager")) as client:
        yield client


def _as(role: Role) -> dict[str, str]:
    return {
        "Origin": ORIGIN,
        "Accept": "text/html",
        "Accept-Language": "en",
        "Authorization": f"Bearer {OF_ROLES.get(role, TOKEN)}",
    }


async def test_reports_are_for_the_facility_manager_and_the_auditor(
    keeping: FastAPI, desk: MemoryDesk, reports: MemoryReports
) -> None:
    for role in ROLES:
        async with client_of(keeping, **_as(role)) as client:
            reads = 200 if role in ("facility-manager", "auditor") else 403
            assert [(await client.get(path)).status_code for path in (PAGE, PROGRAMS, FILE)] == [reads] * 3
            reports.begun = None
            makes = await client.post(PROGRAMS, json={"month": "2026-10", "by": "Aino"})
            assert makes.status_code == (200 if role == "facility-manager" else 403)


async def test_programs_learn_of_each_file_and_get_it_whole(manager: httpx.AsyncClient, folder: Path) -> None:
    told = (await manager.get(PROGRAMS)).json()
    (report,) = told["reports"]
    assert (told["making"], report["month"], len(report["files"])) == (None, "2026-11", 4)
    assert report["signed_with"] is not None
    got = await manager.get(FILE)
    assert got.content == (folder / "2026-11" / "test-2026-11.json").read_bytes()
    assert 'attachment; filename="test-2026-11.json"' in got.headers["content-disposition"]
    assert {file["name"]: file["size"] for file in report["files"]}["test-2026-11.json"] == len(got.content)


@pytest.mark.parametrize("path", ["2026-11/x.pdf", "2026-10/SHA256SUMS", "2026-11/..%2F..%2Freport.key", "2026-11/%2e%2e"])
async def test_nothing_else_is_given_out(manager: httpx.AsyncClient, path: str) -> None:
    assert (await manager.get(f"{PROGRAMS}/{path}")).status_code in (404, 405)


async def test_the_page_leads_to_every_file_and_has_one_made(manager: httpx.AsyncClient, reports: MemoryReports) -> None:
    page = (await manager.get(PAGE)).text
    assert "November 2026" in page
    for name in ("test-2026-11.json", "test-2026-11-sv.csv", "SHA256SUMS", "signature.json"):
        assert f'href="{PROGRAMS}/2026-11/{name}"' in page
    done = await manager.post("/console/reports", data={"month": "2026-10"})
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert reports.begun is not None
    assert reports.begun.month == Month(2026, 10)
    assert "The report of October 2026 is being made." in (await manager.get(PAGE)).text
    again = await manager.post("/console/reports", data={"month": "2026-09"})
    assert again.status_code == 409
    reports.begun = Making(MONTH, "", say("The report could not be made: {problem}", problem="the disk is full"))
    assert "The report could not be made: the disk is full" in (await manager.get(PAGE)).text


async def test_a_month_that_is_none_is_refused(manager: httpx.AsyncClient, reports: MemoryReports) -> None:
    for month in ("October", "2026-13", "../2026-11"):
        assert (await manager.post("/console/reports", data={"month": month})).status_code in (404, 422)
        assert (await manager.post(PROGRAMS, json={"month": month, "by": "Aino"})).status_code == 422
    assert reports.begun is None


async def test_where_none_are_kept_there_are_none(app: FastAPI, desk: MemoryDesk) -> None:
    async with client_of(app, **_as("facility-manager")) as client:
        assert "There is none yet." in (await client.get(PAGE)).text
        assert (await client.post("/console/reports", data={"month": "2026-10"})).status_code == 409


async def test_a_report_that_was_touched_is_shown_as_such(
    manager: httpx.AsyncClient, reports: MemoryReports, folder: Path, tmp_path: Path
) -> None:
    place = tmp_path / "2026-11"
    place.mkdir()
    for path in (folder / "2026-11").iterdir():
        (place / path.name).write_bytes(path.read_bytes())
    (place / "SHA256SUMS").write_text((place / "SHA256SUMS").read_text().replace("a", "b", 1))
    reports.folder = tmp_path
    assert "the signature does not fit" in (await manager.get(PAGE)).text


def test_the_figures_of_programs_name_no_person(folder: Path) -> None:
    told = json_bytes(read(folder.parent, building())).decode()
    assert "Aino" not in told
