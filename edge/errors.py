"""Errors answer one question: whose move is it?

`OurFault` is a bug or a bad file: stop, never retry. `DeviceFault` is normal weather: journal it, mark the point, go on.
"""


class TalonmiesError(Exception):
    """Base of every expected error. Its text is one sentence that a user may read."""


class OurFault(TalonmiesError):
    """A bug or a bad file; repeating will not help."""


class SiteFileError(OurFault):
    """The site file cannot be used; the findings say where and what to do."""


class IllegalCommand(OurFault):
    """Somebody asked for what must not be done."""


class IllegalInput(OurFault):
    """A value outside the documented shape or range."""


class StartRefused(OurFault):
    """The daemon cannot start: a second one runs, a port is taken, a secret is missing."""


class DeviceFault(TalonmiesError):
    """A device or a service did not do its part."""


class Unreachable(DeviceFault):
    """No connection, or no answer in time."""


class Refused(DeviceFault):
    """It answered, and said no."""


class Garbled(DeviceFault):
    """It answered, and the answer makes no sense."""
