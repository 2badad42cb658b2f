"""What a mediation asks of a party just now: whether they would mediate, whom they choose, and whether they go on with a
mediator who told what ties them; and what a mediation before a claim came to. No flask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from odr.docket.models import Case, Outcome, Stage
from odr.ground.text import Money, T
from odr.identity.actors import Actor
from odr.procedure.hooks import If, Owed, StepWords
from odr.procedure.models import Window
from odr.settlement import names, time_limits
from odr.settlement.before_filing.acts import binding_agreement
from odr.settlement.models import Mediation
from odr.settlement.queries import mediation_of

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


def mediation_owed(sitting: Sitting, case: Case, actor: Actor) -> Owed | None:
    """Before a claim: whether whoever is asked would mediate; once it is over, what was agreed. None for anything else."""
    if actor.party_id is None:
        return None
    if case.stage is Stage.MEDIATING:
        found = mediation_of(sitting.session, case)
        return _asked(case, found, actor.party_id) if found is not None else None
    is_settled = case.stage is Stage.CLOSED and case.outcome is Outcome.SETTLED
    return _agreed(sitting, case) if is_settled else None


def _asked(case: Case, found: Mediation, party_id: int) -> Owed | None:
    if party_id in found.consents:
        return None
    who = next((p.name for p in case.parties if p.id in found.consents), "")
    return Owed(
        T("Next for you: say whether you would mediate with %(name)s", name=who),
        True,
        None,
        names.AGREE_MEDIATION,
        T("Nothing is decided, and nothing is held against you. A mediator may ask you once more."),
        (
            If(
                T("What mediating costs"),
                T("The court takes no fee. Whoever charges for mediating says so in the list."),
            ),
            If(T("If you would rather not"), T("Say so; you need give no reason."), names.END_MEDIATION),
        ),
    )


def _agreed(sitting: Sitting, case: Case) -> Owed | None:
    agreement = binding_agreement(sitting, case)
    if agreement is None:
        return None
    if not agreement.amount_minor:
        return Owed(T("It is settled: what you agreed binds everybody who signed it"), False, ifs=(READ_IT,))
    words = T(
        "It is settled: %(payer)s pays %(payee)s %(amount)s on the days that were agreed",
        payer=case.name_of(agreement.payer_id),
        payee=case.name_of(agreement.payee_id),
        amount=Money(agreement.amount_minor, agreement.currency),
    )
    return Owed(words, False, ifs=(READ_IT,))


READ_IT = If(
    T("If it is not kept"),
    T("It binds like a contract. Confirmed by the court, it is enforced like a judgment."),
    page=("settlement.room", T("Read what was agreed")),
)


def mediation_step(sitting: Sitting, case: Case, actor: Actor, window: Window) -> StepWords | None:
    """What the time to choose a mediator, or to answer what one disclosed, asks of a party; None for another kind."""
    if window.kind not in (time_limits.MEDIATOR_CHOICE, time_limits.MEDIATOR_DISCLOSURE):
        return None
    found = mediation_of(sitting.session, case)
    if found is None or actor.party_id is None:
        return None
    if window.kind == time_limits.MEDIATOR_CHOICE:
        if str(actor.party_id) in found.choices:
            return StepWords(T("the other side’s choice of a mediator"), done=True)
        return StepWords(T("choose a mediator; whom everybody names mediates"))
    if found.disclosed and actor.party_id in found.disclosed["kept"]:
        return StepWords(T("the other side’s word on the mediator"), done=True)
    return StepWords(T("say whether the mediator, who told what ties them to the dispute, goes on"))
