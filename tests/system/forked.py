"""The other end of `tests.system.lives`."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Self


class ForkedLives:
    """Begins and ends lives of a controller: `async with ForkedLives(site_file) as lives`."""

    def __init__(self, site_file: Path, module: str = "tests.system.lives") -> None:
        self._site_file = site_file
        self._module = module
        self._alive = False

    async def __aenter__(self) -> Self:
        self._errors = self._site_file.with_name("errors.txt").open("ab")
        self._server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", self._module, str(self._site_file),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=self._errors, limit=2**24,
        )  # fmt: skip
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._alive:
            await self.kill()
        assert self._server.stdin
        self._server.stdin.close()
        await self._server.wait()
        self._errors.close()

    async def begin(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Returns what the life restored, as soon as it takes presses."""
        restored = await self._ask({"live": wish})
        assert not restored.get("failed"), self.errors
        self._alive = True
        return restored

    async def kill(self) -> None:
        self._alive = False
        assert not (await self._ask({"kill": True}))["by_itself"], self.errors

    @property
    def errors(self) -> str:
        return self._site_file.with_name("errors.txt").read_text()[-3000:]

    async def _ask(self, wish: dict[str, Any]) -> dict[str, Any]:
        assert self._server.stdin
        assert self._server.stdout
        self._server.stdin.write(json.dumps(wish).encode() + b"\n")
        answer: dict[str, Any] = json.loads(await self._server.stdout.readline())
        return answer
