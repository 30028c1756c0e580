"""Masking control and speech-privacy estimation."""
