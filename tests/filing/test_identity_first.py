"""Identity is a condition: who acts online is known first, and who does not register goes on offline (OLR 7, 10; REG 6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from odr.docket.models import Case, Party, Role, Stage
from odr.filing.counter import assisting
from odr.filing.counter.inputs import TakenInput
from odr.filing.inputs import JoinInput
from odr.filing.models import RequestKind
from odr.filing.parties.joining_by_code import join
from odr.filing.parties.known_identity import is_verified
from odr.ground.errors import ActNotOpen, InvalidInput
from odr.ground.text import T
from odr.hearing.ripeness.times import not_yet, unripe
from odr.identity import mandates
from odr.identity.models import Account, MandateScope
from odr.procedure.acts.events import Served
from odr.procedure.models import Task, WindowState
from tests.filing.test_motions import request_of, seat, windows
from tests.filing.visitor import Visitor
from tests.procedure.test_asked_once import asked
from tests.scene import Scene, claim

RESPONDENT = Role.RESPONDENT
ANSWER = {"position": "defend", "statement": "The label is right."}
OFFER = {"amount": "0", "deed": "The goods go back.", "deed_by": "claimant/1", "ending": "statement"}
"""Without whom it is to."""


def unknown(scene: Scene, *names: str) -> None:
    """These have accounts that nobody verified."""
    with scene.court.database.write() as session:
        for name in names:
            session.get_one(Account, scene.people[name]).identity_verified_at = None


def party(scene: Scene, role: Role) -> Party:
    return next(p for p in scene.case().parties if p.role is role)


def waits_for(scene: Scene, check: Any) -> str:
    """What a check of ripeness says, as one text."""
    with scene.court.database.read() as session:
        return " ".join(str(w) for w in check(scene.court.look(session), session.get_one(Case, scene.case_id)))


def joined(scene: Scene) -> None:
    """The respondent joined by the code of the letter, and nobody has verified who they are."""
    unknown(scene, "haiyun")
    scene.lodge()
    scene.accept()
    scene.work()
    join(
        scene.court,
        scene.people["haiyun"],
        scene.code(),
        JoinInput(name="Haiyun Co.", email="legal@haiyun.example", e_service=True, in_writing=True),
    )
    scene.work()


def at_the_counter(scene: Scene) -> Any:
    given = scene.court.table["file_answer"].input.model_validate(ANSWER)
    scan = scene.upload("clerk", b"signed", "signed.txt").reference
    about = TakenInput.model_validate({"manner": "oral", "confirmation": "signature", "paper": scan})
    mine = party(scene, Role.RESPONDENT)
    return assisting.take(scene.court, scene.case(), mine, "file_answer", given, about, scene.actor("clerk"))


def shown(scene: Scene, who: str = "haiyun", paper: str = "document", **more: str) -> None:
    front = scene.upload(who, b"card", "card.txt").reference
    scene.do("show_identity", who, paper=paper, front=front, **more)


def test_the_registry_accepts_no_claim_of_somebody_unknown(small_scene: Scene) -> None:
    """It verifies first, or says what is missing; the refusal names the articles (REG 6, 7; OLR 7)."""
    unknown(small_scene, "li")
    small_scene.lodge()
    with pytest.raises(ActNotOpen, match="has not been verified") as refused:
        small_scene.accept()
    assert refused.value.source is not None and "REG" in refused.value.source
    assert "尚未核实" in refused.value.message.render("zh-Hans")
    mine = party(small_scene, Role.CLAIMANT)
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="document")
    small_scene.accept()
    assert small_scene.case().stage is Stage.PENDING


def test_a_company_is_known_by_its_licence_and_not_by_who_signs_in(small_scene: Scene) -> None:
    """An account verified as a person's says nothing of a company (REG 6(1))."""
    company = {"name": "Li Trading Co.", "kind": "company", "email": "li@parties.example", "address": "1 Lake Road"}
    small_scene.lodge(claim(claimant={**company, "e_service": True, "in_writing": True}))
    with pytest.raises(ActNotOpen, match="has not been verified"):
        small_scene.accept()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="licence")
    small_scene.accept()


def test_the_clock_accepts_first_and_the_claimant_registers_then(small_scene: Scene) -> None:
    """The registry's lateness costs the claimant nothing (REG 8); who they are is shown within the days of OLR 10."""
    unknown(small_scene, "li")
    small_scene.lodge()
    for _ in range(10):
        small_scene.later(days=1)
        if small_scene.case().stage is Stage.PENDING:
            break
    assert small_scene.case().stage is Stage.PENDING
    assert [w.state for w in windows(small_scene, "join_platform")] == [WindowState.OPEN]
    with pytest.raises(ActNotOpen, match="Show the registry first"):
        small_scene.do("make_offer", "li", **OFFER, to="respondent/1")
    shown(small_scene, "li")
    assert [w.state for w in windows(small_scene, "join_platform")] == [WindowState.MET]


def test_who_joined_by_the_code_shows_first_who_they_are(small_scene: Scene) -> None:
    """Nothing online before; papers sent open everything but agreements, which wait for the registry (OLR 7, 10)."""
    joined(small_scene)
    with pytest.raises(ActNotOpen, match="Show the registry first") as refused:
        small_scene.do("file_answer", "haiyun", **ANSWER)
    assert refused.value.source is not None and "OLR" in refused.value.source
    assert "先向" in refused.value.message.render("zh-Hans")
    shown(small_scene)
    with pytest.raises(ActNotOpen, match="Agreements wait"):
        small_scene.do("make_offer", "haiyun", **OFFER, to="claimant/1")
    small_scene.do("file_answer", "haiyun", **ANSWER)
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.RESPONDENT).reference, means="licence")
    small_scene.do("make_offer", "haiyun", **OFFER, to="claimant/1")


def test_nobody_is_silenced_at_the_counter(small_scene: Scene) -> None:
    """What is refused online is taken in on paper (OLR 10(2), 11)."""
    joined(small_scene)
    at_the_counter(small_scene)
    assert [w.state for w in windows(small_scene, "answer")] == [WindowState.MET]


def test_who_does_not_register_in_time_goes_on_offline(small_scene: Scene) -> None:
    """After three days the registry takes their papers; who shows themselves later goes on online (OLR 10(2))."""
    joined(small_scene)
    small_scene.later(days=4)
    assert not party(small_scene, Role.RESPONDENT).online
    with pytest.raises(ActNotOpen, match="You take part offline"):
        small_scene.do("file_answer", "haiyun", **ANSWER)
    at_the_counter(small_scene)
    assert "has not been verified" not in waits_for(small_scene, unripe), "the case does not wait for them"
    shown(small_scene)
    assert party(small_scene, Role.RESPONDENT).online


def test_examination_and_decision_wait_until_everybody_online_is_known(small_scene: Scene) -> None:
    """Papers sent are looked at first; sent back, their sender has the days of OLR 10 again."""
    joined(small_scene)
    shown(small_scene)
    mine = party(small_scene, Role.RESPONDENT)
    for check in (not_yet, unripe):
        assert "has not been verified" in waits_for(small_scene, check)
    small_scene.do("ask_for_papers", "clerk", party=mine.reference, words="The photograph cannot be read.")
    assert WindowState.OPEN in [w.state for w in windows(small_scene, "join_platform")]
    with pytest.raises(ActNotOpen, match="Show the registry first"):
        small_scene.do("file_answer", "haiyun", **ANSWER)
    shown(small_scene)
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="licence")
    for check in (not_yet, unripe):
        assert "has not been verified" not in waits_for(small_scene, check)


def test_what_the_judge_finds_closes_a_procedure(pending: Scene) -> None:
    """On record it binds: small claims are closed to the case, until the judge no longer finds it (CPL 166; CPI 257)."""
    found = {"bar": "disputed", "reasons": "The facts are greatly disputed."}
    pending.do("find_bar", "judge", holds="yes", **found)
    with pytest.raises(InvalidInput):
        pending.do("find_bar", "judge", holds="yes", **found)
    with pytest.raises(InvalidInput, match="greatly disputed"):
        pending.do("convert_track", "judge", to="simple", reasons="It is quicker that way.")
    pending.do("find_bar", "judge", holds="no", **found)
    pending.do("convert_track", "judge", to="simple", reasons="It is quicker that way.")


def test_a_refused_challenge_that_is_looked_at_again_stops_no_work(pending: Scene) -> None:
    """The challenge itself does (CPL 48); its one review does not (CPL 50)."""
    judge = seat(pending, Role.JUDGE)
    assert judge is not None
    pending.do("challenge", "li", seat=str(judge.id), words="They dined together.")
    assert "A challenge is not decided" in waits_for(pending, not_yet)
    asked = request_of(pending, RequestKind.RECUSAL).reference
    pending.do("decide_recusal", "president", request=asked, answer="refuse", reasons="Nothing shows it.")
    pending.do("ask_recusal_review", "li", request=asked, words="There is a picture.")
    assert "A challenge is not decided" not in waits_for(pending, not_yet)
    assert "A challenge is not decided" not in waits_for(pending, unripe)


def test_nobody_writes_an_answer_only_to_be_refused(visitor: Callable[..., Visitor], small_scene: Scene) -> None:
    """Whoever joined and has not shown who they are reads so first, with the day and what follows, where they choose and
    where they write; no button sends what would be refused. Sent all the same, the words are kept; identity shown, they go.
    """
    joined(small_scene)
    reference, haiyun = small_scene.case().reference, visitor("haiyun")
    for path in (f"/cases/{reference}/choose", f"/cases/{reference}/answer"):
        page = haiyun.get(path)
        assert "First show who you are" in page and "goes on offline" in page and "show_identity" in page, path
    assert "Send the answer" not in page and "Save and go on later" in page
    more = re.search(r"<b>I need more time</b><span>(.*?)</span>", haiyun.get(f"/cases/{reference}/choose"))
    assert more is not None and "show" in more[1].casefold(), "not that the law leaves no more time, which is not why"
    assert "Next for you: Show who you are" in haiyun.get(f"/cases/{reference}")
    answer = f"/cases/{reference}/answer"
    stances = {f"facts-{number}-stance": "denied" for number in range(2)}
    refused = haiyun.send(answer, answer, 409, position="defend", statement="The label is lawful.", **stances)
    assert "The label is lawful." in refused.text and "First show who you are" in refused.text
    shown(small_scene)
    page = haiyun.get(answer)
    assert "The label is lawful." in page and "Send the answer" in page and "First show who you are" not in page
    haiyun.send(answer, answer, 303, **stances)


def test_an_answer_with_a_fault_survives_leaving_the_page(visitor: Callable[..., Visitor], small_scene: Scene) -> None:
    """Without scripts: what was refused for a fault is there when the page is opened again."""
    small_scene.pend()
    answer, haiyun = f"/cases/{small_scene.case().reference}/answer", visitor("haiyun")
    haiyun.send(answer, answer, 422, position="", statement="We did not change the label.")
    assert "We did not change the label." in haiyun.get(answer)


def test_a_company_seen_once_is_known_in_every_case_of_its_account(small_scene: Scene) -> None:
    """Under its own name and account, whether the registry saw it before it joined or after; under another name it is seen
    anew, and a page reads none of its other cases for that.
    """

    def is_known(name: str | None = None) -> bool:
        with small_scene.court.database.read() as session:
            look, company = small_scene.court.look(session), session.get_one(Party, party(small_scene, RESPONDENT).id)
            company.name = name or company.name
            return is_verified(look, company)[0]

    def verify() -> None:
        company = party(small_scene, RESPONDENT).reference
        small_scene.do("verify_identity", "clerk", party=company, means="licence")

    small_scene.pend()
    assert not is_known()  # who signs in is a verified person; the licence is still to be seen
    small_scene.pend()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="document")
    assert not is_known()
    verify()
    small_scene.pend()
    assert is_known() and not is_known("Haiyun Holding Ltd.")
    with asked(small_scene.court.database) as seen:
        assert is_known()
    assert not [statement for statement, _ in seen if "WHERE party.account_id" in statement]


def test_a_company_seen_at_the_counter_before_it_joins_is_known_elsewhere(small_scene: Scene) -> None:
    """What the registry saw of a party goes with the account that joins for it."""
    small_scene.lodge()
    small_scene.accept()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, RESPONDENT).reference, means="licence")
    small_scene.work()
    small_scene.join()
    with small_scene.court.database.read() as session:
        company = party(small_scene, RESPONDENT)
        assert session.get_one(Account, small_scene.people["haiyun"]).seen_as == [["company", company.name]]


def test_a_verified_person_is_nobody_else(small_scene: Scene) -> None:
    """Whom the registry saw as one person brings no claim in another's name as if that one had been seen: the registry looks
    first (CPL 122; OLR 7). Who was seen as signing for a company was not seen as a person either.
    """
    small_scene.lodge()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="document")
    small_scene.lodge()
    small_scene.accept()
    small_scene.lodge(claim(claimant={"name": "Wang Fang", "email": "li@parties.example", "address": "1 Lake Road"}))
    with pytest.raises(ActNotOpen, match="Wang Fang"):
        small_scene.accept()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="document")
    small_scene.accept()
    company = {"name": "Lake Tea Ltd.", "kind": "company", "email": "tea@parties.example", "address": "1 Lake Road"}
    small_scene.lodge(claim(claimant=company), who="stranger")
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="licence")
    small_scene.lodge(who="stranger")
    with pytest.raises(ActNotOpen, match="Li Wen"):
        small_scene.accept()


def represented_by_letter(scene: Scene) -> None:
    """A respondent who never joined signs a mandate by the letter sent to the address that the claimant named."""
    scene.lodge()
    scene.accept("simple")
    scene.work()
    with scene.court.database.write() as session:
        client = next(p for p in session.get_one(Case, scene.case_id).parties if p.role is RESPONDENT)
        lawyer, now = session.get_one(Account, scene.people["stranger"]), scene.clock.now()
        offered = mandates.offer(session, client, lawyer, MandateScope.SPECIAL, from_at=now, until_at=None, now=now)
        mandates.sign(session, offered, now, most=2)
    scene.work()
    with scene.court.sit() as sitting:
        case = sitting.session.get_one(Case, scene.case_id)
        event = Served(case, case.parties[1], "claim", scene.clock.now(), T("Signed for."), ())
        sitting.follow(case, lambda: sitting.announce(event))


def test_who_acts_through_another_is_seen_before_anything_is_examined(small_scene: Scene) -> None:
    """A mandate may come from whoever reads a mailbox that the other side named: the registry looks who gave it, and nothing is
    examined or decided with them before (CPL 62; OLR 7).
    """
    represented_by_letter(small_scene)
    client = party(small_scene, RESPONDENT)
    assert f"Who {client.name} is has not been verified" in waits_for(small_scene, not_yet)
    with small_scene.court.database.read() as session:
        kinds = session.scalars(select(Task.subject).where(Task.kind == "identity_shown", Task.done_at.is_(None))).all()
    assert kinds == [client.reference]
    small_scene.do("file_answer", "stranger", **ANSWER)
    small_scene.do("verify_identity", "clerk", party=client.reference, means="licence")
    assert client.name not in waits_for(small_scene, not_yet)


def test_who_lets_another_act_and_shows_nothing_goes_on_offline(small_scene: Scene) -> None:
    """Asked for papers, they have the days of OLR 10; afterwards the court takes what comes on paper, and waits no longer."""
    represented_by_letter(small_scene)
    client = party(small_scene, RESPONDENT)
    small_scene.do("ask_for_papers", "clerk", party=client.reference, words="Send the licence of the company.")
    with pytest.raises(ActNotOpen, match="Show the registry first"):
        small_scene.do("file_answer", "stranger", **ANSWER)
    small_scene.later(days=6)
    with pytest.raises(ActNotOpen, match="offline"):
        small_scene.do("file_answer", "stranger", **ANSWER)
    assert "has not been verified" not in waits_for(small_scene, not_yet)
    shown(small_scene, "stranger", "licence", signatory="Hai Yun")
    small_scene.do("file_answer", "stranger", **ANSWER)
