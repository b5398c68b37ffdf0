"""A device with a passkey, as WebAuthn has it: made from an options text, shown for another."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
)

ORIGIN, HOST = "http://testserver", "testserver"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Device:
    """verifies: asks for PIN, finger or face. count: of signatures; a device may keep none."""

    verifies: bool = True
    count: int = 0
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    number: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def make(self, options: str, *, origin: str = ORIGIN) -> str:
        """The answer to what the page asked of a new passkey."""
        data = AttestedCredentialData.create(
            Aaguid(bytes(16)), self.number, ES256.from_cryptography_key(self.key.public_key())
        )
        signed = self._data(json.loads(options)["rp"]["id"], ATTESTED, data)
        attested = AttestationObject.create("none", signed, {})
        return self._answer(
            clientDataJSON=_said("webauthn.create", options, origin),
            attestationObject=bytes(attested),
        )

    def show(self, options: str, *, origin: str = ORIGIN, host: str = "") -> str:
        """The answer to a page that asks for a passkey."""
        said = _said("webauthn.get", options, origin)
        self.count += self.counts
        data = self._data(host or json.loads(options)["rpId"], 0, b"")
        signature = self.key.sign(data + sha256(said), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature)

    def _data(self, host: str, flags: int, credential: bytes) -> AuthenticatorData:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return AuthenticatorData.create(sha256(host.encode()), flags, self.count, credential)

    def _answer(self, **response: bytes) -> str:
        number = websafe_encode(self.number)
        return json.dumps({
            "id": number, "rawId": number, "type": "public-key", "clientExtensionResults": {},
            "response": {name: websafe_encode(bytes(data)) for name, data in response.items()},
        })  # fmt: skip


def _said(kind: str, options: str, origin: str) -> bytes:
    challenge = json.loads(options)["challenge"]
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
