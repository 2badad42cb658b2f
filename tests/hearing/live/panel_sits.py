"""A case in ordinary procedure before a judge and two assessors drawn by lot, with a claim that can be decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from odr.docket.models import Role
from odr.filing.models import Claim, Relief, ReliefKind
from odr.hearing.queries import standing_exhibits
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.queries import current_draft
from odr.procedure.papers.language import language_of
from tests.hearing.live.conftest import Live
from tests.hearing.scene import CHEN, LI, Scene
from tests.kept import kept

ANN, BEN = "Assessor Ann", "Assessor Ben"
PRICE = "8,000.00"


@kept
def convened(scene: Scene) -> None:
    """Li asks for the price back; the judge convenes a panel of three, and the lot can only draw Ann and Ben."""
    with scene.sit() as (sitting, case):
        for name in (ANN, BEN):
            account = Account(
                email=f"{name.replace(' ', '.')}@x.example".lower(),
                name=name,
                state=AccountState.ACTIVE,
                created_at=sitting.now,
            )
            sitting.session.add(account)
            sitting.session.flush()
            scene.accounts[name] = account.id
            sitting.session.add(AccountRole(account_id=account.id, role=Role.ASSESSOR, granted_at=sitting.now))
        claim = Claim(case_id=case.id, party_id=scene.parties[LI], amount_minor=800_000, currency="CNY", entry_number=1)
        sitting.session.add(claim)
        sitting.session.flush()
        sitting.session.add(
            Relief(
                claim_id=claim.id,
                number=1,
                kind=ReliefKind.MONEY,
                what="the price back",
                amount_minor=800_000,
                currency="CNY",
            )
        )
    scene.act(CHEN, "convene_panel", size=3, reasons="A new kind of case.")


def draft(scene: Scene, **changes: Any) -> dict[str, Any]:
    """A judgment that awards the price."""
    with scene.look() as (court, case):
        claim = court.session.scalars(select(Claim.reference).where(Claim.case_id == case.id)).one()
        language = language_of(court, case)
    order = {
        "kind": "pay",
        "relief": f"{claim}/1",
        "debtor": "respondent/1",
        "creditor": "claimant/1",
        "amount": PRICE,
    }
    return {
        "language": language,
        "claims": "The price back.",
        "answers": "The goods were as described.",
        "reasons": [{"text": "The label was not true.", "articles": "Civil Code, art. 577"}],
        "orders": [order],
    } | changes


def everything_shown(live: Live) -> None:
    """Each exhibit stands on everybody's screen in the investigation."""
    with live.scene.look() as (court, case):
        labels = [e.label for e in standing_exhibits(court.session, case)]
    for label in labels:
        live.does(CHEN, "show", exhibit=label, page=1)


def drafted(scene: Scene) -> str:
    """Reference of the draft that stands."""
    with scene.look() as (court, case):
        found = current_draft(court.session, case)
        assert found is not None
        return found.reference


def votes(scene: Scene, who: str, how: str = "for", **more: Any) -> None:
    """A member votes on the draft as it stands, and says why (COL 10)."""
    scene.act(who, "vote_on_decision", decision=drafted(scene), vote=how, **{"view": "Exhibit 1 shows it."} | more)
