"""`python -m drivers.opcua.certificate FOLDER`: a self-signed certificate with its key, by which a server knows this controller.

OPC UA looks for more than TLS does: the URI of the application among the names, and uses that both signing and encrypting need.
"""

import argparse
import os
import socket
from datetime import timedelta
from pathlib import Path

from edge.clock import Clock, SystemClock
from edge.errors import IllegalInput

CERTIFICATE, KEY = "opcua-certificate.der", "opcua-key.pem"
LASTS = timedelta(days=10 * 365)


def make(folder: Path, clock: Clock, *, host: str, name: str = "Talonmies") -> tuple[Path, Path]:
    """The files of the new certificate and its key. Raises IllegalInput when there are some: a server trusts those."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    certificate_file, key_file = folder / CERTIFICATE, folder / KEY
    if certificate_file.exists() or key_file.exists():
        raise IllegalInput(f"there is a certificate or a key in {folder} already")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {host}"[:64])])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A server whose clock is behind would not believe it yet.
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"urn:{host}:talonmies"), x509.DNSName(host)]),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=True,
                data_encipherment=True,
                key_agreement=False,
                key_cert_sign=True,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate_file.write_bytes(certificate.public_bytes(Encoding.DER))
    return certificate_file, key_file


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m drivers.opcua.certificate", description=make.__doc__)
    parser.add_argument("folder", type=Path, help="that of the site file")
    parser.add_argument("--host", default=socket.gethostname(), help="name of this computer, which stands in the certificate")
    wish = parser.parse_args()
    try:
        certificate, key = make(wish.folder, SystemClock(), host=wish.host)
    except (IllegalInput, OSError) as error:
        parser.error(str(error))
    print(f"{certificate}\n{key}")


if __name__ == "__main__":
    main()
