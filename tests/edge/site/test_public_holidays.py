"""Public holidays come from the one country's module."""

import subprocess
import sys
from datetime import date

from edge.site.public_holidays import holidays_of, is_known


def test_finnish_holidays() -> None:
    is_holiday = holidays_of("FI")
    assert [day for day in range(1, 32) if is_holiday(date(2026, 12, day))] == [6, 24, 25, 26]
    assert is_holiday(date(2026, 6, 19))
    assert not is_holiday(date(2026, 11, 23))


def test_no_country_has_no_holidays() -> None:
    assert not holidays_of(None)(date(2026, 12, 25))


def test_countries() -> None:
    for country in ("FI", "AX", "SE", "NO"):
        assert is_known(country)
        assert holidays_of(country)(date(2026, 12, 25))
    assert not is_known("XQ")
    assert holidays_of("SE")(date(2026, 6, 6))


def test_only_the_one_country_is_read_and_only_when_asked() -> None:
    program = (
        "import sys, datetime\n"
        "from edge.site.public_holidays import holidays_of\n"
        "ask = holidays_of('FI')\n"
        "assert 'holidays' not in sys.modules\n"
        "assert ask(datetime.date(2026, 12, 25))\n"
        "assert 'holidays.countries' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=20)
