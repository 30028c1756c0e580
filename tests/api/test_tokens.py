"""Secrets and roles: whoever shows a role's secret acts in that role, and no two roles share one."""

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from api.sessions import Sessions
from api.tokens import Tokens
from edge.errors import StartRefused
from edge.secrets import read_secret
from edge.serve import tokens_of
from edge.site import Site
from security.roles import ROLES
from tests.api.conftest import OF_ROLES, ORIGIN, TOKEN, TOKENS, client_of
from tests.api.desk import the_site


def test_each_secret_gives_its_role_and_nothing_else_gives_any() -> None:
    assert TOKENS.role_of(TOKEN) == "facility-manager"
    assert {TOKENS.role_of(secret) for secret in (TOKEN, *OF_ROLES.values())} == set(ROLES)
    for wrong in ("", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "guard", "\ud800", OF_ROLES["guard"][:-1]):
        assert TOKENS.role_of(wrong) is None


def test_two_roles_with_one_secret_are_refused_in_one_sentence() -> None:
    for roles in ({"guard": "same", "clerk": "same"}, {"guard": "site"}):
        with pytest.raises(StartRefused, match=r"^The roles [\w-]+ and [\w-]+ have the same secret: .*\.$") as refused:
            Tokens("site", roles)  # type: ignore[arg-type]
        assert "same," not in str(refused.value)
    assert Tokens("site", {"facility-manager": "site"}).role_of("site") == "facility-manager"


async def test_who_signs_in_has_the_role_of_the_secret_shown(app: FastAPI) -> None:
    for role, secret in OF_ROLES.items():
        async with client_of(app, Origin=ORIGIN, Accept="text/html") as client:
            assert (await client.post("/sign-in", data={"name": "L. Korhonen", "token": secret})).status_code == 303
            page = (await client.get("/?language=en")).text
            assert f'data-role="{role}"' in page


def test_a_session_keeps_its_role() -> None:
    sessions = Sessions()
    for role in ROLES:
        caller = sessions.caller(sessions.begin("M. Virtanen", role))
        assert caller is not None
        assert (caller.name, caller.role) == ("M. Virtanen", role)


def with_tokens(**of_roles: str) -> Site:
    site = the_site()
    tokens = {role.replace("_", "-"): reference for role, reference in of_roles.items()}
    return site.model_copy(update={"site": site.site.model_copy(update={"tokens": tokens})})


def test_the_secrets_of_roles_are_read_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALONMIES_TEST_GUARD", "guard-secret")
    (tmp_path / "host").write_text("host-secret\n")
    site = with_tokens(guard="env:TALONMIES_TEST_GUARD", lobby_host="file:host")
    tokens = tokens_of(site, tmp_path, "site-secret", signed_in=False)
    found = [
        tokens.role_of(secret) for secret in ("site-secret", "guard-secret", "host-secret", read_secret("file:host", tmp_path))
    ]
    assert found == ["facility-manager", "guard", "lobby-host", "lobby-host"]
    with pytest.raises(StartRefused, match="TALONMIES_TEST_NONE"):
        tokens_of(with_tokens(guard="env:TALONMIES_TEST_NONE"), tmp_path, "x", signed_in=False)
    assert tokens_of(with_tokens(guard="env:TALONMIES_TEST_NONE"), tmp_path, "x", signed_in=True).role_of("x") is not None


async def test_a_program_has_the_role_of_its_secret(app: FastAPI) -> None:
    async with client_of(app, Authorization=f"Bearer {OF_ROLES['auditor']}") as client:
        assert (await client.get("/api/v1/doors")).status_code == httpx.codes.OK
