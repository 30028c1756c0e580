"""What a test vector's function is called here: `call(name, inputs)` gives what the public function answers.

None is "not determinable": the function said so, or refused the inputs as none that have an answer.
"""

from collections.abc import Callable
from typing import Any

from acoustics.articulation import articulation_index, privacy_class, privacy_index
from acoustics.insulation import Adaptation, adaptation_term, apparent_reduction, standardized_difference, weighted_rating
from acoustics.levels import energy_mean, energy_sum, percentile_level, remaining_level
from acoustics.masking_spectrum import masking_spectrum
from acoustics.open_plan import distance_to_sti, spatial_decay
from acoustics.ramp import slew
from acoustics.required_masking import masking_for_sti
from acoustics.sii import sii_octave, sii_third
from acoustics.spc import speech_privacy_class, uniform_ratio
from acoustics.sti import auditory_masking_db, speech_transmission_index, sti_from_modulation, sti_from_transmission, sti_of_ratio
from acoustics.transmission import received_level, room_level
from acoustics.weighting import a_level
from edge.errors import IllegalInput

Inputs = dict[str, Any]
Answer = float | list[float] | dict[str, Any] | None


def _privacy(i: Inputs) -> Answer:
    index = privacy_index(i["ai"])
    return {"pi": index, "cls": privacy_class(index).value}


def _decay(i: Inputs) -> Answer:
    decay = spatial_decay(i["r"], i["lpas"])
    return decay and {"D2S": decay.per_doubling_db, "Lp4m": decay.level_4m_db}


FUNCTIONS: dict[str, Callable[[Inputs], Answer]] = {
    "a_level": lambda i: a_level(i["freqs"], i["levels"]),
    "energy_sum": lambda i: energy_sum(i["levels"]),
    "energy_mean": lambda i: energy_mean(i["levels"]),
    "level_subtract": lambda i: remaining_level(i["total"], i["part"]),
    "percentile_level": lambda i: percentile_level(i["samples"], i["n"]),
    "sii_third": lambda i: sii_third(i["speech"], i.get("noise"), i.get("threshold")),
    "sii_octave": lambda i: sii_octave(i["speech"], i.get("noise"), i.get("threshold")),
    "articulation_index": lambda i: articulation_index(i["speech"], i["noise"]),
    "privacy": _privacy,
    "sti_from_ti": lambda i: sti_from_transmission(i["ti"]),
    "sti_uniform_m": lambda i: sti_from_modulation([[i["m"]] * 14] * 7),
    "sti_simple": lambda i: sti_of_ratio(i["snr"], i.get("T60")),
    "masking_amdb": lambda i: auditory_masking_db(i["level"]),
    "sti_full": lambda i: speech_transmission_index(i["speech"], i.get("noise"), i.get("T60")),
    "spc": lambda i: speech_privacy_class(i["level_difference"], i["background"]),
    "snr_uni32": lambda i: uniform_ratio(i["speech"], i["noise"]),
    "weighted_rating": lambda i: weighted_rating(i["bands"]),
    "c_term": lambda i: adaptation_term(i["bands"], Adaptation.C),
    "ctr_term": lambda i: adaptation_term(i["bands"], Adaptation.CTR),
    "dnt": lambda i: standardized_difference(i["L1"], i["L2"], i["T"]),
    "r_prime": lambda i: apparent_reduction(i["L1"], i["L2"], i["S"], i["V"], i["T"]),
    "received_level": lambda i: received_level(i["L1"], i["dnt"], i.get("T", 0.5)),
    "room_level": lambda i: room_level(i["Lw"], i.get("A"), i.get("r"), i.get("Q", 1.0)),
    "d2s": _decay,
    "sti_distance": lambda i: distance_to_sti(i["r"], i["sti"], i["threshold"]),
    "masking_spectrum": lambda i: list(masking_spectrum(i["la"], i["slope"], i["freqs"])),
    "slew": lambda i: slew(i["current"], i["target"], i["rate_up"], i["rate_down"], i["dt_s"]),
    "masking_for_sti": lambda i: masking_for_sti(
        i["speech"], i["target"], i["lo"], i["hi"], i["slope"], i.get("T60"), i.get("ambient")
    ),
}


def call(fn: str, inputs: Inputs) -> Answer:
    """The public function's answer. Raises LookupError for a name that is none of them, or where an input is missing."""
    try:
        return FUNCTIONS[fn](inputs)
    except IllegalInput:
        return None
