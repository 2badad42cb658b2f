"""A case that a court above sent back after a retrial, with the first judgment set aside: in which situations a claim is changed or
raised, or a counterclaim brought, and by whose leave (CPI 252).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from odr.docket.models import Case, DocketEntry, Role, Stage
from odr.docket.queries import parties
from odr.filing import desks
from odr.filing.claim.progress import ask, before_end_of_debate, decide, heard_again_by, requests_of
from odr.filing.inputs import Answer, Reasons, ReliefInput, Words
from odr.filing.models import Relief, Request, RequestKind, RequestState
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.forms.inputs import CourtModel, RefTo, field
from odr.procedure.papers.rulings import WITH_THE_JUDGMENT
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

LEAVE = RequestKind.NEW_CLAIM

SITUATIONS = {
    "not_summoned": T("Judged in default, although I was not summoned as the law wants"),
    "new_party": T("Somebody else has become a party since"),
    "object_gone": T("What it was about is lost or has changed, so that what was asked for cannot be had"),
    "no_other_way": T("A case of its own could not settle it"),
}
"""In which situations leave is to be given (CPI 252)."""

WHAT = {
    "claim": T("Change your claim, or ask for more"),
    "counterclaim": T("Bring a counterclaim"),
}

FOUND = {
    "allow": T("Leave is given: it may be asked for in this case."),
    "refuse": T("Leave is refused: it is not heard in this case. Whoever asks for it may bring a claim of its own."),
}


def sent_back_by(sitting: Sitting, case: Case) -> DocketEntry | None:
    """The entry by which the case came back after a retrial set its judgment aside; None where it is heard as any other, or again
    for another reason (CPI 251).
    """
    again = heard_again_by(sitting, case)
    return again[-1] if again and json.loads(again[-1].payload)["result"].get("sent_back") else None


def _situations(sitting: Sitting, case: Case) -> list[str]:
    """The situations that can be: of the first two the docket knows whether they are given."""
    entry = sent_back_by(sitting, case)
    if entry is None:
        return []
    result = json.loads(entry.payload)["result"]
    known = set(result.get("parties", []))
    found = ["not_summoned"] if result.get("by_default") else []
    found += ["new_party"] if any(party.label not in known for party in parties(case)) else []
    return [*found, "object_gone", "no_other_way"]


@choice_source("situations_for_a_new_claim")
def situations_for_a_new_claim(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """In which situations leave may be asked for now."""
    return [Option(key, SITUATIONS[key]) for key in _situations(sitting, case)]


@choice_source("what_needs_leave")
def what_needs_leave(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """For what leave may be asked: only a respondent brings a counterclaim."""
    return [Option(key, words) for key, words in WHAT.items() if key == "claim" or actor.role is Role.RESPONDENT]


def has_leave(sitting: Sitting, case: Case, party_id: int | None, what: str) -> bool:
    """Whether a party may change its claim, or bring a counterclaim: in a case sent back after a retrial only by leave given since
    it came back (CPI 252).
    """
    entry = sent_back_by(sitting, case)
    if entry is None:
        return True
    return any(
        one.party_id == party_id and one.details["what"] == what and (one.decided_entry or 0) > entry.number
        for one in requests_of(sitting, case, LEAVE, RequestState.GRANTED)
    )


Head = tuple[Any, str, int | None]
"""One thing asked for: its kind, its words, and its sum in minor units, None where it is not about money."""


def is_no_more(before: Iterable[Head], after: Iterable[Head]) -> bool:
    """Whether nothing is asked for that was not asked for before: each head has one of the same kind and words that stood before,
    with the same sum or a higher one; each of those counts once.
    """
    had, asked = _sums(before), _sums(after)
    return all(
        len(sums) <= len(had[head]) and all(mine <= earlier for mine, earlier in zip(sums, had[head], strict=False))
        for head, sums in asked.items()
    )


def _sums(heads: Iterable[Head]) -> dict[tuple[Any, str, bool], list[int]]:
    """Sums of heads of one kind and in the same words, the highest first; those without a sum by themselves."""
    found: defaultdict[tuple[Any, str, bool], list[int]] = defaultdict(list)
    for kind, what, amount in heads:
        found[kind, what, amount is None].append(amount or 0)
    for sums in found.values():
        sums.sort(reverse=True)
    return found


def require_leave_to_change(
    sitting: Sitting, case: Case, party_id: int, before: Iterable[Relief], after: Iterable[ReliefInput]
) -> None:
    """Raises ActNotOpen where a claim is changed or raised without leave in a case sent back after a retrial; to ask for less
    needs none (CPI 252).
    """
    if has_leave(sitting, case, party_id, "claim"):
        return
    had = [(one.kind, one.what, one.amount_minor) for one in before]
    now = [(one.kind, one.what, one.amount.minor if one.amount is not None else None) for one in after]
    if not is_no_more(had, now):
        raise ActNotOpen(
            T("This case came back after a retrial: something else, or more, is asked for by leave only."),
            T("Ask for leave first and say in which situation you are. You may ask for less without it."),
            sitting.pack(case).cited("CPI 252"),
        )


def what_came_back(sitting: Sitting, case: Case, actor: Actor) -> list[Text]:
    """Before anybody changes a claim: that it needs leave in a case sent back after a retrial (CPI 252)."""
    if has_leave(sitting, case, actor.party_id, "claim"):
        return []
    return [
        T(
            "This case came back after a retrial. You may ask for less; to ask for more or for something else you need leave, which you ask for on the page of the case [CPI 252]."
        )
    ]


@guard("CPI 252")
def a_counterclaim_has_leave(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no counterclaim is brought: the case came back after a retrial, and there is no leave."""
    if has_leave(sitting, case, actor.party_id, "counterclaim"):
        return None
    return T("This case came back after a retrial: a counterclaim is brought by leave only. Ask for leave first.")


def _mine(sitting: Sitting, case: Case, actor: Actor, state: RequestState) -> list[Request]:
    return [one for one in requests_of(sitting, case, LEAVE, state) if one.party_id == actor.party_id]


@guard("CPI 252")
def leave_is_needed(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why no leave is asked for: the case did not come back after a retrial, or an own request waits."""
    if sent_back_by(sitting, case) is None:
        return T("This case did not come back after a retrial: no leave is needed.")
    if _mine(sitting, case, actor, RequestState.ASKED):
        return T("You have asked for leave already; the judge rules on it.")
    return None


class AskForLeaveInput(CourtModel):
    """What a party wants to ask for anew, and in which of the situations of the law it is."""

    what: Annotated[
        Literal["claim", "counterclaim"], field(T("What do you need leave for?"), choices="what_needs_leave")
    ]
    situation: Annotated[
        Literal["not_summoned", "new_party", "object_gone", "no_other_way"],
        field(T("In which situation are you?"), choices="situations_for_a_new_claim"),
    ]
    words: Words


@act(
    title=T("Ask for leave to claim anew after a retrial"),
    input=AskForLeaveInput,
    by={Role.CLAIMANT, Role.RESPONDENT},
    at={Stage.PENDING, Stage.HEARING},
    guard=(leave_is_needed, before_end_of_debate),
    special=True,
    serves=Everyone.BUT_ACTOR,
    letter=Letter(
        PaperKind.PLEADING,
        T("A party asks for leave to claim anew after the retrial"),
        T("There is nothing you have to do now. The judge rules on it, and the ruling is sent to you."),
    ),
    source=law("CPI 252"),
    topic=Topic.CLAIM,
    in_record=False,
    help=T(
        "A court above set the first judgment aside and sent the case back. You may change your claim, ask for more or bring a counterclaim in four situations only; the judge finds whether you are in one. To ask for less needs no leave."
    ),
)
def ask_for_new_claim(
    sitting: Sitting, case: Case, given: AskForLeaveInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Ask that a claim may be changed or raised, or a counterclaim brought, in a case that a retrial sent back (CPI 252).

    Raises InvalidInput for a situation that by the docket is not given, and ActNotOpen for what was refused already.
    """
    me = sitting.party_of(case, actor)
    if given.situation not in _situations(sitting, case):
        raise InvalidInput.at("situation", T("By the file of the case this is not so."))
    if given.what == "counterclaim" and me.role is not Role.RESPONDENT:
        raise InvalidInput.at("what", T("Only a respondent brings a counterclaim."))
    entry = sent_back_by(sitting, case)
    assert entry is not None
    for one in _mine(sitting, case, actor, RequestState.REFUSED):
        same = (one.details["what"], one.details["situation"]) == (given.what, given.situation)
        if same and one.asked_entry > entry.number:
            raise ActNotOpen(T("This was ruled on already. What you still hold against it can be said in an appeal."))
    request = ask(sitting, case, LEAVE, me, given.words, what=given.what, situation=given.situation)
    title = T("%(name)s asks for leave to claim anew after the retrial. Rule on it.", name=me.name)
    sitting.open_task(case, Role.JUDGE, desks.NEW_CLAIM, title, risk=60, subject=request.reference)
    words = T(
        "%(name)s asks for leave to claim anew after the retrial: %(situation)s",
        name=me.name,
        situation=SITUATIONS[given.situation],
    )
    return Recorded(words, {"request": request.reference, "what": given.what, "situation": given.situation})


@guard("CPI 252")
def leave_is_asked_for(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why there is no leave to rule on."""
    return None if requests_of(sitting, case, LEAVE) else T("Nobody asks for leave to claim anew.")


class LeaveRuling(CourtModel):
    """Whether one of the situations of the law is given."""

    request: Annotated[str, RefTo("new_claim"), field(T("Request"), choices="new_claims")]
    answer: Answer
    reasons: Reasons


def for_what(sitting: Sitting, case: Case, given: LeaveRuling) -> Sequence[Text]:
    """What the ruling says leave was asked for, and in which situation."""
    one = next((r for r in requests_of(sitting, case, LEAVE) if r.reference == given.request), None)
    if one is None:
        return []
    facts = {"name": case.name_of(one.party_id), "situation": SITUATIONS[one.details["situation"]]}
    if one.details["what"] == "counterclaim":
        return [T("%(name)s had asked to bring a counterclaim. The situation: %(situation)s.", **facts)]
    return [T("%(name)s had asked to change the claim or to ask for more. The situation: %(situation)s.", **facts)]


@act(
    title=T("Rule on leave to claim anew after a retrial"),
    input=LeaveRuling,
    by={Role.JUDGE},
    at={Stage.PENDING, Stage.HEARING},
    guard=leave_is_asked_for,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Ruling on leave to claim anew after the retrial"),
        T(
            "Whoever has leave changes the claim, or brings the counterclaim, on the page of the case until the debate ends; what is asked for then comes to the others by letter. Whoever has none may bring a claim of its own. Nobody else has to do anything."
        ),
    ),
    paper=RulingForm(T("Leave to claim anew after a retrial"), WITH_THE_JUDGMENT, words=FOUND, more=for_what),
    source=law("CPI 252"),
    desk=desks.NEW_CLAIM,
    topic=Topic.CLAIM,
    in_record=False,
)
def rule_on_new_claim(sitting: Sitting, case: Case, given: LeaveRuling, *, actor: Actor, now: datetime) -> Recorded:
    """Give leave where one of the four situations of the law is given, or refuse it: then it is another case (CPI 252)."""
    request: Request = sitting.resolved("new_claim", given.request)
    name, what = case.name_of(request.party_id), request.details["what"]
    result = {"request": request.reference, "what": what, "answer": given.answer, "reasons": given.reasons}
    if given.answer == "refuse":
        decide(sitting, case, request, RequestState.REFUSED)
        return Recorded(T("No leave for %(name)s to claim anew after the retrial", name=name), result)
    decide(sitting, case, request, RequestState.GRANTED)
    return Recorded(T("Leave for %(name)s to claim anew after the retrial", name=name), result)
