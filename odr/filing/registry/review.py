"""What the registry looks at before it decides: the conditions of a claim, each with what was found (CPL 122)."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role
from odr.docket.queries import entries_of, parties
from odr.filing.claim.procedure_bars import bars_of
from odr.filing.claim.public_interest.queries import (
    decided_before,
    not_entitled,
    not_published,
    public_interest_of,
    same_respondents,
)
from odr.filing.claim.queries import claims_of, facts_of, reliefs_of
from odr.filing.draft.particulars import missing
from odr.filing.inputs import Ties
from odr.filing.models import Claim, Request, RequestKind, RequestState
from odr.filing.parties.known_identity import is_verified
from odr.filing.registry import same_dispute
from odr.filing.registry.same_dispute import alike_before_court
from odr.ground.text import Money, T, Text, side_by_side
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.table import Milestone, acts_that_mean
from odr.procedure.rules.standards import Bearer, Covered
from odr.procedure.rules.tracks import TrackFinding, track_findings
from odr.service.models import ServiceAddress
from odr.service.packet.packets import consents_of
from odr.service.vocabulary import Channel

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


class Found(enum.Enum):
    """How a condition stands; the value is the status's kind on the page."""

    THERE = "ok"  # fulfilled
    WAITS = "wait"  # somebody was asked
    DOUBTFUL = "warn"  # a person has to look
    MISSING = "bad"  # not fulfilled

    @property
    def label(self) -> Text:
        """The state in a word."""
        return {
            Found.THERE: T("There"),
            Found.WAITS: T("Asked for"),
            Found.DOUBTFUL: T("Look at it"),
            Found.MISSING: T("Missing"),
        }[self]


NO_ADDRESS = T(
    "Give a postal address, or agree to papers by message: without one of the two no paper of the court can reach you."
)
"""The defect of a claim whose claimant no paper would reach."""


@dataclass(frozen=True)
class Check:
    """One condition, what was found, and the defect to write if it is missing."""

    title: Text
    found: Found
    words: Text | None = None
    part: str = ""
    defect: Text | None = None
    entry: int | None = None
    """Entry of the docket with the papers to look at."""


@dataclass(frozen=True)
class Helpful:
    """A fact of the evidence standard that the claimant bears: what was said to show it, or the file that seems to."""

    needed: Covered
    file: str | None


def is_definite(case: Case, party: Party, claim: Claim | None) -> bool:
    """Whether a respondent can be told from everybody else: named otherwise than by the shop, or reachable (CPI 209)."""
    if party.details.get("identified_entry") or party.account_id is not None:
        return True
    is_shop = (
        claim is not None and claim.shop is not None and claim.shop.strip().casefold() == party.name.strip().casefold()
    )
    return not is_shop or bool(party.address)


def unknown_respondents(sitting: Sitting, case: Case) -> list[Party]:
    """Respondents nobody could be served as yet."""
    claim = next(iter(claims_of(sitting.session, case)), None)
    return [p for p in parties(case, Role.RESPONDENT) if not is_definite(case, p, claim)]


def unreached_claimants(sitting: Sitting, case: Case) -> list[Party]:
    """Claimants to whom no paper could be served: they refused papers by message and gave no postal address (CPL 124; REG
    7). Who was only named as claiming along is not among them.
    """
    return [
        p
        for p in parties(case, Role.CLAIMANT)
        if (p.joined_at is not None or p.ordinal == 1) and not _is_reached(sitting, p)
    ]


def _is_reached(sitting: Sitting, party: Party) -> bool:
    """Whether papers may come by message, or there is somewhere to post them."""
    if any(consent.withdrawn_at is None for consent in consents_of(sitting.session, party.id)):
        return True
    query = select(ServiceAddress.id).where(
        ServiceAddress.party_id == party.id,
        ServiceAddress.channel == Channel.POST,
        ServiceAddress.ended_at.is_(None),
    )
    return sitting.session.scalar(query.limit(1)) is not None


def checks_of(sitting: Sitting, case: Case) -> list[Check]:
    """Every condition of a claim with what the court found (CPL 122, 124)."""
    return list(_checks(sitting, case))


def _checks(sitting: Sitting, case: Case) -> Iterator[Check]:
    pack, claim = sitting.pack(case), next(iter(claims_of(sitting.session, case)), None)
    yield _cause(sitting, case)
    for claimant in parties(case, Role.CLAIMANT):
        yield _identity(sitting, claimant)
        if claimant.details.get("guardian", {}).get("name"):
            yield _guardian(claimant)
        if claimant.ordinal > 1:
            yield _fellow(claimant)
    unreached = unreached_claimants(sitting, case)
    for claimant in parties(case, Role.CLAIMANT):
        yield Check(
            T("Papers reach %(name)s", name=claimant.name),
            Found.MISSING if claimant in unreached else Found.THERE,
            T("Papers by message refused, and no postal address") if claimant in unreached else None,
            "parties",
            NO_ADDRESS,
        )
    waits = {
        r.party_id
        for r in sitting.session.scalars(
            select(Request).where(
                Request.case_id == case.id, Request.kind == RequestKind.IDENTITY, Request.state == RequestState.ASKED
            )
        )
    }
    for respondent in parties(case, Role.RESPONDENT):
        yield _respondent(case, respondent, claim, respondent.id in waits)
    yield _amounts(sitting, case, claim)
    count = len(facts_of(sitting.session, case))
    yield Check(
        T("Facts and grounds"),
        Found.THERE if count else Found.MISSING,
        T("Numbered facts: %(count)s", count=count),
        "facts",
        T("Say what happened, when, and with whom."),
    )
    yield _particulars(sitting, case, claim)
    yield _not_before(sitting, case, claim)
    yield from _in_public_interest(sitting, case)
    if pack.cause(case.cause).burden is not None:
        yield Check(T("Burden of proof"), Found.DOUBTFUL, pack.cause(case.cause).burden)


def _cause(sitting: Sitting, case: Case) -> Check:
    cause = sitting.pack(case).cause(case.cause)
    words = T("%(cause)s (%(article)s)", cause=cause.title, article=sitting.pack(case).cite(cause.article))
    defect = T(
        "This court does not hear this kind of dispute. Choose the kind that fits, or the registry says where the claim belongs."
    )
    return Check(
        T("This court hears it"), Found.THERE if cause.open_on(case.filed_on) else Found.MISSING, words, "cause", defect
    )


def _fellow(party: Party) -> Check:
    """Whoever is named as claiming along has to say so themselves: nobody sues in another's name (CPL 122)."""
    title = T("%(name)s claims along", name=party.name)
    defect = T(
        "%(name)s has not joined the claim. Let them join with the code of the court’s letter, or leave them out.",
        name=party.name,
    )
    if party.joined_at is not None:
        return Check(title, Found.THERE, T("Joined with their own account"), "parties", defect)
    return Check(title, Found.WAITS, T("Got a letter, has not joined yet"), "parties", defect)


def _particulars(sitting: Sitting, case: Case, claim: Claim | None) -> Check:
    title = T("About this kind of dispute")
    absent = missing(sitting.pack(case), case.cause, claim.particulars if claim is not None else None)
    if not absent:
        return Check(title, Found.THERE, None, "cause")
    listed = absent[0]
    for label in absent[1:]:
        listed = T("%(some)s; %(more)s", some=listed, more=label)
    return Check(
        title,
        Found.DOUBTFUL,
        T("Not said: %(fields)s", fields=listed),
        "cause",
        T("Say also: %(fields)s", fields=listed),
    )


def _identity(sitting: Sitting, party: Party) -> Check:
    title = T("Identity of %(name)s", name=party.name)
    defect = T("Send a photograph of your identity document, or of the licence and the authority to sign.")
    return Check(
        title, *_verified(sitting, party), "identity", defect, party.details.get("identity_shown", {}).get("entry")
    )


def _verified(sitting: Sitting, party: Party) -> tuple[Found, Text]:
    known, words = is_verified(sitting, party)
    return (Found.THERE if known else Found.DOUBTFUL), words


def _guardian(party: Party) -> Check:
    guardian = party.details["guardian"]
    words = T("%(guardian)s, %(ties)s", guardian=guardian["name"], ties=Ties(guardian["ties"]).label)
    defect = T(
        "Send a paper that shows the guardianship, such as the household register, the birth certificate or the decision."
    )
    found = Found.THERE if "verified" in guardian else Found.DOUBTFUL
    return Check(
        T("Guardian of %(name)s", name=party.name),
        found,
        words,
        "identity",
        defect,
        party.details.get("identity_shown", {}).get("entry"),
    )


def _respondent(case: Case, party: Party, claim: Claim | None, waits: bool) -> Check:
    title = T("Definite respondent: %(name)s", name=party.name)
    if waits:
        return Check(title, Found.WAITS, T("The platform was asked who runs the shop"), "parties")
    if not is_definite(case, party, claim):
        defect = T(
            "Name the other side with an address, or give an order number or link so that the platform can be asked."
        )
        return Check(title, Found.MISSING, T("Only the shop’s name is known. Ask the platform."), "parties", defect)
    reach = party.address or party.email or party.phone
    return Check(
        title,
        Found.THERE if reach else Found.DOUBTFUL,
        T("Reached at %(address)s", address=reach) if reach else T("No address is known"),
        "parties",
        T("Give an address, an e-mail address or a telephone number of the other side."),
    )


def _amounts(sitting: Sitting, case: Case, claim: Claim | None) -> Check:
    sums = [r.amount_minor or 0 for r in reliefs_of(sitting.session, case)]
    if claim is None or not sums:
        return Check(
            T("Definite relief"), Found.MISSING, None, "relief", T("Say what the court should order, and how much.")
        )
    total = Money(claim.amount_minor, claim.currency)
    right = sum(sums) == claim.amount_minor
    words = (
        T("Requests: %(count)s, %(total)s in all", count=len(sums), total=total)
        if right
        else T("The requests do not add up to %(total)s", total=total)
    )
    return Check(
        T("Definite relief"),
        Found.THERE if right else Found.MISSING,
        words,
        "relief",
        T("Say how much you ask for, or leave the request out."),
    )


def _not_before(sitting: Sitting, case: Case, claim: Claim | None) -> Check:
    """Whether the same dispute is or was before the court: by parties, order number and files (CPI 247; CPL 127(5))."""
    title, alike = T("Not filed before"), alike_before_court(sitting, case)
    if alike:
        return Check(
            title,
            Found.DOUBTFUL,
            T("Perhaps the same dispute: %(cases)s", cases=same_dispute.told(alike)),
            "other",
            T("The same dispute is already before the court."),
        )
    if claim is None or not claim.order_number:
        return Check(title, Found.DOUBTFUL, T("Searched by parties and files, no match; there is no order number"))
    return Check(title, Found.THERE, T("Searched by parties, order number and files, no match"))


def _in_public_interest(sitting: Sitting, case: Case) -> Iterator[Check]:
    """What an action in the public interest needs beyond every other claim; a person finds it by an act (CPL 58; CPI 282, 289)."""
    if public_interest_of(sitting, case) is None:
        return
    why, unpublished = not_entitled(sitting, case), not_published(sitting, case)
    yield Check(
        T("Who may sue for the public"),
        Found.DOUBTFUL if why is None else Found.MISSING,
        why,
        "parties",
        T("Say who brings the action for the public, and by which law."),
    )
    yield Check(
        T("Published that others may sue"),
        Found.DOUBTFUL if unpublished is None else Found.MISSING,
        unpublished,
        "facts",
        T("Say where, from when and until when it was published that others may sue, and what came of it."),
    )
    yield Check(
        T("First evidence of harm to the public"),
        Found.DOUBTFUL if files_of(sitting, case) else Found.MISSING,
        None,
        "evidence",
        T("Send papers that show at first sight how the public is harmed."),
    )
    others, decided = same_respondents(sitting, case), {one.id for one in decided_before(sitting, case)}
    lines = [
        T("%(case)s (decided)", case=_name(one)) if one.id in decided else T("%(case)s (not decided)", case=_name(one))
        for one in others
    ]
    yield Check(
        T("Such actions against the same respondents"),
        Found.DOUBTFUL if lines else Found.THERE,
        side_by_side(lines) if lines else T("None was found"),
    )


def _name(case: Case) -> Text | str:
    return case.number or T("a claim that has no number yet")


def tracks_for(sitting: Sitting, case: Case) -> list[TrackFinding]:
    """Every procedure with its answer for this claim (CPL 160, 165, 166)."""
    amount = sum(c.amount_minor for c in claims_of(sitting.session, case))
    return track_findings(sitting.pack(case), amount, bars_of(sitting, case), case.filed_on)


def helpful_of(sitting: Sitting, case: Case, needed: Sequence[Covered]) -> list[Helpful]:
    """The facts the claimant bears by the standard of the cause, beside the files sent; what a file's title names counts as perhaps
    there. A claim is accepted without them: none of them is a condition of filing (CPL 122).
    """
    files = files_of(sitting, case)
    return [
        Helpful(one, next((t for t in files if any(_names(t, item.label) for item in one.missing)), None))
        for one in needed
        if one.fact.bears is Bearer.CLAIMANT
    ]


def warned_of(sitting: Sitting, case: Case) -> list[tuple[Text, Text]]:
    """What whoever walked a decision path to a claim of this cause was warned of, each once, with its article: the same data
    as before filing.
    """
    pack = sitting.pack(case)
    ends = pack.troubles.ends_for(case.cause) if pack.troubles else ()
    found = {(warning.article, warning.words): None for end in ends for warning in end.warns}
    return [(words, pack.cite(article)) for article, words in found]


def files_of(sitting: Sitting, case: Case) -> list[str]:
    """Titles of the exhibits as the docket tells of them."""
    brought = acts_that_mean(Milestone.EXHIBITS_BROUGHT)
    entries = [entry for act in brought for entry in entries_of(sitting.session, case, act)]
    return [str(given["title"]) for given in map(input_of, entries) if given.get("title")]


def _names(title: str, label: Text) -> bool:
    low = title.casefold()
    words = [w.strip(":,.’'").casefold() for w in label.render("en").split()]
    return any(len(w) > 3 and w in low for w in words) or label.render("zh-Hans") in title
