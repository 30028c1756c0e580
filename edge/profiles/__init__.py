"""The makes that Talonmies knows. A file `<protocol>/<make>.py` beside this one with a `PROFILE` in it is one: `<protocol>.<make>`.

A device of the site file may say that it lacks something which its profile has.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from edge.profiles.mqtt_mapping import NATIVE
from edge.profiles.profile import Lease as Lease
from edge.profiles.profile import Profile as Profile
from edge.profiles.profile import Sense as Sense
from edge.profiles.protocol import PROTOCOLS
from edge.profiles.protocol import Protocol as Protocol


def _found() -> Iterator[tuple[str, Profile]]:
    yield "native", Profile(NATIVE, answers=True)
    for protocol in PROTOCOLS:
        for make in iter_modules([str(Path(__file__).parent / protocol)]):
            yield f"{protocol}.{make.name}", import_module(f"edge.profiles.{protocol}.{make.name}").PROFILE


PROFILES: Mapping[str, Profile] = dict(_found())
