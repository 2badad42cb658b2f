"""The inbox of an accredited platform: a shop reads there what reaches it nowhere else.

The court posts signed JSON to the platform's endpoint; the platform's receipts come
back signed with the same key, in any order, and are stored once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from odr.service.channels import Dispatch, Handover, Outcome
from odr.service.channels.posting import post_json
from odr.service.vocabulary import FactKind

SIGNATURE = "X-Court-Signature"


@dataclass(frozen=True)
class Platform:
    """An accredited platform: where its inbox is, and the key both sides sign with."""

    name: str
    url: str
    key: bytes


def read_platforms(setting: str, name: str = "seller_inboxes") -> dict[str, Platform]:
    """``name url key`` in lines separated by ``;``. Raises ValueError for a line that is none, or a key under 16
    characters.
    """
    found: dict[str, Platform] = {}
    for line in filter(None, map(str.strip, setting.split(";"))):
        parts = line.split()
        if len(parts) != 3 or len(parts[2]) < 16 or urlsplit(parts[1]).scheme not in ("http", "https"):
            raise ValueError(f"{name}: write “name url key”, the key at least 16 characters: {parts[0]}")
        found[parts[0]] = Platform(parts[0], parts[1], parts[2].encode())
    return found


def sign(key: bytes, body: bytes) -> str:
    """The signature over a body, in hex."""
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def is_signed(key: bytes, body: bytes, signature: str) -> bool:
    """Whether a body came from who has the key."""
    return bool(key) and hmac.compare_digest(sign(key, body).encode(), signature.strip().lower().encode())


@dataclass(frozen=True)
class SellerInbox:
    """The carrier. An address is written ``platform:shop``."""

    platforms: Mapping[str, Platform]
    timeout: float = 15.0

    def send(self, dispatch: Dispatch) -> Handover:
        """Lay one message into the shop's inbox. The id is the attempt's: a platform that saw it before lays nothing
        twice.
        """
        name, _, shop = dispatch.address.partition(":")
        platform = self.platforms.get(name)
        if platform is None or not shop:
            return Handover(Outcome.REFUSED, f"no accredited platform is called {name[:60]}")
        body = json.dumps(_message(dispatch, shop), ensure_ascii=False, separators=(",", ":")).encode()
        try:
            headers = {"Idempotency-Key": dispatch.reference, SIGNATURE: sign(platform.key, body)}
            status, answer = post_json(platform.url, body, headers, timeout=self.timeout)
        except (OSError, http.client.HTTPException) as error:
            return Handover(Outcome.LATER, f"{type(error).__name__}: {error}"[:300])
        said = f"{status} {answer[:200].decode('utf-8', 'replace')}"
        if 200 <= status < 300:
            return Handover(Outcome.HANDED_OVER, said, dispatch.reference)
        # What is held against the court's key or its pace may be mended: later. What is held against the shop is final.
        return Handover(Outcome.REFUSED if status in (400, 404, 410, 422) else Outcome.LATER, said)


def _message(dispatch: Dispatch, shop: str) -> dict[str, Any]:
    papers = [
        {"name": a.name, "media_type": a.media_type, "content": base64.b64encode(a.content).decode()}
        for a in dispatch.attachments
    ]
    return {
        "id": dispatch.reference,
        "shop": shop,
        "code": dispatch.code,
        "subject": dispatch.subject,
        "text": dispatch.text,
        "locale": dispatch.locale,
        "sent_at": dispatch.at.isoformat(),
        "papers": papers,
    }


@dataclass(frozen=True)
class SellerReceipt:
    """A platform's later report on one message."""

    event_id: str
    reference: str
    kind: FactKind
    at: datetime


_REPORTED = {
    "delivered": FactKind.REACHED_SYSTEM,
    "read": FactKind.READ,
    "replied": FactKind.REPLIED,
    "failed": FactKind.BOUNCED,
}


def read_receipt(body: bytes, signature: str, platform: Platform) -> SellerReceipt | None:
    """A receipt ``{"event", "id", "status", "at"}``; None when forged or not understood."""
    if not is_signed(platform.key, body, signature):
        return None
    try:
        told = json.loads(body)
        at = datetime.fromisoformat(told["at"])
        if at.tzinfo is None:
            return None
        return SellerReceipt(
            f"seller:{platform.name}:{told['event']}"[:120], str(told["id"]), _REPORTED[told["status"]], at
        )
    except (ValueError, KeyError, TypeError):
        return None
