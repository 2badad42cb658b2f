"""The form of the court's decisions: head, opening, the law it rests on, and who signs (CPL 155, 157; the form of civil
judgments of 2016). One way for every room.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from odr.docket.models import Case, Party, PartyKind, Role, Stage
from odr.docket.papers import PartyLine, Signatory, Words, clerk, judge, name_in
from odr.docket.queries import parties
from odr.ground.text import PaperDay, T, Text, side_by_side
from odr.identity.models import Account, Mandate
from odr.procedure.rules.base import citations
from odr.procedure.rules.court_rules import SourceStyle
from odr.procedure.rules.pack import RulePack
from odr.procedure.time.written_working import bilingual

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

APPLICANT, RESPONDING = T("Applicant"), T("Respondent to the application")
"""Roles in a ruling on what somebody applied for, such as a preservation or a confirmation (CPL 103, 205)."""

PERSON = "person"
"""Under what a party's details keep what their identity document says of them."""

VERIFIED = "verified"
"""Which of it the registry itself read on the document."""

LAWS = re.compile("^中华人民共和国.*法(典)?$")
"""How the title of a law reads: it is cited before regulations and judicial interpretations (CIT 2)."""


class Basis(enum.Enum):
    """What rests on the law named: each is led to by its own words."""

    JUDGMENT = "judgment"  # a judgment on the merits
    RULING = "ruling"  # a ruling on procedure (CPL 157)
    DECISION = "decision"  # what the law has decided by a written decision


def head(sitting: Sitting, case: Case, language: str, at: datetime) -> dict[str, Any]:
    """What stands on every paper: court, number and day."""
    settings = sitting.court.settings
    return {
        "court": settings.court_name_zh if language == "zh-Hans" else settings.court_name,
        "case_number": case.number,
        "issued_on": at.astimezone(settings.tz).date(),
    }


def party_block(sitting: Sitting, case: Case, *, applicant: int | None = None) -> list[PartyLine]:
    """Every party with their domicile, who heads or stands for them, and who acts in the case; ``applicant`` is the party
    whose application is ruled on, and then roles are those of the application.
    """
    return [party_line(sitting, party, applicant=applicant) for party in parties(case)]


def party_line(sitting: Sitting, party: Party, *, applicant: int | None = None) -> PartyLine:
    """A party as the head of a paper names them."""
    role = party.role.label if applicant is None else APPLICANT if party.id == applicant else RESPONDING
    details = [*_person(sitting, party), *_domicile(party), *_standing_for(party), *_agents(sitting, party)]
    return PartyLine(role, party.name, details)


def _person(sitting: Sitting, party: Party) -> Iterable[Words]:
    """Sex and day of birth of a natural person, before where they live, as far as they are known."""
    if party.kind is not PartyKind.PERSON:
        return
    said = {**party.details.get(PERSON, {}), **_said_elsewhere(sitting, party), **verified_of(party.details)}
    if said.get("sex"):
        yield T("female") if said["sex"] == "female" else T("male")
    if said.get("born_on"):
        yield T("born on %(day)s", day=PaperDay(date.fromisoformat(said["born_on"])))


def verified_of(details: Mapping[str, Any]) -> dict[str, str]:
    """Of what a party's details keep of the person, what the registry read on the document; what was only told is not there."""
    person = details.get(PERSON, {})
    return {key: person[key] for key in person.get(VERIFIED, ())}


def verified_birthday(details: Mapping[str, Any]) -> date | None:
    """The day of birth that the registry read on a person's own document; a day that was only told is none."""
    read = verified_of(details).get("born_on")
    return date.fromisoformat(read) if read else None


def _said_elsewhere(sitting: Sitting, party: Party) -> dict[str, str]:
    """What the registry saw of this very person in another case: their account, under the same name, verified there."""
    if party.account_id is None:
        return {}
    same = select(Party).where(Party.account_id == party.account_id, Party.kind == party.kind, Party.name == party.name)
    others = sitting.session.scalars(same.where(Party.id != party.id).order_by(Party.id.desc()))
    return next(filter(None, (verified_of(other.details) for other in others)), {})


def _domicile(party: Party) -> Iterable[Words]:
    if party.address:
        person = party.kind is PartyKind.PERSON
        yield T("of %(address)s", address=party.address) if person else T("seat: %(address)s", address=party.address)


def _standing_for(party: Party) -> Iterable[Words]:
    guardian = party.details.get("guardian")
    if guardian and guardian["name"]:
        yield T("legal representative: %(name)s", name=guardian["name"])


def _agents(sitting: Sitting, party: Party) -> Iterable[Words]:
    """Who acts for the party by a mandate in force (CPL 61, 62)."""
    now = sitting.now
    rows = sitting.session.scalars(
        select(Account)
        .join(Mandate, Mandate.account_id == Account.id)
        .where(
            Mandate.party_id == party.id,
            Mandate.signed_at.is_not(None),
            Mandate.accepted_at.is_not(None),
            Mandate.from_at <= now,
            or_(Mandate.revoked_at.is_(None), Mandate.revoked_at > now),
            or_(Mandate.until_at.is_(None), Mandate.until_at > now),
        )
        .order_by(Mandate.id)
    )
    for account in rows:
        if account.id != party.account_id and account.name != (party.details.get("guardian") or {}).get("name"):
            yield T("agent in the proceedings: %(name)s", name=spoken_name(account.name))


def spoken_name(name: str) -> Text:
    """A name kept in both languages, in that of the paper."""
    return bilingual(name_in(name, "en"), name_in(name, "zh-Hans"))


def side(case: Case, *roles: Role) -> Text:
    """Names of the parties of these roles."""
    return side_by_side([p.name for role in roles for p in parties(case, role)])


def who_applied(case: Case) -> int | None:
    """Who applied where nobody claims and a paper names everybody by the application: for a payment order its creditor."""
    if case.opened_for is not Stage.PAYMENT_ORDER:
        return None
    return next((party.id for party in parties(case, Role.CLAIMANT)), None)


def opening(sitting: Sitting, case: Case) -> Text:
    """Whose case it is, over what, and when the court registered it."""
    cause = sitting.pack(case).causes.list.get(case.cause)
    facts = {
        "claimants": side(case, Role.CLAIMANT),
        "respondents": side(case, Role.RESPONDENT),
        "cause": cause.title if cause is not None else T("another matter"),
        "day": PaperDay((case.accepted_at or case.lodged_at).astimezone(sitting.court.settings.tz).date()),
    }
    if case.opened_for is Stage.PAYMENT_ORDER:
        facts["day"] = PaperDay(case.lodged_at.astimezone(sitting.court.settings.tz).date())
        return T(
            "The application of %(claimants)s for a payment order against %(respondents)s (%(cause)s) reached this court on %(day)s.",
            **facts,
        )
    if case.accepted_at is None:
        return T(
            "In the case of %(claimants)s against %(respondents)s (%(cause)s) the claim reached this court on %(day)s.",
            **facts,
        )
    return T(
        "In the case of %(claimants)s against %(respondents)s (%(cause)s) this court registered the claim on %(day)s.",
        **facts,
    )


def basis(pack: RulePack, articles: Sequence[str], *, of: Basis, typed: Sequence[str] = ()) -> Text:
    """The law a decision rests on, in the order of CIT 2, with the words that lead to what is ordered; only these words
    where the rules of the case know none of them. ``typed`` is the law of the matter as the judge wrote it, read where
    the rules know it and else left as it stands.
    """
    known = [pack.article_of(one) for one in typed]
    articles = [*filter(None, known), *articles]
    other = [one.rstrip("。. ") for one, found in zip(typed, known, strict=True) if found is None]
    cited: dict[str, list[str]] = {}
    for each in [*articles, *(["CPL 157"] if of is Basis.RULING else [])]:
        for tag, place in citations(each):
            if _is_law(pack, tag):
                cited.setdefault(tag, []).extend(one.strip() for one in place.split(","))
    ordered: list[str] = []
    for tag in sorted(cited, key=lambda tag: _rank(pack, tag)):
        ones = sorted(dict.fromkeys(cited[tag]), key=_in_order)
        together = pack.sources[tag].style is SourceStyle.ARTICLE
        ordered += [f"{tag} {','.join(ones)}"] if together else [f"{tag} {place}" for place in ones]
    if not ordered and not other:
        return {
            Basis.JUDGMENT: T("The court decides as follows:"),
            Basis.RULING: T("It is ruled as follows:"),
            Basis.DECISION: T("It is decided as follows:"),
        }[of]
    law = side_by_side([*other, *(pack.cite(one) for one in ordered)], "、")
    match of:
        case Basis.JUDGMENT:
            return T("For these reasons, under %(law)s, the court decides as follows:", law=law)
        case Basis.RULING:
            return T("Under %(law)s it is ruled as follows:", law=law)
        case Basis.DECISION:
            return T("Under %(law)s it is decided as follows:", law=law)


def _in_order(place: str) -> tuple[int, str]:
    """Articles of one law in the order in which they stand there."""
    found = re.match(r"\d+", place)
    return (int(found[0]) if found else 0, place)


def _is_law(pack: RulePack, tag: str) -> bool:
    return tag in pack.sources and pack.sources[tag].style is not SourceStyle.NAMED


def _rank(pack: RulePack, tag: str) -> int:
    """The law of the matter, then that of procedure, then regulations, then interpretations (CIT 2)."""
    if tag in ("CPL", "FEE"):
        return 1 if tag == "CPL" else 2
    title = pack.sources[tag].title
    return 0 if LAWS.match(title.render("zh-Hans")) or title.render("zh-Hans") == title.render("en") else 3


def signatures(sitting: Sitting, case: Case) -> list[Signatory]:
    """Who stands under a paper: the judge, or the panel with its presiding judge first; then the clerk, who signs after the
    day.
    """
    from odr.procedure.case.overview import sitters

    seated = sitters(sitting, case)
    others = [
        *(judge(spoken_name(s.name)) for s in seated if s.role is Role.PANEL_JUDGE),
        *(Signatory(T("Assessor"), spoken_name(s.name)) for s in seated if s.role is Role.ASSESSOR),
    ]
    judges = [s for s in seated if s.role is Role.JUDGE]
    panel = bool(others) or len(judges) > 1
    signing = [
        Signatory(T("Presiding judge"), spoken_name(s.name)) if panel and s is judges[0] else judge(spoken_name(s.name))
        for s in judges
    ]
    return [*signing, *others, *[clerk(spoken_name(s.name)) for s in seated if s.role is Role.CLERK][:1]]
