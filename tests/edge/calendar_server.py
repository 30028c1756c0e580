"""A real HTTP server that serves a calendar, and misbehaves in the ways that calendar servers do."""

import gzip
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class CalendarServer:
    """behave: what the next requests get; one of the functions below, or `serve`. written: methods and bodies of the requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.body = b""
        self.etag = ""
        self.behave: Callable[[BaseHTTPRequestHandler], None] = self.serve
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.written: list[tuple[str, bytes]] = []
        self.stopped = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                server.written.append((self.command, body))
                server.requests.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                server.behave(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_REPORT = do_PROPFIND = _respond  # noqa: N815 -- names of http.server

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}/calendar/basic.ics?token=SECRET-CANARY"

    def stop(self) -> None:
        self.stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return answer(request, 304)
        return answer(request, 200, self.body, etag=self.etag)


def answer(request: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        if value:
            request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def status(code: int, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda request: answer(request, code, b"no", **headers)


def body(octets: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    return lambda request: answer(request, 200, octets, **headers)


def cut_short(octets: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """Promises all of it and hangs up after half."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        request.wfile.write(octets[: len(octets) // 2])
        request.close_connection = True

    return behave


def drip(server: CalendarServer, octets: bytes) -> Callable[[BaseHTTPRequestHandler], None]:
    """An octet every now and then, so that no single wait is long."""

    def behave(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(octets)))
        request.end_headers()
        for octet in octets:
            if server.stopped.wait(0.05):
                return
            try:
                request.wfile.write(bytes([octet]))
            except OSError:
                return

    return behave


def hanging(server: CalendarServer) -> Callable[[BaseHTTPRequestHandler], None]:
    """No answer before the server stops."""

    def behave(_: BaseHTTPRequestHandler) -> None:
        server.stopped.wait(10)

    return behave


def bomb(size: int) -> bytes:
    return gzip.compress(b"\0" * size)
