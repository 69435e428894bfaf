"""A certificate for this machine's own addresses, signed by itself: what `--tls` serves with."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FILE = "simulators.crt"
LIFE = timedelta(days=30)


def context(folder: Path) -> ssl.SSLContext:
    """A server context with a certificate for 127.0.0.1, ::1 and localhost.

    The certificate is written to `simulators.crt` in `folder`, for clients to trust (`verify=path`); one that is still good is used again.
    The key lies beside it, readable by its owner alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate, key = folder / FILE, folder / "simulators.key"
    if not (good(certificate) and key.exists()):
        made = ec.generate_private_key(ec.SECP256R1())
        key.touch(mode=0o600)
        key.write_bytes(
            made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        )
        certificate.write_bytes(signed(made).public_bytes(serialization.Encoding.PEM))
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(certificate, key)
    return found


def good(certificate: Path) -> bool:
    """Whether there is a certificate with at least a day left."""
    try:
        until = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return False
    return until > datetime.now(UTC) + timedelta(days=1)


def signed(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A certificate that may serve and that signs itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    addresses = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
