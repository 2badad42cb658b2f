"""Who somebody is and who stands for her: papers for the registry, guardians, legal aid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from odr.app import create_app
from odr.docket.models import Case, DocketEntry, Party, Role, Stage
from odr.evidence.models import Upload
from odr.filing.claim.changes import SubstituteInput
from odr.filing.inputs import AboutYouStep, JoinInput
from odr.filing.models import Claim, Request, RequestKind
from odr.filing.parties.identity import GuardianInput
from odr.filing.parties.joining_by_code import join
from odr.filing.parties.mandates_on_docket import representatives_of
from odr.filing.registry.review import Found, checks_of
from odr.ground.errors import ActNotOpen, Forbidden, InvalidInput, NotFound
from odr.ground.text import LOCALES
from odr.identity.models import Account, Mandate, MandateScope
from odr.payments.fee.relief import desk_of
from odr.payments.models import ReliefRequest, ReliefState
from odr.procedure.forms.form_data import parse
from odr.procedure.papers.form import party_line
from odr.register.publication.redacting import known_in
from odr.service.models import Packet
from odr.service.packet.packets import contacts_of
from odr.service.sending.ports import message_folder
from odr.service.vocabulary import AddressClass, Channel
from tests.filing.test_motions import FACTS, MONEY
from tests.filing.visitor import Visitor
from tests.scene import Scene, claim

CHILD = {
    "name": "Li Xiao",
    "email": "li@parties.example",
    "address": "1 Lake Road",
    "acting": "guardian",
    "guardian_name": "Li Wen",
    "guardian_ties": "parent",
}


def party(scene: Scene, role: Role) -> Party:
    with scene.court.database.read() as session:
        found = next(p for p in session.get_one(Case, scene.case_id).parties if p.role is role)
        session.expunge_all()
        return found


def checks(scene: Scene) -> dict[str, Found]:
    with scene.court.database.read() as session:
        look = scene.court.look(session)
        return {c.title.render("en"): c.found for c in checks_of(look, session.get_one(Case, scene.case_id))}


def test_a_guardian_brings_a_childs_claim_with_all_powers(small_scene: Scene) -> None:
    """The child is the claimant, the parent acts in its place without a mandate of its, appoints a representative and
    withdraws (CPL 60, 61).
    """
    small_scene.lodge(claim(claimant=CHILD))
    mine = party(small_scene, Role.CLAIMANT)
    assert (mine.name, mine.account_id) == ("Li Xiao", None)
    actor = small_scene.actor("li")
    assert actor.is_guardian and actor.has_special_powers and actor.party_id == mine.id
    assert checks(small_scene)["Guardian of Li Xiao"] is Found.DOUBTFUL
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="guardianship")
    assert checks(small_scene)["Guardian of Li Xiao"] is Found.THERE
    small_scene.accept()
    small_scene.work()
    small_scene.represent("li", "stranger")
    with pytest.raises(InvalidInput):
        small_scene.do("revoke_representative", "li", mandate=mandate(small_scene, MandateScope.STATUTORY))
    with small_scene.court.database.read() as session:
        told = session.scalars(select(DocketEntry.act).where(DocketEntry.case_id == small_scene.case_id)).all()
    assert told.count("record_mandate") == 1


def mandate(scene: Scene, scope: MandateScope) -> str:
    with scene.court.database.read() as session:
        return session.scalars(select(Mandate.reference).where(Mandate.scope == scope)).one()


@pytest.mark.parametrize("wrong", [{"guardian_name": None}, {"guardian_ties": None}, {"name": "Li Wen"}])
def test_a_guardian_says_who_she_is(wrong: dict[str, Any]) -> None:
    """Name and tie of the guardian are asked for where somebody acts as one."""
    with pytest.raises(InvalidInput) as refused:
        parse(AboutYouStep, {name: value for name, value in {**CHILD, **wrong}.items() if value is not None})
    assert [fault.location for fault in refused.value.faults] == [(name,) for name in wrong]


def test_a_company_has_no_guardian(small_scene: Scene) -> None:
    """Only a person lacks capacity (CPL 60)."""
    with pytest.raises(InvalidInput):
        small_scene.lodge(claim(claimant={**CHILD, "kind": "company"}))


def test_a_respondents_guardian_joins_and_nobody_stands_on_both_sides(small_scene: Scene) -> None:
    """The guardian joins by the code in the respondent's place; the claimant's guardian cannot (CPL 60)."""
    other = {"name": "Wang Lei", "kind": "person", "email": "wang@parties.example", "address": "8 Harbour Road"}
    small_scene.lodge(claim(respondents=[other]))
    small_scene.accept()
    small_scene.work()
    guardian = {"acting": "guardian", "guardian_name": "Wang Jun", "guardian_ties": "family"}
    given = JoinInput.model_validate({"name": "Wang Lei", "email": "wang@parties.example", **guardian})
    with pytest.raises(ActNotOpen):
        join(small_scene.court, small_scene.people["li"], small_scene.code(), given)
    join(small_scene.court, small_scene.people["haiyun"], small_scene.code(), given)
    assert party(small_scene, Role.RESPONDENT).account_id is None and small_scene.actor("haiyun").is_guardian
    with pytest.raises(ActNotOpen):
        join(small_scene.court, small_scene.people["stranger"], small_scene.code(), given)


def test_the_judge_names_a_guardian_and_the_party_comes_of_age(small_scene: Scene) -> None:
    """The one named acts, the one before no longer; when the party is of age nobody does, and she is invited herself
    (CPI 83).
    """
    small_scene.lodge(claim(claimant=CHILD))
    mine = party(small_scene, Role.CLAIMANT)
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="guardianship")
    small_scene.accept()
    small_scene.work()
    mine = party(small_scene, Role.CLAIMANT)
    who = {"email": "stranger@court.example", "name": "Zhou Yi", "ties": "appointed"}
    named = {"party": mine.reference, "reasons": "The parents leave it to each other (CPL 60).", **who}
    with pytest.raises(Forbidden):
        small_scene.do("appoint_guardian", "clerk", GuardianInput.model_validate(named))
    with pytest.raises(InvalidInput):
        small_scene.do(
            "appoint_guardian", "judge", GuardianInput.model_validate({**named, "email": "judge@court.example"})
        )
    small_scene.do("appoint_guardian", "judge", GuardianInput.model_validate(named))
    assert small_scene.actor("stranger").is_guardian
    with pytest.raises(LookupError):
        small_scene.actor("li")
    ended = {
        "party": mine.reference,
        "why": "of_age",
        "email": "xiao@parties.example",
        "reasons": "Li Xiao is 18 since yesterday.",
    }
    small_scene.do("end_guardian", "clerk", **ended)
    with pytest.raises(ActNotOpen):
        small_scene.do("end_guardian", "clerk", **ended)
    with pytest.raises(LookupError):
        small_scene.actor("stranger")


def test_who_acts_for_a_child_no_longer_gets_nothing_more_of_its_case(small_scene: Scene) -> None:
    """A guardian in whose place another is named, and every guardian once the child is of age: no paper goes to their
    addresses, none counts as served there, and the letter with the code goes to the child's own (CPL 60; OLR 31).
    """
    small_scene.lodge(claim(claimant={**CHILD, "e_service": True}))
    mine = party(small_scene, Role.CLAIMANT)
    small_scene.do("verify_identity", "clerk", party=mine.reference, means="guardianship")
    small_scene.accept()
    small_scene.work()
    who = {"email": "stranger@court.example", "name": "Zhou Yi", "ties": "appointed"}
    named = {"party": mine.reference, "reasons": "The parents leave it to each other (CPL 60).", **who}
    small_scene.do("appoint_guardian", "judge", GuardianInput.model_validate(named))
    assert reached(small_scene, mine) == {"stranger@court.example": False}
    ended = {"party": mine.reference, "why": "of_age", "reasons": "Li Xiao is 18 since yesterday."}
    small_scene.do("end_guardian", "clerk", **ended, email="xiao@parties.example")
    assert reached(small_scene, mine) == {"xiao@parties.example": False}
    with small_scene.court.database.read() as session:
        letter = session.scalars(select(Packet).where(Packet.occasion == "substitution")).one()
        assert {one.address.value for one in letter.attempts if one.address} == {"xiao@parties.example"}


WARD = {"name": "Wang Lei", "kind": "person", "email": "wang@parties.example", "address": "8 Harbour Road"}
FOR_WARD = {"name": "Wang Lei", "email": "wang@parties.example"} | {
    "acting": "guardian",
    "guardian_name": "Wang Jun",
    "guardian_ties": "family",
}


def with_ward(scene: Scene) -> Party:
    """A claim against a child, whose guardian has joined by the code of the letter and was seen by the registry."""
    scene.lodge(claim(respondents=[WARD]))
    scene.accept("simple")
    scene.work()
    join(scene.court, scene.people["haiyun"], scene.code(), JoinInput.model_validate(FOR_WARD))
    mine = party(scene, Role.RESPONDENT)
    scene.do("verify_identity", "clerk", party=mine.reference, means="guardianship")
    return mine


def test_the_code_of_a_letter_lets_nobody_back_whose_acting_ended(small_scene: Scene) -> None:
    """Whoever was guardian still has the letter; the code of the one to the party itself is the only one that counts, and
    the old one opens neither the party's place nor a new guardianship (CPL 60; CPI 83).
    """
    mine, old = with_ward(small_scene), small_scene.code()
    ended = {"party": mine.reference, "why": "of_age", "reasons": "Wang Lei is 18 since yesterday."}
    small_scene.do("end_guardian", "clerk", **ended, email="lei@parties.example")
    itself = {"name": "Wang Lei", "email": "lei@parties.example"}
    for given in (FOR_WARD, itself):
        with pytest.raises(NotFound):
            join(small_scene.court, small_scene.people["haiyun"], old, JoinInput.model_validate(given))
    with small_scene.court.database.read() as session:
        new = session.scalars(select(Packet.code).where(Packet.occasion == "substitution")).one()
    join(small_scene.court, small_scene.people["stranger"], new, JoinInput.model_validate(itself))
    assert party(small_scene, Role.RESPONDENT).account_id == small_scene.people["stranger"]


def test_a_child_is_a_child_while_another_guardian_is_sought(small_scene: Scene) -> None:
    """Nobody acts for it, no paper says that somebody does, and it is named nowhere in public all the same; whoever comes next
    acts by the new code (CPL 60; JDP 8).
    """
    mine = with_ward(small_scene)
    ended = {"party": mine.reference, "why": "other", "reasons": "The aunt takes over."}
    small_scene.do("end_guardian", "clerk", **ended, email="aunt@parties.example")
    with pytest.raises(ActNotOpen):
        small_scene.do("end_guardian", "clerk", **ended)
    with small_scene.court.database.read() as session:
        look, case = small_scene.court.look(session), session.get_one(Case, small_scene.case_id)
        child = next(one for one in known_in(look, case) if "Wang Lei" in one.names)
        assert child.minor
        line = party_line(look, next(p for p in case.parties if p.name == "Wang Lei"))
        assert not any("legal representative" in str(words) for words in line.details)
        new = session.scalars(select(Packet.code).where(Packet.occasion == "substitution")).one()
    next_one = JoinInput.model_validate({**FOR_WARD, "guardian_name": "Wang Ling"})
    join(small_scene.court, small_scene.people["stranger"], new, next_one)
    assert party(small_scene, Role.RESPONDENT).details["guardian"]["name"] == "Wang Ling"
    assert small_scene.actor("stranger").is_guardian


def test_a_child_has_its_guardian_in_a_case_of_its_own_too(small_scene: Scene) -> None:
    """A severed case knows that the claimant is a child: the guardian acts there, stands in its papers, and the court can
    end it; the child is named nowhere in public (CPL 60; JDP 8).
    """
    with_ward(small_scene)
    small_scene.do("file_counterclaim", "haiyun", relief=MONEY, facts=FACTS)
    with small_scene.court.database.read() as session:
        counter = session.scalars(select(Claim.reference).where(Claim.kind == "counterclaim")).one()
    small_scene.do("sever_claim", "judge", claim=counter, reasons="It rests on other deliveries.")
    first = small_scene.case_id
    with small_scene.court.database.read() as session:
        small_scene.case_id = session.scalars(select(Case.id).where(Case.id != first)).one()
    mine = party(small_scene, Role.CLAIMANT)
    assert (mine.name, mine.details["guardian"]["name"]) == ("Wang Lei", "Wang Jun")
    assert small_scene.actor("haiyun").is_guardian
    ended = {"party": mine.reference, "why": "of_age", "reasons": "Wang Lei is 18 since yesterday."}
    small_scene.do("end_guardian", "clerk", **ended)


def test_who_inherits_from_a_child_is_no_child(small_scene: Scene) -> None:
    """What was seen of a child and its guardian shows nothing of who inherits: they are verified themselves, and no guardian
    stands beside them in a paper. Whoever publishes still knows the child, and who acted for it, by name (CPI 55; JDP 8).
    """
    mine = with_ward(small_scene)
    given = {
        "party": mine.reference,
        "ground": "death",
        "name": "Wang Da",
        "kind": "person",
        "reasons": "The only heir.",
    }
    small_scene.do("substitute_party", "judge", SubstituteInput.model_validate(given))
    heir = party(small_scene, Role.RESPONDENT)
    assert heir.name == "Wang Da" and "guardian" not in heir.details
    with small_scene.court.database.read() as session:
        known = known_in(small_scene.court.look(session), session.get_one(Case, small_scene.case_id))
    named = {name: (one.minor, one.represents_by_law) for one in known for name in one.names}
    assert named["Wang Da"] == (False, False) and named["Wang Lei"] == (True, False)
    assert named["Wang Jun"] == (False, True)


def reached(scene: Scene, who: Party) -> dict[str, bool]:
    """Mail addresses of a party now, and whether a paper that arrives there is served."""
    with scene.court.database.read() as session:
        found = contacts_of(session, who.id)
        agreed = any(one.withdrawn_at is None for one in found.consents)
        mails = [one for one in found.addresses if one.channel is Channel.EMAIL]
        return {one.value: agreed and one.standing is AddressClass.GIVEN for one in mails}


def test_papers_are_seen_by_the_registry_alone(visitor: Callable[[str | None], Visitor], pending: Scene) -> None:
    """A party sends a photograph; the clerk opens it and verifies, the other side and strangers do not; nobody's filing
    waits for it (OLR 7).
    """
    sent = pending.upload("li", b"\x89PNG\r\n\x1a\n" + b"x" * 40, "card.png", "image/png")
    receipt = pending.do("show_identity", "li", paper="document", front=sent.reference)
    path = f"/cases/{pending.case().reference}/docket/{receipt.number}/files/{sent.reference}"
    assert visitor("clerk").raw(path).data.startswith(b"\x89PNG")
    assert path in visitor("clerk").get(f"/cases/{pending.case().reference}/docket/{receipt.number}")
    visitor("haiyun").get(path, 404)
    visitor("stranger").get(path, 404)
    assert visitor("li").raw(path).status_code == 200
    pending.do(
        "ask_for_papers", "clerk", party=party(pending, Role.CLAIMANT).reference, words="The photograph cannot be read."
    )
    pending.do("verify_identity", "clerk", party=party(pending, Role.CLAIMANT).reference, means="document")
    with pytest.raises(Forbidden):
        pending.do("show_identity", "clerk", paper="document", front=sent.reference)


def test_words_that_are_a_files_reference_open_no_file(
    visitor: Callable[[str | None], Visitor], pending: Scene
) -> None:
    """Only what was given to an act as a file is opened through its entry: who writes a stranger's reference into words
    gets nothing.
    """
    sent = pending.upload("haiyun", b"nobody has seen this", "secret.txt")
    receipt = pending.do("complain", "li", about="system", words=sent.reference)
    path = f"/cases/{pending.case().reference}/docket/{receipt.number}"
    visitor("li").get(f"{path}/files/{sent.reference}", 404)
    visitor("li").get(f"{path}/files/{sent.reference}/preview/1", 404)
    assert f"/files/{sent.reference}" not in visitor("li").get(path)


def test_a_file_is_opened_through_an_entry_only_while_who_filed_it_is_who_sent_it(
    visitor: Callable[[str | None], Visitor], pending: Scene
) -> None:
    """An entry opens the files of the account that filed it, and of no other."""
    sent = pending.upload("li", b"an identity card", "card.txt")
    receipt = pending.do("show_identity", "li", paper="document", front=sent.reference)
    path = f"/cases/{pending.case().reference}/docket/{receipt.number}/files/{sent.reference}"
    assert visitor("clerk").raw(path).status_code == 200
    with pending.court.database.write() as session:
        session.get_one(Upload, sent.id).account_id = pending.people["haiyun"]
    visitor("clerk").get(path, 404)


def test_an_exhibits_file_is_not_reached_beside_its_page(
    visitor: Callable[[str | None], Visitor], pending: Scene
) -> None:
    """Through an entry only what is no exhibit is opened: an exhibit's seal is asked for on its own page."""
    sent = pending.upload("li", b"an order", "order.txt")
    receipt = pending.do(
        "submit_exhibit", "li", upload=sent.reference, title="Order", proves="The purchase", source="My phone"
    )
    visitor("judge").get(f"/cases/{pending.case().reference}/docket/{receipt.number}/files/{sent.reference}", 404)


def test_a_company_names_who_signs(pending: Scene) -> None:
    """With the licence goes the name of the signatory; a person shows no licence."""
    act = pending.court.table["show_identity"].input
    with pytest.raises(InvalidInput) as refused:
        parse(act, {"paper": "licence", "front": "a" * 26})
    assert [fault.location for fault in refused.value.faults] == [("signatory",)]
    sent = pending.upload("haiyun", b"\x89PNG\r\n\x1a\n" + b"x" * 40, "licence.png", "image/png")
    pending.do(
        "show_identity", "haiyun", paper="licence", front=sent.reference, signatory="Wang Hai", position="Manager"
    )
    mine = pending.upload("li", b"\x89PNG\r\n\x1a\n" + b"y" * 40, "licence.png", "image/png")
    with pytest.raises(InvalidInput):
        pending.do("show_identity", "li", paper="licence", front=mine.reference, signatory="Li Wen")


def test_a_lawyers_licence_is_seen_once_and_counts_in_every_case(pending: Scene) -> None:
    """The registry verifies it in one case; in the next it stands already. A relative's tie counts in one case only
    (CPI 88).
    """
    with pytest.raises(ActNotOpen):
        pending.do("verify_licence", "clerk", mandate="a" * 26, kind="lawyer", firm="Sun and Partners")
    pending.represent("li", "stranger")
    with pytest.raises(Forbidden):
        pending.do(
            "verify_licence",
            "li",
            mandate=mandate(pending, MandateScope.ORDINARY),
            kind="lawyer",
            firm="Sun and Partners",
        )
    with pytest.raises(InvalidInput):
        pending.do(
            "verify_licence",
            "clerk",
            mandate=mandate(pending, MandateScope.ORDINARY),
            kind="lawyer",
            firm="Sun and Partners",
            until="2020-01-01",
        )
    pending.do("verify_licence", "clerk", mandate=mandate(pending, MandateScope.ORDINARY), kind="relative")
    assert entitled(pending) == "Close relative of the party"
    pending.do(
        "verify_licence",
        "clerk",
        mandate=mandate(pending, MandateScope.ORDINARY),
        kind="lawyer",
        firm="Sun and Partners",
        until="2026-12-31",
    )
    pending.lodge()
    pending.represent("li", "stranger")
    assert entitled(pending) == "Lawyer, Sun and Partners"
    pending.clock.advance(timedelta(days=400))
    assert entitled(pending) is None


def entitled(scene: Scene) -> str | None:
    with scene.court.database.read() as session:
        [one] = representatives_of(scene.court.look(session), session.get_one(Case, scene.case_id))
        return one.entitled.render("en") if one.entitled is not None else None


AID = {"ground": "poor", "words": "I do not know how to answer a court.", "pass_on": "yes", "phone": "13800001111"}


def test_legal_aid_is_asked_for_passed_on_and_answered(pending: Scene) -> None:
    """Asked once at a time, seen by the court and one's own side; the clerk records what the body decides (FEE 45)."""
    pending.do("request_legal_aid", "li", **AID)
    with pytest.raises(ActNotOpen):
        pending.do("request_legal_aid", "li", **AID)
    with pytest.raises(ActNotOpen):
        pending.do("request_legal_aid", "haiyun", **AID)
    with pending.court.database.read() as session:
        request = session.scalars(select(Request.reference).where(Request.kind == RequestKind.LEGAL_AID)).one()
    told = {"request": request, "body": "Legal Aid Centre", "on": "2026-03-02"}
    with pytest.raises(Forbidden):
        pending.do("record_legal_aid", "li", outcome="granted", lawyer="Sun Mei", **told)
    pending.do("record_legal_aid", "clerk", outcome="passed_on", **told)
    pending.do("record_legal_aid", "clerk", outcome="granted", lawyer="Sun Mei", **told)
    with pytest.raises(ActNotOpen):
        pending.do("record_legal_aid", "clerk", outcome="refused", **told)
    assert party(pending, Role.CLAIMANT).details["legal_aid"]["lawyer"] == "Sun Mei"
    letters = [path.read_text() for path in pending.court.settings.data_dir.rglob("message.json")]
    assert any("Sun Mei" in letter for letter in letters)


def test_who_gets_legal_aid_pays_the_fee_later(small_scene: Scene) -> None:
    """Asked with the request for aid: granted, the deferral lies on the desk before acceptance, and cannot be refused
    (FEE 47(3), 49).
    """
    scene = small_scene
    scene.lodge()
    scene.do("request_legal_aid", "li", **AID, fee="later")
    with scene.court.database.read() as session:
        assert session.scalars(select(ReliefRequest)).all() == [], "not before the legal-aid body has decided"
        request = session.scalars(select(Request.reference).where(Request.kind == RequestKind.LEGAL_AID)).one()
    told = {"request": request, "body": "Legal Aid Centre", "on": "2026-03-02", "lawyer": "Sun Mei"}
    scene.do("record_legal_aid", "clerk", outcome="granted", **told)
    with scene.court.database.read() as session:
        asked = session.scalars(select(ReliefRequest)).one()
    assert (asked.kind.value, asked.ground, asked.state) == ("deferral", "legal_aid", ReliefState.PENDING)
    decider = "president" if desk_of_relief(scene) is Role.PRESIDENT else desk_of_relief(scene).value
    reasons = {"request": asked.reference, "reasons": "The fee is small enough."}
    with pytest.raises(InvalidInput, match="must be put off"):
        scene.do("decide_relief", decider, decision="refuse", **reasons)
    scene.do("decide_relief", decider, decision="grant", until="2026-09-01", **reasons)
    with scene.court.database.read() as session:
        assert session.scalars(select(ReliefRequest)).one().state is ReliefState.GRANTED


def desk_of_relief(scene: Scene) -> Role:
    with scene.court.database.read() as session:
        return desk_of(scene.court.look(session), session.get_one(Case, scene.case_id))


@pytest.mark.parametrize("locale", LOCALES)
def test_whoever_asked_for_legal_aid_reads_who_is_waited_for_and_what_becomes_of_the_fee(
    small_scene: Scene, locale: str
) -> None:
    """On the page of the case until it is answered; the reply names the case, and what follows for the fee (FEE 47, 49)."""
    scene = small_scene
    scene.lodge()
    scene.do("request_legal_aid", "li", **AID, fee="later")
    with scene.court.database.write() as session:
        session.get_one(Account, scene.people["li"]).locale = locale
        request = session.scalars(select(Request.reference).where(Request.kind == RequestKind.LEGAL_AID)).one()
    li = Visitor(create_app(court=scene.court), scene, "li", locale)
    page = f"/cases/{scene.case().reference}"
    waits = {
        "en": ("The registry passes it on", "Passed on to Legal Aid Centre"),
        "zh-Hans": ("由立案庭转交", "转交Legal Aid Centre"),
    }
    assert waits[locale][0] in li.get(page)
    told = {"request": request, "body": "Legal Aid Centre", "on": "2026-03-02"}
    scene.do("record_legal_aid", "clerk", outcome="passed_on", **told)
    assert waits[locale][1] in li.get(page)
    scene.do("record_legal_aid", "clerk", outcome="granted", lawyer="Sun Mei", **told)
    now = li.get(page)
    assert "asked-and-open" not in now
    assert {"en": "You have asked for help with the fee: Deferral", "zh-Hans": "您已申请司法救助：缓交"}[locale] in now
    (letter,) = [m for m in message_folder(scene.court.settings).messages() if "Sun Mei" in m.text]
    assert scene.case().reference not in letter.subject and "Li Wen" in letter.subject, "no machine's word"
    assert {"en": "before it accepts the claim", "zh-Hans": "决定立案之前"}[locale] in letter.text


def test_what_somebody_wrote_in_another_language_is_marked_with_it(small_scene: Scene) -> None:
    """A voice that reads the page aloud takes the right tongue; what is in the page's own language needs no mark, nor a name."""
    facts = [
        {"what": "三十瓶的标签与页面不符。", "happened_on": "2026-01-14"},
        {"what": "Thirty bottles <b>broke</b> on the way.", "happened_on": "2026-01-15"},
    ]
    small_scene.lodge(claim(facts=facts))
    app, page = create_app(court=small_scene.court), f"/cases/{small_scene.case().reference}/claim"
    english, chinese = (Visitor(app, small_scene, "li", locale).get(page) for locale in ("en", "zh-Hans"))
    bottles = "Thirty bottles &lt;b&gt;broke&lt;/b&gt; on the way."
    assert (
        '<span lang="zh-Hans">三十瓶的标签与页面不符。</span>' in english
        and f'<span lang="en">{bottles}</span>' not in english
    )
    assert f'<span lang="en">{bottles}</span>' in chinese and '<span lang="zh-Hans">三十瓶' not in chinese


@pytest.mark.parametrize("locale", LOCALES)
def test_to_pay_later_is_offered_only_before_acceptance(pending: Scene, locale: str) -> None:
    """After it the form has no such choice, and the page of the case says what can still be asked (FEE 49)."""
    li = Visitor(create_app(court=pending.court), pending, "li", locale)
    page = f"/cases/{pending.case().reference}"
    form = li.get(f"{page}/do/request_relief")
    assert 'value="reduction"' in form and 'value="deferral"' not in form and 'value="accident"' not in form
    with pytest.raises(InvalidInput, match=r"art\. 49"):
        pending.do("request_relief", "li", kind="deferral", ground="accident", reasons="I was hit by a car.")


@pytest.mark.parametrize("fee", ["later", "no"])
def test_after_acceptance_no_deferral_is_asked_for(pending: Scene, fee: str) -> None:
    """What is granted too late for FEE 49, or was not asked for, brings no request that could only be refused."""
    pending.do("request_legal_aid", "li", **AID, fee=fee)
    with pending.court.database.read() as session:
        request = session.scalars(select(Request.reference).where(Request.kind == RequestKind.LEGAL_AID)).one()
    told = {"request": request, "body": "Legal Aid Centre", "on": "2026-03-02", "lawyer": "Sun Mei"}
    pending.do("record_legal_aid", "clerk", outcome="granted", **told)
    with pending.court.database.read() as session:
        assert session.scalars(select(ReliefRequest)).all() == []


def test_the_legal_aid_body_is_written_to_where_the_court_knows_it(pending: Scene) -> None:
    """With an address set the body gets what the person agreed to, and not more."""
    pending.court.settings = pending.court.settings.model_copy(update={"legal_aid_email": "aid@centre.example"})
    pending.do("request_legal_aid", "li", **AID)
    letters = [path.read_text() for path in pending.court.settings.data_dir.rglob("message.json")]
    [letter] = [letter for letter in letters if "aid@centre.example" in letter]
    assert "13800001111" in letter and "capsules" not in letter


def test_nobody_offers_herself_as_guardian_by_a_mandate(
    visitor: Callable[[str | None], Visitor], pending: Scene
) -> None:
    """What the law or the court gives is not asked of a client by a link."""
    with pending.court.database.write() as session:
        session.get_one(Account, pending.people["li"]).identity_verified_at = None
    lawyer = visitor("stranger")
    answer = lawyer.send(
        "/account/mandates",
        "/account/mandates",
        422,
        number=pending.case().number or "",
        email="li@parties.example",
        scope="statutory",
    )
    assert "Choose how far the powers go" in answer.text
    with pending.court.database.read() as session:
        assert session.scalars(select(Mandate)).all() == []
        assert session.get_one(Account, pending.people["li"]).identity_verified_at is None
    assert pending.case().stage is Stage.PENDING
