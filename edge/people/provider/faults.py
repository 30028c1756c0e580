"""Why somebody does not come in through the provider. None of these says what was sent: it may be a secret."""

from edge.errors import Refused, Unreachable


class ProviderAway(Unreachable):
    """The provider does not answer in time, or not as it should."""


class NotConfirmed(Refused):
    """The provider does not say who this is, or what says so is not to be trusted."""


class NoRole(Refused):
    """The provider says who this is, and nothing gives them a role here. name: None where it cannot stand in the journal."""

    def __init__(self, name: str | None, subject: str) -> None:
        super().__init__("Nothing that the provider says of this person gives them a role here.")
        self.name = name
        self.subject = subject
