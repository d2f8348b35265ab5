"""Certificates for tests: an authority of our own, and what it signs."""

from __future__ import annotations

import datetime as dt
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = dt.timedelta(days=1)


class Authority:
    """Signs certificates; ``path`` is its own, for those who shall trust it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name("An authority of the tests")
        basic = x509.BasicConstraints(ca=True, path_length=None)
        made = _builder(self.name, self.name, self.key, self.key, DAY).add_extension(basic, critical=True)
        made = made.add_extension(_usage(), critical=True)
        self.certificate = made.sign(self.key, hashes.SHA256())
        self.path = self._write("authority.pem", _pem(self.certificate))

    def sign(self, name: str, host: str = "127.0.0.1", *, ends_in: dt.timedelta = DAY) -> tuple[Path, Path]:
        """A certificate for a host, and its key; ``ends_in`` less than nothing has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _builder(_name(host), self.name, key, self.key, ends_in).add_extension(
            x509.SubjectAlternativeName([_host(host)]), critical=False
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = made.sign(self.key, hashes.SHA256())
        return self._write(f"{name}.pem", _pem(signed)), self._write(f"{name}.key", private)

    def _write(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


def _usage():
    """What an authority's key is for; Python 3.13 asks."""
    others = dict.fromkeys(
        ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        False,
    )
    return x509.KeyUsage(
        **others, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False
    )


def _builder(subject, issuer, key, signer, ends_in):
    """A certificate as RFC 5280 wants it, with the identifiers of both keys: Python 3.13 is strict."""
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
    )


def _name(words):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _host(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)
