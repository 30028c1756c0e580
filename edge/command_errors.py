"""How commands tell what went wrong."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from edge.errors import TalonmiesError


@contextmanager
def one_sentence_per_error() -> Iterator[None]:
    """Expected errors end the command with one sentence on standard error and exit code 1."""
    try:
        yield
    except TalonmiesError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except BrokenPipeError:
        # The reader (`| head`) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
