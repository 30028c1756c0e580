"""TLS of the lines on which the controller is the client."""

import ssl

from edge.errors import StartRefused
from edge.site.connections import Tls


def client_context(files: Tls, line: str) -> ssl.SSLContext:
    """line: whose they are, in a sentence. Raises StartRefused."""
    try:
        context = ssl.create_default_context(cafile=files.ca)
        if files.certificate:
            context.load_cert_chain(files.certificate, files.key)
    except OSError as error:  # ssl.SSLError is one
        named = ", ".join(name for name in (files.ca, files.certificate, files.key) if name)
        raise StartRefused(f"the TLS files of the {line} connection cannot be used ({named}): {error.strerror or error}") from error
    return context
