"""Who signs papers for the training court from outside: a certifier of every kind and a platform, all marked as training.

Their keys are derived, so that they survive a reset; they open nothing, and a sitting court accredits none of them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from odr.docket.models import Case
from odr.evidence.models import CaptureState
from odr.evidence.sources.models import EarlyFetch, EarlyKind, Platform, PlatformRequest
from odr.evidence.sources.platform_records import signed_bytes as bytes_of_records
from odr.filing.claim.queries import reliefs_of
from odr.ground.keyset import judged
from odr.ground.text import Text
from odr.procedure.rules.certified_claims import CertifiedCause, Measure
from odr.settlement.models import Certifier
from odr.settlement.offers.room_rules import OPEN_STAGES
from odr.settlement.one_key.certified_statements import rules_of, signed_bytes as bytes_of_statement

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

PLATFORM = "training-platform"
PLATFORM_NAME = "训练平台（仅供训练）Training platform (training only)"
NEWEST = 30
"""Cases, and requests, that the page lists: the newest."""
BEGINS: Mapping[str, int] = {
    "share": 70,
    "medical_cost": 3_200_00,
    "days_off_work": 5,
    "daily_income": 300_00,
    "days_of_care": 2,
    "daily_care": 180_00,
    "repair": 4_500_00,
    "lost_value": 0,
    "advanced": 0,
    "refunded": 0,
    "return_cost": 12_00,
}
"""Figure → what stands in the form of a training certifier before anybody changes it."""
OTHERWISE = {Measure.MONEY: 1_000_00, Measure.DAYS: 3, Measure.PERCENT: 70}


def key_of(name: str) -> Ed25519PrivateKey:
    """The signing key of somebody of the training court."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"training/signer/{name}".encode()).digest())


def public_key_of(name: str) -> str:
    """The same key's public half, as an operator would enter it."""
    return base64.b64encode(key_of(name).public_key().public_bytes_raw()).decode()


def certifier_called(kind: str) -> str:
    """The short name of the training certifier of a kind."""
    return f"training-{kind}"


def accredit_signers(court: Court, session: Session) -> None:
    """Put whoever is missing on the lists of the training court; who was revoked there stays revoked."""
    now = court.clock.now()
    pack = court.packs.versions(court.settings.pack)[-1]
    known = set(session.scalars(select(Certifier.key)))
    for kind, title in (pack.certified.kinds if pack.certified is not None else {}).items():
        key = certifier_called(kind)
        if key not in known:
            name = f"训练用{title.render('zh-Hans')}（仅供训练）Training {title.render('en')} (training only)"
            row = Certifier(key=key, name=name, public_key=public_key_of(key), accredited_at=now)
            row.kinds = [kind]
            session.add(row)
    if session.scalar(select(Platform.id).where(Platform.key == PLATFORM)) is None:
        row_of = {"key": PLATFORM, "name": PLATFORM_NAME, "public_key": public_key_of(PLATFORM), "accredited_at": now}
        session.add(Platform(**row_of))


@dataclass(frozen=True)
class AskedFigure:
    """One figure a training certifier may state: its name in the form, what it is, in what it is counted, how it begins."""

    name: str
    title: Text
    measure: str
    begins: str


@dataclass(frozen=True)
class Certifiable:
    """A case with facts that others certify, and who may state which figures of it."""

    case: Case
    kinds: list[tuple[str, Text, list[AskedFigure]]]

    @property
    def names(self) -> list[str]:
        """What the fields of its forms are called on the page."""
        return [f"{self.case.reference}-{figure.name}" for _, _, figures in self.kinds for figure in figures]


def certifiable(look: Sitting) -> list[Certifiable]:
    """The newest cases that can be settled on certified figures now."""
    query = select(Case).where(judged(Case.stage).in_(OPEN_STAGES)).order_by(Case.id.desc()).limit(NEWEST)
    found = []
    for case in look.session.scalars(query):
        rules = rules_of(look, case)
        if rules is not None:
            found.append(Certifiable(case, _kinds(look, case, rules)))
    return found


def _kinds(look: Sitting, case: Case, rules: CertifiedCause) -> list[tuple[str, Text, list[AskedFigure]]]:
    pack, asked = look.pack(case), sum(r.amount_minor or 0 for r in reliefs_of(look.session, case))
    titles = pack.certified.kinds if pack.certified is not None else {}
    by: dict[str, list[AskedFigure]] = {}
    for name, figure in rules.figures.items():
        begins = BEGINS.get(name, asked if name == "price" and asked else OTHERWISE[figure.measure])
        written = f"{begins // 100}.{begins % 100:02d}" if figure.measure is Measure.MONEY else str(begins)
        by.setdefault(figure.by, []).append(AskedFigure(name, figure.title, figure.measure.value, written))
    return [(kind, titles[kind], figures) for kind, figures in by.items()]


def statement_of(case: Case, kind: str, figures: Mapping[str, int], at: datetime) -> str:
    """The signed file of a training certifier on a case, as the police or a hospital would give it to a party."""
    key = certifier_called(kind)
    text = {
        "type": "court-certified-statement/1",
        "certifier": key,
        "kind": kind,
        "case": case.reference,
        "file_number": f"训练 TRAINING {at:%Y%m%d-%H%M%S}",
        "issued_on": at.date().isoformat(),
        "figures": dict(figures),
    }
    signature = base64.b64encode(key_of(key).sign(bytes_of_statement(text))).decode()
    return json.dumps({"statement": text, "signature": signature}, ensure_ascii=False, indent=1)


def asked_of_platform(session: Session, now: datetime) -> list[PlatformRequest | EarlyFetch]:
    """What people asked the training platform for and it has not given yet, the newest first."""
    mine = select(Platform.id).where(Platform.key == PLATFORM).scalar_subquery()
    in_case = (PlatformRequest.platform_id == mine, PlatformRequest.exhibit_id.is_(None), PlatformRequest.until >= now)
    before = (
        EarlyFetch.platform_id == mine,
        EarlyFetch.kind == EarlyKind.RECORDS,
        EarlyFetch.state == CaptureState.WAITING,
        EarlyFetch.until >= now,
    )
    asked = select(PlatformRequest).where(*in_case).order_by(PlatformRequest.id.desc()).limit(NEWEST)
    early = select(EarlyFetch).where(*before).order_by(EarlyFetch.id.desc()).limit(NEWEST)
    return [*session.scalars(asked), *session.scalars(early)]


def records_for(request: PlatformRequest | EarlyFetch, currency: str, at: datetime) -> bytes:
    """What the training platform knows of an order, signed; only the kinds that were asked for."""
    order, amount = request.order_number or "", {"minor": 8_000_00, "currency": currency}
    day = at - timedelta(days=20)
    known: dict[str, dict[str, Any]] = {
        "order": {
            "kind": "order",
            "order": order,
            "placed_at": day.isoformat(),
            "buyer": "训练买家 Training buyer",
            "seller": "训练店铺 Training shop",
            "items": [{"name": "训练商品 Training article", "count": 1, "price": amount}],
            "total": amount,
        },
        "payment": {
            "kind": "payment",
            "order": order,
            "at": (day + timedelta(minutes=3)).isoformat(),
            "amount": amount,
            "way": "训练支付 Training payment",
            "state": "已支付 paid",
        },
        "logistics": {
            "kind": "logistics",
            "order": order,
            "carrier": "训练快递 Training carrier",
            "parcel": f"TRAINING-{order}"[:200],
            "events": [
                {"at": (day + timedelta(days=1)).isoformat(), "what": "已揽收 handed over", "place": "杭州 Hangzhou"},
                {"at": (day + timedelta(days=3)).isoformat(), "what": "已签收 delivered", "place": "宁波 Ningbo"},
            ],
        },
        "chat": {
            "kind": "chat",
            "order": order,
            "messages": [
                {"at": (day + timedelta(days=4)).isoformat(), "by": "训练买家 Training buyer", "words": "收到的是坏的。It came broken."},
                {"at": (day + timedelta(days=4, hours=1)).isoformat(), "by": "训练店铺 Training shop", "words": "签收后概不退换。No returns after delivery."},
            ],
        },
    }  # fmt: skip
    statement = {
        "type": "court-platform-records/1",
        "platform": PLATFORM,
        "request": request.reference,
        "issued_at": at.isoformat(),
        "records": [known[kind] for kind in request.kinds],
    }
    signature = base64.b64encode(key_of(PLATFORM).sign(bytes_of_records(statement))).decode()
    return json.dumps({"statement": statement, "signature": signature}, ensure_ascii=False).encode()
