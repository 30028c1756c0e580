"""How hard property tests try: `TALONMIES_EFFORT=20 make test ARGS=tests/security` looks twenty times as long."""

import os

from hypothesis import settings

EFFORT = int(os.environ.get("TALONMIES_EFFORT", "1"))

settings.register_profile("talonmies", deadline=None, print_blob=True, max_examples=100 * EFFORT)
settings.load_profile("talonmies")
