"""Sex and day of birth: from the document of a person into the head of a judgment, and out again before it is published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, strategies as st

from odr.docket.models import Case, Party, Role
from odr.docket.papers import PartyLine
from odr.docket.queries import entries_of
from odr.docket.visibility import reads_entry
from odr.filing import desks
from odr.ground.errors import InvalidInput
from odr.ground.text import PaperDay, T, write
from odr.procedure.papers.form import PERSON, party_line
from odr.procedure.rules.registry import PackRegistry
from odr.register.redaction.apply import apply
from odr.register.redaction.known import Choice, open_candidates
from odr.register.redaction.propose import propose
from odr.register.redaction.structure import text_of
from tests.filing.test_identity_first import party
from tests.register.test_redaction import HAIYUN, LI, paper
from tests.scene import Scene, claim

PACKS = PackRegistry.load()
RULES = {one: PACKS.in_force(one, date(2026, 3, 2)).publication.rules for one in ("cn", "ew")}  # type: ignore[union-attr]
BORN = {"sex": "female", "born_on": "1990-02-03"}


def head_of(scene: Scene, role: Role, locale: str) -> list[str]:
    """What a paper says of a party after the name."""
    with scene.court.database.read() as session:
        mine = session.get_one(Party, party(scene, role).id)
        line = party_line(scene.court.look(session), mine)
        return [write(one, locale) for one in line.details]


def show(scene: Scene, who: str = "li", **more: str) -> None:
    scene.do("show_identity", who, paper="document", front=scene.upload(who, b"card", "card.txt").reference, **more)


def test_what_the_document_says_stands_in_the_head_of_a_paper(small_scene: Scene) -> None:
    """In the order of the form: sex, day of birth, then where they live; in the language of the paper; else nothing."""
    small_scene.lodge()
    before = head_of(small_scene, Role.CLAIMANT, "en")
    show(small_scene, **BORN)
    assert head_of(small_scene, Role.CLAIMANT, "en") == ["female", "born on 3\u00a0February 1990", *before]
    assert head_of(small_scene, Role.CLAIMANT, "zh-Hans")[:2] == ["女", "1990年2月3日出生"]


def test_only_their_own_side_and_the_court_read_it_before(small_scene: Scene) -> None:
    """Neither entry is read by the other side, whether the party said it or the clerk."""
    small_scene.lodge()
    mine = party(small_scene, Role.CLAIMANT).reference
    show(small_scene, **BORN)
    small_scene.do("verify_identity", "clerk", party=mine, means="document", **BORN)
    small_scene.accept()
    small_scene.join()
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        told = [entries_of(session, case, name)[0] for name in ("show_identity", "verify_identity")]
        readers = {who: [reads_entry(small_scene.actor(who), one) for one in told] for who in ("li", "haiyun", "clerk")}
    assert readers == {"li": [True, True], "haiyun": [False, False], "clerk": [True, True]}


def test_a_verification_that_says_nothing_of_the_person_is_on_everybodys_docket(small_scene: Scene) -> None:
    """Only what is private is kept from the other side."""
    small_scene.lodge()
    small_scene.do("verify_identity", "clerk", party=party(small_scene, Role.CLAIMANT).reference, means="document")
    small_scene.accept()
    small_scene.join()
    with small_scene.court.database.read() as session:
        (entry,) = entries_of(session, session.get_one(Case, small_scene.case_id), "verify_identity")
        assert reads_entry(small_scene.actor("haiyun"), entry)


def test_it_is_asked_of_people_and_of_days_that_can_be(small_scene: Scene) -> None:
    """A company has no birthday, a guardian's paper tells nothing of the ward, nobody is born tomorrow."""
    small_scene.lodge()
    mine = party(small_scene, Role.CLAIMANT)
    tomorrow = (small_scene.clock.now() + timedelta(days=2)).date().isoformat()
    for means, more, where in (
        ("licence", BORN, "born_on"),
        ("document", {"born_on": tomorrow}, "born_on"),
        ("licence", {"sex": "male"}, "sex"),
    ):
        with pytest.raises(InvalidInput) as refused:
            small_scene.do("verify_identity", "clerk", party=mine.reference, means=means, **more)
        assert [fault.location for fault in refused.value.faults] == [(where,)]
    other = party(small_scene, Role.RESPONDENT)
    with pytest.raises(InvalidInput):
        small_scene.do("verify_identity", "clerk", party=other.reference, means="document", sex="male")
    assert PERSON not in party(small_scene, Role.CLAIMANT).details


def test_the_clerk_corrects_what_the_party_said_and_keeps_the_rest(small_scene: Scene) -> None:
    """What the registry saw on the document prevails; what it left empty stays."""
    small_scene.lodge()
    show(small_scene, **BORN)
    mine = party(small_scene, Role.CLAIMANT).reference
    small_scene.do("verify_identity", "clerk", party=mine, means="document", born_on="1990-02-13")
    said = party(small_scene, Role.CLAIMANT).details[PERSON]
    assert (said["sex"], said["born_on"]) == ("female", "1990-02-13")


def test_verified_once_it_stands_in_the_persons_next_case(small_scene: Scene) -> None:
    """The registry read it on the papers of this very person; what it did not read itself goes into no other case."""
    small_scene.lodge()
    show(small_scene, **BORN)
    mine = party(small_scene, Role.CLAIMANT).reference
    small_scene.do("verify_identity", "clerk", party=mine, means="document", sex="female")
    first = small_scene.case_id
    small_scene.lodge(claim())
    assert [one for one in head_of(small_scene, Role.CLAIMANT, "en") if one.startswith(("female", "born"))] == [
        "female"
    ]
    small_scene.case_id, second = first, small_scene.case_id
    small_scene.do("verify_identity", "clerk", party=mine, means="document", born_on="1990-02-03")
    small_scene.case_id = second
    assert head_of(small_scene, Role.CLAIMANT, "en")[:2] == ["female", "born on 3\u00a0February 1990"]


def test_what_somebody_tells_does_not_replace_what_was_verified_of_them_elsewhere(small_scene: Scene) -> None:
    """In the next case too the registry's word goes before theirs, until the registry has seen their papers there."""
    small_scene.lodge()
    mine = party(small_scene, Role.CLAIMANT).reference
    small_scene.do("verify_identity", "clerk", party=mine, means="document", **BORN)
    small_scene.lodge(claim())
    show(small_scene, sex="female", born_on="1950-01-01")
    assert head_of(small_scene, Role.CLAIMANT, "en")[1] == "born on 3\u00a0February 1990"
    mine = party(small_scene, Role.CLAIMANT).reference
    small_scene.do("verify_identity", "clerk", party=mine, means="document", born_on="1990-02-13")
    assert head_of(small_scene, Role.CLAIMANT, "en")[1] == "born on 13\u00a0February 1990"


def test_a_party_does_not_replace_what_the_registry_verified(small_scene: Scene) -> None:
    """What they say otherwise stays beside it, on a clerk's desk; verified again, it stands."""
    small_scene.lodge()
    mine = party(small_scene, Role.CLAIMANT).reference
    small_scene.do("verify_identity", "clerk", party=mine, means="document", **BORN)
    show(small_scene, sex="female", born_on="1950-01-01")
    said = party(small_scene, Role.CLAIMANT).details[PERSON]
    assert (said["born_on"], said["beside"]) == ("1990-02-03", {"born_on": "1950-01-01"})
    assert head_of(small_scene, Role.CLAIMANT, "en")[1] == "born on 3\u00a0February 1990"
    with small_scene.court.database.read() as session:
        case = session.get_one(Case, small_scene.case_id)
        titles = [one.title["en"] for one in small_scene.court.look(session).tasks(case, desks.IDENTITY_SHOWN, mine)]
        told = entries_of(session, case, "show_identity")[0].payload
    assert len(titles) == 1 and "is another than was verified" in titles[0]
    assert "stands until the registry has looked" in told
    small_scene.do("verify_identity", "clerk", party=mine, means="document", born_on="1950-01-01")
    said = party(small_scene, Role.CLAIMANT).details[PERSON]
    assert (said["born_on"], "beside" in said) == ("1950-01-01", False)


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.sampled_from(["en", "zh-Hans"]), st.sampled_from(["cn", "ew"]))
def test_no_day_of_birth_is_published(day: date, locale: str, country: str) -> None:
    """Whatever the day and the language, what is published of the head has the year at most (JDP 10)."""
    written = write(PaperDay(day), locale)
    bare = written.replace(str(day.year), "").strip("年 \u00a0")
    others = text_of(paper(parties=[PartyLine("原告", "李雷"), PartyLine("被告", "杭州海云信息技术有限公司")]), locale)
    assume(not any(bare in words for _, _, words in others.cells()))  # A day of the paper's own is published.
    line = PartyLine("原告", "李雷", [T("male"), T("born on %(day)s", day=PaperDay(day))])
    original = text_of(paper(parties=[line, PartyLine("被告", "杭州海云信息技术有限公司")]), locale)
    assert any(written in words for _, _, words in original.cells())
    found = propose(original, (LI, HAIYUN), RULES[country])
    public = apply(original, found, dict.fromkeys(open_candidates(found, {}), Choice.LEAVE))
    told = "\n".join(words for _, _, words in public.cells())
    assert written not in told and bare not in told
