"""Who we are to a server, and which server we want: certificates, keys and passwords, read once and never logged."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import StartRefused
from edge.site.connections import OpcuaConnection


@dataclass(frozen=True, slots=True)
class Credentials:
    """Certificates as DER, the key as PEM. application_uri: what our certificate says that we are; a server compares."""

    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    application_uri: str = "urn:talonmies"
    server_certificate: bytes | None = None
    password: str | None = field(default=None, repr=False)


def credentials_of(described: OpcuaConnection, secret: Callable[[str], str]) -> Credentials:
    """Raises StartRefused when a secret or a file is missing or cannot be used."""
    password = secret(described.password) if described.password is not None else None
    if described.security == "none":
        return Credentials(password=password)
    if described.certificate is None or described.key is None:
        raise StartRefused("A signed or encrypted OPC UA connection needs certificate and key in the site file (docs/opcua.md).")
    ours = _certificate(described.certificate)
    return Credentials(
        certificate=ours,
        key=_key(described.key),
        application_uri=_uri_in(ours, described.certificate),
        server_certificate=_certificate(described.server_certificate) if described.server_certificate is not None else None,
        password=password,
    )


def _certificate(name: str) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    octets = _octets(name)
    try:
        pem = octets.lstrip().startswith(b"-----")
        certificate = x509.load_pem_x509_certificate(octets) if pem else x509.load_der_x509_certificate(octets)
    except ValueError as error:
        raise StartRefused(f"The file {name} is no certificate in PEM or DER.") from error
    return certificate.public_bytes(Encoding.DER)


def _key(name: str) -> bytes:
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_der_private_key,
        load_pem_private_key,
    )

    octets = _octets(name)
    try:
        pem = octets.lstrip().startswith(b"-----")
        key = load_pem_private_key(octets, None) if pem else load_der_private_key(octets, None)
    except (ValueError, TypeError) as error:
        # The cause is not shown: it might quote the file.
        raise StartRefused(f"The file {name} is no private key in PEM or DER without a password.") from error
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _uri_in(certificate: bytes, name: str) -> str:
    from cryptography import x509

    try:
        names = x509.load_der_x509_certificate(certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return names.get_values_for_type(x509.UniformResourceIdentifier)[0]
    except (x509.ExtensionNotFound, IndexError) as error:
        raise StartRefused(f"The certificate {name} has no URI among its alternative names, which OPC UA asks for.") from error


def _octets(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise StartRefused(f"The file {name} of the OPC UA connection cannot be read: {error.strerror or error}.") from error
