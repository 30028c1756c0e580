"""A real SMTP server in the test's own loop, which takes mail, refuses it, breaks off, or never answers."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """answer: what is said to the next mails; `250` takes them. hold: nobody answers until this is set.

    breaks_off: asked after each mail that was taken whether the line breaks before that is said.
    """

    port: int = 0
    answer: str = "250 OK"
    mails: list[Message] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None
    breaks_off: Callable[[], bool] = lambda: False

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 -- names of aiosmtpd
        if self.hold is not None:
            await self.hold.wait()
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
            self.recipients += envelope.rcpt_tos
            if self.breaks_off():
                server.transport.abort()  # type: ignore[union-attr]
        return self.answer


def _only(username: str, password: str):  # type: ignore[no-untyped-def]
    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        return AuthResult(success=(given.login, given.password) == (username.encode(), password.encode()), handled=False)

    return authenticate


@asynccontextmanager
async def mail_server(tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None) -> AsyncIterator[Mailbox]:
    mailbox = Mailbox()

    def conversation() -> SMTP:
        authenticator = None if login is None else _only(*login)
        return SMTP(mailbox, hostname="mail.test", tls_context=tls, require_starttls=tls is not None, authenticator=authenticator)

    server = await asyncio.get_running_loop().create_server(conversation, "127.0.0.1", 0)
    mailbox.port = server.sockets[0].getsockname()[1]
    try:
        yield mailbox
    finally:
        if mailbox.hold is not None:
            mailbox.hold.set()
        server.close()
        await server.wait_closed()
