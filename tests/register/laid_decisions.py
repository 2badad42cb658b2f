"""Published decisions laid into a court as rows, for tests of lists: many of them, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select

from odr.docket.models import Audience, Document
from odr.procedure.court import Court
from odr.register.publication import ledger, redacting
from odr.register.publication.models import (
    Change,
    Publication,
    PublicationState,
    PublicationVersion,
    PublishedText,
)
from odr.register.redaction.structure import Block, BlockKind, Part, PublicText


def text(number: int, *reasons: str, orders: Sequence[str] = ()) -> PublicText:
    """A short public text."""
    blocks = [
        Block(BlockKind.TITLE, (f"李某诉某公司网络购物合同纠纷民事判决书{number}",), Part.HEAD),
        Block(BlockKind.COURT, ("互联网法院",), Part.HEAD),
        Block(BlockKind.NUMBER, (f"(2026)浙0192民初{number}号",), Part.HEAD),
        Block(BlockKind.SUBJECT, ("李某诉某公司网络购物合同纠纷",), Part.HEAD),
        *(Block(BlockKind.REASON, (each, ""), Part.REASONS, at) for at, each in enumerate(reasons, 1)),
        *(Block(BlockKind.ITEM, (each,), Part.ORDERS, at) for at, each in enumerate(orders, 1)),
        Block(BlockKind.SIGNATORY, ("审判员", "陈瑶"), Part.SIGNATURES),
        Block(BlockKind.SIGNATORY, ("书记员", "孙洁"), Part.SIGNATURES),
    ]
    return PublicText(f"(2026)浙0192民初{number}号", "zh-Hans", None, tuple(blocks))


def lay(court: Court, case_id: int, said: PublicText, *, days: int = 0) -> str:
    """A published decision; its address."""
    now = court.clock.now()
    with court.database.write() as session:
        number = (session.scalar(select(func.max(Publication.number))) or 0) + 1
        paper = Document(
            case_id=case_id,
            kind="decision",
            title={"en": "Judgment"},
            locale="zh-Hans",
            audience=Audience.PARTIES_AND_COURT,
            sha256=f"{number:064x}",
            content=b"%PDF",
            made_at=now,
        )
        session.add(paper)
        session.flush()
        row = Publication(
            number=number,
            case_id=case_id,
            document_id=paper.id,
            kind="judgment",
            rules="cn",
            language="zh-Hans",
            decided_on=(now - timedelta(days=days)).date(),
            original={},
            state=PublicationState.PUBLISHED,
            since_at=now,
            effective_at=now,
        )
        session.add(row)
        session.flush()
        version = PublicationVersion(
            publication_id=row.id,
            number=1,
            sha256=redacting.digest_of(said.as_json()),
            change=Change.FIRST,
            masked=[],
            proposed_by="孙洁",
            approved_by="陈瑶",
            entry_number=1,
            at=now,
        )
        session.add(version)
        session.flush()
        session.add(PublishedText(version_id=version.id, text=said.as_json()))
        address = row.address
    record(court, address)
    return address


def record(court: Court, address: str, state: PublicationState | None = None, event: str = ledger.PUBLISHED) -> None:
    """A line of the ledger's chain about a decision, which may get another state with it."""
    with court.sit() as sitting:
        row = sitting.session.scalars(select(Publication).where(Publication.address == address)).one()
        row.state = state or row.state
        ledger.record(sitting, row, event)
