"""To which account a party is paid what a decision or agreement orders: named by the creditor, read by whoever owes them.

The number lies encrypted beside the docket, whose entry keeps a keyed digest only. Nobody reads it but the creditor, who
owes them money, the judge, and the registry while it enforces; and no letter ever carries it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from sqlalchemy import select
from sqlalchemy.orm import Session

from odr.docket.models import PARTY_ROLES, Audience, Case, DocketEntry, Party, Role, Stage
from odr.ground.canonical import canonical
from odr.ground.errors import InvalidInput
from odr.ground.text import T, Text
from odr.identity.actors import Actor
from odr.identity.sign_in.keys import keyring
from odr.judgment import names
from odr.judgment.enforcement.account_queries import SEALED_FOR, owed_in_money
from odr.judgment.models import PaymentAccount
from odr.procedure.acts.events import AccountNamed
from odr.procedure.acts.letter import Letter, PaperKind
from odr.procedure.acts.table import Everyone, Recorded, Topic, act, guard
from odr.procedure.forms.inputs import CourtModel, CourtText, field
from odr.procedure.rules.base import law

if TYPE_CHECKING:
    from odr.procedure.sitting import Sitting


@guard("COURT payment-account")
def money_is_owed_to_me(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """Only who is paid says where to."""
    mine = any(creditor == actor.party_id for _, creditor in owed_in_money(sitting, case))
    return None if mine else T("No decision and no agreement says that money is still to be paid to you.")


def who_pays_me(sitting: Sitting, case: Case, entry: DocketEntry) -> list[Party]:
    """Who owes the party of an entry money, and that party itself: if it was not them, they learn of it at once."""
    debtors = {debtor for debtor, creditor in owed_in_money(sitting, case) if creditor == entry.party_id}
    return [party for party in case.parties if party.id in debtors or party.id == entry.party_id]


def never_kept_open(session: Session, case: Case) -> frozenset[str]:
    """An account lies nowhere but encrypted: what is typed and not sent is not kept either."""
    return frozenset({names.NAME_ACCOUNT})


class NameAccountInput(CourtModel):
    """To which account what is ordered is paid."""

    holder: Annotated[
        str,
        CourtText(1, 200, one_line=True),
        field(T("Name of the account holder"), T("As it stands with the bank.")),
    ]
    bank: Annotated[str, CourtText(1, 200, one_line=True), field(T("Bank or payment service"))]
    account: Annotated[
        str,
        CourtText(4, 60, one_line=True),
        field(
            T("Account number"),
            T("Only whoever owes you money, the judge and the court’s enforcement read it. It goes into no letter."),
        ),
    ]


@act(
    title=T("Say to which account you are paid"),
    input=NameAccountInput,
    by=set(PARTY_ROLES),
    at={Stage.PRONOUNCED, Stage.EFFECTIVE, Stage.ENFORCEMENT},
    of_part=True,
    guard=money_is_owed_to_me,
    special=True,
    strong=True,
    while_stayed=True,
    source=law("CPL 247", "COURT payment-account"),
    serves=Everyone.CONCERNED,
    concerns=who_pays_me,
    letter=Letter(
        PaperKind.NOTICE,
        T("An account to pay into was named or changed"),
        T(
            "If you are to pay, sign in and read it under “Account to pay into”. It stands in no letter: the court never sends an account by mail, message or telephone; whoever says in that way that it has changed is not the court. If it is your own and you did not name it, call the court at once."
        ),
    ),
    seen_by=Audience.OWN_SIDE_AND_COURT,
    topic=Topic.DECISION,
    in_record=False,
    page="accounts.form",
    help=T("Whoever owes you money reads it after signing in. To change it you prove again who you are."),
)
def name_account(sitting: Sitting, case: Case, given: NameAccountInput, *, actor: Actor, now: datetime) -> Recorded:
    """Name the account to be paid into, or another in its place, proving again who one is (CPL 247).

    The docket keeps a keyed digest, which shows whether an account is the one named and names none. Raises InvalidInput for
    the account that stands already.
    """
    me = sitting.party_of(case, actor)
    earlier = _account_of(sitting, case, me)
    digest = _keep(sitting, case, me, [given.holder, given.bank, given.account])
    if earlier is not None and earlier.digest == digest:
        raise InvalidInput.at("account", T("This account stands already."))
    words = (
        T("%(name)s named the account to be paid into", name=me.name)
        if earlier is None
        else T("%(name)s named another account to be paid into; the earlier one no longer holds", name=me.name)
    )
    return Recorded(
        words,
        {"changed": earlier is not None},
        audience=Audience.NAMED,
        named=(f"party/{me.id}", *_readers(sitting, case, me)),
        kept={"account": digest},
    )


def on_account_named(sitting: Sitting, event: AccountNamed) -> None:
    """Somebody named it where their agreement is settled: it is the one account there is, and it holds here too."""
    _keep(sitting, event.case, event.party, [event.holder, event.bank, event.account])


def _account_of(sitting: Sitting, case: Case, party: Party) -> PaymentAccount | None:
    """The account of a party that stands."""
    return sitting.session.scalars(
        select(PaymentAccount)
        .where(PaymentAccount.case_id == case.id, PaymentAccount.party_id == party.id)
        .order_by(PaymentAccount.id.desc())
    ).first()


def _keep(sitting: Sitting, case: Case, party: Party, told: list[str]) -> str:
    """Keep an account, sealed, unless it is the one that stands; gives its keyed digest."""
    ring, plain = keyring(sitting.court.settings.secret_key), canonical(told).decode()
    digest, earlier = ring.mac(SEALED_FOR, plain), _account_of(sitting, case, party)
    if earlier is None or earlier.digest != digest:
        sitting.session.add(
            PaymentAccount(
                case_id=case.id,
                party_id=party.id,
                sealed=ring.seal(SEALED_FOR, plain),
                digest=digest,
                named_at=sitting.now,
                entry_number=sitting.next_number(case),
            )
        )
        sitting.session.flush()
    return digest


def _readers(sitting: Sitting, case: Case, creditor: Party) -> list[str]:
    """Who reads in the docket that an account was named: whoever owes them money, and the court."""
    debtors = sorted({debtor for debtor, to in owed_in_money(sitting, case) if to == creditor.id})
    return [*(f"party/{debtor}" for debtor in debtors), Role.JUDGE.value, Role.CLERK.value]
