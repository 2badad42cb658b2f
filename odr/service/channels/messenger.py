"""Messengers such as WeChat or WhatsApp, by a webhook of who runs the court's account there: a notice beside service, never
service (OLR 32).

The court posts ``{"id", "to", "text", "locale", "sent_at"}`` as JSON. Each request bears its time and a signature over the
two, so that neither a changed message nor an old one sent again is taken; the reports that come back are signed likewise.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from odr.ground.clock import Clock
from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.posting import post_json
from odr.service.channels.seller import SIGNATURE, Platform
from odr.service.vocabulary import FactKind

TIME = "X-Court-Time"
FRESH = timedelta(minutes=5)
"""A request older than this is not taken: it is somebody's recording."""
FOR_GOOD = (400, 404, 410, 422)
"""What is held against the account or the message; all else may be mended, and is tried again."""


def sign_at(key: bytes, body: bytes, at: datetime) -> str:
    """The signature over a time (in whole seconds of UTC) and a body, in hex."""
    return hmac.new(key, f"{int(at.timestamp())}.".encode() + body, hashlib.sha256).hexdigest()


def is_signed_at(key: bytes, body: bytes, at: str, signature: str, now: datetime) -> bool:
    """Whether a body came from who has the key, and within the last minutes."""
    if not key or not at.isdecimal() or len(at) > 12 or abs(now.timestamp() - int(at)) > FRESH.total_seconds():
        return False
    expected = hmac.new(key, f"{int(at)}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode())


@dataclass(frozen=True)
class Messenger:
    """The carrier. An address is written ``service:account``."""

    services: Mapping[str, Platform]
    clock: Clock
    timeout: float = 10.0

    def send(self, dispatch: Dispatch) -> Handover:
        """Hand one short message over. The id is the attempt's: a service that saw it before sends nothing twice."""
        name, _, account = dispatch.address.partition(":")
        service = self.services.get(name)
        if service is None or not account:
            return Handover(Outcome.REFUSED, f"this court writes to no messenger called {name[:60]}")
        message = {
            "id": dispatch.reference,
            "to": account,
            "text": dispatch.text.strip(),
            "locale": dispatch.locale,
            "sent_at": dispatch.at.isoformat(),
        }
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        at = self.clock.machine_now()
        headers = {
            "Idempotency-Key": dispatch.reference,
            TIME: str(int(at.timestamp())),
            SIGNATURE: sign_at(service.key, body, at),
        }
        try:
            status, answer = post_json(service.url, body, headers, timeout=self.timeout)
        except (OSError, http.client.HTTPException) as error:
            return Handover(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])
        said = f"{status} {answer[:200].decode('utf-8', 'replace')}"
        if 200 <= status < 300:
            return Handover(Outcome.HANDED_OVER, said, dispatch.reference)
        return Handover(Outcome.REFUSED if status in FOR_GOOD else Outcome.LATER, said)


@dataclass(frozen=True)
class MessengerReport:
    """A service's later report on one message."""

    event_id: str
    reference: str
    kind: FactKind
    at: datetime


_REPORTED = {"delivered": FactKind.REACHED_SYSTEM, "read": FactKind.READ, "failed": FactKind.BOUNCED}


def read_message_report(
    body: bytes, at: str, signature: str, service: Platform, now: datetime
) -> MessengerReport | None:
    """A report ``{"event", "id", "status", "at"}``; None when forged, old or not understood."""
    if not is_signed_at(service.key, body, at, signature, now):
        return None
    try:
        told = json.loads(body)
        when = datetime.fromisoformat(told["at"])
        if when.tzinfo is None:
            return None
        event = f"messenger:{service.name}:{told['event']}"[:120]
        return MessengerReport(event, str(told["id"]), _REPORTED[told["status"]], when)
    except (ValueError, KeyError, TypeError):
        return None
