"""What the pages of settlement show, for one viewer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from odr.docket.models import PARTY_ROLES, Case, Document, Role, Stage
from odr.docket.queries import entries_of, parties
from odr.filing.claim.queries import reliefs_of
from odr.ground.text import Text
from odr.identity.actors import Actor
from odr.procedure.acts.act_versions import input_of
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act
from odr.procedure.forms import fields as forms
from odr.procedure.forms.form_data import money_text
from odr.procedure.hooks import Panel
from odr.procedure.models import Window, WindowState
from odr.settlement import names as act_names
from odr.settlement.before_filing.acts import dispute_of
from odr.settlement.confirmation.queries import confirmation_of
from odr.settlement.mediation.in_person import not_in_the_room
from odr.settlement.mediation.moderation import messages_for, milder
from odr.settlement.mediation.queries import moderation_of
from odr.settlement.models import Agreement, AgreementState, Confirmation, Mediation, Offer, OfferState, RoomMessage
from odr.settlement.offers.agreements import missing
from odr.settlement.offers.offer_words import Wording, wordings
from odr.settlement.offers.queries import LIVE_AGREEMENTS
from odr.settlement.offers.room_rules import ROOM_STAGES
from odr.settlement.one_key.certified_statements import rules_of
from odr.settlement.queries import agreements_of, mediation_of, offers_of
from odr.settlement.statement.papers import ALL_OF_CASE, THE_DISPUTE, term_words

if TYPE_CHECKING:
    from odr.ground.errors import FieldFault
    from odr.procedure.sitting import Sitting

ROOM_ACTS = (
    act_names.MAKE_OFFER,
    act_names.OFFER_IN_FULL,
    act_names.ASK_MEDIATION,
    act_names.AGREE_MEDIATION,
    act_names.CHOOSE_MEDIATOR,
    act_names.ACCEPT_MEDIATION,
    act_names.ACCEPT_AS_SECOND,
    act_names.KEEP_MEDIATOR,
    act_names.DISCLOSE_TIE,
    act_names.DECLINE_MEDIATION,
    act_names.LEAVE_AS_SECOND,
    act_names.SAY_IN_ROOM,
    act_names.PROPOSE_TEXT,
    act_names.ASK_SECOND_MEDIATOR,
    act_names.ASK_OTHER_MEDIATOR,
    act_names.EXTEND_MEDIATION,
    act_names.END_MEDIATION,
    act_names.ASK_MODERATOR,
    act_names.REWORD_MESSAGE,
    act_names.LEAVE_MODERATION,
)
"""Acts of the room that have a form on its page, in the order shown."""


@dataclass(frozen=True)
class OfferView:
    """An offer with its people and the time that runs for it."""

    offer: Offer
    maker: str
    recipient: str
    payer: str
    window: Window | None
    mine: bool
    can_answer: bool
    premise: str
    reply: str = ""
    """What whoever declined it wrote to the other side."""


@dataclass(frozen=True)
class AgreementView:
    """An agreement in sentences, with who still has to sign."""

    agreement: Agreement
    terms: list[Text]
    missing: list[str]
    may_sign: bool
    document: Document | None
    before_filing: bool = False
    may_apply: bool = False
    apply_by: datetime | None = None
    applied: tuple[str, ...] = ()
    """Who has still to ask for the confirmation, once the viewer has."""
    confirmed_in: Case | None = None
    reply: tuple[str, str] | None = None
    """Who did not sign it, and what they wrote to the other side."""

    @property
    def is_heard_again(self) -> bool:
        """Whether its mediation statement holds no longer: the case is heard again, or was judged anew (CPL 212)."""
        return self.document is not None and self.document.void_by is not None


@dataclass(frozen=True)
class ActForm:
    """An act of the room with its fields."""

    name: str
    title: Text
    fields: list[forms.FormField]
    faults: list[tuple[str, str]]
    premise: str


@dataclass(frozen=True)
class RoomPage:
    """The private room for one viewer."""

    offers: list[OfferView]
    agreements: list[AgreementView]
    mediation: Mediation | None
    mediator: str | None
    second: str | None
    """Who mediates beside the mediator."""
    disclosed: tuple[str, list[str]] | None
    """What the mediator told of ties, and who has not said yet whether they go on."""
    messages: list[RoomMessage]
    milder: dict[int, str]
    moderator: str | None
    longer: tuple[date, list[str]] | None
    """A later end of the mediation that was named, and who has still to agree."""
    in_person: list[str]
    """Who does not mediate online."""
    wordings: list[Wording]
    open_acts: list[Act]
    form: ActForm | None
    asked_minor: int
    currency: str
    before_filing: bool


def offer_view(sitting: Sitting, case: Case, actor: Actor, offer: Offer) -> OfferView:
    """One offer for one viewer."""
    names = {p.id: p.name for p in case.parties}
    windows = sitting.windows(case, "offer", state=None, subject=offer.reference)
    is_open = offer.state is OfferState.OPEN
    return OfferView(
        offer=offer,
        maker=names[offer.from_id],
        recipient=names[offer.to_id],
        payer=names.get(offer.payer_id or 0, ""),
        window=windows[-1] if windows else None,
        mine=actor.party_id == offer.from_id and is_open,
        can_answer=actor.party_id == offer.to_id and is_open,
        premise=f"{offer.reference}:{offer.state.value}",
        reply=_reply(sitting, case, act_names.DECLINE_OFFER, "offer", offer.reference)[1]
        if offer.state is OfferState.DECLINED
        else "",
    )


def _reply(sitting: Sitting, case: Case, act: str, about: str, reference: str) -> tuple[str, str]:
    """Who declined an offer or a text, and what they wrote to the other side; both empty where nothing was written."""
    for entry in entries_of(sitting.session, case, act):
        given = input_of(entry)
        who = case.party_if_any(entry.party_id)
        if given.get(about) == reference and given.get("words"):
            return who.name if who else "", str(given["words"])
    return "", ""


def offer_to_accept(sitting: Sitting, case: Case, actor: Actor, reference: str) -> OfferView | None:
    """An open offer made to the viewer, or None."""
    found = next((o for o in offers_of(sitting.session, case, OfferState.OPEN) if o.reference == reference), None)
    view = offer_view(sitting, case, actor, found) if found is not None else None
    return view if view is not None and view.can_answer else None


def counter_values(sitting: Sitting, case: Case, actor: Actor, reference: str) -> dict[str, Any]:
    """The terms of an offer to the viewer as the start of one in return, whose sending declines it; nothing for another's."""
    view = offer_to_accept(sitting, case, actor, reference)
    if view is None:
        return {}
    offer, labels = view.offer, {p.id: p.label for p in case.parties}
    values: dict[str, Any] = {
        "to": labels[offer.from_id],
        "amount": money_text(offer.amount_minor, offer.currency),
        "payer": labels.get(offer.payer_id or 0, ""),
        "deed": offer.deed or "",
        "deed_by": labels.get(offer.doer_id or 0, ""),
        "ending": offer.ending.value,
        "instead_of": offer.reference,
    }
    values |= {"accelerates": "true"} if offer.accelerates else {}
    for number, part in enumerate(offer.instalments):
        values[f"instalments-{number}-on"] = part["on"]
        values[f"instalments-{number}-amount"] = money_text(part["minor"], offer.currency)
    return values


def offer_terms(sitting: Sitting, case: Case, offer: Offer) -> list[Text]:
    """What is agreed if the offer is accepted, in the sentences of the agreement."""
    payee = next((p for p in (offer.from_id, offer.to_id) if p != offer.payer_id), None) if offer.payer_id else None
    agreement = Agreement(
        payer_id=offer.payer_id,
        payee_id=payee,
        amount_minor=offer.amount_minor,
        currency=offer.currency,
        instalments=offer.instalments,
        accelerates=offer.accelerates,
        deed=offer.deed,
        doer_id=offer.doer_id,
    )
    return term_words(case, agreement, THE_DISPUTE if dispute_of(sitting.session, case) is not None else ALL_OF_CASE)


def asked_for(sitting: Sitting, case: Case) -> int:
    """What is asked for in all, in minor units."""
    return sum(r.amount_minor or 0 for r in reliefs_of(sitting.session, case)) or _asked_before_filing(sitting, case)


def agreement_view(sitting: Sitting, case: Case, actor: Actor, agreement: Agreement) -> AgreementView:
    """One agreement for one viewer."""
    statement = agreement.state is AgreementState.CONFIRMED
    left = (
        missing(case, agreement, statement=statement)
        if agreement.state in (AgreementState.SIGNING, AgreementState.CONFIRMED)
        else []
    )
    document = (
        sitting.session.scalar(select(Document).where(Document.id == agreement.document_id))
        if agreement.document_id
        else None
    )
    before_filing = dispute_of(sitting.session, case) is not None
    terms = term_words(case, agreement, THE_DISPUTE if before_filing else ALL_OF_CASE)
    view = AgreementView(agreement, terms, [p.name for p in left], any(p.id == actor.party_id for p in left), document)
    if agreement.state is AgreementState.FAILED:
        said = _reply(sitting, case, act_names.DECLINE_AGREEMENT, "agreement", agreement.reference)
        view = replace(view, reply=said if said[1] else None)
    return replace(view, **_to_be_confirmed(sitting, case, actor, agreement)) if before_filing else view


def _to_be_confirmed(sitting: Sitting, case: Case, actor: Actor, agreement: Agreement) -> dict[str, Any]:
    """What an agreement made before a claim still waits for: everybody's word that the court confirm it (CPL 205)."""
    windows = sitting.windows(case, "confirmation_application", state=None, subject=agreement.reference)
    mine = next((w for w in windows if w.party_id == actor.party_id), None)
    met = {w.party_id for w in windows if w.state is WindowState.MET}
    left = tuple(p.name for p in parties(case) if p.id not in met)
    own = sitting.session.scalar(
        select(Case).join(Confirmation, Confirmation.case_id == Case.id).where(Confirmation.from_case_id == case.id)
    )
    is_open = mine is not None and mine.state is WindowState.OPEN
    return {
        "before_filing": True,
        "may_apply": is_open,
        "apply_by": mine.due_at if mine is not None and is_open else None,
        "applied": left if mine is not None and mine.state is WindowState.MET else (),
        "confirmed_in": own,
    }


def act_form(
    sitting: Sitting, case: Case, actor: Actor, name: str, locale: str, values: dict[str, Any], faults: list[FieldFault]
) -> ActForm:
    """An act's form, filled with what was typed."""
    act = sitting.court.table[name]
    fields = forms.fields_of(act.input, locale, values, faults, forms.choices_for(act.input, sitting, case, actor))
    # Whom an offer is for need not be asked where there is one other side.
    fields = [f for f in fields if not (f.name == "to" and not f.required and len(f.options) < 2 and not f.error)]
    if case.stage is Stage.MEDIATING:
        # Before a claim there is no case that an agreement could end.
        fields = [f for f in fields if f.name != "ending"]
    return ActForm(name, act.title, fields, forms.summary(fields), sitting.premise_now(act, case, actor, values))


def room_page(
    sitting: Sitting,
    case: Case,
    actor: Actor,
    locale: str,
    tried: str | None,
    values: dict[str, Any],
    faults: list[FieldFault],
) -> RoomPage:
    """Gather the room; ``tried`` is the act whose form comes back with what was typed."""
    names = {o.value: str(o.label) for o in forms.SOURCES["mediators"](sitting, case, actor)}
    table = sitting.court.table
    open_acts = [
        table[n]
        for n in ROOM_ACTS
        if (n != act_names.CHOOSE_MEDIATOR or names) and refusal(sitting, table[n], case, actor) is None
    ]
    mediation = mediation_of(sitting.session, case)
    offers = offers_of(sitting.session, case)
    messages = list(messages_for(sitting.session, case, actor))
    shown = tried or (
        act_names.MAKE_OFFER if not offers and any(a.name == act_names.MAKE_OFFER for a in open_acts) else None
    )
    return RoomPage(
        offers=[offer_view(sitting, case, actor, o) for o in offers],
        agreements=[agreement_view(sitting, case, actor, a) for a in agreements_of(sitting.session, case)],
        mediation=mediation,
        mediator=_mediator(sitting, mediation),
        second=_second(sitting, mediation),
        disclosed=_disclosed(case, mediation),
        messages=messages,
        milder=milder(sitting.session, messages),
        moderator=_moderator(sitting, case),
        longer=_longer(case, mediation),
        in_person=[p.name for p in not_in_the_room(sitting, case)] if mediation is not None else [],
        wordings=wordings() if shown == act_names.MAKE_OFFER else [],
        open_acts=open_acts,
        form=act_form(sitting, case, actor, shown, locale, values, faults) if shown else None,
        asked_minor=asked_for(sitting, case),
        currency=sitting.pack(case).currency,
        before_filing=dispute_of(sitting.session, case) is not None,
    )


def _mediator(sitting: Sitting, mediation: Mediation | None) -> str | None:
    if mediation is None or mediation.mediator_id is None or mediation.judge_led:
        return None
    return _name(sitting, mediation.mediator_id)


def _second(sitting: Sitting, mediation: Mediation | None) -> str | None:
    found = mediation.second if mediation is not None else None
    return _name(sitting, found["account"]) if found and found["account"] and found["accepted"] else None


def _disclosed(case: Case, mediation: Mediation | None) -> tuple[str, list[str]] | None:
    if mediation is None or not mediation.disclosed:
        return None
    return mediation.disclosed["words"], [p.name for p in parties(case) if p.id not in mediation.disclosed["kept"]]


def _name(sitting: Sitting, account_id: int) -> str | None:
    from odr.identity.models import Account

    account = sitting.session.get(Account, account_id)
    return account.name if account else None


def _moderator(sitting: Sitting, case: Case) -> str | None:
    found = moderation_of(sitting.session, case)
    return _name(sitting, found.moderator_id) if found is not None else None


def _longer(case: Case, mediation: Mediation | None) -> tuple[date, list[str]] | None:
    if mediation is None or not mediation.longer:
        return None
    return date.fromisoformat(mediation.longer["until"]), [
        p.name for p in parties(case) if p.id not in mediation.longer["agreed"]
    ]


def _asked_before_filing(sitting: Sitting, case: Case) -> int:
    found = dispute_of(sitting.session, case)
    return (found.amount_minor or 0) if found is not None else 0


def room_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """The way into the room, for parties and mediator only: the court's people see nothing of it here."""
    if actor.role not in PARTY_ROLES | {Role.MEDIATOR}:
        return None
    if case.stage not in ROOM_STAGES and (
        not agreements_of(sitting.session, case) or confirmation_of(sitting.session, case) is not None
    ):
        return None
    mine = [o for o in offers_of(sitting.session, case, OfferState.OPEN) if o.to_id == actor.party_id]
    live = [agreement_view(sitting, case, actor, a) for a in agreements_of(sitting.session, case, *LIVE_AGREEMENTS)]
    waits = [a for a in live if a.may_sign]
    return Panel(
        "main",
        60,
        "settlement/_panel.html",
        {
            "offers": mine,
            "sign": waits,
            "who": {p.id: p.name for p in case.parties},
            "is_open": case.stage in ROOM_STAGES,
            "one_key": case.stage in ROOM_STAGES
            and dispute_of(sitting.session, case) is None
            and rules_of(sitting, case) is not None,
        },
    )


def court_panel(sitting: Sitting, case: Case, actor: Actor) -> Panel | None:
    """For the judge: an agreement that waits for the court."""
    if actor.role is not Role.JUDGE or not agreements_of(sitting.session, case, AgreementState.SIGNED):
        return None
    return Panel("next", 20, "settlement/_waiting.html", {})
