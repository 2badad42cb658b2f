"""What the court fetches for somebody who is still writing a claim: web pages, and records of platforms.

There is no case, so no act: it is asked in the name of an account for its draft, kept encrypted
among that account's files, and anchored when it comes. When the claim is lodged the file becomes an
exhibit like any other, but where it comes from is then said by the court and not by the party: when it
was fetched, when it was anchored, and that neither shows whether it was true (CPL 67; EV 93, 94; OLR 16, 18).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from odr.evidence.exhibits.sealing import encrypt_at_rest
from odr.evidence.models import CaptureState, Category, Upload
from odr.evidence.sources.inputs import CaptureRecord
from odr.evidence.sources.models import EarlyFetch, EarlyFile, EarlyKind, Platform, RecordKind
from odr.evidence.sources.platform_queries import FetchState
from odr.evidence.sources.webpage.capturer import WHY, NotCaptured, browser, plain_address
from odr.evidence.sources.webpage.words import KINDS, provenance_of, title_of
from odr.ground.errors import ActNotOpen, InvalidInput, NotFound
from odr.ground.text import T, Text
from odr.identity.models import Account
from odr.procedure.hooks import EarlyState, EarlyView, FetchedFile

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LASTS = timedelta(days=30)
"""How long a platform may write what was asked for before filing: as long as in a case."""
MOST_WAITING = 5
"""Pages of one person that wait at the same time."""
MOST_A_DAY = 30
"""Pages that the court looks at for one person in a day and night, before they have filed anything."""
MOST_PLATFORMS = 20
"""Platforms that may still write for one draft."""
DAY = timedelta(days=1)
AGAIN = "again"
"""Why of what was asked for anew: it is shown no more."""


# -- asking ------------------------------------------------------------------------------


def why_no_page(sitting: Sitting, account_id: int) -> Text | None:
    """Reason why the court cannot look at a page for this person now."""
    if browser() is None:
        return T(
            "The court has no browser installed that could look at a page. Take a picture of your screen, save the page, and submit both."
        )
    mine = (EarlyFetch.account_id == account_id, EarlyFetch.kind == EarlyKind.PAGE)
    waiting = (*mine, EarlyFetch.state.in_((CaptureState.WAITING, CaptureState.WORKING)))
    if _count(sitting.session, *waiting) >= MOST_WAITING:
        return T("Several pages wait to be captured for you. Wait until one of them is done.")
    if _count(sitting.session, *mine, EarlyFetch.asked_at > sitting.now - DAY) >= MOST_A_DAY:
        return T(
            "The court has looked at %(most)s pages for you within a day. Go on tomorrow, or send pictures of the others.",
            most=MOST_A_DAY,
        )
    return None


def why_no_records(sitting: Sitting) -> Text | None:
    """Reason why no platform can be asked: none is accredited."""
    found = sitting.session.scalar(select(Platform.id).where(Platform.revoked_at.is_(None)).limit(1))
    return None if found is not None else T("This court has accredited no platform yet. Send screenshots.")


def _count(session: Session, *of: Any) -> int:
    return session.scalar(select(func.count()).select_from(EarlyFetch).where(*of)) or 0


def ask_page(sitting: Sitting, account_id: int, draft: str, url: str, title: str, proves: str) -> None:
    """Put a page on the worker's list. Raises InvalidInput at ``url``, ActNotOpen."""
    try:
        address = plain_address(url)
    except NotCaptured as error:
        raise InvalidInput.at("url", error.message) from error
    # Two requests of one person wait for each other: neither goes over a limit.
    sitting.session.get_one(Account, account_id, with_for_update=True)
    reason = why_no_page(sitting, account_id)
    if reason is not None:
        raise ActNotOpen(reason)
    _add(sitting, account_id, draft, EarlyKind.PAGE, url=address, title=title, proves=proves)


def ask_records(
    sitting: Sitting, account_id: int, draft: str, platform: str, order_number: str, kinds: Sequence[str], proves: str
) -> None:
    """Let an accredited platform write its records of one order, for thirty days. Raises InvalidInput, ActNotOpen."""
    found = sitting.session.scalar(select(Platform).where(Platform.key == platform, Platform.revoked_at.is_(None)))
    if found is None:
        raise InvalidInput.at("platform", T("Choose one of those listed."))
    if not set(kinds) <= {kind.value for kind in RecordKind}:
        raise InvalidInput.at("kinds", T("Choose one of those listed."))
    account = sitting.session.get_one(Account, account_id, with_for_update=True)
    open_ = (EarlyFetch.draft == draft, EarlyFetch.kind == EarlyKind.RECORDS, EarlyFetch.until > sitting.now)
    if _count(sitting.session, *open_, EarlyFetch.state == CaptureState.WAITING) >= MOST_PLATFORMS:
        raise ActNotOpen(T("Platforms have been asked often enough for this claim. Wait for one, or stop one."))
    _add(
        sitting,
        account_id,
        draft,
        EarlyKind.RECORDS,
        platform_id=found.id,
        order_number=order_number,
        kinds=sorted(set(kinds)),
        title=T("Records of %(platform)s", platform=found.name).render(account.locale)[:150],
        proves=proves,
        until=sitting.now + LASTS,
    )


def _add(sitting: Sitting, account_id: int, draft: str, kind: EarlyKind, **more: Any) -> None:
    touched = sitting.court.clock.machine_now()
    row = EarlyFetch(account_id=account_id, draft=draft, kind=kind, asked_at=sitting.now, touched_at=touched, **more)
    sitting.session.add(row)
    sitting.session.flush()


def stop(sitting: Sitting, account_id: int, draft: str, reference: str) -> None:
    """Fetch it no more; what was typed stays, and can be asked for again. Raises NotFound, ActNotOpen."""
    row = _own(sitting, account_id, draft, reference)
    if row.state is not CaptureState.WAITING:
        raise ActNotOpen(T("This is being fetched, or is over. Nothing is left to stop."))
    row.state, row.why = CaptureState.FAILED, "stopped"


def again(sitting: Sitting, account_id: int, draft: str, reference: str) -> None:
    """Ask once more for what did not come, in the same words. Raises NotFound, ActNotOpen, InvalidInput."""
    row = _own(sitting, account_id, draft, reference)
    if row.state is not CaptureState.FAILED and not _ran_out(row, sitting.now):
        raise ActNotOpen(T("This waits still, or has come. There is no need to ask again."))
    if row.kind is EarlyKind.PAGE:
        ask_page(sitting, account_id, draft, row.url or "", row.title, row.proves)
    else:
        platform = sitting.session.get_one(Platform, row.platform_id)
        ask_records(sitting, account_id, draft, platform.key, row.order_number or "", row.kinds, row.proves)
    # What was asked anew stands there anew. The old line tells nothing more, but what was looked at is still counted.
    row.state, row.why = CaptureState.FAILED, AGAIN


def _own(sitting: Sitting, account_id: int, draft: str, reference: str) -> EarlyFetch:
    mine = (EarlyFetch.reference == reference, EarlyFetch.draft == draft, EarlyFetch.account_id == account_id)
    row = sitting.session.scalar(select(EarlyFetch).where(*mine).with_for_update())
    if row is None or row.why == AGAIN:
        raise NotFound
    return row


def _ran_out(row: EarlyFetch, now: datetime) -> bool:
    return row.state is CaptureState.WAITING and row.until is not None and row.until <= now


# -- what came ---------------------------------------------------------------------------


def _named(sitting: Sitting, reference: str) -> EarlyFetch:
    return sitting.session.scalars(select(EarlyFetch).where(EarlyFetch.reference == reference).with_for_update()).one()


def nothing_came(sitting: Sitting, reference: str, why: str) -> None:
    """The page could not be captured; what was typed stays, and the reason stands beside it."""
    row = _named(sitting, reference)
    row.state, row.why = CaptureState.FAILED, why


def page_came(sitting: Sitting, reference: str, given: CaptureRecord) -> None:
    """Keep the three files of a page, encrypted, with what was seen."""
    row = _named(sitting, reference)
    _keep(sitting, row, {kind: str(getattr(given, kind)) for kind in KINDS})
    row.told = given.model_dump(mode="json", exclude_none=True)


def records_came(sitting: Sitting, reference: str, upload: str, sha256: str, told: dict[str, Any]) -> None:
    """Keep the signed records of a platform, encrypted. Raises InvalidInput where they are here already."""
    row = _named(sitting, reference)
    if row.state is not CaptureState.WAITING:
        raise InvalidInput.at("request", T("These records are here already."))
    _keep(sitting, row, {"records": upload})
    row.sha256, row.told = sha256, told


def _keep(sitting: Sitting, row: EarlyFetch, named: dict[str, str]) -> None:
    for kind, reference in named.items():
        mine = (Upload.reference == reference, Upload.account_id == row.account_id)
        upload = sitting.session.scalars(select(Upload).where(*mine)).one()
        encrypt_at_rest(sitting, [upload])
        row.files.append(EarlyFile(upload=upload, kind=kind))
    row.state, row.why, row.came_at = CaptureState.DONE, None, sitting.now
    sitting.session.flush()


# -- what is said of it ------------------------------------------------------------------


def fetched_of(session: Session, upload: Upload) -> EarlyFile | None:
    """As what a file was fetched before there was a case, if it was."""
    return session.scalar(select(EarlyFile).where(EarlyFile.upload_id == upload.id))


def origin(session: Session, upload: Upload, language: Callable[[], str]) -> dict[str, Any] | None:
    """What the court says of a file it fetched before filing, in the columns of an exhibit, in the language of the case;
    None of any other file. It takes the place of what the party wrote about source and kind.
    """
    file = fetched_of(session, upload)
    if file is None:
        return None
    row, locale = session.get_one(EarlyFetch, file.fetch_id), language()
    words = {name: text.render(locale)[:500] for name, text in _provenance(session, row, upload).items()}
    if row.kind is EarlyKind.RECORDS:
        platform = session.get_one(Platform, row.platform_id)
        signed = {
            "signed_by": platform.name,
            "key": str(row.told.get("key", platform.public_key)),
            "request": row.reference,
            "order": row.order_number or "",
        }
        only_chat = row.kinds == [RecordKind.CHAT.value]
        category = Category.MESSAGES if only_chat else Category.RECORDS
        return {"source": source_of(session, row).render(locale), "category": category, "provenance": signed | words}
    return {
        "source": source_of(session, row).render(locale)[:1000],
        "category": Category.WEB,
        "provenance": words,
    }


def source_of(session: Session, row: EarlyFetch) -> Text:
    """Where it comes from, in a sentence."""
    if row.kind is EarlyKind.RECORDS:
        platform = session.get_one(Platform, row.platform_id)
        return T(
            "Signed by %(platform)s and given to the court at the party’s request, before the claim was filed",
            platform=platform.name,
        )
    return T(
        "Captured by the court itself from %(url)s, before the claim was filed",
        url=str(row.told.get("url") or row.url),
    )


def _provenance(session: Session, row: EarlyFetch, upload: Upload) -> dict[str, Text]:
    kept = T(
        "By the court, encrypted, from the first byte. It was fetched before there was a case and anchored in the court’s log on %(at)s: since then it is unchanged. Whether it was true at its source, no log shows.",
        at=upload.completed_at or row.asked_at,
    )
    if row.kind is EarlyKind.PAGE:
        return {**provenance_of(CaptureRecord.model_validate(row.told)), "kept": kept}
    issued = T(
        "The platform dated it %(issued)s, by its own clock; it reached the court on %(at)s, by the court’s.",
        issued=_moment(row.told.get("issued_at")) or "–",
        at=upload.completed_at or row.asked_at,
    )
    return {"made_at": issued, "kept": kept}


def told_of(session: Session, upload: Upload) -> dict[str, Any]:
    """What the entry of an exhibit tells of a file fetched before filing: when it was fetched, when anchored, by whom."""
    file = fetched_of(session, upload)
    if file is None:
        return {}
    row = session.get_one(EarlyFetch, file.fetch_id)
    seen: dict[str, Any] = {
        k: row.told[k] for k in ("url", "address", "certificate", "began_at", "issued_at") if k in row.told
    }
    if row.kind is EarlyKind.RECORDS:
        seen["platform"] = session.get_one(Platform, row.platform_id).key
        seen["public_key"] = row.told.get("key")
    at = upload.completed_at
    return {"fetched_before_filing": {**seen, "anchored_at": at.isoformat() if at is not None else None}}


def files(session: Session, references: Sequence[str]) -> dict[str, FetchedFile]:
    """Of these files, those that the court fetched: what they are called, show and come from."""
    query = select(EarlyFile, EarlyFetch).join(EarlyFetch, EarlyFetch.id == EarlyFile.fetch_id).join(EarlyFile.upload)
    return {
        file.upload.reference: FetchedFile(
            _title(row, file), row.proves, source_of(session, row), row.draft, row.came_at or row.asked_at
        )
        for file, row in session.execute(query.where(Upload.reference.in_(references)))
    }


def _title(row: EarlyFetch, file: EarlyFile) -> Text | str:
    return title_of(file.kind, row.title) if row.kind is EarlyKind.PAGE else row.title


def listed(session: Session, draft: str, accounts: Sequence[int], now: datetime) -> list[EarlyView]:
    """Everything that these people asked for in a draft, the newest first."""
    query = (
        select(EarlyFetch, Platform, Account.name)
        .outerjoin(Platform, Platform.id == EarlyFetch.platform_id)
        .join(Account, Account.id == EarlyFetch.account_id)
        .where(
            EarlyFetch.draft == draft,
            EarlyFetch.account_id.in_(accounts),
            or_(EarlyFetch.why.is_(None), EarlyFetch.why != AGAIN),
        )
        .order_by(EarlyFetch.id.desc())
        .limit(100)
    )
    return [_view(row, platform, name, now) for row, platform, name in session.execute(query)]


def _view(row: EarlyFetch, platform: Platform | None, name: str, now: datetime) -> EarlyView:
    state, label = _state(row, platform, now)
    return EarlyView(
        reference=row.reference,
        account_id=row.account_id,
        name=name,
        is_page=row.kind is EarlyKind.PAGE,
        title=row.title,
        url=row.url,
        platform=platform.name if platform is not None else None,
        order_number=row.order_number,
        kinds=[RecordKind(kind).label for kind in row.kinds],
        proves=row.proves,
        state=state,
        label=label,
        why=WHY.get(row.why or "") if state is EarlyState.FAILED else None,
        until=row.until,
        asked_at=row.asked_at,
        came_at=row.came_at,
        began_at=_moment(row.told.get("began_at") or row.told.get("issued_at")),
        files=[(file.upload.reference, file.upload.filename, file.upload.sha256 or "") for file in row.files],
    )


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _state(row: EarlyFetch, platform: Platform | None, now: datetime) -> tuple[EarlyState, Text]:
    if row.state is CaptureState.DONE:
        return EarlyState.CAME, row.state.label if platform is None else FetchState.CAME.label
    if row.state is CaptureState.FAILED:
        return EarlyState.FAILED, row.state.label if platform is None else T("Stopped")
    if platform is None:
        return EarlyState.WAITING if row.state is CaptureState.WAITING else EarlyState.WORKING, row.state.label
    if platform.revoked_at is not None:
        return EarlyState.FAILED, FetchState.REVOKED.label
    if _ran_out(row, now):
        return EarlyState.FAILED, FetchState.RAN_OUT.label
    return EarlyState.WAITING, FetchState.WAITING.label
