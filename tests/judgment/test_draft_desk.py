"""Beside the draft: evidence and arguments, versions compared, comments of the bench that nobody else reads, a judge's own texts."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from odr.app import create_app
from odr.docket.models import DocketEntry, Role, Seat
from odr.ground.errors import InvalidInput, NotFound
from odr.identity.models import Account, AccountRole, AccountState
from odr.judgment.draft import text_blocks
from odr.judgment.draft.comments import CommentInput, comments_on, say, settle_comment
from odr.judgment.draft.models import DraftComment, TextBlock
from odr.judgment.draft.text_blocks import TextBlockInput, blocks_for, blocks_of, keep, put_aside, versions_of
from odr.judgment.draft.versions import MOST_WORDS, Piece, compare, compare_words
from tests.judgment.bench import Bench
from tests.judgment.web import Visitor


def visitors(bench: Bench, *names: str, locale: str = "en") -> list[Visitor]:
    """Signed-in people at one court."""
    app = create_app(court=bench.court)
    return [Visitor(app, bench, name, locale) for name in names]


def remark(bench: Bench, who: str, words: str) -> str:
    """Somebody of the bench says something about the draft; gives its reference."""
    with bench.court.database.write() as session:
        row = say(session, bench.case(), bench.actor(who), CommentInput(words=words), None, bench.clock.now())
        return str(row.reference)


def read_by(bench: Bench, who: str) -> list[str]:
    """What somebody reads of the comments."""
    with bench.court.database.read() as session:
        return [one.words for one in comments_on(session, bench.case(), bench.actor(who)).rows]


# Beside


@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_evidence_and_arguments_stand_beside_the_draft(bench: Bench, locale: str) -> None:
    """Facts with their answers, exhibits with what is said against them, and articles with their text, on the same page."""
    (judge,) = visitors(bench, "judge", locale=locale)
    page = html.unescape(judge.get("/decision/desk"))
    aside = page.split('id="beside"')[1]
    for words in ("I bought 30 bottles.", "The listing named the agent.", "C-1", "C-2"):
        assert words in aside
    assert 'name="put"' in aside and 'form="draft-form"' in aside


def test_what_stands_beside_is_put_into_the_chosen_part(bench: Bench) -> None:
    """An article and a text of the judge's own go into the paragraph that is chosen; nothing is kept by it, nothing typed lost."""
    (judge,) = visitors(bench, "judge")
    with bench.court.database.write() as session:
        row = keep(
            session,
            bench.account("judge").id,
            TextBlockInput(title="Proof", words="The burden is on the seller.", language="en"),
            bench.clock.now(),
        )
        key = f"block/{row.series}"
    assert "The burden is on the seller." in judge.get("/decision/desk")
    before = bench.case().entry_count
    page = judge.send(
        "/decision/desk",
        "/decision/draft",
        {"put": key, "insert_into": "reasons-0-text", "reasons-0-text": "First my own words."},
        status=200,
    )
    assert "First my own words. The burden is on the seller." in html.unescape(page)
    page = judge.send(
        "/decision/desk", "/decision/draft", {"put": "article/CPL 128", "insert_into": "reasons-0-text"}, status=200
    )
    assert "Civil Procedure Law" in page.split('name="reasons-0-text"')[1].split("</textarea>")[0]
    judge.send("/decision/desk", "/decision/draft", {"put": "no/such", "insert_into": "reasons-0-text"}, status=200)
    assert bench.case().entry_count == before


# Versions


def test_versions_are_compared_word_by_word(bench: Bench) -> None:
    """What was taken out and put in between two versions stands side by side; parts that are alike are left out."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft(answers="The goods were as described."))
    bench.do("judge", "draft_decision", bench.draft(answers="The goods were never as described."))
    judge, assistant = visitors(bench, "judge", "assistant")
    page = judge.get("/decision/versions")
    assert "<ins>never </ins>" in page and "Was the label true?" not in page
    assert "<ins>never </ins>" in assistant.get("/decision/versions")
    with bench.court.database.read() as session:
        numbers = list(
            session.scalars(
                select(DocketEntry.number)
                .where(DocketEntry.case_id == bench.case_id, DocketEntry.act == "draft_decision")
                .order_by(DocketEntry.number)
            )
        )
    older, newer = numbers[0], numbers[-1]
    assert "<del>never </del>" in judge.get(f"/decision/versions?older={newer}&newer={older}")
    for odd in ("x", "9" * 30, "1", "-1", "%00"):
        judge.get(f"/decision/versions?older={odd}&newer={odd}")


def test_no_version_is_anybody_elses(bench: Bench) -> None:
    """Neither party, clerk, president nor stranger reads what was drafted or remarked."""
    bench.findings()
    bench.do("judge", "draft_decision", bench.draft())
    remark(bench, "judge", "Look at C-2 once more.")
    li, haiyun, clerk, president, stranger = visitors(bench, "li", "haiyun", "clerk", "president", "stranger")
    for path in ("/decision/versions", "/decision/comments"):
        for who in (li, haiyun, clerk):
            who.get(path, 403)
        for who in (president, stranger):
            assert who.client.get(who.base + path, base_url="http://court.test").status_code in (403, 404)


TEXTS = st.text(alphabet="ab 的是。,\n", max_size=60)


@given(TEXTS, TEXTS)
def test_nothing_is_lost_between_two_versions(before: str, after: str) -> None:
    """The pieces of either side put together are that version, whatever was written."""
    left, right = compare_words(before, after)
    assert "".join(piece.words for piece in left) == before and "".join(piece.words for piece in right) == after
    assert (
        [p.words for p in left if not p.is_taken] == [p.words for p in right if not p.is_new]
        or before == after
        or ("".join(p.words for p in left if not p.is_taken) == "".join(p.words for p in right if not p.is_new))
    )


@given(st.lists(TEXTS, max_size=6), st.lists(TEXTS, max_size=6))
def test_every_paragraph_stands_on_its_side_once(before: list[str], after: list[str]) -> None:
    """Paragraphs keep their order on both sides, and those of alike versions are alike."""
    lines = compare(before, after)
    assert ["".join(p.words for p in one.before) for one in lines if one.before is not None] == before
    assert ["".join(p.words for p in one.after) for one in lines if one.after is not None] == after
    assert all(one.is_alike for one in compare(before, before))


def test_a_very_long_paragraph_is_told_whole() -> None:
    """No draft keeps the court busy: beyond some thousand words a paragraph is only said to have changed."""
    before, after = "字" * MOST_WORDS, "词" * MOST_WORDS
    assert compare_words(before, after) == ([Piece(before, is_taken=True)], [Piece(after, is_new=True)])


# Comments


def test_the_bench_talks_about_the_draft(bench: Bench) -> None:
    """The assistant says something, the judge reads it beside the draft and settles it; the docket knows nothing of it."""
    judge, assistant = visitors(bench, "judge", "assistant")
    before = bench.case().entry_count
    assistant.send(
        "/decision/comments", "/decision/comments", {"part": "reasons", "words": "Please look at C-2, page 2."}
    )
    assert "Please look at C-2, page 2." in judge.get("/decision/desk").split('id="beside"')[1]
    page = judge.get("/decision/comments")
    assert "Assistant" in page and "Reasons" in page
    with bench.court.database.read() as session:
        reference = session.scalars(select(DraftComment.reference)).one()
    judge.send("/decision/comments", f"/decision/comments/{reference}/settled")
    assert "Please look" not in judge.get("/decision/desk") and "Settled by Judge" in judge.get("/decision/comments")
    assert bench.case().entry_count == before
    judge.send("/decision/comments", "/decision/comments", {"words": " "}, status=422)


def test_a_comment_whose_button_is_pressed_twice_is_said_once(bench: Bench) -> None:
    """The page gives a comment its reference: sent again from that page it is there already; from another page it is another,
    and nobody overwrites or reads one that is somebody else's.
    """
    (judge,) = visitors(bench, "judge")
    said = {"part": "orders", "words": "Is the day right?"}
    reference = re.findall(r'name="once" value="([a-z2-7]{26})"', judge.get("/decision/comments"))[0]
    for _ in range(2):
        judge.send("/decision/comments", "/decision/comments", said | {"once": reference})
    assert read_by(bench, "judge") == ["Is the day right?"]
    judge.send("/decision/comments", "/decision/comments", said)
    assert read_by(bench, "judge") == ["Is the day right?"] * 2
    with pytest.raises(IntegrityError), bench.court.database.write() as session:
        say(
            session,
            bench.case(),
            bench.actor("assistant"),
            CommentInput(words="Mine."),
            None,
            bench.clock.now(),
            reference,
        )
    assert read_by(bench, "assistant") == ["Is the day right?"] * 2


def test_another_comment_from_a_page_one_went_back_to_is_not_swallowed(bench: Bench) -> None:
    """Sent, gone back and written anew: the page still carries the first reference, the second text is a comment of its own."""
    (judge,) = visitors(bench, "judge")
    reference = re.findall(r'name="once" value="([a-z2-7]{26})"', judge.get("/decision/comments"))[0]
    for words in ("Is the day right?", "And the sum?"):
        said = {"part": "orders", "words": words, "once": reference}
        judge.send("/decision/comments", "/decision/comments", said)
    assert sorted(read_by(bench, "judge")) == ["And the sum?", "Is the day right?"]


def test_a_comment_is_in_no_file_and_on_no_page_of_others(bench: Bench) -> None:
    """Deliberation is secret: no entry, no page of the case and no list of readings holds a word of it."""
    remark(bench, "assistant", "The secret word is plover.")
    with bench.court.database.read() as session:
        assert not any("plover" in row for row in session.scalars(select(DocketEntry.payload)))
    (visitor,) = visitors(bench, "judge")
    visitor.get("/decision/comments")
    for who in visitors(bench, "li", "haiyun", "clerk"):
        for path in ("", "/docket", "/readings", "/decision"):
            assert "plover" not in who.client.get(who.base + path, base_url="http://court.test").text


def test_who_joins_the_bench_reads_what_is_said_from_then_on(bench: Bench) -> None:
    """A successor does not read what those before them deliberated, and somebody who left reads nothing any more."""
    remark(bench, "judge", "Before.")
    bench.wait(hours=1)
    with bench.court.database.write() as session:
        row = Account(email="next@people.example", name="Next", state=AccountState.ACTIVE, created_at=bench.clock.now())
        session.add(row)
        session.flush()
        session.add(AccountRole(account_id=row.id, role=Role.JUDGE, granted_at=bench.clock.now()))
        seat = session.scalars(select(Seat).where(Seat.case_id == bench.case_id, Seat.role == Role.JUDGE)).one()
        left, seat.until_at = bench.actor("judge"), bench.clock.now()
        session.add(Seat(case_id=bench.case_id, account_id=row.id, role=Role.JUDGE, from_at=bench.clock.now()))
    bench.wait(hours=1)
    remark(bench, "assistant", "After.")
    assert read_by(bench, "assistant") == ["After.", "Before."]
    with bench.court.database.read() as session:
        following = replace(left, account_id=session.scalars(select(Account.id).where(Account.name == "Next")).one())
        assert [one.words for one in comments_on(session, bench.case(), following).rows] == ["After."]
        assert not comments_on(session, bench.case(), left).rows


def test_a_comment_of_another_case_is_not_settled_here(bench: Bench) -> None:
    """A reference leads nowhere outside its case, nor for somebody off the bench."""
    reference = remark(bench, "judge", "Here.")
    with bench.court.database.write() as session:
        other = bench.case()
        with pytest.raises(NotFound):
            settle_comment(session, other, bench.actor("claimant/1"), reference, bench.clock.now())
        with pytest.raises(NotFound):
            settle_comment(session, other, bench.actor("judge"), "x" * 26, bench.clock.now())
        with pytest.raises(NotFound):
            say(session, other, bench.actor("clerk"), CommentInput(words="No."), None, bench.clock.now())


# Text blocks


def test_a_text_is_kept_in_versions(bench: Bench) -> None:
    """Changed in the browser it is another version, the older one stays to be read; put aside it is offered no more."""
    (judge,) = visitors(bench, "judge")
    given = {"title": "Burden", "words": "The seller proves it.", "language": "en"}
    assert judge.post("/today/texts", given).status_code == 303
    with bench.court.database.read() as session:
        series = session.scalars(select(TextBlock.series)).one()
    assert judge.post(f"/today/texts/{series}", {"words": "The seller proves it alone."}).status_code == 303
    assert judge.post(f"/today/texts/{series}", {}).status_code == 303
    page = html.unescape(judge.page(f"/today/texts/{series}"))
    assert "Version 2" in page and "Version 3" not in page and "<ins> alone</ins>" in page
    assert judge.post("/today/texts", {**given, "title": " "}).status_code == 422
    with bench.court.database.write() as session:
        put_aside(session, bench.account("judge").id, series)
        assert blocks_for(session, bench.account("judge").id, "online_shopping", "en") == []
        assert versions_of(session, bench.account("judge").id, series).total == 2
    assert "Burden" not in judge.page("/today/texts")


def test_a_text_is_nobody_elses(bench: Bench) -> None:
    """Another judge finds neither the text nor its address, and a clerk and a party no such page."""
    me, other = bench.account("judge").id, bench.account("clerk").id
    with bench.court.database.write() as session:
        given = TextBlockInput(title="Mine", words="Plover.", language="en")
        series = keep(session, me, given, bench.clock.now()).series
        assert blocks_of(session, other).total == 0 and blocks_for(session, other, "online_shopping", "en") == []
        for wrong in (lambda: versions_of(session, other, series), lambda: put_aside(session, other, series)):
            with pytest.raises(NotFound):
                wrong()
        with pytest.raises(NotFound):
            keep(session, other, given, bench.clock.now(), series)
    for who in visitors(bench, "clerk", "li", "president"):
        for path in ("/today/texts", f"/today/texts/{series}"):
            assert who.client.get(path, base_url="http://court.test").status_code == 404
    (assistant,) = visitors(bench, "assistant")
    assert "Plover" not in assistant.get("/decision/desk")


def test_texts_are_offered_by_kind_and_language(bench: Bench) -> None:
    """One for another kind of dispute or another language stays away; one for every kind is offered everywhere."""
    me, now = bench.account("judge").id, bench.clock.now()
    with bench.court.database.write() as session:
        for title, language, cause in (
            ("every", "en", None),
            ("here", "en", "online_shopping"),
            ("elsewhere", "en", "domain_name"),
            ("chinese", "zh-Hans", None),
        ):
            given = TextBlockInput.model_validate(
                {"title": title, "words": title, "language": language, "cause": cause}
            )
            keep(session, me, given, now)
        assert [one.title for one in blocks_for(session, me, "online_shopping", "en")] == ["every", "here"]


def test_a_shelf_is_bounded_and_comes_in_pages(bench: Bench) -> None:
    """Texts come in pages with true counts; beyond the most, one has to be put aside first."""
    me, now = bench.account("judge").id, bench.clock.now()
    with bench.court.database.write() as session:
        for number in range(text_blocks.MOST_BLOCKS):
            keep(session, me, TextBlockInput(title=f"No. {number:03}", words="x", language="en"), now)
        first = blocks_of(session, me, size=150)
        second = blocks_of(session, me, size=150, after=first.next)
        assert (first.total, len(first.rows), len(second.rows), second.next) == (text_blocks.MOST_BLOCKS, 150, 50, None)
        with pytest.raises(InvalidInput):
            keep(session, me, TextBlockInput(title="One more", words="x", language="en"), now)
        put_aside(session, me, first.rows[0].series)
        assert keep(session, me, TextBlockInput(title="One more", words="x", language="en"), now).version == 1
        assert blocks_of(session, me, words="one more").total == 1


def test_versions_of_a_text_come_in_pages(bench: Bench) -> None:
    """However often a text was changed, its page shows a few versions at a time with their true count."""
    me, now = bench.account("judge").id, bench.clock.now()
    with bench.court.database.write() as session:
        series = keep(session, me, TextBlockInput(title="Order", words="words 0", language="en"), now).series
        for number in range(1, 13):
            keep(session, me, TextBlockInput(title="Order", words=f"words {number}", language="en"), now, series)
        first = versions_of(session, me, series)
        second = versions_of(session, me, series, first.next)
        assert [one.version for one, _ in first.rows] == list(range(13, 3, -1)) and first.total == 13
        assert [before.version if before else None for _, before in first.rows] == list(range(12, 2, -1))
        assert [one.version for one, _ in second.rows] == [3, 2, 1] and second.rows[-1][1] is None
    (judge,) = visitors(bench, "judge")
    path = f"/today/texts/{series}"
    page = judge.page(path)
    assert 'id="v-13"' in page and 'id="v-3"' not in page and "after=" in page


def test_a_kind_of_dispute_is_one_the_court_knows(bench: Bench) -> None:
    """What is no kind of dispute, or holds a sign no database keeps, is refused with words and nothing typed is lost."""
    (judge,) = visitors(bench, "judge")
    for cause in ("nonsense", "a\0b"):
        told = {"title": "Order", "words": "Typed with care.", "language": "en", "cause": cause}
        answer = judge.post("/today/texts", told)
        assert answer.status_code == 422 and "Typed with care." in answer.get_data(as_text=True)


def test_a_text_taken_up_again_counts(bench: Bench) -> None:
    """A full shelf takes no text back that was put aside."""
    me, now = bench.account("judge").id, bench.clock.now()
    old = TextBlockInput(title="Old", words="x", language="en")
    with bench.court.database.write() as session:
        series = keep(session, me, old, now).series
        put_aside(session, me, series)
        for number in range(text_blocks.MOST_BLOCKS):
            keep(session, me, TextBlockInput(title=f"No. {number:03}", words="x", language="en"), now)
        with pytest.raises(InvalidInput):
            keep(session, me, old, now, series)
