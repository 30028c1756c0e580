"""Figures of the whole program on this machine: `python -m bench`; docs/bench.md says what they mean."""
