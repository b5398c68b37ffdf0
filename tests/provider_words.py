"""A small OpenID Connect provider for tests: it answers what our client asks, and signs tokens."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "https://login.agency.example"
CLIENT = "waypost-client"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Provider:
    """claims: what is said of whoever signs in, over what is right. asked: addresses fetched."""

    now: float
    subject: str = "subject-of-ann"
    claims: dict[str, Any] = field(default_factory=dict)
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    signs_with: Any = None
    algorithm: str = "ES256"
    key_id: str = "one"
    is_away: bool = False
    document: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self.answer))

    def authorise(self, address: str) -> dict[str, str]:
        """Somebody signs in there: what the browser brings back."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ISSUER}/authorize"
        said = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert said["response_type"] == "code"
        assert said["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = said
        return {"code": code, "state": said["state"], "iss": ISSUER}

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        if self.is_away:
            raise httpx.ConnectError("away")
        return {
            "/.well-known/openid-configuration": self._document,
            "/keys": self._keys,
            "/token": self._token,
        }[request.url.path](request)

    def _document(self, request: httpx.Request) -> httpx.Response:
        said = {"issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys"}  # fmt: skip
        return httpx.Response(200, json=said | self.document)

    def _keys(self, request: httpx.Request) -> httpx.Response:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key()))
        return httpx.Response(
            200, json={"keys": [public | {"kid": self.key_id, "alg": "ES256", "use": "sig"}]}
        )

    def _token(self, request: httpx.Request) -> httpx.Response:
        """A code is good once, and only with the verifier of its challenge."""
        sent = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self.codes.pop(sent["code"], None)
        digest = hashlib.sha256(sent["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if asked is None or asked["code_challenge"] != challenge:
            return httpx.Response(400, json={"error": "invalid_grant"})
        if asked["redirect_uri"] != sent["redirect_uri"]:
            return httpx.Response(400, json={"error": "invalid_grant"})
        said = {"iss": ISSUER, "aud": CLIENT, "sub": self.subject, "nonce": asked["nonce"],
                "iat": int(self.now), "exp": int(self.now) + 300}  # fmt: skip
        said = {name: one for name, one in (said | self.claims).items() if one is not None}
        key = self.key if self.signs_with is None else self.signs_with
        token = jwt.encode(said, key, self.algorithm, headers={"kid": self.key_id})
        return httpx.Response(200, json={"id_token": token, "token_type": "Bearer"})
