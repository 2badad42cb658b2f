"""What parties asked platforms for, and what came of each request. No flask."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import Case
from odr.evidence.models import Exhibit
from odr.evidence.sources.models import Platform, PlatformRequest, RecordKind
from odr.ground.memory.built_once import built_once
from odr.ground.text import T, Text


class FetchState(enum.Enum):
    """How far a request to a platform has come."""

    WAITING = "waiting"  # the platform has not written yet, and still may
    CAME = "came"  # its records are an exhibit
    RAN_OUT = "ran_out"  # its time is over and nothing came
    REVOKED = "revoked"  # the court takes nothing from it any more

    @property
    def label(self) -> Text:
        """The state in words."""
        return {
            FetchState.WAITING: T("Waiting for the platform"),
            FetchState.CAME: T("Came, signed by the platform"),
            FetchState.RAN_OUT: T("Nothing came in time"),
            FetchState.REVOKED: T("Platform no longer accredited"),
        }[self]


@dataclass(frozen=True)
class Fetched:
    """A request to a platform as the page of the exhibits lists it."""

    request: PlatformRequest
    platform: str
    kinds: Sequence[Text]
    state: FetchState
    label: str | None
    """The exhibit that came of it."""


def fetched(session: Session, case: Case, now: datetime) -> list[Fetched]:
    """Every request of the case to a platform, the newest first."""
    rows = session.execute(
        built_once(
            lambda: (
                select(PlatformRequest, Platform, Exhibit.label)
                .join(Platform, Platform.id == PlatformRequest.platform_id)
                .outerjoin(Exhibit, Exhibit.id == PlatformRequest.exhibit_id)
                .where(PlatformRequest.case_id == case.id)
                .order_by(PlatformRequest.id.desc())
            )
        )
    )
    return [
        Fetched(
            request, platform.name, [RecordKind(k).label for k in request.kinds], _state(request, platform, now), label
        )
        for request, platform, label in rows
    ]


def _state(request: PlatformRequest, platform: Platform, now: datetime) -> FetchState:
    if request.exhibit_id is not None:
        return FetchState.CAME
    if platform.revoked_at is not None:
        return FetchState.REVOKED
    return FetchState.WAITING if now < request.until else FetchState.RAN_OUT
