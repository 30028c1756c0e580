"""The sealed code of a site: where it is, and that nobody can guess it."""

from pathlib import Path

import pytest

from edge.errors import StartRefused
from edge.serve import require_secrets, sealed_code
from edge.site import Site


def site(**security: str) -> Site:
    return Site.model_validate({"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}, "security": security})


def test_a_site_without_one_has_none(tmp_path: Path) -> None:
    assert sealed_code(site(), tmp_path) is None


def test_it_is_read_before_anything_starts_and_may_not_be_short(tmp_path: Path) -> None:
    sealed = site(break_glass="file:sealed")
    for written, problem in ((None, "cannot be read"), ("CANARY-short", "is too short: give it at least 16 characters")):
        if written is not None:
            (tmp_path / "sealed").write_text(written)
        with pytest.raises(StartRefused, match=problem) as refused:
            require_secrets(sealed, tmp_path, lambda _: "site-token")
        assert "CANARY" not in str(refused.value)
    (tmp_path / "sealed").write_text("sixteen letters!\n")
    require_secrets(sealed, tmp_path, lambda _: "site-token")
    assert sealed_code(sealed, tmp_path) == "sixteen letters!"
