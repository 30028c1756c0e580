"""The identity provider of a site: what is refused, with which sentence and where."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from edge.site import load_site
from edge.site.sign_in import SignIn, is_guarded
from tests.edge.site.small_site import GOOD, found, merged

PROVIDER: dict[str, Any] = {
    "security": {
        "sign_in": {
            "issuer": "https://login.example.fi/realms/vanaja",
            "client_id": "talonmies",
            "client_secret": "env:OIDC",
            "name": {"fi": "Virkakortti", "sv": "Tjänstekort"},
            "roles": {"guards": "guard", "dvv officials": {"role": "clerk", "agency": "dvv"}},
        }
    }
}


def changed(**fields: Any) -> dict[str, Any]:
    return merged(PROVIDER, {"security": {"sign_in": fields}})


@pytest.mark.parametrize("change", [{}, {"client_secret": ...}, {"issuer": "http://127.0.0.1:4000"}, {"scopes": "groups"}], ids=str)
def test_a_whole_section_is_without_a_finding(change: dict[str, Any]) -> None:
    assert found(changed(**change)) == []


def test_the_agency_of_a_clerk_is_one_of_the_site() -> None:
    finding = 'error security.sign_in.roles.officials.agency: "dvw" is not in agencies. Did you mean "dvv"?'
    assert finding in found(changed(roles={"officials": {"role": "clerk", "agency": "dvw"}}))


INSECURE = "The address of an identity provider begins with https://"
ALONE: list[tuple[dict[str, Any], str, str]] = [
    ({"issuer": "http://login.example.fi"}, "issuer", INSECURE),
    ({"issuer": "http://localhost.example.fi"}, "issuer", INSECURE),
    ({"issuer": "https://hunter2:hunter2@login.example.fi"}, "issuer", INSECURE),
    ({"issuer": "ftp://login.example.fi"}, "issuer", ""),
    ({"issuer": "https://login.example.fi/?tenant=a"}, "issuer", ""),
    ({"client_secret": "hunter2"}, "client_secret", "A secret is never written in this file."),
    ({"roles": {"guards": "boss"}}, "roles.guards.role", '"boss"'),
    ({"roles": {"officials": "clerk"}}, "roles.officials", "A clerk belongs to an agency. Write {role: clerk, agency: ID}."),
    ({"roles": {"guards": {"role": "guard", "agency": "dvv"}}}, "roles.guards.agency", "Only a clerk belongs to an agency."),
    ({"roles": ...}, "roles", ""),
]


@pytest.mark.parametrize(("change", "path", "sentence"), ALONE)
def test_what_is_wrong_in_itself_is_said_at_its_place(tmp_path: Path, change: dict[str, Any], path: str, sentence: str) -> None:
    file = tmp_path / "site.yaml"
    file.write_text(json.dumps(merged(GOOD, changed(**change))))
    findings = [(finding.path, str(finding.text.message.format(**finding.text.values))) for finding in load_site(file).findings]
    assert any(at.endswith(f"security.sign_in.{path}") and sentence in text for at, text in findings), findings
    assert "hunter2" not in str([text for _, text in findings])


def test_a_section_through_which_nobody_could_sign_in_is_refused() -> None:
    with pytest.raises(ValidationError, match="Nobody could sign in"):
        SignIn.model_validate({**PROVIDER["security"]["sign_in"], "roles": {}})


@pytest.mark.parametrize("address", ["http://[::1]:4000/a", "http://localhost", "https://x.fi"])
def test_what_is_sent_there_nobody_reads(address: str) -> None:
    assert is_guarded(address)


@pytest.mark.parametrize(
    "address", ["http://10.0.0.9/a", "https://", "https://[", "", "//x.fi", "https://a@x.fi", "http://127.0.0.1.x.fi"]
)
def test_what_is_sent_there_somebody_could_read(address: str) -> None:
    assert not is_guarded(address)
