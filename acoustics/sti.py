"""Speech Transmission Index (STI), 0..1, of one path from a talker to a listener in steady noise; male speech.

Source: IEC 60268-16 Ed. 5 (the figures are those of Ed. 4), clauses A.2.2 and A.5.2 to A.5.6 and tables A.1 to A.3, as cited and
transcribed in two public programs (phonometry, zawi01/stipa); the standard itself was not read. It counts privacy among its own
limits: below 0.2 the scale says "low" and no more.
"""

from collections.abc import Iterable, Sequence
from math import inf, log10, pi, sqrt

from acoustics.bands import OCTAVES
from acoustics.checks import number, spectrum
from acoustics.levels import level, power
from edge.errors import IllegalInput

MODULATION_RATES_HZ = (0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5, 3.15, 4.0, 5.0, 6.3, 8.0, 10.0, 12.5)
BAND_WEIGHTS = (0.085, 0.127, 0.230, 0.233, 0.309, 0.224, 0.173)
REDUNDANCY = (0.085, 0.078, 0.065, 0.011, 0.047, 0.095)
RECEPTION_THRESHOLD_DB = (46.0, 27.0, 12.0, 6.5, 7.5, 8.0, 12.0)

Reverberation = float | Iterable[float] | None
"""T60 in seconds: one for all bands, or one for each; None: left out, which is the safe side for privacy, as it only lowers STI."""


def sti_from_transmission(transmission: Iterable[float]) -> float:
    """STI of one transmission index (0..1) for each of OCTAVES. Raises IllegalInput. Source: A.2.2; never above 1."""
    indices = spectrum(transmission, "The transmission index", OCTAVES, 0.0, 1.0)
    weighted = sum(weight * one for weight, one in zip(BAND_WEIGHTS, indices, strict=True))
    shared = sum(weight * sqrt(lower * upper) for weight, lower, upper in zip(REDUNDANCY, indices[:-1], indices[1:], strict=True))
    return min(weighted - shared, 1.0)


def sti_from_modulation(modulation: Iterable[Iterable[float]]) -> float:
    """STI of modulation transfer values (0..1): a row for each of OCTAVES, a column for each of MODULATION_RATES_HZ.

    Raises IllegalInput outside that shape or range. Source: A.5.4 to A.5.6.
    """
    rows = [spectrum(row, "The modulation transfer", MODULATION_RATES_HZ, 0.0, 1.0) for row in modulation]
    if len(rows) != len(OCTAVES):
        raise IllegalInput(f"The modulation transfer needs {len(OCTAVES)} octave bands, not {len(rows)}")
    return sti_from_transmission(_mean_transmission(row) for row in rows)


def sti_of_ratio(snr_db: Iterable[float], reverberation_s: Reverberation = None) -> float:
    """STI of speech-to-noise ratios in dB for OCTAVES, at levels where neither the ear's threshold nor its masking matters.

    Raises IllegalInput for another number of bands, NaN or a negative reverberation time.
    """
    ratios = spectrum(snr_db, "The speech-to-noise ratio", OCTAVES)
    return _sti([1.0 / (1.0 + power(-ratio)) for ratio in ratios], reverberation_s)


def speech_transmission_index(
    speech_db: Iterable[float], noise_db: Iterable[float] | None, reverberation_s: Reverberation = None
) -> float:
    """STI of band levels at the listener in dB for OCTAVES, with auditory masking and the threshold of reception.

    Behind a good partition the threshold matters: speech that nobody can hear has STI 0 also without noise (None).
    Raises IllegalInput for another number of bands, NaN or a negative reverberation time. Source: A.5.3.
    """
    speech = [power(one) for one in spectrum(speech_db, "The speech", OCTAVES)]
    noise = [0.0] * len(OCTAVES) if noise_db is None else [power(one) for one in spectrum(noise_db, "The noise", OCTAVES)]
    present = [s + n for s, n in zip(speech, noise, strict=True)]
    masked = [0.0] + [lower * power(auditory_masking_db(level(lower))) for lower in present[:-1]]
    threshold = [power(one) for one in RECEPTION_THRESHOLD_DB]
    heard = [s / (i + m + t) for s, i, m, t in zip(speech, present, masked, threshold, strict=True)]
    return _sti(heard, reverberation_s)


def auditory_masking_db(lower_band_db: float) -> float:
    """How far below the level of the next lower octave its masking lies, in dB (negative). Raises IllegalInput.

    Source: table A.2 of Ed. 5. The level is that of speech and noise together; speech alone changes STI by less than 0.0001.
    """
    lower = number(lower_band_db, "The level")
    if lower < 63.0:
        return 0.5 * lower - 65.0
    if lower < 67.0:
        return 1.8 * lower - 146.9
    return 0.5 * lower - 59.8 if lower < 100.0 else -10.0


def _sti(kept: Sequence[float], reverberation_s: Reverberation) -> float:
    """STI where noise leaves the share `kept` of the modulation in each band."""
    reverberant = _modulation_in_room(reverberation_s)
    return sti_from_transmission(_mean_transmission([share * m for m in row]) for share, row in zip(kept, reverberant, strict=True))


def _modulation_in_room(reverberation_s: Reverberation) -> list[tuple[float, ...]]:
    if reverberation_s is None:
        return [(1.0,)] * len(OCTAVES)
    per_band = reverberation_s if isinstance(reverberation_s, Iterable) else [reverberation_s] * len(OCTAVES)
    times = spectrum(per_band, "The reverberation time", OCTAVES, 0.0, 100.0)
    return [tuple(1.0 / sqrt(1.0 + (2.0 * pi * rate * t / 13.8) ** 2) for rate in MODULATION_RATES_HZ) for t in times]


def _mean_transmission(modulation: Sequence[float]) -> float:
    return sum((_apparent_snr_db(m) + 15.0) / 30.0 for m in modulation) / len(modulation)


def _apparent_snr_db(m: float) -> float:
    ratio = m / (1.0 - m) if m < 1.0 else inf
    return min(max(10.0 * log10(ratio), -15.0), 15.0) if ratio > 0.0 else -15.0
