"""OpenID Connect behind the identity port: code flow with PKCE, state and nonce (OpenID Connect Core 3.1, RFC 7636, RFC
9207).

Authlib is loaded when a provider is set. Nothing of an answer is believed before its
signature is checked with the issuer's published keys, of public-key algorithms only.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from odr.ground.clock import Clock
from odr.ground.config import Settings, SettingsError
from odr.identity.sign_in.provider import Errand, ProviderFailed, Voucher

log = logging.getLogger("odr.identity")

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "RS384", "RS512", "Ed25519", "EdDSA")
"""Never ``none``, and never a shared secret: who knows the client's secret could sign for anybody."""
LEEWAY = 30
"""Seconds the provider's clock may differ."""
FRESH = timedelta(minutes=5)
"""How long ago somebody may have proved themselves at the provider when they are asked to do it anew."""
KEEP = timedelta(hours=1)
"""How long the provider's description and keys are used before they are asked for again."""
REST = timedelta(seconds=30)
"""How long a provider that did not answer is not asked again: the sign-in page must not hang with it."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)
TIMEOUT = 8
LONGEST_SUBJECT = 255
"""Signs of a subject (OpenID Connect Core 2): cut off, two people could become one."""
MAX_ANSWER = 512 * 1024
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def open_provider(settings: Settings, clock: Clock) -> OidcProvider | None:
    """The provider of ``ODR_OIDC_ISSUER``; None where the court has none. Raises SettingsError."""
    if not settings.oidc_issuer:
        return None
    try:
        import authlib.integrations.requests_client  # noqa: F401
        import joserfc  # noqa: F401
    except ImportError:
        raise SettingsError(
            "ODR_OIDC_ISSUER is set, but Authlib is missing: pip install -r requirements-extra.txt"
        ) from None
    if not settings.oidc_client_id:
        raise SettingsError("ODR_OIDC_CLIENT_ID is missing: the provider gave it when the court was registered there")
    return OidcProvider(settings, clock)


class OidcProvider:
    """One OpenID provider at which the court is registered."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._issuer = settings.oidc_issuer
        self._lock = threading.Lock()
        self._described: Mapping[str, Any] | None = None
        self._keys: Any = None
        self._read_at = self._failed_at = LONG_AGO
        self._check_address(self._issuer)

    @property
    def name(self) -> str:
        """What people call it."""
        return self._settings.oidc_name or urlsplit(self._issuer).netloc

    @property
    def origins(self) -> tuple[str, ...]:
        """Origins of the issuer and of its sign-in page; of the issuer alone while it does not answer."""
        try:
            return tuple(sorted({_origin(self._issuer), _origin(self._description()["authorization_endpoint"])}))
        except ProviderFailed:
            return (_origin(self._issuer),)

    def address(self, errand: Errand, back: str, *, again: bool) -> str:
        """The provider's sign-in page with everything that binds the answer to this browser."""
        more: dict[str, Any] = {"prompt": "login", "max_age": 0} if again else {}
        with self._client(back) as client:
            address, _ = client.create_authorization_url(
                self._description()["authorization_endpoint"],
                state=errand.state,
                code_verifier=errand.verifier,
                nonce=errand.nonce,
                **more,
            )
        return str(address)

    def redeem(
        self, errand: Errand, back: str, code: str, issuer: str | None, *, again: bool, now: datetime
    ) -> Voucher:
        """Exchange the code and check what comes. The same failure for everything that does not hold."""
        try:
            description = self._description()
            self._check_sender(description, issuer)
            with self._client(back) as client:
                answer = client.fetch_token(
                    description["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=errand.verifier,
                    timeout=TIMEOUT,
                    # The code and the court's secret go where the description says, and nowhere an answer points to.
                    allow_redirects=False,
                )
            claims = self._claims(str(answer["id_token"]), str(answer["access_token"]), errand, now)
            at = self._proved_at(claims, again, now)
        except ProviderFailed:
            raise
        except Exception as error:
            # Whatever is wrong with an answer from outside, nobody is let in by it.
            log.warning("the identity provider's answer does not hold: %s", type(error).__name__)
            raise ProviderFailed from error
        email = claims.get("email") if claims.get("email_verified") is True else None
        return Voucher(
            self._issuer,
            str(claims["sub"]),
            _text(claims.get("name")),
            _text(email),
            at,
            self._settings.oidc_verifies,
        )

    # -- the answer

    def _check_sender(self, description: Mapping[str, Any], issuer: str | None) -> None:
        """The answer says who sent it, where the provider does that (RFC 9207): no other provider's code is taken."""
        if issuer != self._issuer and (
            issuer is not None or description.get("authorization_response_iss_parameter_supported")
        ):
            raise ProviderFailed

    def _claims(self, token: str, access_token: str, errand: Errand, now: datetime) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError

        try:
            opened = jwt.decode(token, self._keyset(), algorithms=list(ALGORITHMS))
        except (BadSignatureError, InvalidKeyIdError, ValueError):
            # The provider may have changed its keys since they were read, which need not be named; once more, with fresh ones.
            opened = jwt.decode(token, self._keyset(fresh=True), algorithms=list(ALGORITHMS))
        wanted = {
            "iss": {"essential": True, "value": self._issuer},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
        }
        bound = {"nonce": errand.nonce, "client_id": self._settings.oidc_client_id, "access_token": access_token}
        claims = CodeIDToken(opened.claims, opened.header, wanted, bound)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        if not 0 < len(str(claims["sub"])) <= LONGEST_SUBJECT:
            raise ProviderFailed
        return dict(claims)

    def _proved_at(self, claims: Mapping[str, Any], again: bool, now: datetime) -> datetime:
        """When the person proved themselves. Asked to do it anew, an answer that does not say so does not count."""
        said = claims.get("auth_time")
        if again and (
            said is None or not now - FRESH <= datetime.fromtimestamp(said, UTC) <= now + timedelta(seconds=LEEWAY)
        ):
            raise ProviderFailed
        # A clock that runs ahead makes nobody's proof last longer.
        return min(now, datetime.fromtimestamp(said or claims["iat"], UTC))

    # -- the provider's description

    def _client(self, back: str) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        settings = self._settings
        method = "client_secret_basic" if settings.oidc_client_secret else "none"
        return OAuth2Session(
            settings.oidc_client_id,
            settings.oidc_client_secret or None,
            token_endpoint_auth_method=method,
            scope="openid profile email",
            redirect_uri=back,
            code_challenge_method="S256",
        )

    def _description(self) -> Mapping[str, Any]:
        """The provider's metadata (OpenID Connect Discovery); it must name the issuer it was asked of."""
        with self._lock:
            now = self._clock.machine_now()
            if self._described is None or now - self._read_at > KEEP:
                if now - self._failed_at < REST:
                    raise ProviderFailed
                self._failed_at = now
                found = self._get(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
                if found.get("issuer") != self._issuer or not all(isinstance(found.get(name), str) for name in NEEDED):
                    log.warning("the identity provider describes itself as another issuer, or not whole")
                    raise ProviderFailed
                try:
                    for name in NEEDED:
                        self._check_address(found[name])
                except SettingsError as error:
                    # What the provider says of itself is no setting: nobody is sent there, and all others sign in.
                    log.warning("%s", error)
                    raise ProviderFailed from error
                self._described, self._keys, self._read_at, self._failed_at = found, None, now, LONG_AGO
            return self._described

    def _keyset(self, *, fresh: bool = False) -> Any:
        from joserfc.jwk import KeySet

        address = self._description()["jwks_uri"]
        with self._lock:
            if self._keys is None or fresh:
                self._keys = KeySet.import_key_set(self._get(address))  # type: ignore[arg-type]
            return self._keys

    def _get(self, address: str) -> dict[str, Any]:
        import requests

        try:
            with requests.get(
                address, timeout=TIMEOUT, allow_redirects=False, stream=True, headers={"Accept": "application/json"}
            ) as answer:
                data = answer.raw.read(MAX_ANSWER + 1, decode_content=True)
                if answer.status_code != 200 or len(data) > MAX_ANSWER:
                    raise ProviderFailed
            found = json.loads(data)
        except (requests.RequestException, ValueError, OSError) as error:
            log.warning("the identity provider does not answer: %s", type(error).__name__)
            raise ProviderFailed from error
        if not isinstance(found, dict):
            raise ProviderFailed
        return found

    def _check_address(self, address: str) -> None:
        """Only https; in training also a provider on this very machine. Raises SettingsError."""
        parts = urlsplit(address)
        at_home = parts.hostname in ("127.0.0.1", "localhost", "::1") and self._settings.is_training
        if parts.scheme != "https" and not (parts.scheme == "http" and at_home):
            raise SettingsError(f"the identity provider's address {address} must begin with https://")


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _text(value: Any) -> str | None:
    return " ".join(value.split())[:200] or None if isinstance(value, str) and value.isprintable() else None
