"""Letters by e-mail. The conversation with the server blocks, so it has threads of its own."""

import asyncio
import contextlib
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import format_datetime

from edge.outbox.letter import Letter
from edge.outbox.sender import PATIENCE_S, NotDelivered
from edge.site.escalations import MailServer
from edge.text import say


class Mail:
    """One address, by the site's server."""

    def __init__(
        self,
        server: MailServer,
        address: str,
        password: str | None,
        trust: ssl.SSLContext,
        threads: ThreadPoolExecutor,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._server, self._address, self._password = server, address, password
        self._trust, self._threads, self._patience_s = trust, threads, patience_s

    async def send(self, letter: Letter) -> None:
        talk = _Talk()
        try:
            mail = self._written(letter)
            async with asyncio.timeout(self._patience_s):
                await asyncio.get_running_loop().run_in_executor(self._threads, self._converse, talk, mail)
        except TimeoutError:
            raise NotDelivered(say("The mail server does not answer in time")) from None
        except smtplib.SMTPAuthenticationError:
            raise NotDelivered(say("The mail server does not accept the user name or password")) from None
        except smtplib.SMTPResponseException as error:
            raise NotDelivered(say("The mail server refused it ({code})", code=error.smtp_code)) from None
        except smtplib.SMTPRecipientsRefused as error:
            code = next((code for code, _ in error.recipients.values()), 0)
            raise NotDelivered(say("The mail server refused it ({code})", code=code)) from None
        except ssl.SSLCertVerificationError:
            raise NotDelivered(say("The certificate of the mail server is not to be trusted")) from None
        except (smtplib.SMTPException, OSError, ValueError):
            raise NotDelivered(say("The mail server cannot be reached, or broke off")) from None
        finally:
            talk.break_off()

    def _written(self, letter: Letter) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._server.sender, self._address, letter.subject
        mail["Date"] = format_datetime(letter.sent_at)
        mail["Message-ID"] = f"<{letter.key}@{self._server.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter.text)
        return mail

    def _converse(self, talk: "_Talk", mail: EmailMessage) -> None:
        host, port = self._server.host, self._server.port
        if self._server.tls == "tls":
            line: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self._patience_s, context=self._trust)
        else:
            line = smtplib.SMTP(host, port, timeout=self._patience_s)
        talk.line = line
        with line:
            if self._server.tls == "starttls":
                line.starttls(context=self._trust)
            if self._server.username is not None and self._password is not None:
                line.login(self._server.username, self._password)
            line.send_message(mail)


class _Talk:
    """A conversation that somebody else's thread may be in."""

    line: smtplib.SMTP | None = None

    def break_off(self) -> None:
        """Whoever is still in it fails with their next word."""
        sock = self.line.sock if self.line is not None else None
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
