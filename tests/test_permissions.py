"""Who may do what, when: the table of acts against ``permissions.tsv``, which is written by hand, and against what the
court really refuses.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from odr.docket.models import PARTY_ROLES, Case, DocketEntry, Role, Seat, Stage
from odr.ground.errors import ActNotOpen, CourtError, Forbidden, StepUpNeeded
from odr.identity.actors import Actor, actors_in
from odr.identity.models import Account, Mandate, MandateScope
from odr.procedure.acts.availability import refusal
from odr.procedure.acts.table import Act
from odr.procedure.sitting import Sitting
from tests.kept import kept
from tests.scene import Scene

FILE = Path(__file__).with_name("permissions.tsv")
Cell = tuple[str, Role, Stage]
Power = tuple[str, str]


def rows() -> Iterator[dict[str, str]]:
    """Lines of the file that are no comments."""
    with FILE.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(
            (line for line in file if line.strip() and not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE
        )


def split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",") if word.strip()]


def roles_of(words: str) -> set[Role]:
    return {role for word in split(words) for role in (PARTY_ROLES if word == "parties" else {Role(word)})}


def stages_of(words: str) -> set[Stage]:
    return set(Stage) if words == "any" else {Stage(word) for word in split(words)}


def expected() -> set[Cell]:
    return {
        (row["act"], role, stage)
        for row in rows()
        for role in roles_of(row["roles"])
        for stage in stages_of(row["stages"])
    }


def powers() -> set[Power]:
    return {(row["act"], power) for row in rows() for power in split(row["powers"])}


def told(cells: set[Cell]) -> list[str]:
    return sorted(f"{act}: {role.value} at {stage.value}" for act, role, stage in cells)


def test_table_and_file_say_the_same(small_scene: Scene) -> None:
    """Every act × role × stage of the table stands in the file, and every one of the file in the table."""
    table = {(act.name, role, stage) for act in small_scene.court.table for role in act.by for stage in act.at}
    names = {act.name for act in small_scene.court.table}
    listed = {row["act"] for row in rows()}
    assert (sorted(names - listed), sorted(listed - names)) == ([], []), (
        "acts missing from the file, acts missing from the table"
    )
    assert (told(table - expected()), told(expected() - table)) == ([], []), (
        "allowed by the table only, allowed by the file only"
    )


def test_every_line_has_a_basis_and_stands_once() -> None:
    """Nothing is allowed without a reason, and no act is spread over the file unseen."""
    acts = [row["act"] for row in rows()]
    assert len(acts) == len(set(acts))
    assert all(row["basis"] for row in rows())


def test_powers_are_those_of_the_file(small_scene: Scene) -> None:
    """Special powers of a representative (CPL 62) and identity verified again are asked for exactly where the file
    says, and what is done of a part in effect is that of the file (CPL 156).
    """
    columns = {"special": "special", "strong": "strong", "part": "of_part"}
    table = {
        (act.name, power)
        for act in small_scene.court.table
        for power, column in columns.items()
        if getattr(act, column)
    }
    assert (sorted(table - powers()), sorted(powers() - table)) == ([], []), (
        "asked for by the table only, asked for by the file only"
    )


def test_rulings_and_signatures_are_never_the_clocks_or_an_assistants() -> None:
    """The clock records; what is signed, sealed or ruled is a judge's (invariant of procedure), and who cares for
    accounts touches no case.
    """
    by = {row["act"]: roles_of(row["roles"]) for row in rows()}
    for act in (
        "issue_decision",
        "sign_mediation",
        "deem_withdrawn",
        "deem_admitted",
        "send_for_signing",
        "allow_agreed_withdrawal",
    ):
        assert by[act] == {Role.JUDGE}
    assert not any({Role.ADMIN, Role.PUBLIC} & who for who in by.values())
    assert {act for act, who in by.items() if Role.CASHIER in who} == {
        "record_payment",
        "record_refund",
        "approve_refund",
        "demand_costs",
        "pass_on_attendance_fee",
        "pay_witness",
        "record_fine_by_slip",
        "finish_task",
    }
    assert {act for act, who in by.items() if Role.PLATFORM in who} == {"record_identity_reply"}
    assert {act for act, who in by.items() if Role.ASSISTANT in who} == {"draft_decision"}


def test_every_cell_that_is_not_in_the_file_is_refused(small_scene: Scene) -> None:
    """What the court answers, act by act, role by role, stage by stage: refused for the role or the stage exactly where
    the file has no line.
    """
    small_scene.lodge()
    allowed = expected()
    wrong: list[str] = []
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        session.expunge(case)
        look = small_scene.court.look(session)
        for act in small_scene.court.table:
            bare = Act(**{**act.__dict__, "guards": (), "window": None, "rule": None, "strong": False})
            for role in Role:
                for stage in Stage:
                    case.stage = stage
                    breach = refusal(look, bare, case, Actor(role, 1, "", case.id))
                    if (breach is None) is not ((act.name, role, stage) in allowed):
                        wrong.append(f"{act.name}: {role.value} at {stage.value}")
    assert wrong == []


WHO = {
    "li": Role.CLAIMANT,
    "haiyun": Role.RESPONDENT,
    "clerk": Role.CLERK,
    "judge": Role.JUDGE,
    "mediator": Role.MEDIATOR,
}


def seat(scene: Scene, who: str, role: Role) -> None:
    """Somebody serves in the scene's case."""
    with scene.court.database.write() as session:
        session.add(Seat(case_id=scene.case_id, account_id=scene.people[who], role=role, from_at=scene.clock.now()))


@kept
def pending(scene: Scene) -> None:
    """A case on both sides, before the judge, with a mediator."""
    scene.lodge()
    scene.accept()
    scene.work()
    scene.join()
    seat(scene, "mediator", Role.MEDIATOR)


def entries(scene: Scene) -> int:
    with scene.court.database.read() as session:
        return session.scalar(select(func.count()).select_from(DocketEntry)) or 0


def attempt(scene: Scene, act: Act, actor: Actor) -> CourtError | None:
    """What comes of performing an act; nothing is kept of it."""
    try:
        with scene.court.sit() as sitting:
            sitting.perform(
                act.name, sitting.session.get_one(Case, scene.case_id), act.input.model_construct(), actor=actor
            )
    except CourtError as error:
        return error
    raise AssertionError(f"{act.name} was performed by {actor.role.value}")


@pytest.mark.slow
def test_performing_an_act_of_another_role_or_stage_is_refused(small_scene: Scene) -> None:
    """``perform`` itself refuses, whoever calls it: no entry of any act whose role or stage is not in the file."""
    pending(small_scene)
    before, allowed, tried = entries(small_scene), expected(), 0
    for who, role in WHO.items():
        actor = small_scene.actor(who)
        assert actor.role is role
        for act in small_scene.court.table:
            if (act.name, role, Stage.PENDING) not in allowed:
                breach = attempt(small_scene, act, actor)
                assert isinstance(breach, ActNotOpen if role in act.by else Forbidden), (
                    f"{act.name} by {role.value}: {breach!r}"
                )
                tried += 1
    assert tried > 200
    assert entries(small_scene) == before


def mandate(scene: Scene, scope: MandateScope) -> Actor:
    """The stranger acts for the claimant under a signed mandate."""
    with scene.court.database.write() as session:
        case = session.get_one(Case, scene.case_id)
        mine = next(p for p in case.parties if p.role is Role.CLAIMANT)
        now = scene.clock.now()
        session.add(
            Mandate(
                case_id=case.id,
                party_id=mine.id,
                account_id=scene.people["stranger"],
                scope=scope,
                from_at=now,
                signed_at=now,
                accepted_at=now,
            )
        )
    return scene.actor("stranger")


def test_ordinary_mandate_does_not_reach_special_acts(small_scene: Scene) -> None:
    """Who may only conduct the case neither gives anything away nor settles (CPL 62); everything else is as for the
    client.
    """
    pending(small_scene)
    actor = mandate(small_scene, MandateScope.ORDINARY)
    special = {act for act, power in powers() if power == "special"}
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        look = small_scene.court.look(session)
        for act in small_scene.court.table:
            if Role.CLAIMANT in act.by and Stage.PENDING in act.at:
                bare = Act(**{**act.__dict__, "guards": (), "window": None})
                assert isinstance(refusal(look, bare, case, actor), Forbidden) is (act.name in special), act.name


def test_special_mandate_reaches_special_acts(small_scene: Scene) -> None:
    """With special powers a representative settles as the client could (CPL 62)."""
    pending(small_scene)
    actor = mandate(small_scene, MandateScope.SPECIAL)
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        for name, power in powers():
            act = small_scene.court.table[name]
            if power == "special" and Role.CLAIMANT in act.by:
                bare = Act(**{**act.__dict__, "guards": (), "window": None, "at": frozenset(Stage)})
                assert refusal(small_scene.court.look(session), bare, case, actor) is None, name


def test_strong_acts_ask_for_identity_again(small_scene: Scene) -> None:
    """A proof of identity older than 15 minutes signs nothing."""
    pending(small_scene)
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, small_scene.case_id)
        sitting = Sitting(small_scene.court, session, small_scene.clock.now())
        for name, power in powers():
            act = small_scene.court.table[name]
            if power != "strong":
                continue
            bare = Act(**{**act.__dict__, "guards": (), "window": None, "special": False, "at": frozenset(Stage)})
            for role in act.by - {Role.CLOCK}:
                assert isinstance(refusal(sitting, bare, case, Actor(role, 1, "", case.id)), StepUpNeeded), name
                fresh = Actor(role, 1, "", case.id, strong_at=small_scene.clock.machine_now())
                assert refusal(sitting, bare, case, fresh) is None, name


@pytest.mark.parametrize("position", ["admit", "partly"])
def test_admitting_the_claim_needs_special_powers(small_scene: Scene, position: str) -> None:
    """A representative with ordinary powers answers and defends, and does not admit the claim, wholly or in part (CPL
    62).
    """
    pending(small_scene)
    with small_scene.court.database.write() as session:
        case = session.get_one(Case, small_scene.case_id)
        other = next(p for p in case.parties if p.role is Role.RESPONDENT)
        now = small_scene.clock.now()
        session.add(
            Mandate(
                case_id=case.id,
                party_id=other.id,
                account_id=small_scene.people["stranger"],
                scope=MandateScope.ORDINARY,
                from_at=now,
                signed_at=now,
                accepted_at=now,
            )
        )
    with pytest.raises(Forbidden):
        small_scene.do("file_answer", "stranger", position=position, statement="We agree.")
    assert small_scene.do("file_answer", "stranger", position="defend", statement="We do not agree.").number > 0


@pytest.mark.slow
def test_losing_the_role_between_looking_and_acting_ends_the_act(small_scene: Scene) -> None:
    """Check and act are one transaction: a seat given up, a mandate ended, an account stopped lets nothing through."""
    pending(small_scene)
    actor = mandate(small_scene, MandateScope.SPECIAL)
    judge = small_scene.actor("judge")
    now = small_scene.clock.now()
    with small_scene.court.database.write() as session:
        session.scalars(select(Mandate).where(Mandate.account_id == actor.account_id)).one().revoked_at = now
        session.scalars(
            select(Seat).where(Seat.account_id == judge.account_id, Seat.case_id == small_scene.case_id)
        ).one().until_at = now
    for who, name in ((actor, "request_relief"), (judge, "open_examination")):
        breach = attempt(small_scene, small_scene.court.table[name], who)
        assert breach is not None and breach.status == 404
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        assert actors_in(session, session.get_one(Account, actor.account_id), case, now) == []
