"""The names under which the controller is reached: as they are written, and as browsers send them."""

import json
from pathlib import Path

import pytest

from edge.site import Site, load_site
from edge.site.hosts import plain_host
from tests.edge.site.small_site import GOOD, found, merged


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("talonmies", "talonmies"),
        ("Talonmies.Joensuu.example.", "talonmies.joensuu.example"),
        ("xn--jyvskyl-5wae.fi", "xn--jyvskyl-5wae.fi"),
        ("10.1.2.3", "10.1.2.3"),
        ("fd00:0::0001", "[fd00::1]"),
        ("[FD00::1]", "[fd00::1]"),
    ],
)
def test_a_host_is_known_however_it_is_written(written: str, plain: str) -> None:
    assert plain_host(written) == plain
    assert found({"site": {"hosts": [written]}}) == found({"site": {"hosts": written}}) == []


NONE = ["https://x.fi", "x.fi:443", "10.1.2.3:80", "[fd00::1]:80", "x.fi/", "a_b.fi", "-a.fi", "1.2.3", "jyväskylä.fi", "0.0.0.0"]


@pytest.mark.parametrize("written", NONE)
def test_what_no_browser_sends_is_said_at_its_place(tmp_path: Path, written: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(merged(GOOD, {"site": {"hosts": ["x.fi", written]}})))
    findings = {finding.path: finding.text for finding in load_site(file).findings if finding.level == "error"}
    assert list(findings) == ["site.hosts.1"]
    assert findings["site.hosts.1"].values == {"found": written}


def test_a_site_is_reached_by_no_other_name_unless_it_says_so() -> None:
    assert Site.model_validate({"site": {"id": "x", "name": "X"}, "spaces": {"lobby": {"zone": "public"}}}).site.hosts == ()
