"""Saved searches: asked for, confirmed, told, ended.

Nothing is written before the mailbox has confirmed, and no letter lies anywhere with words of decisions in it: each is written
from what is public at the moment it is handed to the mail server. So what was withdrawn or corrected meanwhile is in none.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from odr.ground.background import each_alone
from odr.ground.config import Settings
from odr.ground.errors import ActNotOpen, NotFound
from odr.ground.memory.built_once import built_once
from odr.ground.silence import outward
from odr.ground.text import T, Text, side_by_side
from odr.identity.accounts import links
from odr.identity.accounts.account_letters import Letter, site_of
from odr.identity.accounts.accounts import normal_email
from odr.identity.models import LinkPurpose, OneTimeLink
from odr.identity.sign_in import rate_limits
from odr.identity.sign_in.keys import fingerprint, keyring
from odr.identity.sign_in.rate_limits import Counted
from odr.register.publication.models import Publication, RegisterHead, RegisterRecord
from odr.register.search.asking import Asking
from odr.register.search.desk import open_search, reader_of
from odr.register.search.facts import FactReader
from odr.register.search.hits import Hit, hits
from odr.register.search.keeping import rules_today
from odr.register.search.saved.models import SavedSearch
from odr.register.search.titles import TITLES, value_words
from odr.service.channels import Outcome

if TYPE_CHECKING:
    from odr.procedure.court import Court

log = logging.getLogger("odr.register.search")
MOST_OF_ONE = 20
"""Searches of one mailbox."""
EVERY = timedelta(days=1)
"""How often a mailbox is told, at most."""
AGAIN = timedelta(hours=1)
"""After which a letter that no mail server took is written anew."""
HOURLY = 6
"""Letters in a row that reached no mail server, after which the next is written a day later: it may be the court's own that is down."""
MOST_FAILED = 30
"""Letters in a row that reached no mail server, weeks of them, after which the search ends."""
NAMED = 20
"""Decisions that a letter names; it says how many more there are."""
MOST_NEW = 500
"""Decisions that are looked at for one letter; the rest is in the next."""
AT_ONCE = 100
"""Searches of one round of the worker."""
ENDLESS = "saved search"


def ask(court: Court, email: str, locale: str, asking: Asking, address: str) -> list[Letter]:
    """Save a search that waits for its mailbox; the one letter that goes there, whatever is known of the address. Raises
    InvalidInput, TooMany.
    """
    mailbox, now = normal_email(email), court.clock.machine_now()
    ring = keyring(court.settings.secret_key)
    with court.database.write() as session:
        rate_limits.take(session, ring, Counted.LETTER_FROM, rate_limits.network(address), now)
        rate_limits.take(session, ring, Counted.LETTER_TO, mailbox, now)
        asked = [list(pair) for pair in asking.parameters(order=None, exact=None)]
        row = SavedSearch(email=mailbox, locale=locale, asked=asked, asked_at=now)
        session.add(row)
        session.flush()
        code = links.issue(session, LinkPurpose.CONFIRM_SEARCH, now, subject=_subject(row))
    # Anybody can ask for anybody's mailbox: no word of theirs goes there under the court's name before it has confirmed.
    said = T(
        "Somebody, probably you, wants to be told by e-mail when a decision is published that fits a search. Enter the code to see which one; nothing is confirmed by looking."
    )
    nothing = T("If it was not you, do nothing: without the code nothing is sent, and this is forgotten in three days.")
    subject = T("Confirm that you want this search by e-mail")
    return [Letter(mailbox, subject, (said, nothing), locale, site_of(court.settings.base_url), code=code)]


def words_of(asking: Asking, reader: FactReader) -> Text:
    """A search in one line: as it was typed, and what narrows it down in words."""
    typed = " ".join(asking.typed.split())
    narrowed = [side_by_side([TITLES[name], value_words(reader, name, value)], ":") for name, value in asking.filters]
    parts: list[Text | str] = [*([typed] if typed else []), *narrowed]
    return side_by_side(parts, ";") if parts else T("Published decisions")


def asking_of(row: SavedSearch) -> Asking:
    """The search of a row."""
    return Asking.of(dict(row.asked))


def _subject(row: SavedSearch) -> str:
    return f"search/{row.reference}"


def behind(session: Session, purpose: LinkPurpose, code: str, now: datetime) -> SavedSearch | None:
    """The search behind a code; None for one that has ended. Raises NotFound for a code that is none."""
    link = session.scalar(
        select(OneTimeLink).where(OneTimeLink.token_hash == fingerprint(code), OneTimeLink.purpose == purpose)
    )
    if link is None or link.expires_at <= now or not (link.subject or "").startswith("search/"):
        raise NotFound(T("This code or link has been used or is too old. Ask for a new one."))
    reference = str(link.subject).partition("/")[2]
    return session.scalar(select(SavedSearch).where(SavedSearch.reference == reference))


def confirm(court: Court, code: str) -> None:
    """The mailbox wants it: from now on it is told what is new. Raises NotFound, ActNotOpen."""
    now = court.clock.machine_now()
    with court.database.write() as session:
        row = behind(session, LinkPurpose.CONFIRM_SEARCH, code, now)
        if row is not None:
            # Of two clicks at once the second finds it confirmed.
            row = session.get(SavedSearch, row.id, with_for_update=True, populate_existing=True)
        if row is None:
            raise NotFound(T("This code or link has been used or is too old. Ask for a new one."))
        if row.confirmed_at is not None:
            return
        mine = select(func.count()).where(SavedSearch.email == row.email, SavedSearch.confirmed_at.is_not(None))
        if (session.scalar(mine) or 0) >= MOST_OF_ONE:
            raise ActNotOpen(
                T("%(most)s searches come to this mailbox already. End one of them first.", most=MOST_OF_ONE)
            )
        head = session.get(RegisterHead, 1)
        row.confirmed_at, row.tell_at, row.told_to = now, now + EVERY, head.records if head is not None else 0
        links.issue(
            session, LinkPurpose.STOP_SEARCH, now, subject=_subject(row), token=code_to_stop(court.settings, row)
        )


def code_to_stop(settings: Settings, row: SavedSearch) -> str:
    """The code by which a search ends: the same in each of its letters, and kept as its fingerprint only."""
    digest = int(keyring(settings.secret_key).mac(ENDLESS, row.reference), 16)
    signs = [links.ALPHABET[digest >> 5 * at & 31] for at in range(links.CODE_LETTERS)]
    return "-".join("".join(signs[at : at + 4]) for at in range(0, links.CODE_LETTERS, 4))


def stop(court: Court, code: str) -> None:
    """End a search: its row goes. Ended twice is ended. Raises NotFound for a code that is none."""
    with court.database.write() as session:
        row = behind(session, LinkPurpose.STOP_SEARCH, code, court.clock.machine_now())
        if row is not None:
            session.delete(row)


@outward
def tell_due(court: Court, most_new: int = MOST_NEW) -> int:
    """Tell the mailboxes whose day has come; returns how many letters were taken. Searches nobody confirmed are forgotten."""
    now = court.clock.machine_now()
    never_confirmed = now - links.LIFETIMES[LinkPurpose.CONFIRM_SEARCH]
    with court.database.read() as session:
        due = session.execute(
            built_once(
                lambda: (
                    select(SavedSearch.id, SavedSearch.confirmed_at)
                    .where(
                        or_(
                            SavedSearch.tell_at <= now,
                            and_(SavedSearch.confirmed_at.is_(None), SavedSearch.asked_at <= never_confirmed),
                        )
                    )
                    .order_by(SavedSearch.id)
                    .limit(AT_ONCE)
                )
            )
        ).all()

    def settle(one: tuple[int, datetime | None]) -> int:
        number, confirmed_at = one
        if confirmed_at is None:
            return _forget(court, number)
        return _tell(court, number, now, most_new) if court.ports.mail is not None else 0

    return each_alone([(number, at) for number, at in due], settle, "a saved search could not be looked through")


def _forget(court: Court, number: int) -> int:
    with court.database.write() as session:
        session.execute(delete(SavedSearch).where(SavedSearch.id == number, SavedSearch.confirmed_at.is_(None)))
    return 0


def _tell(court: Court, number: int, now: datetime, most_new: int) -> int:
    with court.database.write() as session:
        mine = (
            update(SavedSearch).where(SavedSearch.id == number, SavedSearch.tell_at <= now).values(tell_at=now + AGAIN)
        )
        if getattr(session.execute(mine), "rowcount", 0) != 1:
            return 0  # another worker has it
    with court.database.read() as session:
        row = session.get(SavedSearch, number)
        if row is None:
            return 0
        new = _news(court, session, row, most_new)
        if new is None:
            return 0  # the index is behind the ledger: looked for again in the next hour
        up_to, found, more, is_all = new
        outcome = None
        if found:
            letter = letter_of(row, reader_of(rules_today(court)), found, more, court.settings)
            stop_at = f"{court.settings.base_url.rstrip('/')}{links.PAGES[LinkPurpose.STOP_SEARCH]}{code_to_stop(court.settings, row)}"
            outcome = court.ports.mail.hand_over(
                letter.to, letter.subject.render(row.locale), letter.text, None, row.locale, unsubscribe=stop_at
            ).outcome
    with court.database.write() as session:
        kept = session.get(SavedSearch, number)
        if kept is None:
            return 0
        if outcome in (None, Outcome.REACHED, Outcome.HANDED_OVER):
            # Where nothing of many new records fitted, the rest is looked at soon; a letter goes once a day at most.
            again = EVERY if found or is_all else AGAIN
            kept.told_to, kept.tell_at, kept.failed = up_to, now + again, 0
        elif outcome is Outcome.REFUSED or kept.failed + 1 >= MOST_FAILED:
            log.warning("a saved search ended: its mailbox takes no letters")
            session.delete(kept)
        else:
            kept.failed += 1
            kept.tell_at = now + (AGAIN if kept.failed < HOURLY else EVERY)
    return int(outcome in (Outcome.REACHED, Outcome.HANDED_OVER))


def _news(court: Court, session: Session, row: SavedSearch, most_new: int) -> tuple[int, list[Hit], int, bool] | None:
    """Up to which record it was looked, what of it is new and public now, how many more of that there are, and whether that
    was every new record. None while the search is not ready.
    """
    later = (
        select(RegisterRecord.number, Publication.address)
        .join(Publication, Publication.id == RegisterRecord.publication_id)
        .where(RegisterRecord.number > row.told_to)
        .order_by(RegisterRecord.number)
        .limit(most_new)
    )
    records = session.execute(later).all()
    if not records:
        return row.told_to, [], 0, True
    ready, asking = open_search(court, session), asking_of(row)
    if ready is None or ready.left_out:
        return None
    found = ready.among(asking.asked, sorted({address for _, address in records}))
    shown = hits(session, ready.compiler.reader, found[:NAMED], asking.question)
    return records[-1][0], shown, max(0, len(found) - NAMED), len(records) < most_new


def letter_of(row: SavedSearch, reader: FactReader, found: Sequence[Hit], more: int, settings: Settings) -> Letter:
    """What is new in a search: numbers and titles as they are published, and how it ends. No link stands in it."""
    lines: list[Text] = [T("New in the search you asked for, %(what)s:", what=words_of(asking_of(row), reader))]
    for hit in found:
        told = {"title": hit.title, "number": hit.facts.number, "court": hit.facts.court, "day": hit.decided_on}
        lines.append(
            T("%(title)s. %(number)s, %(court)s, decided on %(day)s", **told)
            if hit.version == 1
            else T("%(title)s. %(number)s, %(court)s, decided on %(day)s; the published text was changed", **told)
        )
    if more:
        lines.append(T("And %(count)s more.", count=more))
    site = site_of(settings.base_url)
    lines.append(T("To read them, type %(site)s/decisions into your browser yourself and enter the number.", site=site))
    lines.append(
        T(
            "To end these messages, use “Unsubscribe” of your mail program, or type %(site)s into your browser, choose “I received a letter or message” and enter this code: %(code)s",
            site=site,
            code=code_to_stop(settings, row),
        )
    )
    count = len(found) + more
    return Letter(
        row.email, T("Published decisions, new in your search: %(count)s", count=count), tuple(lines), row.locale
    )
