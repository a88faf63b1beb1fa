"""Over https the certificate must be the name's, though the connection goes to an address."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from alerts import outward
from alerts.outward import Outward
from hub.errors import TryLater
from tests.support.patience import PATIENCE
from tests.support.sinks import Sink, http_sink

NAME = "hook.example"
NEAR = Outward(resolve=lambda _host, _port: [ip_address("127.0.0.1")], may=lambda _: True, within=PATIENCE)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of that name, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "hook.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + made.public_bytes(Encoding.PEM)
    )
    return file


@pytest.fixture
def sink(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """A server that bears it, which is believed."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    monkeypatch.setattr(outward, "_certificates", lambda: ssl.create_default_context(cafile=str(certificate)))
    with http_sink(server) as running:
        yield running


def test_the_names_own_certificate_is_believed(sink: Sink) -> None:
    assert NEAR.post(f"https://{NAME}:{sink.address[1]}/", b"{}", {}) == 201


def test_another_names_certificate_is_not(sink: Sink) -> None:
    with pytest.raises(TryLater):
        NEAR.post(f"https://other.example:{sink.address[1]}/", b"{}", {})
    assert sink.took == []


def test_a_certificate_that_nobody_vouches_for_is_not(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outward, "_certificates", ssl.create_default_context)
    with pytest.raises(TryLater):
        NEAR.post(f"https://{NAME}:{sink.address[1]}/", b"{}", {})
    assert sink.took == []
