"""The kernel of the building controller at the bottom, and the programs that compose it at the top (docs/architecture.md)."""
