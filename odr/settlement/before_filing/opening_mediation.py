"""Opening the own case of a mediation before a claim, or of a confirmation (OMR 8; CPL 205)."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.docket.queries import parties
from odr.filing.claim.case_without_claim import empty_case, open_own_case
from odr.filing.registry.seats import take_seat
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.identity.actors import CLOCK_ACTOR, SignIn, acting_for
from odr.identity.models import Account
from odr.procedure.acts.letter import PaperKind
from odr.procedure.rules.pack import RulePack
from odr.procedure.sitting import ActReceipt
from odr.procedure.time.reckoning import reckon
from odr.service.models import ServiceConsent
from odr.service.packet.packets import note_address, record_consent
from odr.service.vocabulary import Channel, ConsentWay
from odr.settlement import names
from odr.settlement.before_filing.inputs import BeforeFilingInput
from odr.settlement.inputs import ConfirmationInput, OpenedInput
from odr.settlement.models import Agreement, AgreementState, Confirmation

if TYPE_CHECKING:
    from odr.procedure.court import Court
    from odr.procedure.sitting import Sitting

ASK_MEDIATION, ASK_CONFIRMATION, TAKE_OVER = (
    names.ASK_BEFORE_FILING,
    names.ASK_FOR_CONFIRMATION,
    names.OPEN_CONFIRMATION,
)
APPLICATION = "confirmation_application"
MEDIATION_SERIES, CONFIRMATION_SERIES = "mediation", "confirmation"


def knows_mediation(pack: RulePack) -> bool:
    """Whether the rules know mediation before a claim."""
    return pack.mediation is not None and pack.mediation.before_filing is not None


def knows_confirmation(pack: RulePack) -> bool:
    """Whether the rules know the confirmation of an agreement."""
    return pack.mediation is not None and pack.mediation.confirmation is not None


def open_mediation(
    court: Court,
    account: Account,
    given: BeforeFilingInput,
    *,
    key: str | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """Open the case and lodge the application in one Sitting; repeating the key gives the first receipt.

    Raises ActNotOpen where the rules know no such mediation, InvalidInput for a cause the court does not hear.
    """
    return _open(court, account, given, key, ASK_MEDIATION, sign_in)


def open_confirmation(
    court: Court,
    account: Account,
    given: ConfirmationInput,
    *,
    key: str | None = None,
    sign_in: SignIn = SignIn.ONE_FACTOR,
) -> ActReceipt:
    """As :func:`open_mediation`, for an agreement that another mediation organisation brought about."""
    return _open(court, account, given, key, ASK_CONFIRMATION, sign_in)


def _open(
    court: Court,
    account: Account,
    given: BeforeFilingInput | ConfirmationInput,
    key: str | None,
    act: str,
    sign_in: SignIn,
) -> ActReceipt:
    with court.sit() as sitting:
        sitting.session.get_one(Account, account.id, with_for_update=True)
        earlier = sitting.receipt_for(account.id, key, act, given) if key else None
        if earlier is not None:
            return earlier
        mediates = isinstance(given, BeforeFilingInput)
        pack = _rules(sitting, given.cause, mediates)
        others = given.respondents if isinstance(given, BeforeFilingInput) else [given.other]
        series, stage = (MEDIATION_SERIES, Stage.MEDIATING) if mediates else (CONFIRMATION_SERIES, Stage.CONFIRMING)
        case = open_own_case(sitting, account, pack, series, stage, given.cause, given.applicant, others)
        take_seat(sitting, case, Role.CLERK)
        if not mediates:
            take_seat(sitting, case, Role.JUDGE)
        mine = parties(case, Role.CLAIMANT)[0]
        actor = acting_for(mine, account, sign_in)
        return sitting.perform(act, case, given, actor=actor, key=key)


def _rules(sitting: Sitting, cause: str, mediates: bool) -> RulePack:
    today = sitting.today
    pack = sitting.court.packs.in_force(sitting.court.settings.pack, today)
    if mediates and not knows_mediation(pack):
        raise ActNotOpen(
            T("The rules of this court know no mediation before a claim."), source=pack.cited("COURT known-steps")
        )
    if not mediates and not knows_confirmation(pack):
        raise ActNotOpen(
            T("The rules of this court know no confirmation of agreements."), source=pack.cited("COURT known-steps")
        )
    if cause not in pack.causes_on(today):
        raise InvalidInput.at(
            "cause", T("This court does not hear that kind of dispute today. Choose one of those listed.")
        )
    if pack.causes.list[cause].in_public_interest is not None:
        raise InvalidInput.at(
            "cause",
            T(
                "What concerns the interest of the public is not settled before a claim: an agreement in it is announced and looked at first."
            ),
        )
    return pack


# -- from a mediation of this court ------------------------------------------


def open_from_mediation(sitting: Sitting, case: Case, agreement: Agreement, effective_on: date) -> Case:
    """The case of confirmation for what was agreed in a mediation here: same people, same terms, no word of the talks
    (CPL 205).
    """
    own = empty_case(sitting, sitting.pack(case), CONFIRMATION_SERIES, Stage.CONFIRMING, case.cause, case.title)
    own.accepted_at = sitting.now
    twin = {p.id: _twin(sitting, own, p) for p in parties(case)}
    sitting.session.refresh(own, ["parties"])
    copied = Agreement(
        case_id=own.id,
        payer_id=twin[agreement.payer_id].id if agreement.payer_id else None,
        payee_id=twin[agreement.payee_id].id if agreement.payee_id else None,
        amount_minor=agreement.amount_minor,
        currency=agreement.currency,
        instalments=agreement.instalments,
        accelerates=agreement.accelerates,
        deed=agreement.deed,
        doer_id=twin[agreement.doer_id].id if agreement.doer_id else None,
        ending=agreement.ending,
        state=AgreementState.EFFECTIVE,
        entry_number=1,
    )
    sitting.session.add(copied)
    sitting.session.flush()
    name = sitting.court.settings.court_name
    row = Confirmation(
        case_id=own.id,
        from_case_id=case.id,
        agreement_id=copied.id,
        organisation=name,
        effective_on=effective_on,
        applied=[p.id for p in twin.values()],
        entry_number=1,
    )
    sitting.session.add(row)
    sitting.session.flush()
    for role in (Role.CLERK, Role.JUDGE):
        take_seat(sitting, own, role)
    told = OpenedInput(organisation=name, effective_on=effective_on, from_case=case.number or case.reference)
    sitting.perform(TAKE_OVER, own, told, actor=CLOCK_ACTOR)
    return own


def _twin(sitting: Sitting, own: Case, party: Party) -> Party:
    """The same person as party of the new case, reached as before (CPI 137)."""
    kept = {
        name: getattr(party, name)
        for name in (
            "role",
            "ordinal",
            "name",
            "kind",
            "account_id",
            "email",
            "phone",
            "address",
            "locale",
            "abroad",
            "online",
            "joined_at",
        )
    }
    twin = Party(case_id=own.id, details={}, **kept)
    sitting.session.add(twin)
    sitting.session.flush()
    for channel, value in (
        (Channel.PLATFORM, twin.reference),
        (Channel.EMAIL, party.email),
        (Channel.SMS, party.phone),
        (Channel.POST, party.address),
    ):
        if value:
            note_address(
                sitting.session,
                party_id=twin.id,
                channel=channel,
                value=value,
                source="mediation",
                at=sitting.now,
                given=True,
            )
    agreed = (
        select(ServiceConsent.id)
        .where(ServiceConsent.party_id == party.id, ServiceConsent.withdrawn_at.is_(None))
        .limit(1)
    )
    if sitting.session.scalar(agreed) is not None:
        record_consent(
            sitting.session,
            case_id=own.id,
            party_id=twin.id,
            way=ConsentWay.AGREED_EARLIER,
            scope=tuple(PaperKind),
            at=sitting.now,
            entry_id=1,
        )
    return twin


def since(sitting: Sitting, case: Case, effective_on: date) -> datetime:
    """The instant from which the time for the joint application is reckoned."""
    return datetime.combine(effective_on, time(12), tzinfo=sitting.pack(case).tz)


def application_ends(sitting: Sitting, case: Case, effective_on: date) -> datetime | None:
    """The last instant of the joint application (CPL 205); None where the agreement is dated in the future."""
    if effective_on > sitting.now.astimezone(sitting.pack(case).tz).date():
        return None
    return reckon(sitting.pack(case), APPLICATION, since(sitting, case, effective_on)).due_at
