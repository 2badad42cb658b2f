"""An OpenID provider in a process of its own: Authlib's server side, with a page to sign in, and ways to answer
wrongly.

What it says of time is told to it, since the court's clock in a test stands still.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.patience import PATIENCE

CLIENT, SECRET = "court", "a secret of the court's own"
PERSON = {"sub": "zhang-1990", "name": "Zhang Hui", "email": "zhang@parties.example", "email_verified": True}


@dataclass
class ProviderPeer:
    """The running provider, and a person's way through its sign-in page."""

    issuer: str

    def set(self, **mood: Any) -> None:
        """Tell it the time and how to answer from now on: ``now``, ``claims``, ``key`` (own, next, foreign, none, secret), ``iss``;
        which key it has ``published``, whether tokens name their key (``kid``), and where it says that it is (``places``).
        """
        assert requests.post(f"{self.issuer}/mood", json=mood, timeout=PATIENCE).status_code == 200

    def sign_in(self, address: str, person: dict[str, Any] | None = None) -> str:
        """The person signs in at the address the court sent her to; gives the address she is sent back to."""
        page = requests.get(address, timeout=PATIENCE)
        assert page.status_code == 200, page.text
        answer = requests.post(address, json=person or PERSON, allow_redirects=False, timeout=PATIENCE)
        assert answer.status_code == 302, (answer.status_code, answer.text)
        return answer.headers["Location"]


@pytest.fixture(scope="session")
def _provider_process() -> Iterator[str]:
    environment = {**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.peers.oidc"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert child.stdout is not None
    try:
        yield child.stdout.readline().strip()
    finally:
        child.terminate()
        child.wait(PATIENCE)


@pytest.fixture
def provider_peer(_provider_process: str) -> ProviderPeer:
    """The provider, answering as it should."""
    peer = ProviderPeer(_provider_process)
    peer.set(now=time.time(), claims={}, key="own", iss="", published="own", kid=True, places={})
    return peer


def serve() -> None:
    """Run the provider until it is ended; its address is the first line it prints."""
    from authlib.integrations.flask_oauth2 import AuthorizationServer
    from authlib.oauth2.rfc6749 import grants
    from authlib.oauth2.rfc7636 import CodeChallenge
    from authlib.oidc.core.grants import OpenIDCode
    from flask import Flask, jsonify, redirect, request
    from joserfc import jwt
    from joserfc.jwk import ECKey, OctKey
    from werkzeug.serving import make_server

    app = Flask("provider")
    keys = {
        name: ECKey.generate_key("P-256", {"kid": "2026", "use": "sig", "alg": "ES256"})
        for name in ("own", "next", "foreign")
    }
    mood: dict[str, Any] = {"now": time.time(), "claims": {}, "key": "own", "iss": "", "published": "own", "places": {}}
    codes: dict[str, Any] = {}

    class Person(dict[str, Any]):
        def get_user_id(self) -> str:
            return str(self["sub"])

    class Code:
        def __init__(self, user: Person, asked: Any) -> None:
            data = asked.payload.data
            self.user, self.redirect_uri, self.scope = user, asked.payload.redirect_uri, asked.payload.scope
            self.nonce, self.code_challenge, self.code_challenge_method = (
                data.get("nonce"),
                data.get("code_challenge"),
                data.get("code_challenge_method"),
            )

        def get_redirect_uri(self) -> str:
            return str(self.redirect_uri)

        def get_scope(self) -> str:
            return str(self.scope)

        def get_nonce(self) -> Any:
            return self.nonce

        def get_auth_time(self) -> None:
            return None

        get_acr = get_amr = get_auth_time

    class Client:
        client_id = CLIENT

        def get_client_id(self) -> str:
            return CLIENT

        def get_default_redirect_uri(self) -> None:
            return None

        def get_allowed_scope(self, scope: str) -> str:
            return scope

        def check_redirect_uri(self, uri: str) -> bool:
            return uri.endswith("/account/provider/back")

        def check_client_secret(self, secret: str) -> bool:
            return secret == SECRET

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == "client_secret_basic"

        def check_response_type(self, kind: str) -> bool:
            return kind == "code"

        def check_grant_type(self, kind: str) -> bool:
            return kind == "authorization_code"

    class CodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        def save_authorization_code(self, code: str, asked: Any) -> None:
            codes[code] = Code(asked.user, asked)

        def query_authorization_code(self, code: str, client: Any) -> Any:
            return codes.get(code)

        def delete_authorization_code(self, code: Any) -> None:
            for key in [key for key, value in codes.items() if value is code]:
                del codes[key]

        def authenticate_user(self, code: Any) -> Any:
            return code.user

    class IdToken(OpenIDCode):  # type: ignore[misc]
        def exists_nonce(self, nonce: str, asked: Any) -> bool:
            return False

        def encode_id_token(self, token: Any, asked: Any) -> str:
            now = int(mood["now"])
            claims = {
                "iss": issuer,
                "aud": CLIENT,
                "iat": now,
                "exp": now + 300,
                "auth_time": now,
                "nonce": asked.authorization_code.nonce,
                **asked.user,
            }
            claims = {name: value for name, value in {**claims, **mood["claims"]}.items() if value is not None}
            if mood["key"] == "none":
                return str(jwt.encode({"alg": "none"}, claims, OctKey.import_key(SECRET), algorithms=["none"]))
            if mood["key"] == "secret":
                return str(
                    jwt.encode({"alg": "HS256", "kid": "2026"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])
                )
            header = {"alg": "ES256", **({"kid": "2026"} if mood["kid"] else {})}
            return str(jwt.encode(header, claims, keys[mood["key"]], algorithms=["ES256"]))

    server = AuthorizationServer(app, query_client=lambda _: Client(), save_token=lambda token, asked: None)
    server.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])

    @app.post("/mood")
    def change() -> Any:
        mood.update(request.get_json())
        return jsonify(mood)

    @app.get("/.well-known/openid-configuration")
    def description() -> Any:
        places = {
            name: issuer + path
            for name, path in (
                ("authorization_endpoint", "/authorize"),
                ("token_endpoint", "/token"),
                ("jwks_uri", "/keys"),
            )
        }
        return jsonify(
            issuer=issuer, authorization_response_iss_parameter_supported=True, **{**places, **mood["places"]}
        )

    @app.get("/keys")
    def published() -> Any:
        return jsonify(keys=[keys[mood["published"]].as_dict(private=False)])

    @app.route("/authorize", methods=["GET", "POST"])
    def authorize() -> Any:
        if request.method == "GET":
            return "<!doctype html><html lang=en><title>Provider</title><h1>Sign in</h1><form method=post><button>I am Zhang Hui</button></form>"
        who = Person(request.get_json(silent=True) or PERSON)
        grant = server.get_consent_grant(end_user=who)
        answer = server.create_authorization_response(grant_user=who, grant=grant)
        return redirect(f"{answer.headers['Location']}&iss={mood['iss'] or issuer}")

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.post("/moved")
    def moved() -> Any:
        return redirect(f"{issuer}/token", 307)

    running = make_server("127.0.0.1", 0, app, threaded=True)
    issuer = f"http://127.0.0.1:{running.server_port}"
    print(issuer, flush=True)  # noqa: T201 - how the test learns the port
    running.serve_forever()


if __name__ == "__main__":
    serve()
