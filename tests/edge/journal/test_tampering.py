"""Whatever somebody does to the entries behind the controller's back, `verify` finds it (Q11, S-19)."""

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge.cli import app
from edge.journal import Head, Journal, export, verify, verify_export
from edge.journal.chain import Row, canonical, linked, rows
from edge.journal.mark import Mark
from tests.edge.journal.examples import copied, press, pruned_journal, raw, some_events

Mutation = Callable[[random.Random, sqlite3.Connection, list[Row]], None]


def edit_a_field(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    row, field = rng.choice(entries), rng.choice(["at", "kind", "body", "prev", "hash"])
    database.execute(f"UPDATE entries SET {field} = ? || {field} WHERE seq = ?", (rng.choice("x0 \u200b"), row.seq))  # noqa: S608


def edit_one_character(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    row = rng.choice(entries)
    field = rng.choice(["at", "kind", "body", "prev", "hash"])
    text = getattr(row, field)
    database.execute(f"UPDATE entries SET {field} = ? WHERE seq = ?", (one_bit_off(rng, text), row.seq))  # noqa: S608


def store_bytes_for_text(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    field = rng.choice(["at", "kind", "body", "prev", "hash"])
    row = rng.choice(entries)
    database.execute(f"UPDATE entries SET {field} = CAST({field} AS BLOB) WHERE seq = ?", (row.seq,))  # noqa: S608


def store_what_is_no_text(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("UPDATE entries SET body = CAST(x'ff00fe' AS TEXT) WHERE seq = ?", (rng.choice(entries).seq,))


def renumber(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("UPDATE entries SET seq = ? WHERE seq = ?", (rng.choice([-5, 0, 10**6]), rng.choice(entries).seq))


def shift_the_rest(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("UPDATE entries SET seq = -seq - 1 WHERE seq >= ?", (rng.choice(entries).seq,))
    database.execute("UPDATE entries SET seq = -seq WHERE seq < 0")


def delete_some(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    first = rng.choice(entries).seq
    database.execute("DELETE FROM entries WHERE seq BETWEEN ? AND ?", (first, first + rng.choice([0, 0, 1, 5, 100])))


def cut_the_tail(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("DELETE FROM entries WHERE seq >= ?", (rng.choice(entries).seq,))


def cut_the_head(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("DELETE FROM entries WHERE seq <= ?", (rng.choice(entries).seq,))


def swap_two(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    one, other = rng.sample(entries, 2)
    write(database, one._replace(seq=other.seq), other._replace(seq=one.seq))


def swap_two_bodies(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    one, other = rng.sample(entries, 2)
    while one.body == other.body:
        other = rng.choice(entries)
    write(database, one._replace(body=other.body), other._replace(body=one.body))


def copy_over(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    one, other = rng.sample(entries, 2)
    write(database, one._replace(seq=other.seq))


def insert_well_formed(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    """Anywhere, also at the end: with the right hash, the rest moved up."""
    before = rng.choice(entries)
    shift = "UPDATE entries SET seq = -seq - 1 WHERE seq > ?"
    database.execute(shift, (before.seq,))
    database.execute("UPDATE entries SET seq = -seq WHERE seq < 0")
    write(database, linked(before.head, before.at, before.kind, before.body))


def rewrite_from_here_on(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    """An insider who knows the rule changes one entry and computes every hash after it anew."""
    start = rng.randrange(len(entries))
    row = entries[start]
    head = Head(row.seq - 1, row.prev)
    for number, later in enumerate(entries[start:]):
        body = canonical(json.loads(later.body) | {"forged": 1}) if number == 0 else later.body
        new = linked(Head(later.seq - 1, head.hash), later.at, later.kind, body)
        write(database, new)
        head = new.head


def claim_retention(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    """Remove the beginning and turn an entry into the record that would explain it."""
    cut = rng.randrange(len(entries) - 1)
    row = entries[-1]
    body = canonical({"at": row.at, "before": row.at, "hash": entries[cut].hash, "through": entries[cut].seq})
    database.execute("DELETE FROM entries WHERE seq <= ?", (entries[cut].seq,))
    write(database, linked(Head(row.seq - 1, row.prev), row.at, "journal-pruned", body))


def claim_a_loss(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    """Cut the tail and go on with the record of a loss that nobody accepted."""
    last = rng.choice(entries[:-1])
    database.execute("DELETE FROM entries WHERE seq > ?", (last.seq,))
    body = canonical({"expected": last.seq, "expected_hash": last.hash, "found": last.seq, "found_hash": last.hash})
    write(database, linked(last.head, last.at, "journal-loss-accepted", body))


def add_a_trigger(rng: random.Random, database: sqlite3.Connection, entries: list[Row]) -> None:
    database.execute("CREATE TRIGGER quiet BEFORE INSERT ON entries BEGIN SELECT RAISE(IGNORE); END")


MUTATIONS: list[Mutation] = [
    edit_a_field, edit_one_character, store_bytes_for_text, store_what_is_no_text, renumber, shift_the_rest, delete_some,
    cut_the_tail, cut_the_head, swap_two, swap_two_bodies, copy_over, insert_well_formed, rewrite_from_here_on, claim_retention,
    claim_a_loss, add_a_trigger,
]  # fmt: skip


def one_bit_off(rng: random.Random, text: str) -> str:
    place = rng.randrange(len(text.rstrip("\n")))
    return text[:place] + chr(ord(text[place]) ^ 1 << rng.randrange(7)) + text[place + 1 :]


def write(database: sqlite3.Connection, *entries: Row) -> None:
    database.executemany("REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", entries)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "journal"
    pruned_journal(folder)
    return folder


def fingerprint(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_an_untouched_journal_has_no_findings(pristine: Path) -> None:
    before = fingerprint(pristine)
    found = verify(pristine)
    assert found.intact
    assert (found.entries, found.first, found.last) == (81, 11, 93)
    assert [remark.message.split(":")[0] for remark in found.remarks] == ["Entry {seq}"]
    assert fingerprint(pristine) == before


def _mutate(pristine: Path, folder: Path, mutation: Mutation, rng: random.Random) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    copied(pristine, folder)
    with raw(folder) as database:
        database.execute("PRAGMA synchronous = OFF")  # no power cut threatens this one
        entries = list(rows(database))
        mutation(rng, database, entries)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_every_mutation_is_found(pristine: Path, tmp_path: Path, mutation: Mutation) -> None:
    for seed in range(12):
        _mutate(pristine, tmp_path / "journal", mutation, random.Random(seed))
        assert verify(tmp_path / "journal").findings, f"seed {seed}"


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_ten_thousand_mutations_are_found(pristine: Path, tmp_path: Path) -> None:
    for seed in range(10_000):
        rng = random.Random(f"soak {seed}")
        mutation = rng.choice(MUTATIONS)
        _mutate(pristine, tmp_path / "journal", mutation, rng)
        assert verify(tmp_path / "journal").findings, f"seed {seed}, {mutation.__name__}"


@pytest.mark.parametrize(
    "mutation", [edit_one_character, cut_the_tail, rewrite_from_here_on], ids=lambda mutation: mutation.__name__
)
def test_the_program_finds_them_too(pristine: Path, tmp_path: Path, mutation: Mutation) -> None:
    _mutate(pristine, tmp_path / "journal", mutation, random.Random(1))
    told = CliRunner().invoke(app, ["journal", "verify", str(tmp_path / "journal")])
    assert (told.exit_code, type(told.exception)) == (1, SystemExit)
    assert told.stdout


def test_whoever_writes_the_mark_anew_too_is_found_by_a_head_noted_elsewhere(pristine: Path, tmp_path: Path) -> None:
    noted = verify(pristine).head
    for seed in range(20):
        _mutate(pristine, tmp_path / "journal", rewrite_from_here_on, random.Random(seed))
        with raw(tmp_path / "journal") as database:
            *_, last = rows(database)
        with closing(Mark(tmp_path / "journal" / "journal.mark")) as mark:
            mark.write_both(last.head)
        assert verify(tmp_path / "journal").head == last.head != noted
        assert verify(tmp_path / "journal", [noted]).findings, f"seed {seed}"


def test_the_finding_names_the_entry(pristine: Path, tmp_path: Path) -> None:
    folder = copied(pristine, tmp_path / "journal")
    with raw(folder) as database:
        database.execute("UPDATE entries SET at = '2026-11-27T08:00:00.000000+00:00' WHERE seq = 20")
        database.execute("DELETE FROM entries WHERE seq IN (40, 41)")
    assert [dict(finding.values) for finding in verify(folder).findings] == [{"seq": 20}, {"seq": 42, "last": 39}]


def test_a_journal_rewritten_with_its_mark_is_found_by_a_head_noted_elsewhere(pristine: Path, tmp_path: Path) -> None:
    noted = verify(pristine).head
    with closing(Journal.open(tmp_path / "forged")) as forged:
        forged.append(some_events(noted.seq))
    assert verify(tmp_path / "forged").intact, "nothing inside the folder can tell"
    assert verify(tmp_path / "forged", [noted]).findings
    assert verify(pristine, [noted]).intact


def test_a_missing_mark_is_found(pristine: Path, tmp_path: Path) -> None:
    folder = copied(pristine, tmp_path / "journal")
    (folder / "journal.mark").unlink()
    assert verify(folder).findings


def test_verify_works_while_the_controller_runs(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path)) as journal:
        for number in range(30):
            journal.append([press(number)])
            found = verify(tmp_path)
            assert (found.entries, found.intact) == (number + 1, True)
        before = fingerprint(tmp_path)
        assert verify(tmp_path).intact
        after = fingerprint(tmp_path)
        del before["journal.db-shm"], after["journal.db-shm"]  # readers take their place there
        assert after == before


def test_verify_reads_what_a_kill_left_without_recovering_it(tmp_path: Path) -> None:
    with closing(Journal.open(tmp_path / "running")) as journal:
        journal.append(some_events(20))
        left = copied(tmp_path / "running", tmp_path / "left")
        (left / "journal.db-shm").unlink()
    before = fingerprint(left)
    assert verify(left).entries == 20
    assert verify(left).intact
    assert fingerprint(left) == before


def test_a_stale_rollback_journal_is_not_acted_on(pristine: Path, tmp_path: Path) -> None:
    folder = copied(pristine, tmp_path / "journal")
    stale = stale_rollback_journal(tmp_path / "scratch")
    (folder / "journal.db-journal").write_bytes(stale)
    before = fingerprint(folder)
    assert verify(folder).entries == 81
    assert fingerprint(folder) == before


def stale_rollback_journal(scratch: Path) -> bytes:
    """A hot journal of another database, as a crash of some tool may leave it."""
    scratch.mkdir()
    with closing(sqlite3.connect(scratch / "other.db")) as database:
        database.execute("CREATE TABLE t (x)")
        database.execute("INSERT INTO t VALUES (1)")
        database.commit()
        database.execute("PRAGMA cache_size=1")
        database.execute("BEGIN EXCLUSIVE")
        database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<20000) INSERT INTO t SELECT i FROM n"
        )
        return (scratch / "other.db-journal").read_bytes()


def test_an_export_can_be_checked_anywhere(pristine: Path) -> None:
    lines: list[str] = []
    assert export(pristine, lines.append) == 81
    assert list(json.loads(lines[0])) == ["seq", "at", "kind", "body", "prev", "hash"]
    found = verify_export(lines)
    assert (found.entries, found.first, found.last, found.findings) == (81, 11, 93, ())
    assert found.head == verify(pristine).head
    part: list[str] = []
    assert export(pristine, part.append, after=80) == 13
    assert verify_export(part).intact


def test_every_change_of_an_export_is_found(pristine: Path) -> None:
    lines: list[str] = []
    export(pristine, lines.append)
    head = verify(pristine).head
    for seed in range(600):
        rng = random.Random(seed)
        changed = list(lines)
        place = rng.randrange(len(changed))
        match seed % 5:
            case 0:
                del changed[place]
            case 1:
                changed.insert(place, rng.choice(lines))
            case 2:
                other = rng.randrange(len(changed) - 1)
                changed.insert(other + (other >= place), changed.pop(place))
                if changed == lines:
                    continue
            case 3:
                at = rng.randrange(len(changed[place]) - 1)
                changed[place] = (
                    changed[place][:at] + chr(ord(changed[place][at]) ^ 1 << rng.randrange(7)) + changed[place][at + 1 :]
                )
            case 4:
                changed = changed[:place]
        assert verify_export(changed, [head]).findings, f"seed {seed}"
