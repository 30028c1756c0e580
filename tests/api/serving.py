"""The application behind a real server on a free port, in the loop of the test, as the controller runs it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from tests.api.desk import MemoryDesk


def free_socket(port: int = 0) -> socket.socket:
    sock = socket.socket(proto=socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    return sock


class Server(uvicorn.Server):
    def __init__(self, app: FastAPI) -> None:
        super().__init__(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1, server_header=False))
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    def install_signal_handlers(self) -> None:
        """Signals are pytest's."""


@asynccontextmanager
async def served(app: FastAPI, desk: MemoryDesk, port: int = 0) -> AsyncIterator[str]:
    """Its address, until the end of the block; then every stream is ended, as by a controller that stops."""
    sock = free_socket(port)
    server = Server(app)
    serving = asyncio.create_task(server.serve([sock]))
    await server.listening.wait()
    try:
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        desk.feed.end()
        await serving
        sock.close()
