"""Text messages through an HTTP gateway: a notice beside service, never service (OLR 32)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
from dataclasses import dataclass
from datetime import datetime

from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.posting import post_json
from odr.service.vocabulary import FactKind

_NUMBER = re.compile(r"\+?[0-9]{5,15}")


@dataclass(frozen=True)
class SmsGateway:
    """POSTs ``{"id", "to", "text"}`` as JSON. The id is the attempt's: a gateway that saw it before sends nothing
    twice.
    """

    url: str
    token: str = ""
    timeout: float = 10.0

    def send(self, dispatch: Dispatch) -> Handover:
        """Hand one text over; 2xx is accepted, 4xx (but 408, 425, 429) refused, everything else later."""
        number = re.sub(r"[\s()-]", "", dispatch.address)
        if not _NUMBER.fullmatch(number):
            return Handover(Outcome.REFUSED, "not a telephone number")
        body = json.dumps({"id": dispatch.reference, "to": number, "text": dispatch.text}).encode()
        try:
            status, answer = post_json(self.url, body, self._headers(dispatch.reference), timeout=self.timeout)
        except (OSError, http.client.HTTPException) as error:
            return Handover(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])
        if 200 <= status < 300:
            return Handover(Outcome.HANDED_OVER, f"{status}", _identifier(answer))
        if 400 <= status < 500 and status not in (401, 403, 408, 425, 429):
            return Handover(Outcome.REFUSED, f"{status} {answer[:200].decode('utf-8', 'replace')}")
        return Handover(Outcome.LATER, f"{status}")

    def _headers(self, key: str) -> dict[str, str]:
        return {"Idempotency-Key": key, **({"Authorization": f"Bearer {self.token}"} if self.token else {})}


def _identifier(answer: bytes) -> str | None:
    try:
        found = json.loads(answer)
    except ValueError:
        return None
    value = found.get("id") if isinstance(found, dict) else None
    return str(value)[:200] if value is not None else None


@dataclass(frozen=True)
class SmsReport:
    """A gateway's later report on one text."""

    event_id: str
    reference: str
    kind: FactKind
    at: datetime


_REPORTED = {"delivered": FactKind.REACHED_SYSTEM, "failed": FactKind.BOUNCED, "rejected": FactKind.BOUNCED}


def read_report(body: bytes, signature: str, key: bytes) -> SmsReport | None:
    """A delivery report ``{"event", "id", "status", "at"}`` signed with HMAC-SHA256 (hex); None when forged or not
    understood.
    """
    expected = hmac.new(key, body, hashlib.sha256).hexdigest().encode()
    if not key or not hmac.compare_digest(expected, signature.strip().lower().encode()):
        return None
    try:
        told = json.loads(body)
        at = datetime.fromisoformat(told["at"])
        kind = _REPORTED[told["status"]]
        if at.tzinfo is None:
            return None
        return SmsReport(f"sms:{told['event']}"[:120], str(told["id"]), kind, at)
    except (ValueError, KeyError, TypeError):
        return None
