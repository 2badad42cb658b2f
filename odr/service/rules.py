"""The figures of service out of the rule pack a case was filed under."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from odr.docket.models import Case, Party, Role, Stage, Track
from odr.ground.text import T, Text
from odr.procedure.rules.pack import NoSuchRule, RulePack
from odr.service.models import Packet
from odr.service.packet.deemed import Rules
from odr.service.packet.letter_facts import day_if_served, with_day
from odr.service.packet.packets import RulesFor

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ANNOUNCEMENT = "announcement"
EVIDENCE = "evidence"
ANSWER, UNACKNOWLEDGED = "answer", "answer_unacknowledged"


def time_to_answer(pack: RulePack, track: Track, *, abroad: bool) -> Text | None:
    """How the last day to answer is reckoned, for whom the claim has not reached yet (CPL 85, 128, 285); None where the
    track knows no answer.
    """
    shorter = pack.windows.rules.get(UNACKNOWLEDGED)
    rule = shorter or pack.windows.rules.get(ANSWER)
    if rule is None or not rule.variant(track.value, abroad=abroad).available:
        return None
    own = rule.variant(track.value, abroad=abroad)
    if shorter is not None and ANSWER in pack.windows.rules:
        longer = pack.window(ANSWER)
        return T(
            "You have %(length)s from the day after the claim is served on you to answer or to acknowledge service; "
            "who acknowledges has %(longer)s from service to answer (%(source)s).",
            length=own.words,
            longer=longer.words,
            source=pack.cite(own.article),
        )
    length, source = own.words, pack.cite(own.article)
    if pack.reckoning.rolls:
        return T(
            "You have %(length)s to answer, counted from the day after the claim is served on you; "
            "if the last day is a day off, the time ends on the next working day (%(source)s).",
            length=length,
            source=source,
        )
    return T(
        "You have %(length)s to answer, counted from the day after the claim is served on you (%(source)s).",
        length=length,
        source=source,
    )


def with_procedure_notice(pack: RulePack, track: Track, what_next: Text | None) -> Text | None:
    """What a letter on acceptance says, and with it, where nobody can appeal, what the parties have to be told of the
    procedure: who decides, that it is final, by when, at which fee, and that one may object (CPI 274, 279).
    """
    rule = pack.tracks.list.get(track.value)
    limit = pack.trial_limits.tracks.get(track.value) if rule is not None else None
    if rule is None or rule.appealable or limit is None or what_next is None:
        return what_next
    return T(
        "%(what_next)s This case follows the %(procedure)s (%(article)s): one judge decides it within %(limit)s of "
        "acceptance, the fee is half of the usual one, and the judgment is final: nobody can appeal from it. Who "
        "thinks that this procedure is not allowed here objects on the page of the case before the hearing opens.",
        what_next=what_next,
        procedure=rule.title,
        article=pack.cite(rule.article),
        limit=limit.period.words,
    )


def with_list_warning(pack: RulePack, act: str, what_next: Text | None) -> Text | None:
    """What a letter that tells of an enforcement says, and with it the warning of the list of persons who do not perform, where
    the rules know one (DDL 5).
    """
    rules = pack.enforcement_list
    if rules is None or act not in rules.warned_with or what_next is None:
        return what_next
    return T(
        "%(what_next)s %(warning)s (%(article)s).",
        what_next=what_next,
        warning=rules.warning.title,
        article=pack.cite(str(rules.warning.article)),
    )


def with_evidence_notice(pack: RulePack, case: Case, party: Party, what_next: Text | None) -> Text | None:
    """What a letter on acceptance or with the claim says, and with it the notice on evidence: who has to prove what, when
    the court collects evidence, until when it is brought, and what follows if it comes later (EV 50; CPL 68). Nothing
    more where the rules fix the day by a hearing.
    """
    rule = pack.windows.rules.get(EVIDENCE)
    own = rule.variant(case.track.value, abroad=party.abroad) if rule is not None else None
    if rule is None or own is None or rule.before or not own.available or rule.consequence is None or what_next is None:
        return what_next
    return T(
        "%(what_next)s Notice on evidence: each party proves the facts that their claim, or their denial of the other "
        "side’s, rests on. Bring your evidence within %(length)s, counted from the day after this letter is served on "
        "you (%(article)s). What you cannot obtain yourself for reasons outside you, ask the court in that time to "
        "collect; if you need more time, ask before it ends. %(consequence)s",
        what_next=what_next,
        length=own.words,
        article=pack.cite(own.article),
        consequence=rule.consequence,
    )


def with_notices(pack: RulePack, case: Case, party: Party, what_next: Text | None) -> Text | None:
    """What the first letter in an accepted case says: what to do, how the procedure goes, and the notice on evidence."""
    return with_evidence_notice(pack, case, party, with_procedure_notice(pack, case.track, what_next))


def answer_by(sitting: Sitting, case: Case, party: Party) -> tuple[datetime | None, Text | None]:
    """By when a respondent has to answer: the last instant once service took effect, before it in words how that day is
    reckoned.
    """
    window = next((w for w in sitting.windows(case, ANSWER, party=party) if w.due_at is not None), None)
    if window is not None:
        return window.due_at, None
    if party.role is Role.CLAIMANT or sitting.windows(case, ANSWER, party=party, state=None):
        return None, None
    pack = sitting.pack(case)
    words = time_to_answer(pack, case.track, abroad=party.abroad)
    return None, words and with_day(words, pack, _first_rule(pack), case, party, sitting.now)


def last_day_from_now(sitting: Sitting, case: Case, party: Party) -> date | None:
    """The last day to answer for somebody on whom the claim is served at this moment; None where the rules know none."""
    pack = sitting.pack(case)
    return day_if_served(pack, _first_rule(pack), case, party, sitting.now)


def _first_rule(pack: RulePack) -> str:
    return UNACKNOWLEDGED if UNACKNOWLEDGED in pack.windows.rules else ANSWER


def rules_of_pack(pack: RulePack, track: Track) -> Rules:
    """Announcement days and whether announcement is open to the track (CPL 95, 283; CPI 140), zone and calendar (CPL
    85).
    """
    standard = Rules()
    window = pack.windows.rules.get(ANNOUNCEMENT)
    calendar, rolls = pack.working_calendar, pack.reckoning.rolls

    def last_day(day: date) -> date:
        return calendar.next_working(day) if rolls else day

    if window is None:
        return Rules(announcement_allowed=False, zone=pack.tz, last_day=last_day)
    home, abroad = window.variant(track.value), window.variant(track.value, abroad=True)
    return Rules(
        announcement_days=home.amount or standard.announcement_days,
        announcement_days_abroad=abroad.amount or standard.announcement_days_abroad,
        announcement_allowed=track.value in pack.announcement.tracks,
        zone=pack.tz,
        last_day=last_day,
    )


def rules_for(court: Court) -> RulesFor:
    """Gives a packet the rules of its case; the standard ones where there is no such case."""
    known: dict[tuple[str, Track], Rules] = {}

    def give(session: Session, packet: Packet) -> Rules:
        case = session.get(Case, packet.case_id)
        return Rules() if case is None else rules_of_case(case)

    def rules_of_case(case: Case) -> Rules:
        pack = court.rules_of(case, court.clock.now())
        key = (pack.named, case.track)
        if key not in known:
            known[key] = rules_of_pack(pack, case.track)
        if case.opened_for is Stage.PAYMENT_ORDER:  # Who cannot be found is ordered nothing (CPI 427(4), 430(2)).
            return replace(known[key], announcement_allowed=False)
        return known[key]

    return give


def cited(pack: RulePack, article: str) -> Text | str:
    """An article by the name of its law; as it is written where the pack does not know that law."""
    try:
        return pack.cite(article)
    except NoSuchRule:
        return article
