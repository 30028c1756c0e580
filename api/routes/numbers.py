"""The number of an alarm in a path."""

from typing import Annotated

from fastapi import Path

Number = Annotated[int, Path(ge=1, le=2**53, description="Number of the alarm")]
