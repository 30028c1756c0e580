"""The secret with which the controller is known to the identity provider: missing, it is missed before anything starts."""

from pathlib import Path
from typing import Any

import pytest

from edge.errors import StartRefused
from edge.serve import provider_of, require_secrets
from edge.site import Site


def site(**sign_in: Any) -> Site:
    provider = {"issuer": "https://login.example.fi", "client_id": "talonmies", "roles": {"guards": "guard"}, **sign_in}
    security = {"sign_in": provider} if sign_in else {}
    return Site.model_validate({"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}, "security": security})


def test_a_site_without_a_provider_has_none(tmp_path: Path) -> None:
    assert provider_of(site(), tmp_path) is None


def test_its_secret_is_read_before_anything_starts(tmp_path: Path) -> None:
    guarded = site(client_secret="file:oidc")
    with pytest.raises(StartRefused, match="cannot be read"):
        require_secrets(guarded, tmp_path, lambda _: "site-token")
    require_secrets(guarded, tmp_path, lambda _: "site-token", signed_in=True)
    (tmp_path / "oidc").write_text("CANARY")
    require_secrets(guarded, tmp_path, lambda _: "site-token")
    provider = provider_of(guarded, tmp_path)
    assert provider is not None
    assert provider.section.client_id == "talonmies"
    assert provider_of(site(client_secret=None), tmp_path) is not None
