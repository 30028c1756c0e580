"""The routes of the interface for programs, one small router for each kind of thing."""

from typing import Final

PREFIX: Final = "/api/v1"
