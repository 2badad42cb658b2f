"""The port to an outside identity provider: whom it vouches for, and how strongly.

Without a provider the registry verifies by papers, in its review and never before
(OLR 7, 9). With one, a person may also sign in there, and what the provider made
sure of is taken over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from odr.ground.errors import CourtError
from odr.ground.text import T


class ProviderFailed(CourtError):
    """The provider did not answer, or its answer does not hold. The reason is logged, never shown: it would help who
    forged it.
    """

    status = 502
    problem = "identity-provider"

    def __init__(self) -> None:
        super().__init__(
            T("Signing in through the identity provider did not work."),
            T("Try again, or sign in with your password or a passkey."),
        )


@dataclass(frozen=True)
class Voucher:
    """What a provider says of a person, once signature, issuer, audience, time and nonce were checked.

    ``name`` as on the identity document where ``is_verified``; ``email`` only if the
    provider says that the person reads it; ``at`` when they proved themselves there.
    """

    issuer: str
    subject: str
    name: str | None
    email: str | None
    at: datetime
    is_verified: bool


@dataclass(frozen=True)
class Errand:
    """What a browser takes to the provider and back, kept in its own sealed cookie."""

    state: str
    nonce: str
    verifier: str


class IdentityProvider(Protocol):
    """Another body that proves who somebody is."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def origins(self) -> tuple[str, ...]:
        """Where a form of ours may lead to it."""

    def address(self, errand: Errand, back: str, *, again: bool) -> str:
        """Where to send the browser; ``again`` asks that the person proves themselves anew. Raises ProviderFailed."""

    def redeem(
        self, errand: Errand, back: str, code: str, issuer: str | None, *, again: bool, now: datetime
    ) -> Voucher:
        """What the provider says of who came back with ``code``. Raises ProviderFailed."""
