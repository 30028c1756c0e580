"""What the HTTP libraries do only once is done before anybody asks, or beside the loop: presses do not wait for it."""

import threading

import pytest

from api.app import create_app
from tests.api.conftest import AUTHORIZED, TOKENS, client_of
from tests.api.desk import MemoryDesk


async def test_the_first_request_finds_everything_built(monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app(MemoryDesk(), tokens=TOKENS)
    built: list[object] = []
    monkeypatch.setattr("fastapi.routing.get_dependant", lambda **told: built.append(told["path"]))
    asked_in: list[threading.Thread] = []

    def description() -> dict[str, str]:
        asked_in.append(threading.current_thread())
        return {"openapi": "3.1.0"}

    monkeypatch.setattr(app, "openapi", description)
    async with client_of(app, **AUTHORIZED) as client:
        for path, status in (("/nothing", 404), ("/healthz", 200), ("/relief/guessed", 404)):
            assert (await client.get(path)).status_code == status
        assert not built
        assert (await client.get("/api/v1/openapi.json")).json() == {"openapi": "3.1.0"}
    (thread,) = asked_in
    assert thread is not threading.current_thread()
