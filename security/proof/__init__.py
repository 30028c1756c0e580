"""The proof of zoning and egress: what must hold in every state that a site can come into (docs/decisions/0011)."""

from security.proof.prove import prove
from security.proof.report import ALWAYS, Proof, Property, Weakness

__all__ = ["ALWAYS", "Proof", "Property", "Weakness", "prove"]
