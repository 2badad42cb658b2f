"""The ways out of the house: one small protocol, one module per carrier."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from odr.docket.papers import AnswerForm
from odr.service.vocabulary import AddressClass, Channel


class Outcome(enum.Enum):
    """What a carrier made of one try."""

    REACHED = "reached"  # the address's own system has it
    HANDED_OVER = "handed_over"  # a carrier has it and will report
    LATER = "later"  # not now: try again
    REFUSED = "refused"  # never: this address or message is refused for good
    UNKNOWN = (
        "unknown"  # the connection broke after everything was sent: it may have arrived; the same message is sent again
    )


@dataclass(frozen=True)
class Attachment:
    """A paper sent along."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Dispatch:
    """One message, complete, for one address. ``attempt_id`` is 0 for a letter about an account, which is no service."""

    attempt_id: int
    packet_id: int
    party_id: int
    reference: str
    channel: Channel
    address: str
    standing: AddressClass
    recipient_name: str
    locale: str
    code: str
    subject: str
    text: str
    html: str
    at: datetime
    attachments: Sequence[Attachment] = field(default_factory=tuple)
    case_number: str | None = None
    form: AnswerForm | None = None
    """By which a letter on paper is answered by post."""
    unsubscribe: str = ""
    """Where a mail program ends further messages of this kind; empty for whatever nobody can end."""


@dataclass(frozen=True)
class Handover:
    """What became of one try, in our words and theirs."""

    outcome: Outcome
    said: str = ""
    provider_id: str | None = None


class Carrier(Protocol):
    """Takes messages of one channel. Never raises for what the other side does; may be called from several threads."""

    def send(self, dispatch: Dispatch) -> Handover:
        """Send one message and say what became of it. Repeating it must not make a second service."""
        ...
