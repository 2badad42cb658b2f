"""Cases heard together and apart, with everything that goes along."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from odr.docket.models import Case, DocketEntry, Outcome, Party, Role, Seat, Stage
from odr.docket.queries import parties
from odr.evidence.models import Exhibit
from odr.filing.claim.queries import claims_of
from odr.filing.models import Claim, Fact
from odr.filing.parties.mandates_on_docket import write_to_appointed
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput
from odr.identity.mandates import appoint, delegate, revoke
from odr.identity.models import Mandate, MandateScope
from odr.payments.books.ledger import trial_balance
from odr.payments.books.paydesk import cashier, take_at_counter
from odr.payments.models import AssessmentState, FeeAssessment, FeeBasis
from odr.procedure.models import Window, WindowState
from odr.service.models import Packet
from tests.scene import Scene, claim

CLAIMANT = {"name": "Li Wen", "email": "li@parties.example", "address": "1 Lake Road"}
WHY = "Both rest on the same batch of capsules (CPI 221)."


def two(scene: Scene) -> tuple[int, int]:
    """Two accepted cases against one seller; the scene stands at the first, which is Li's, the second is the
    stranger's.
    """
    scene.lodge()
    scene.accept("simple")
    first = scene.case_id
    scene.lodge(
        claim(
            claimant={"name": "Wu Min", "email": "wu@parties.example", "address": "2 Lake Road"},
            relief=[{"kind": "money", "what": "The price back", "amount": "500.00"}],
        ),
        who="stranger",
    )
    scene.accept("simple")
    return first, scene.case_id


def pay(scene: Scene) -> None:
    """The fee of the scene's case is paid at the counter."""
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        actor = cashier(sitting.session, case, scene.people["cashier"], "Cashier", sitting.now, sitting.now)
        row = sitting.session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == case.id)).one()
        take_at_counter(sitting, row, row.amount, "1", actor)


def counterclaim(scene: Scene) -> None:
    """The shop claims for bottles of its own, which is another dispute."""
    scene.do(
        "file_counterclaim",
        "haiyun",
        relief=[{"kind": "money", "what": "Lost bottles", "amount": "900.00"}],
        facts=[{"what": "Half the bottles came back empty."}],
    )


def join_them(scene: Scene, first: int, **changes: object) -> None:
    with scene.court.database.read() as session:
        number = session.get_one(Case, first).number
    scene.do("join_into_case", "judge", **{"into": number, "ground": "same_facts", "reasons": WHY, **changes})


def test_a_case_goes_on_within_another_with_all_that_is_in_it(small_scene: Scene) -> None:
    """Parties, claims, facts and exhibits are in the other case, the same seller once; the joined case is closed and
    readable.
    """
    first, second = two(small_scene)
    upload = small_scene.upload("stranger", b"a receipt")
    small_scene.do(
        "submit_exhibit", "stranger", upload=upload.reference, title="Receipt", proves="The price", source="My phone"
    )
    join_them(small_scene, first)
    with small_scene.court.database.read() as session:
        main, joined = session.get_one(Case, first), session.get_one(Case, second)
        assert (joined.stage, joined.outcome) == (Stage.CLOSED, Outcome.JOINED)
        assert [p.name for p in parties(main, Role.CLAIMANT)] == ["Li Wen", "Wu Min"] and len(
            parties(main, Role.RESPONDENT)
        ) == 1
        assert sorted(c.amount_minor for c in claims_of(session, main)) == [50000, 800000]
        assert session.scalars(select(Fact.number).where(Fact.case_id == first).order_by(Fact.number)).all() == [
            1,
            2,
            3,
            4,
        ]
        exhibit = session.scalars(select(Exhibit)).one()
        assert (exhibit.case_id, exhibit.label, exhibit.provenance["from_label"]) == (first, "C2-1", "C-1")
        assert session.scalars(
            select(DocketEntry).where(DocketEntry.case_id == first, DocketEntry.act == "take_in_case")
        ).one()
        evidence = session.scalars(
            select(Window).where(Window.case_id == first, Window.kind == "evidence", Window.state == WindowState.OPEN)
        ).all()
        newcomer = next(p.id for p in parties(main, Role.CLAIMANT) if p.name == "Wu Min")
        assert {w.party_id for w in evidence} == {newcomer}, "whose notice is on its way gets theirs with it"


def test_a_paid_fee_counts_where_the_claim_is_and_one_due_is_asked_for_there(small_scene: Scene) -> None:
    """The payment is the other case's from then on and nothing is refunded; the books still balance."""
    first, second = two(small_scene)
    pay(small_scene)
    join_them(small_scene, first)
    with small_scene.court.database.read() as session:
        rows = session.scalars(
            select(FeeAssessment).where(FeeAssessment.case_id == first).order_by(FeeAssessment.id)
        ).all()
        wu = session.scalars(select(Party).where(Party.case_id == first, Party.name == "Wu Min")).one()
        assert [r.state for r in rows if r.party_id == wu.id] == [AssessmentState.PAID, AssessmentState.NOTHING]
        assert not session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == second)).all()
        assert sum(b.debit - b.credit for b in trial_balance(session)) == 0


def test_an_unpaid_fee_is_asked_for_once_in_the_other_case(small_scene: Scene) -> None:
    """The old notice is cancelled with its time; the new one runs in the case where the claim is."""
    first, second = two(small_scene)
    join_them(small_scene, first)
    with small_scene.court.database.read() as session:
        assert {r.state for r in session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == second))} == {
            AssessmentState.CANCELLED
        }
        due = session.scalars(
            select(FeeAssessment).where(FeeAssessment.case_id == first, FeeAssessment.state == AssessmentState.DUE)
        ).all()
        assert len(due) == 2


@pytest.mark.parametrize(
    ("changes", "at"),
    [({"into": "(2020)浙0192民初9号"}, "into"), ({"ground": "same_kind"}, "agreed")],
)
def test_what_is_not_there_or_not_agreed_is_refused_at_its_field(
    small_scene: Scene, changes: dict[str, str], at: str
) -> None:
    """An unknown number; without common facts everybody has to have agreed, and who did not is named."""
    first, _ = two(small_scene)
    with pytest.raises(InvalidInput) as refused:
        join_them(small_scene, first, **changes)
    assert refused.value.faults[0].location[0] == at


def test_a_case_of_another_judge_or_kind_is_not_joined(small_scene: Scene) -> None:
    """The president gives both to one judge first; different kinds are never heard as one."""
    first, _ = two(small_scene)
    with small_scene.court.database.write() as session:
        session.scalars(
            select(Seat).where(Seat.case_id == first, Seat.role == Role.JUDGE)
        ).one().until_at = small_scene.clock.now()
    with pytest.raises(InvalidInput):
        join_them(small_scene, first)


def test_only_the_judge_joins_and_only_while_it_is_heard(small_scene: Scene) -> None:
    """A party may not; a case already joined cannot be joined again."""
    first, _ = two(small_scene)
    with small_scene.court.database.read() as session:
        number = session.get_one(Case, first).number
    with pytest.raises(Forbidden):
        small_scene.do("join_into_case", "stranger", into=number, ground="same_facts", reasons=WHY)
    join_them(small_scene, first)
    with pytest.raises(ActNotOpen):
        join_them(small_scene, first)


def test_a_severed_claim_is_a_case_of_its_own_with_the_same_judge(small_scene: Scene) -> None:
    """The counterclaim leaves with its facts; its owner is claimant there, her fee is reckoned as a claim's, time to
    answer begins.
    """
    small_scene.lodge()
    small_scene.accept("simple")
    small_scene.join()
    counterclaim(small_scene)
    first = small_scene.case_id
    with small_scene.court.database.read() as session:
        counter = session.scalars(select(Claim).where(Claim.kind == "counterclaim")).one()
        halved = session.scalars(select(FeeAssessment).order_by(FeeAssessment.id.desc()).limit(1)).one().amount_minor
    small_scene.do("sever_claim", "judge", claim=counter.reference, reasons="It rests on other deliveries.")
    with small_scene.court.database.read() as session:
        new = session.scalars(select(Case).where(Case.id != first)).one()
        assert (
            new.stage is Stage.PENDING
            and new.number is not None
            and parties(new, Role.CLAIMANT)[0].name.startswith("Haiyun")
        )
        assert [c.amount_minor for c in claims_of(session, session.get_one(Case, first))] == [800000]
        assert [c.kind for c in claims_of(session, new)] == ["claim"]
        assert session.scalar(select(func.count()).select_from(Fact).where(Fact.case_id == new.id)) == 1
        judges = session.scalars(select(Seat.account_id).where(Seat.role == Role.JUDGE, Seat.until_at.is_(None))).all()
        assert len(judges) == 2 and len(set(judges)) == 1
        asked = session.scalars(select(FeeAssessment).where(FeeAssessment.case_id == new.id)).one()
        assert asked.state is AssessmentState.DUE and asked.amount_minor >= halved
        basis = session.scalars(select(FeeBasis).where(FeeBasis.case_id == new.id)).one()
        assert not basis.joined and basis.amounts == [90000]


def test_in_a_severed_case_time_begins_with_its_own_service(small_scene: Scene) -> None:
    """Nobody's time to answer a severed claim runs before it reached them, and it goes where their papers go: what they agreed
    to and the addresses they gave hold in the case that goes on with it (CPL 128; EV 50; OLR 29).
    """
    scene = small_scene
    scene.lodge(claim(claimant={**CLAIMANT, "e_service": True}))
    scene.accept("simple")
    scene.work()
    scene.join()
    counterclaim(scene)
    first = scene.case_id
    with scene.court.database.read() as session:
        counter = session.scalars(select(Claim.reference).where(Claim.kind == "counterclaim")).one()
    scene.do("sever_claim", "judge", claim=counter, reasons="It rests on other deliveries.")

    def running() -> dict[str, list[str]]:
        with scene.court.database.read() as session:
            new = session.scalars(select(Case).where(Case.id != first)).one()
            rows = session.scalars(select(Window).where(Window.case_id == new.id, Window.party_id.is_not(None)))
            found: dict[str, list[str]] = {}
            for row in rows:
                found.setdefault(new.party(row.party_id).label, []).append(row.kind)
            return {label: sorted(kinds) for label, kinds in found.items()}

    assert all("answer" not in kinds and "evidence" not in kinds for kinds in running().values())
    with scene.court.database.read() as session:
        letters = session.scalars(select(Packet).where(Packet.occasion == "open_severed_case")).all()
        assert all(packet.attempts for packet in letters) and len(letters) == 2
    scene.later(days=1)
    assert {"answer", "evidence"} <= set(running()["respondent/1"]) and "evidence" in running()["claimant/1"]


def test_who_answered_in_a_case_has_answered_where_it_goes_on(small_scene: Scene) -> None:
    """A respondent who comes with a case that is heard within another was served and has answered there: nothing is asked of
    them anew, and nothing waits for it (CPL 128; CPI 221).
    """
    scene = small_scene
    scene.lodge()
    scene.accept("simple")
    first = scene.case_id
    other = {
        "name": "Baihua Market Ltd.",
        "kind": "company",
        "email": "post@baihua.example",
        "address": "1 Market Road",
    }
    scene.lodge(claim(respondents=[other]))
    scene.accept("simple")
    scene.work()
    scene.join("stranger")
    scene.work()
    scene.do("file_answer", "stranger", position="defend", statement="No.")
    join_them(scene, first)
    with scene.court.database.read() as session:
        main = session.get_one(Case, first)
        new = next(p for p in main.parties if p.name == other["name"])
        states = session.scalars(select(Window.state).where(Window.party_id == new.id, Window.kind == "answer")).all()
        assert states == [WindowState.MET]


def test_who_was_asked_to_act_is_asked_in_the_severed_case_too(small_scene: Scene) -> None:
    """A wish that waits for its answer keeps the address it was written for: the court writes to it, and to everybody after
    it.
    """
    scene = small_scene
    scene.lodge()
    scene.accept("simple")
    scene.join()
    counterclaim(scene)
    with scene.court.database.write() as session:
        party = parties(session.get_one(Case, scene.case_id), Role.RESPONDENT)[0]
        appoint(session, party, "new@law.example", MandateScope.ORDINARY, until_at=None, now=scene.clock.now())
        counter = session.scalars(select(Claim.reference).where(Claim.kind == "counterclaim")).one()
    scene.do("sever_claim", "judge", claim=counter, reasons="It rests on other deliveries.")
    with scene.court.database.read() as session:
        assert session.scalars(select(Mandate.address)).all() == ["new@law.example"] * 2
    assert write_to_appointed(scene.court) == 2
    with pytest.raises(IntegrityError), scene.court.database.write() as session:
        session.add(Mandate(case_id=scene.case_id, party_id=1, scope=MandateScope.ORDINARY, from_at=scene.clock.now()))
        session.flush()


def test_people_of_one_name_stay_two(small_scene: Scene) -> None:
    """Whose account is another is another person, whatever they are called: neither loses the case to the other (CPL 55)."""
    scene = small_scene
    scene.lodge()
    scene.accept("simple")
    first = scene.case_id
    scene.lodge(
        claim(claimant={"name": "Li Wen", "email": "wen@parties.example", "address": "2 Lake Road"}), "stranger"
    )
    scene.accept("simple")
    join_them(scene, first)
    with scene.court.database.read() as session:
        both = parties(session.get_one(Case, first), Role.CLAIMANT)
    assert [p.account_id for p in both] == [scene.people["li"], scene.people["stranger"]]


def test_an_assistant_goes_along_as_an_assistant(small_scene: Scene) -> None:
    """In the severed case they act under the same representative, and end with them (CPL 61, 63)."""
    scene = small_scene
    scene.lodge()
    scene.accept("simple")
    scene.join()
    counterclaim(scene)
    scene.represent("haiyun", "stranger")
    with scene.court.database.write() as session:
        hers = session.scalars(select(Mandate)).one()
        delegate(session, hers, "helper@law.example", scene.clock.now())
        counter = session.scalars(select(Claim.reference).where(Claim.kind == "counterclaim")).one()
    scene.do("sever_claim", "judge", claim=counter, reasons="It rests on other deliveries.")
    with scene.court.database.write() as session:
        of_case = select(Mandate).where(Mandate.case_id != scene.case_id).order_by(Mandate.id)
        lawyer, helper = session.scalars(of_case).all()
        assert (lawyer.delegated_by, helper.delegated_by) == (None, lawyer.id)
        revoke(session, lawyer, scene.clock.now())
        session.refresh(helper)
        assert helper.revoked_at is not None


def test_the_only_claim_cannot_be_severed(small_scene: Scene) -> None:
    """There is nothing to hear apart; and a party never severs."""
    small_scene.lodge()
    small_scene.accept("simple")
    with small_scene.court.database.read() as session:
        only = session.scalars(select(Claim)).one()
    with pytest.raises(ActNotOpen):
        small_scene.do("sever_claim", "judge", claim=only.reference, reasons="It rests on other deliveries.")
    with pytest.raises(Forbidden):
        small_scene.do("sever_claim", "li", claim=only.reference, reasons="It rests on other deliveries.")
