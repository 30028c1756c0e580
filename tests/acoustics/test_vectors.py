"""The vectors that others computed, each with the tolerance it names.

Entries named `property:*` are words about the controller: stories, and not replayed here.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acoustics.replay import Answer, call

VECTORS = json.loads((Path(__file__).parent / "data" / "vectors.json").read_text(encoding="utf-8"))
NUMERIC = [vector for vector in VECTORS if not vector["fn"].startswith("property:")]


@pytest.mark.parametrize("vector", NUMERIC, ids=[vector["id"] for vector in NUMERIC])
def test_a_vector(vector: dict[str, Any]) -> None:
    answer = call(vector["fn"], vector["inputs"])
    assert matches(answer, vector["expected"], vector["tol"]), f"{vector['fn']}: {answer}, not {vector['expected']}"


def test_a_wrong_answer_would_be_noticed() -> None:
    assert not matches(40.0, None, 0)
    assert not matches(None, 40.0, 1.0)
    assert not matches(40.2, 40.0, 0.1)
    assert not matches([40.0, 40.2], [40.0, 40.0], 0.1)
    assert not matches([40.0], [40.0, 40.0], 0.1)
    assert not matches({"pi": 80.0, "cls": "poor"}, {"pi": 80.0, "cls": "normal"}, 0.1)


def matches(answer: Answer | str, expected: Any, tolerance: float) -> bool:
    if isinstance(expected, dict):
        return isinstance(answer, dict) and all(matches(answer.get(key), one, tolerance) for key, one in expected.items())
    if isinstance(expected, list):
        return (
            isinstance(answer, list)
            and len(answer) == len(expected)
            and all(matches(a, e, tolerance) for a, e in zip(answer, expected, strict=True))
        )
    if expected is None or isinstance(expected, str):
        return answer == expected
    return isinstance(answer, float | int) and abs(answer - expected) <= tolerance + 1e-9
