"""Another court is asked to inquire, and its answer is brought before the parties (CPL 134)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from odr.docket.models import Case, Role, Stage
from odr.docket.queries import parties
from odr.evidence import desks
from odr.evidence.entrusted.inputs import EntrustedAnswerInput, EntrustInput, ReceivedInput
from odr.evidence.entrusted.models import EntrustedInquiry, EntrustedState as S
from odr.evidence.entrusted.queries import WINDOW, inquiries_of, not_answered, on_their_way
from odr.evidence.exhibits.adding import add_exhibit
from odr.evidence.inspections.models import OwnGround
from odr.evidence.models import Category
from odr.evidence.offered import Offer
from odr.evidence.requests.acts import chosen as chosen_request
from odr.evidence.requests.models import EvidenceRequest, RequestState
from odr.evidence.requests.queries import to_collect
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text, side_by_side
from odr.identity.actors import Actor
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.resolvers import resolver
from odr.procedure.acts.table import Everyone, Milestone, Recorded, RulingForm, Topic, act
from odr.procedure.forms.fields import Option, choice_source
from odr.procedure.models import Window, WindowState
from odr.procedure.papers.language import language_of
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting

UNTIL_DECIDED = {Stage.PENDING, Stage.HEARING, Stage.DELIBERATION}


@resolver("entrusted_inquiry")
def find_inquiry(sitting: Sitting, case: Case, actor: Actor, reference: str) -> EntrustedInquiry | None:
    """An inquiry with which another court is entrusted."""
    return next((one for one in inquiries_of(sitting.session, case) if one.reference == reference), None)


def _options(rows: Sequence[EntrustedInquiry]) -> list[Option]:
    return [Option(one.reference, one.court, one.items) for one in rows]


@choice_source("entrusted_on_their_way")
def entrusted_on_their_way(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Letters that are on their way to another court."""
    return _options(on_their_way(sitting, case, actor))


@choice_source("entrusted_not_answered")
def entrusted_not_answered(sitting: Sitting, case: Case, actor: Actor) -> list[Option]:
    """Inquiries by other courts that are not over."""
    return _options(not_answered(sitting, case, actor))


_OFFER = Offer[EntrustedInquiry]("entrusted_inquiry", "inquiry")
waits, chosen = _OFFER.waits, _OFFER.chosen


def what_is_asked(sitting: Sitting, case: Case, given: Any) -> list[Text]:
    """The letter itself: who is asked, what, how, and by when (CPL 134). Of a form that is not filled in, nothing."""
    if given.items is None:
        return []
    return [
        T("To: %(court)s, %(address)s", court=given.court, address=given.address),
        T("What is asked: %(items)s", items=given.items),
        T("How it is to be done: %(demands)s", demands=given.demands),
        T("The fact it is to show: %(fact)s", fact=given.fact),
        T(
            "The inquiry is to be finished within [time entrusted_inquiry] of receiving this letter. If that cannot be, please write within that time why [CPL 134]. You may add what else bears on it."
        ),
    ]


@act(
    title=T("Ask another court to inquire"),
    input=EntrustInput,
    by={Role.JUDGE},
    at=UNTIL_DECIDED,
    strong=True,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.DECISION,
        T("Another court is asked to inquire"),
        T(
            "There is nothing you have to do. Read what is asked. When the answer comes, you may say what you think of it. The time in which your case is to be decided goes on meanwhile."
        ),
    ),
    paper=RulingForm(
        T("Inquiry by another court"),
        T("Nothing can be asked for against this letter by itself."),
        ruled=T("Another court is asked to inquire."),
        kind=T("Letter of request"),
        more=what_is_asked,
        omits=("address",),
    ),
    source=law("CPL 67, 134", "CPI 96"),
    means={Milestone.EXHIBITS_BROUGHT},
    topic=Topic.EVIDENCE,
    in_record=False,
    help=T("Where what has to be found out lies far away."),
)
def entrust_inquiry(sitting: Sitting, case: Case, given: EntrustInput, *, actor: Actor, now: datetime) -> Recorded:
    """Entrust another court with an inquiry, item by item: of what a party had granted, or on a ground that lets the court
    collect unasked (CPL 67, 134; CPI 96). The trial limit runs on: no article takes this time out of it (CPI 243).
    """
    request = chosen_request(sitting, case, actor, given.request, to_collect) if given.request else None
    inquiry = EntrustedInquiry(
        case_id=case.id,
        request_id=request.id if request is not None else None,
        own_ground=OwnGround(given.ground) if given.ground else None,
        court=given.court,
        address=given.address,
        items=given.items,
        demands=given.demands,
        fact=given.fact,
        state=S.ORDERED,
        entry_number=sitting.next_number(case),
    )
    sitting.session.add(inquiry)
    sitting.session.flush()
    title = T("Send the letter of request to %(court)s, and record when it was received.", court=given.court)
    sitting.open_task(case, Role.CLERK, desks.ENTRUSTED_SEND, title, risk=35, subject=inquiry.reference)
    facts = {"inquiry": inquiry.reference, "ground": given.ground, "reasons": given.reasons}
    return Recorded(T("%(court)s is asked to inquire", court=given.court), facts)


@act(
    title=T("Record that another court received a letter"),
    input=ReceivedInput,
    by={Role.CLERK},
    at=UNTIL_DECIDED,
    while_stayed=True,
    source=law("CPL 134"),
    desk=desks.ENTRUSTED_SEND,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(on_their_way, "CPL 134", T("No letter to another court is on its way.")),
)
def record_entrusted_received(
    sitting: Sitting, case: Case, given: ReceivedInput, *, actor: Actor, now: datetime
) -> Recorded:
    """The other court has the letter: its thirty days run from that day (CPL 134). Raises InvalidInput for a day to come."""
    inquiry = chosen(sitting, case, actor, given.inquiry, on_their_way)
    if given.on > sitting.today:
        raise InvalidInput.at("on", T("This day is still to come."))
    inquiry.state, inquiry.received_on = S.RECEIVED, given.on
    inquiry.received_by = sitting.next_number(case)
    sitting.close_tasks(case, desks.ENTRUSTED_SEND, inquiry.reference)
    start = datetime.combine(given.on, time(12), sitting.pack(case).tz)
    sitting.start_window(case, WINDOW, party=None, start=start, subject=inquiry.reference)
    return Recorded(
        T("%(court)s received the letter of request on %(day)s", court=inquiry.court, day=given.on),
        {"inquiry": inquiry.reference, "on": given.on.isoformat()},
    )


def on_not_answered(sitting: Sitting, case: Case, window: Window) -> None:
    """The thirty days are over without a word: the clerk reminds the other court; nothing follows for the parties."""
    for inquiry in inquiries_of(sitting.session, case, S.RECEIVED):
        if inquiry.reference == window.subject:
            title = T("Remind %(court)s: the time it had to answer is over.", court=inquiry.court)
            sitting.open_task(case, Role.CLERK, desks.ENTRUSTED_LATE, title, risk=45, subject=inquiry.reference)


@act(
    title=T("Record the answer of another court"),
    input=EntrustedAnswerInput,
    by={Role.CLERK, Role.JUDGE},
    at=UNTIL_DECIDED,
    serves=Everyone.PARTIES,
    letter=Letter(
        PaperKind.PLEADING,
        T("What came of the inquiry by another court"),
        T(
            "What the other court sent is now an exhibit of the court; if it sent nothing, the docket says why. You may say in the examination whether it is authentic, lawful and relevant: when it is your turn, a letter names the day. If you say nothing, the case goes on."
        ),
    ),
    source=law("CPL 134", "EV 62"),
    means={Milestone.EXHIBITS_BROUGHT},
    desk=desks.ENTRUSTED_LATE,
    topic=Topic.EVIDENCE,
    in_record=False,
    guard=waits(not_answered, "CPL 134", T("No other court is inquiring for this case.")),
)
def record_entrusted_answer(
    sitting: Sitting, case: Case, given: EntrustedAnswerInput, *, actor: Actor, now: datetime
) -> Recorded:
    """Enter what the other court found as exhibits of the court, also what it added of its own; or why it cannot, and the judge
    decides what follows; or that it is not needed any more (CPL 134).
    """
    inquiry = chosen(sitting, case, actor, given.inquiry, not_answered)
    inquiry.state, inquiry.answer = S(given.answer), given.words
    inquiry.ended_by = sitting.next_number(case)
    sitting.close_windows(
        case, WINDOW, WindowState.ENDED if inquiry.state is S.DROPPED else WindowState.MET, subject=inquiry.reference
    )
    for desk in (desks.ENTRUSTED_SEND, desks.ENTRUSTED_LATE):
        sitting.close_tasks(case, desk, inquiry.reference)
    facts: dict[str, Any] = {"inquiry": inquiry.reference, "answer": given.answer}
    if inquiry.state is S.ANSWERED:
        labels, files = _enter(sitting, case, inquiry, given, now)
        return Recorded(
            T("%(court)s answered: exhibits %(labels)s", court=inquiry.court, labels=side_by_side(labels)),
            {**facts, "exhibits": files},
        )
    if inquiry.state is S.DROPPED:
        return Recorded(T("The inquiry by %(court)s is not needed any more", court=inquiry.court), facts)
    title = T("%(court)s cannot inquire. Decide what follows.", court=inquiry.court)
    sitting.open_task(case, Role.JUDGE, desks.ENTRUSTED_UNABLE, title, risk=45, subject=inquiry.reference)
    return Recorded(T("%(court)s wrote why it cannot inquire", court=inquiry.court), facts)


def _enter(
    sitting: Sitting, case: Case, inquiry: EntrustedInquiry, given: EntrustedAnswerInput, now: datetime
) -> tuple[list[str], list[dict[str, Any]]]:
    """The papers as exhibits of the court, and the collection of which they are the result is done."""
    request = sitting.session.get_one(EvidenceRequest, inquiry.request_id) if inquiry.request_id is not None else None
    beside = case.party_if_any(request.party_id) if request is not None else None
    title = T("Answer of %(court)s to the letter of request", court=inquiry.court).render(language_of(sitting, case))
    exhibits = [
        add_exhibit(
            sitting,
            case,
            beside or parties(case)[0],
            sitting.resolved("upload", reference),
            title=title[:200],
            proves=inquiry.fact,
            source=given.words[:1000],
            now=now,
            category=Category.DOCUMENT,
            summary=given.words[:1000] if place == 0 else None,
            of_court=True,
        )
        for place, reference in enumerate(dict.fromkeys(given.uploads))
    ]
    if request is not None and request.state is RequestState.ORDERED:
        request.state = RequestState.OBEYED
        sitting.close_tasks(case, desks.EVIDENCE_COLLECT, request.reference)
    inquiry.exhibits = [one.label for one in exhibits]
    files = [{"exhibit": e.label, "sha256": e.upload.sha256, "receipt": e.upload.receipt} for e in exhibits]
    return inquiry.exhibits, files
