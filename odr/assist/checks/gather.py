"""A decision that is drafted, with what the docket knows of its case, made ready for the checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypedDict

from odr.assist import names
from odr.assist.checks.draft import Draft, Passage, Standing
from odr.assist.checks.kinds import CHECKS, check
from odr.assist.checks.of_file import guiding_cases
from odr.assist.wording.looking import Written, look_at_words, made_ready
from odr.docket.models import PARTY_ROLES, Case, Role
from odr.docket.queries import entries_of, parties
from odr.evidence.exhibits.queries import exhibits_of
from odr.evidence.models import ExhibitState
from odr.ground.text import Money, T, Text
from odr.hearing.queries import postings_of
from odr.judgment.decision.file_before_judge import CaseFile, case_file
from odr.judgment.decision.queries import reliefs_by_key
from odr.judgment.draft.beside import ANSWERS
from odr.judgment.enforcement.effect import is_appealable
from odr.judgment.meetings.queries import meetings_of
from odr.judgment.models import Decision
from odr.judgment.vocabulary import DecisionKind, FindingResult, OrderKind
from odr.payments.costs.rules import Allocation
from odr.procedure.acts.act_versions import input_of
from odr.procedure.hooks import Looked, Wording
from odr.procedure.time.reckoning import reckon

GUIDING = "guiding"
"""The rank of guiding cases in the rules."""

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.rules.pack import RulePack
    from odr.procedure.sitting import Sitting

PARTS = {
    "history": T("How the case came here"),
    "claims": T("What the claimant asks for, and why"),
    "answers": T("What the respondent answers"),
    "issues": T("Questions in dispute"),
}


def look_at(sitting: Sitting, case: Case, decision: Decision) -> Looked:
    """What the checks looked at in the draft, and what they found."""
    draft = draft_of(sitting, case, decision)
    wording = None
    if sitting.court.settings.wording:
        parts = [Written(one.place, one.words) for one in draft.passages if one.part != "articles"]
        wording = look_at_words(sitting.pack(case), draft.decided_on, draft.language, parts, draft.told)
    return Looked([words for words, _ in CHECKS.values()], check(draft), wording)


def look_at_words_of(
    sitting: Sitting, case: Case | None, written: Sequence[tuple[str, str]], locale: str
) -> Wording | None:
    """What is suggested about words that somebody of the court writes to a person; nothing where it is off or there are none."""
    if not sitting.court.settings.wording or not any(words for _, words in written):
        return None
    today = sitting.today
    pack = sitting.pack(case) if case is not None else sitting.court.packs.in_force(sitting.court.settings.pack, today)
    parts = [Written(Text(label), words) for label, words in written if words]
    told = _told(sitting, case, case_file(sitting, case)) if case is not None else []
    return look_at_words(pack, today, locale, parts, told)


def words_made_ready(court: Court) -> None:
    """Where words are looked at: what the first text would wait for."""
    if court.settings.wording:
        today = court.clock.now().astimezone(court.settings.tz).date()
        made_ready(court.packs.in_force(court.settings.pack, today), today)


def _told(sitting: Sitting, case: Case, file: CaseFile) -> list[str]:
    """The words of the docket: names, what was told and answered, and what exhibits are called and are to show."""
    told = [party.name for party in case.parties] + [one.fact.what for one in file.facts]
    told += [words for one in file.exhibits for words in (one.exhibit.title, one.exhibit.proves) if words]
    return [*told, *(words for _, words in _said(sitting, case, file))]


def draft_of(sitting: Sitting, case: Case, decision: Decision) -> Draft:
    """The draft as the checks see it."""
    pack, file = sitting.pack(case), case_file(sitting, case)
    grants = [order for order in decision.orders if order.kind is not OrderKind.DISMISS]
    days = [fact.fact.happened_on for fact in file.facts if fact.fact.happened_on is not None]
    return Draft(
        language=decision.language,
        pack=pack.id,
        passages=list(_passages(decision)),
        names={
            role: [party.name for party in parties(case, role)] for role in sorted(PARTY_ROLES, key=lambda r: r.value)
        },
        exhibits=_standing(sitting, case, file),
        facts=frozenset(fact.label for fact in file.facts),
        awards=[order.amount_minor for order in grants if order.amount_minor is not None],
        grants=bool(grants),
        dismisses=len(grants) < len(decision.orders),
        short=decision.short,
        appeal_days=_appeal_days(sitting, case),
        decided_on=sitting.today,
        oldest=min(days, default=None),
        heads=frozenset(relief.number for _, relief in reliefs_by_key(sitting.session, case).values()),
        disputed=frozenset(one.label for one in file.exhibits if one.is_disputed),
        relied=_relied(file),
        track=case.track,
        late=_late(pack),
        guiding=guiding_named(sitting, case, file),
        search_due=_search_due(sitting, case),
        told=_told(sitting, case, file) if sitting.court.settings.wording else [],
        **_costs(case, decision),
    )


def _said(sitting: Sitting, case: Case, file: CaseFile) -> list[tuple[str, str]]:
    """Who says what in claim, answers and examination."""
    said = [(case.name_of(one.fact.party_id), one.fact.what) for one in file.facts]
    for entry in sorted((e for act in ANSWERS for e in entries_of(sitting.session, case, act)), key=lambda e: e.number):
        said.append((case.name_of(entry.party_id), input_of(entry).get("statement") or ""))
    said += [
        (case.name_of(one.party_id), one.words)
        for one in postings_of(sitting.session, case)
        if one.party_id is not None
    ]
    return said


def guiding_named(sitting: Sitting, case: Case, file: CaseFile) -> dict[int, str]:
    """The guiding cases that claim, answers and what was said in the examination name, each with who did first (SIM 10)."""
    found: dict[int, str] = {}
    rules = sitting.pack(case).similar
    if rules is None or not rules.has(GUIDING):
        return found
    for who, words in _said(sitting, case, file):
        for number in guiding_cases(words):
            found.setdefault(number, who)
    return found


def _search_due(sitting: Sitting, case: Case) -> bool:
    """Whether the case was put before a meeting and no search is on file (SIM 2, 7)."""
    rules = sitting.pack(case).similar
    return (
        rules is not None
        and "meeting" in rules.why
        and bool(meetings_of(sitting.session, case))
        and not entries_of(sitting.session, case, names.RECORD_SIMILAR_SEARCH)
    )


def _relied(file: CaseFile) -> dict[str, bool]:
    """Whether the court relies on an exhibit, where it found so in whole or not at all."""
    results = {one.label: one.finding.result for one in file.exhibits if one.finding is not None}
    return {
        label: result is FindingResult.ADOPTED
        for label, result in results.items()
        if result in (FindingResult.ADOPTED, FindingResult.REJECTED)
    }


def _late(pack: RulePack) -> frozenset[int] | None:
    """The articles of the procedure law by which paying late costs more."""
    if pack.late_performance is None:
        return None
    places = (one.partition(" ")[2] for one in pack.late_performance.article.split("; ") if one.startswith("CPL "))
    return frozenset(int(place.partition("(")[0]) for place in places)


class _Costs(TypedDict, total=False):
    fee: Money
    bears: dict[Role, int]


def _costs(case: Case, decision: Decision) -> _Costs:
    """The court fee and what each role bears of it; nothing where a partial judgment leaves it open."""
    if decision.kind is DecisionKind.PARTIAL or not decision.costs:
        return {}
    allocation = Allocation.from_json(decision.costs)
    roles, bears = {party.label: party.role for party in case.parties}, dict[Role, int]()
    for share in allocation.shares:
        if share.party in roles:
            bears[roles[share.party]] = bears.get(roles[share.party], 0) + share.bears.minor
    return {"fee": allocation.fee, "bears": bears}


def _passages(decision: Decision) -> Iterator[Passage]:
    for part, place in PARTS.items():
        if words := decision.parts.get(part):
            yield Passage(place, part, words)
    for number, reason in enumerate(decision.parts.get("reasons", []), 1):
        place = T("Reasons, paragraph %(number)s", number=number)
        yield Passage(place, "reasons", reason["text"])
        if reason.get("articles"):
            yield Passage(place, "articles", reason["articles"])
    for order in decision.orders:
        if order.what:
            yield Passage(T("Order %(number)s", number=order.number), "orders", order.what)


def _standing(sitting: Sitting, case: Case, file: CaseFile) -> dict[str, Standing]:
    examined = {one.label for one in file.exhibits if one.examined}
    return {
        exhibit.label: Standing.WITHDRAWN
        if exhibit.state is ExhibitState.WITHDRAWN
        else Standing.EXAMINED
        if exhibit.label in examined
        else Standing.NOT_EXAMINED
        for exhibit in exhibits_of(sitting.session, case)
    }


def _appeal_days(sitting: Sitting, case: Case) -> tuple[int, ...]:
    if not is_appealable(sitting, case):
        return ()
    rules = [
        reckon(sitting.pack(case), "appeal_judgment", sitting.now, track=case.track.value, abroad=abroad)
        for abroad in sorted({party.abroad for party in parties(case)})
    ]
    return tuple(rule.amount for rule in rules)
