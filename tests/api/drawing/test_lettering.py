"""Names stay inside their boxes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from api.drawing.lettering import LINE, fitted, width


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.floats(20, 300), st.floats(8, 120))
def test_any_name_stays_in_its_box(name: str, across: float, down: float) -> None:
    lettering = fitted(name, across, down, 17)
    assert all(width(line, lettering.size) <= across + 1 for line in lettering.lines)
    assert lettering.height <= max(down, lettering.size * LINE) + 1e-6


def test_words_stay_whole_as_long_as_they_can() -> None:
    assert fitted("Henkilökunnan käytävä", 110, 40, 12).lines == ("Henkilökunnan", "käytävä")
    assert fitted("Aula", 200, 40, 17).size == 17


def test_what_does_not_fit_is_cut_short_and_says_so() -> None:
    lettering = fitted("Yhteisasiakaspalvelupistetoiminto " * 5, 40, 20, 12)
    assert lettering.lines[-1].endswith("…")
