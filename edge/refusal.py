"""A person asked for something, and is told in their own language why not."""

from edge.errors import IllegalCommand
from edge.text import Moment, Ref, Route, Text, TextValue, Words


class Refusal(IllegalCommand):
    """told: why, to be written for whoever asked. As an error's text it is English, with ids in place of names."""

    def __init__(self, told: Text) -> None:
        super().__init__(_plain(told))
        self.told = told


def _plain(value: TextValue) -> str:
    match value:
        case Text(message=message, values=values):
            return message.format(**{name: _plain(each) for name, each in values.items()})
        case Moment(t=t):
            return t.isoformat(timespec="minutes")
        case Ref(id=id_):
            return id_
        case Route(ids=ids):
            return " → ".join(ids)
        case Words(en=en):
            return en
        case _:
            return str(value)
