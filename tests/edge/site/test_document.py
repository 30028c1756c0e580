"""Reading YAML: YAML 1.2 scalars, places, and files made to do harm."""

from pathlib import Path

import pytest
import yaml

from edge.site import yaml_tree
from edge.site.document import locate, plain
from edge.site.reading import MAX_BYTES, build_tree, read_text
from edge.site.yaml_tree import MAX_DEPTH, Unreadable


def data(text: str) -> object:
    root = build_tree(text).root
    assert root is not None
    return plain(root)


@pytest.fixture(params=["libyaml", "python"])
def _either_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.setattr(yaml_tree, "_Loader", yaml.SafeLoader)


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("9:00", "9:00"),
        ("2026-12-24", "2026-12-24"),
        ("06-01", "06-01"),
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("9" * 5000, "9" * 5000),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("=", "="),
    ],
)
def test_scalars(written: str, value: object) -> None:
    assert data(f"key: {written}\n") == {"key": value}


@pytest.mark.usefixtures("_either_parser")
def test_keys_are_text_and_aliases_and_merges_work() -> None:
    text = "113: &room {zone: public, size: 4}\nb: {<<: *room, size: 5}\nc: [*room, {<<: [*room, {zone: x, extra: 1}]}]\n"
    room = {"zone": "public", "size": 4}
    assert data(text) == {"113": room, "b": {"size": 5, "zone": "public"}, "c": [room, {**room, "extra": 1}]}


@pytest.mark.usefixtures("_either_parser")
def test_places() -> None:
    root = build_tree("a:\n  b: [x, {c: 1}]\n  d:\n").root
    assert root is not None
    assert locate(root, ("a",))[1] == (1, 1)
    assert locate(root, ("a", "b", 0))[1] == (2, 7)
    assert locate(root, ("a", "b", 1, "c")) == (("a", "b", 1, "c"), (2, 14))
    assert locate(root, ("a", "b", 1, "c"), at_key=True)[1] == (2, 11)
    assert locate(root, ("a", "branch", "missing")) == (("a",), (1, 1))


def test_a_duplicate_key_keeps_the_first_and_is_reported_where_it_stands() -> None:
    builder = build_tree("a: 1\nb: [{c: 1, c: 2}]\na: 3\n")
    assert builder.root is not None
    assert plain(builder.root) == {"a": 1, "b": [{"c": 1}]}
    assert [(each.problem.path, tuple(each.spot)) for each in builder.problems] == [(("b", 0, "c"), (2, 12)), (("a",), (3, 1))]


@pytest.mark.usefixtures("_either_parser")
@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("a: b: c\n", (1, 5), "second colon"),
        ("a:\n\t- b\n", (2, 1), "tab"),
        ("a: [1, 2\nb: 3\n", (2, 2), ""),
        ("a: 'open\n", (2, 1), "never closed"),
        ("a: 1\n  b: 2\n", (2, 4), "second colon"),
        ("a: *nowhere\n", (1, 4), "refers to nothing"),
        ("a: &a [*a]\n", (1, 8), "inside what it refers to"),
        ("a: !!python/object:os.system x\n", (1, 4), "tag"),
        ("a: !thing {}\n", (1, 4), "tag"),
        ("? [a]\n: 1\n", (1, 3), "key"),
        ("a: 1\n---\nb: 2\n", (2, 1), "second document"),
        ("a: {<<: 3}\n", (1, 5), "merged"),
        ("a: \x00\n", (1, 4), "U+0000"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, place: tuple[int, int], why: str) -> None:
    with pytest.raises(Unreadable) as caught:
        build_tree(text)
    assert why in caught.value.text.message.format(**caught.value.text.values)
    assert tuple(caught.value.spot) == place


@pytest.mark.parametrize("text", ["[" * 1_000_000, "- " * 500_000, "{a: " * 200_000, "a: " + "&x " * 10 + "[" * 9999])
def test_deep_nesting_is_refused_at_once(text: str) -> None:
    with pytest.raises(Unreadable):
        build_tree(text)


def test_aliases_cannot_grow_the_document() -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 10)]
    with pytest.raises(Unreadable) as caught:
        build_tree("\n".join(lines))
    assert "aliases" in caught.value.text.message


def test_aliases_cannot_deepen_the_document() -> None:
    nested = "[" * (MAX_DEPTH - 5) + "]" * (MAX_DEPTH - 5)
    with pytest.raises(Unreadable):
        build_tree(f"a: &a {nested}\nb: [[[[[[*a]]]]]]\n")


def test_files_that_are_none(tmp_path: Path) -> None:
    def refusal(path: Path) -> tuple[str, tuple[int, int]]:
        with pytest.raises(Unreadable) as caught:
            read_text(path)
        return caught.value.text.message, tuple(caught.value.spot)

    latin, huge = tmp_path / "latin.yaml", tmp_path / "huge.yaml"
    latin.write_bytes("site:\n  name: Pääovi\n".encode("latin-1"))
    huge.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "no such file" in refusal(tmp_path / "absent.yaml")[0]
    assert "folder" in refusal(tmp_path)[0]
    assert refusal(latin)[0].startswith("The file is not UTF-8")
    assert refusal(latin)[1] == (2, 10)
    assert "larger" in refusal(huge)[0]
    assert "cannot be read" in refusal(Path("a\0b"))[0]


def test_a_byte_order_mark_does_not_move_columns(tmp_path: Path) -> None:
    file = tmp_path / "bom.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: {b: 1}\r\n")
    root = build_tree(read_text(file)).root
    assert root is not None
    assert locate(root, ("a", "b"))[1] == (1, 8)
