"""A D-Bus daemon of our own on a socket of its own, in place of the system's."""

import asyncio
import shutil
from pathlib import Path

from edge.errors import StartRefused

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>{address}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
"""
_READY_WITHIN_S = 5.0


class PrivateBus:
    """folder: of its socket, whose path a system limits to some hundred characters. address: for DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "bus"
        self._config = folder / "bus.conf"
        self.address = f"unix:path={self._socket}"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Returns when it takes connections. Raises StartRefused where there is no dbus-daemon."""
        program = shutil.which("dbus-daemon", path="/usr/bin:/bin:/usr/local/bin")
        if program is None:
            raise StartRefused("There is no dbus-daemon on this computer, which virtual Bluetooth devices need: install dbus.")
        self._socket.unlink(missing_ok=True)
        self._config.write_text(_CONFIG.format(address=self.address))
        self._process = await asyncio.create_subprocess_exec(
            program,
            "--nofork",
            "--print-address",
            f"--config-file={self._config}",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            process_group=0,
        )
        assert self._process.stdout is not None  # noqa: S101 (asked for above)
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                said = await self._process.stdout.readline()
        except TimeoutError:
            said = b""
        if not said:
            await self.stop()
            raise StartRefused(f"No D-Bus daemon can be started at {self._socket}.")

    async def stop(self) -> None:
        """At once, as when it is killed; it keeps nothing."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
        self._process = None
