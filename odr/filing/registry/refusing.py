"""A claim that is not accepted: the registry puts it before a judge, who alone rules (CPL 126, 157)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from odr.docket.models import Case, Outcome, Party, Role, Stage
from odr.docket.queries import entries_of, party, seat
from odr.filing import desks, names
from odr.filing.claim.outsider_action.queries import a_judge_took_the_action
from odr.filing.claim.progress import ask
from odr.filing.claim.public_interest.acts import what_was_not_shown
from odr.filing.course.ending_rulings import APPEAL_REFUSAL
from odr.filing.models import RequestKind
from odr.filing.registry.seats import take_seat
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.events import ClaimRefused
from odr.procedure.acts.table import Everyone, Recorded, RulingForm, Topic, act, guard
from odr.procedure.forms.articles import ARTICLES
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.rulings import appeal_within, is_appealable
from odr.procedure.rules.base import law
from odr.procedure.time.changed_limits import reckon_again
from odr.procedure.time.written_working import text_to_json
from odr.service.packet.occasions import REGISTRY
from odr.service.queries import packets_of
from odr.service.vocabulary import PacketState

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

CORRECTION = "correction"

UNDECIDED = {Stage.LODGED, Stage.RETURNED}


@guard("REG 7", "OLR 9")
def time_to_mend_is_over(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a returned claim cannot be decided on: the claimant still has time to mend it (REG 7)."""
    running = sitting.windows(case, CORRECTION) if case.stage is Stage.RETURNED else []
    return (
        T("The claimant still has time to correct the claim, until %(day)s.", day=running[0].due_at)
        if running
        else None
    )


@guard("REG 7", "OLR 9")
def what_is_missing_was_told(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why a returned claim is not refused for what was not mended: the letter that says what is missing is still on
    its way, and the time to mend it is counted from its receipt (CPL 85).
    """
    if case.stage is not Stage.RETURNED or sitting.windows(case, CORRECTION):
        return None
    over = sitting.windows(case, CORRECTION, state=WindowState.LAPSED)
    if not over or not is_on_its_way(sitting, case, over[-1]):
        return None
    return T(
        "The letter that says what is missing has not reached the claimant yet; the time to correct the claim is counted from there. See to its service first."
    )


def is_on_its_way(sitting: Sitting, case: Case, window: Window) -> bool:
    """Whether the letter with which a time to mend a claim began went out, and neither arrived nor failed."""
    sent = [
        packet
        for packet in packets_of(sitting.session, case)
        if packet.occasion == REGISTRY.key and window.opened_by in packet.entry_ids
    ]
    return bool(sent) and all(packet.state in (PacketState.HELD, PacketState.OUT) for packet in sent)


def correction_reached(
    sitting: Sitting, case: Case, party: Party, numbers: Collection[int], at: datetime, proof: Text | None
) -> None:
    """What is missing reached the claimant after the day it was written down: the days to mend it are counted from then, and
    what had ended too early runs (CPL 85; OLR 9). Nobody loses time they were given since.
    """
    for window in sitting.windows(case, CORRECTION, party=party, state=None):
        runs = window.state in (WindowState.OPEN, WindowState.LAPSED) and window.opened_by in numbers
        if not runs or at <= window.opened_at or window.due_at is None:
            continue
        before, opened, working = window.due_at, window.opened_at, window.working
        window.opened_at = at
        told = {"proof": text_to_json(proof)} if proof is not None else {}
        window.working = {**working, "start": at.isoformat(), **told}
        reckon_again(sitting, case, window)
        if window.due_at is None or window.due_at <= before:
            window.due_at, window.opened_at, window.working = before, opened, working
        elif window.state is WindowState.LAPSED and window.due_at >= sitting.now:
            window.state, window.closed_by = WindowState.OPEN, None
            sitting.close_tasks(case, desks.NOT_CORRECTED)


@guard("CPL 126, 157")
def no_refusal_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the claim cannot be put before the judge: it is there already."""
    return T("The judge was asked already; they rule on it.") if sitting.tasks(case, desks.REFUSAL) else None


@guard("CPL 126, 157")
def refusal_waits(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Reason why the judge has nothing to rule on: the registry has not put the claim before them."""
    return None if sitting.tasks(case, desks.REFUSAL) else T("The registry has not proposed to refuse this claim.")


class RefuseInput(CourtModel):
    """Why a claim is not accepted, and where it belongs."""

    reasons: Annotated[
        str,
        CourtText(10, 4000),
        field(T("Reasons"), T("Name the article and the fact it rests on."), widget="textarea"),
    ]
    article: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(
            T("Article"),
            T("In short or in full: CPL 122, or [=CPL 122]. The ruling writes it out."),
            widget="suggest",
            choices=ARTICLES,
        ),
    ]
    elsewhere: Annotated[str | None, CourtText(0, 500), field(T("Where the claim may be brought instead"))] = None


@act(
    title=T("Propose to refuse the claim"),
    input=RefuseInput,
    by={Role.CLERK},
    at=UNDECIDED,
    guard=(time_to_mend_is_over, what_is_missing_was_told, no_refusal_waits),
    prefill=what_was_not_shown,
    source=law("CPL 126, 157", "REG 7"),
    desk=desks.NOT_CORRECTED,
    topic=Topic.CLAIM,
    help=T("A judge rules on it. The time of the registry goes on: undecided at its end, the claim is accepted first."),
)
def propose_refusal(sitting: Sitting, case: Case, given: RefuseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Put a claim before a judge, drawn by lot, with the reasons why it may have to be refused (CPL 126, 157)."""
    if seat(sitting.session, case, Role.JUDGE) is None:
        take_seat(sitting, case, Role.JUDGE)
    article = sitting.pack(case).article(given.article)
    sitting.close_tasks(case, desks.NOT_CORRECTED)
    running = sitting.windows(case, "registry_review")
    sitting.open_task(
        case,
        Role.JUDGE,
        desks.REFUSAL,
        T("The registry proposes to refuse the claim. Rule on it, or give it back to be accepted."),
        risk=75,
        due_at=running[0].due_at if running else None,
    )
    return Recorded(T("The judge is asked to refuse the claim (%(article)s)", article=sitting.pack(case).cite(article)))


def proposed_reasons(sitting: Sitting, case: Case, actor: Actor) -> Mapping[str, Text | str]:
    """What the registry wrote, to be read and changed by who rules."""
    proposals = entries_of(sitting.session, case, names.PROPOSE_REFUSAL)
    if not proposals:
        return {}
    given = input_of(proposals[-1])
    return {name: given[name] for name in ("reasons", "article", "elsewhere") if given.get(name)}


@act(
    title=T("Refuse the claim"),
    input=RefuseInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    to={Stage.CLOSED},
    guard=(refusal_waits, time_to_mend_is_over, what_is_missing_was_told),
    serves=Everyone.NOBODY,
    paper=RulingForm(
        T("Acceptance of the claim"), appeal_within(APPEAL_REFUSAL), ruled=T("The claim is not accepted.")
    ),
    prefill=proposed_reasons,
    source=law("CPL 126, 157", "REG 7, 9"),
    desk=desks.REFUSAL,
    topic=Topic.CLAIM,
)
def refuse_claim(sitting: Sitting, case: Case, given: RefuseInput, *, actor: Actor, now: datetime) -> Recorded:
    """Refuse the claim by a reasoned ruling that can be appealed within ten days (CPL 126, 157, 171).

    A returned claim is refused only after the time to mend it ended unused (REG 7).
    """
    article = sitting.pack(case).article(given.article)
    for kind in ("registry_review", "outsider_action_review"):
        sitting.close_windows(case, kind, WindowState.MET)
    sitting.close_tasks(case, desks.NOT_CORRECTED)
    sitting.close_tasks(case, desks.REFUSAL)
    case.outcome = Outcome.REFUSED
    case.closed_at = now
    sitting.move(case, Stage.CLOSED)
    claimant = party(case, Role.CLAIMANT)
    if is_appealable(sitting, case, APPEAL_REFUSAL):
        ask(sitting, case, RequestKind.ENDING, claimant, "", subject=APPEAL_REFUSAL, outcome=Outcome.REFUSED.value)
    assert claimant is not None
    sitting.announce(ClaimRefused(case, claimant))
    return Recorded(T("Claim not accepted (%(article)s)", article=sitting.pack(case).cite(article)))


class KeepClaimInput(CourtModel):
    """Why a claim is not refused."""

    reasons: Annotated[str, CourtText(5, 2000), field(T("Reasons"), widget="textarea")]


@act(
    title=T("Decide that the claim is to be accepted"),
    input=KeepClaimInput,
    by={Role.JUDGE},
    at=UNDECIDED,
    guard=(refusal_waits, a_judge_took_the_action),
    source=law("CPL 126", "REG 8"),
    desk=desks.REFUSAL,
    topic=Topic.CLAIM,
    help=T("The claim is not refused. The registry accepts it, or returns it if that is still open."),
)
def decline_refusal(sitting: Sitting, case: Case, given: KeepClaimInput, *, actor: Actor, now: datetime) -> Recorded:
    """Find that the claim is not to be refused: whatever meets the conditions has to be accepted (CPL 126)."""
    sitting.close_tasks(case, desks.REFUSAL)
    asked = seat(sitting.session, case, Role.JUDGE)
    if asked is not None:
        asked.until_at, asked.reason = now, "claim not refused"
    if case.stage is Stage.RETURNED:
        sitting.open_task(
            case,
            Role.CLERK,
            desks.NOT_CORRECTED,
            T("The judge did not refuse the claim. Give the claimant more time to correct it."),
            risk=60,
        )
    return Recorded(T("The claim is not refused"), {"reasons": given.reasons})
