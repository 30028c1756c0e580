"""A provider that says and signs whatever a test wants: everything a real one never does."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.api.desk import MORNING

NOW = int(MORNING.timestamp())


@dataclass
class Forger:
    """answer: of the token address, to any code. discovery, keys: what it publishes. forms: what it was sent."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    other_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    status: int = 200
    answer: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    published: list[Any] = field(default_factory=list)
    discovery: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        forger = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                forger.asked.append(self.path)
                self._say(200, forger.page(self.path))

            def do_POST(self) -> None:
                forger.asked.append(self.path)
                self.rfile.read(int(self.headers["Content-Length"]))
                self._say(forger.status, forger.answer)

            def _say(self, status: int, said: object) -> None:
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self.begin_anew()

    def begin_anew(self) -> None:
        self.status, self.answer, self.userinfo = 200, {}, {}
        self.published = [self.key.as_dict(private=False)]
        self.discovery = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        self.asked.clear()

    def page(self, path: str) -> object:
        pages = {"/keys": {"keys": self.published}, "/userinfo": self.userinfo}
        return pages.get(path, self.discovery)

    def claims(self, nonce: str, **changed: Any) -> dict[str, Any]:
        """Of a guard; a value of ... leaves a claim out."""
        said = {
            "iss": self.issuer,
            "aud": "talonmies",
            "sub": "subject-7",
            "exp": NOW + 300,
            "iat": NOW,
            "nonce": nonce,
            "name": "M. Virtanen",
            "groups": ["vanaja guards"],
            **changed,
        }
        return {name: value for name, value in said.items() if value is not ...}

    def signed(self, claims: dict[str, Any], *, key: RSAKey | OctKey | None = None, **header: Any) -> str:
        said = {"alg": "RS256", "kid": "one", **header}
        return jwt.encode(said, claims, key or self.key, algorithms=[said["alg"]])

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
