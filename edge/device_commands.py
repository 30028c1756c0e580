"""`talonmies devices`: what is connected, what could be, and whether it works."""

import typer

devices_app = typer.Typer(help="Devices: what is there, what could be connected, and whether it works.", no_args_is_help=True)
