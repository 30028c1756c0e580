"""The proof at a start: what it refuses, what may be waived, and how a result is kept."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from drivers.mosquitto import free_port
from edge import proving
from edge.errors import StartRefused
from edge.proving import proof_at_start, prove_site, require_proof
from edge.site import Site
from security.proof import Proof
from security.proof.waiver import NO_WAIVER, Waiver
from tests.security.proof.test_properties import BACK, building
from tests.started import ran
from tests.system.program import environment

TODAY = date(2026, 11, 23)
BROKEN = building(back={**BACK, "unlock": "booking"})


@pytest.fixture
def proofs(monkeypatch: pytest.MonkeyPatch) -> list[Site]:
    """The sites that were really proved."""
    proved: list[Site] = []

    def counted(site: Site, today: date, faults: int) -> Proof:
        proved.append(site)
        return prove(site, today, faults)

    prove = proving.prove
    monkeypatch.setattr(proving, "prove", counted)
    return proved


def test_a_result_is_kept_for_the_same_site_program_and_season(tmp_path: Path, proofs: list[Site]) -> None:
    data = tmp_path / "data"
    first = proof_at_start(BROKEN, TODAY, data, "1")
    assert first == prove_site(BROKEN, TODAY)
    proofs.clear()
    later = TODAY + timedelta(days=100)
    assert [proof_at_start(BROKEN, day, data, "1") for day in (TODAY, later)] == [first, first]
    assert proofs == []
    for site, day, version in [
        (BROKEN, TODAY + timedelta(days=200), "1"),
        (BROKEN, TODAY, "1"),
        (BROKEN, TODAY, "2"),
        (building(), TODAY, "2"),
    ]:
        proof_at_start(site, day, data, version)
    assert len(proofs) == 4
    assert proof_at_start(building(), TODAY, data, "2").holds


def test_a_damaged_result_is_made_anew_and_a_folder_that_cannot_be_written_hinders_nobody(
    tmp_path: Path, proofs: list[Site]
) -> None:
    proof_at_start(BROKEN, TODAY, tmp_path, "1")
    kept = tmp_path / "proof.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    for text in ("", "{}", kept.read_text()[:-20], kept.read_text().replace('"faults"', '"fault"')):
        kept.write_text(text)
        assert not proof_at_start(BROKEN, TODAY, tmp_path, "1").holds
    assert len(proofs) == 5
    assert not proof_at_start(BROKEN, TODAY, kept, "1").holds


def test_a_start_is_refused_with_a_sentence_for_each_finding() -> None:
    proof = prove_site(BROKEN, TODAY)
    with pytest.raises(StartRefused) as refused:
        require_proof(BROKEN, proof, NO_WAIVER)
    first, found, how = str(refused.value).splitlines()
    assert first == "test is not proved, so no door is opened."
    assert found.startswith("D2:back: A way from public to internal space opens through Room, back door. Write unlock: never")
    assert "--waive" in how
    require_proof(BROKEN, proof, Waiver(("D2:back",), "Maija", "Doors are changed next week"))
    require_proof(building(), prove_site(building(), TODAY), NO_WAIVER)


def test_run_opens_nothing_for_a_site_that_is_not_proved(tmp_path: Path) -> None:
    site = {
        "site": {"id": "unsafe", "name": "Unsafe", "token": "env:TALONMIES_TOKEN"},
        "spaces": {"lobby": {"zone": "public"}, "office": {"zone": "internal"}},
        "doors": {"staff": {"from": "lobby", "to": "office", "fail": "unlocked"}},
        "connections": {"broker": {"protocol": "mqtt", "port": free_port()}},
        "devices": {"lock": {"type": "door-controller", "connection": "broker", "door": "staff"}},
    }
    path, data = tmp_path / "site.yaml", tmp_path / "data"
    path.write_text(yaml.safe_dump(site))
    words = ["run", str(path), "--data", str(data), "--listen", f"127.0.0.1:{free_port()}"]
    words += ["--waive", "D8:staff", "--waived-by", "Maija"]
    done = ran(*words, env=environment(), timeout_s=20)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "D8:staff: Without power or controller" in done.stderr
    assert not (data / "journal.db").exists()
    assert json.loads((data / "proof.json").read_text())["proof"]["findings"][0]["id"] == "D8:staff"
