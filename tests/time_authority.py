"""A time authority for tests: its own root, its own certificate, and OpenSSL to answer for it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="no openssl here to answer as a time authority"
)
CONFIG = """[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.13762.3
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""


class TimeAuthority:
    """Answers time-stamp queries at `url`; `roots` is the PEM file by which to check them.

    answer   what is sent in place of a stamp, and with which status; None: a stamp
    """

    def __init__(self, folder: Path, name: str = "A time authority") -> None:
        self.folder, self.asked = folder, 0
        self.answer: tuple[int, bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.roots = folder / "root.pem"
        self._make(name)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))
        self.server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/stamp"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> TimeAuthority:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def stamp(self, query: bytes) -> bytes:
        asked, answered = self.folder / "query.tsq", self.folder / "answer.tsr"
        asked.write_bytes(query)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", asked.name,
                   "-signer", "tsa.pem", "-inkey", "tsa.key", "-out", answered.name]  # fmt: skip
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return answered.read_bytes()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked += 1
                status, answer = authority.answer or (200, authority.stamp(query))
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _make(self, name: str) -> None:
        root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name}, root")])
        own_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        at = datetime.now(UTC)

        def start(subject: x509.Name, public: rsa.RSAPublicKey) -> x509.CertificateBuilder:
            return (
                x509.CertificateBuilder().subject_name(subject).issuer_name(root_name)
                .public_key(public).serial_number(x509.random_serial_number())
                .not_valid_before(at - timedelta(days=1)).not_valid_after(at + timedelta(days=30))
            )  # fmt: skip

        root = start(root_name, root_key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        ).sign(root_key, hashes.SHA256())  # fmt: skip
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        own = start(own_name, key.public_key()).add_extension(
            x509.BasicConstraints(ca=False, path_length=None), critical=True
        ).add_extension(usage, critical=True).sign(root_key, hashes.SHA256())  # fmt: skip
        self.roots.write_bytes(root.public_bytes(Encoding.PEM))
        (self.folder / "tsa.pem").write_bytes(own.public_bytes(Encoding.PEM))
        (self.folder / "tsa.key").write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
