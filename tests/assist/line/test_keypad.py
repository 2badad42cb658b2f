"""The keypad over TCP, against an exchange that speaks as Asterisk does (FastAGI): whole calls, hang-ups at every point, hostile input."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import func, select

from odr.app import create_app
from odr.assist.guide.handing import waiting
from odr.assist.line import keypad, prompts
from odr.assist.line.agi import BEGINS, MOST_LINE, PATIENCE
from odr.assist.line.keypad import LineServer
from odr.assist.line.keypad_codes import keep_keys, keys_of
from odr.assist.line.models import KeypadCode
from odr.assist.line.prompts import Recording, key_of, lacking, recordings
from odr.docket.models import Case, Outcome, Stage
from odr.ground.text import Text
from odr.identity.sign_in.rate_limits import LIMITS, Counted
from odr.operations.doctor import Finding, State, check_line
from odr.procedure.case.course import WORDS
from odr.procedure.court import Court
from odr.procedure.rules.registry import PackRegistry
from tests.assist.line.conftest import Line

MOST = 500


@contextmanager
def served(court: Court, patience: float = PATIENCE, begins: float = BEGINS) -> Iterator[tuple[str, int]]:
    """The court's server on a port of this machine."""
    with LineServer(court, ("127.0.0.1", 0), patience=patience, begins=begins) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield ("127.0.0.1", int(server.server_address[1]))
        finally:
            server.shutdown()
            serving.join()


@dataclass
class Exchange:
    """An exchange with one caller: plays what it is told, presses the keys of a list, and writes down what it was told.

    ``hangs_up``: after so many commands the caller is gone.
    """

    keys: list[str]
    caller: str = "13800000001"
    secret: str = ""
    mark: str = "1712.1"
    hangs_up: int = MOST
    told: list[str] = field(default_factory=list)

    def call(self, address: tuple[str, int]) -> list[str]:
        """One call, to its end; gives the recordings that were played."""
        with socket.create_connection(address, timeout=PATIENCE) as line, line.makefile("rwb") as wire:
            head = {"agi_network": "yes", "agi_request": "agi://127.0.0.1/court", "agi_uniqueid": self.mark}
            head |= {"agi_callerid": self.caller, "agi_arg_1": self.secret}
            wire.write("".join(f"{name}: {value}\n" for name, value in head.items()).encode() + b"\n")
            wire.flush()
            pressed = iter(self.keys)
            for _ in range(MOST):
                command = wire.readline().decode().strip()
                if not command:
                    break
                self.told.append(command)
                if len(self.told) > self.hangs_up:
                    answer = "HANGUP"
                elif command.startswith("GET DATA"):
                    key = next(pressed, None)
                    answer = "200 result=-1" if key is None else f"200 result={key}" + ("" if key else " (timeout)")
                elif command.startswith("STREAM FILE"):
                    answer = "200 result=0 endpos=8000"
                else:
                    answer = "200 result=0"
                try:
                    wire.write(answer.encode() + b"\n")
                    wire.flush()
                except OSError:
                    break
        return self.played

    @property
    def played(self) -> list[str]:
        """What the caller heard."""
        return [one.split()[2] for one in self.told if one.startswith(("STREAM FILE", "GET DATA"))]


def typed(line: Line) -> list[str]:
    """Year, last digits and keys of the letter."""
    year, last = line.number[1:5], line.number.split("民初")[1].rstrip("号")
    return [year, last, keys_of(line.code)]


def heard(exchange: Exchange, text: Text) -> bool:
    """Whether the recording of a sentence was played."""
    return any(f"court/{locale}/{key_of(text, locale)}" in exchange.played for locale in ("en", "zh-Hans"))


def test_a_call_hears_stage_and_dates(line: Line) -> None:
    """Language, menu, number and code by keys; then the stage, what comes next, and its day by month and day."""
    keep_keys(line.scene.court)
    with served(line.scene.court) as address:
        caller = Exchange(["1", "1", *typed(line), ""])
        caller.call(address)
    assert heard(caller, WORDS[Stage.PENDING]) and heard(caller, prompts.NEXT)
    assert any("/month-" in one for one in caller.played) and any("/day-" in one for one in caller.played)
    assert all(one.startswith("court/en/") for one in caller.played[2:])
    known = {one.path for one in recordings(line.scene.court.packs.versions("cn"))}
    assert set(caller.played) <= known, "nothing is played that is not on the list to be recorded"


def test_the_registry_calls_the_number_that_called_or_another(line: Line) -> None:
    """One key for the caller's own number; another is typed; the case goes with it once it was looked up."""
    keep_keys(line.scene.court)
    with served(line.scene.court) as address:
        caller = Exchange(["2", "2", "1", "1", *typed(line), "2", "2", "13900000002"])
        caller.call(address)
    assert heard(caller, prompts.NOTED)
    with line.scene.court.database.read() as session:
        asked = [(one.contact, bool(one.number), one.locale) for one in waiting(line.scene.court, session).rows]
    assert asked == [("13800000001", False, "zh-Hans"), ("13900000002", True, "zh-Hans")]


def test_who_hides_their_number_is_asked_for_one(line: Line) -> None:
    """There is nothing to call back otherwise."""
    with served(line.scene.court) as address:
        caller = Exchange(["1", "2", "123", "2", "13900000002"], caller="unknown")
        caller.call(address)
    assert heard(caller, prompts.NOT_UNDERSTOOD) and heard(caller, prompts.NOTED)


def test_a_call_that_is_played_again_changes_nothing(line: Line) -> None:
    """The exchange's number of the call and the step make a message: a recorded call sent once more asks for nothing new."""
    with served(line.scene.court) as address:
        for _ in range(2):
            Exchange(["1", "2", "1"]).call(address)
    with line.scene.court.database.read() as session:
        assert waiting(line.scene.court, session).total == 1


def test_silence_ends_the_call(line: Line) -> None:
    """Three questions without a key, and the court says goodbye."""
    with served(line.scene.court) as address:
        caller = Exchange([""] * 20)
        caller.call(address)
    assert heard(caller, prompts.GOODBYE) and caller.told[-1] == "HANGUP"
    assert sum(one.startswith("GET DATA") for one in caller.told) == 1 + keypad.SILENCES


def test_a_hang_up_at_any_point_ends_it_there(line: Line) -> None:
    """After each command in turn; the next caller is served."""
    keep_keys(line.scene.court)
    keys = ["1", "1", *typed(line), "2", "1"]
    whole = Exchange(list(keys), mark="whole")
    with served(line.scene.court) as address:
        whole.call(address)
        for at in range(len(whole.told)):
            # Each from a telephone of its own: one number asks for three calls a day and hears less at the fourth.
            caller = Exchange(list(keys), mark=f"cut.{at}", hangs_up=at, caller=f"1390000{at:04d}")
            caller.call(address)
            assert len(caller.told) == at + 1
        assert heard_again(address)


def heard_again(address: tuple[str, int]) -> bool:
    """Whether the next caller gets the menu."""
    caller = Exchange(["1", ""], mark="next")
    caller.call(address)
    return heard(caller, prompts.MENU)


@pytest.mark.parametrize(
    "sent",
    [
        b"\n",
        b"GET / HTTP/1.1\r\nHost: court\r\n\r\n",
        b"agi_x: " + b"a" * (4 * MOST_LINE) + b"\n\n",
        b"".join(b"agi_%d: 1\n" % at for at in range(500)) + b"\n",
        b"\xff\xfe\x00\n\n",
        b"agi_uniqueid: 1\nagi_callerid: '; DROP TABLE line_talk; --\n\n520-Invalid command syntax.\n" * 40,
        b"agi_uniqueid: 1\n\n200 result=1\n511 Command Not Permitted on a dead channel\n",
        b"agi_uniqueid: 1\n\n" + b"100 Trying...\n" * 2000,
        b"agi_uniqueid: 1\n\n200 result=0\n200 result=" + b"9" * 900 + b"\n",
    ],
)
def test_hostile_input_ends_the_call_and_nothing_else(line: Line, sent: bytes) -> None:
    """The connection is closed by the court, and the next caller is served."""
    with served(line.scene.court) as address:
        with socket.create_connection(address, timeout=PATIENCE) as wire:
            try:
                wire.sendall(sent)
                wire.shutdown(socket.SHUT_WR)
                while wire.recv(4096):
                    pass
            except OSError:  # The court closed it first, at whichever of these.
                pass
        assert heard_again(address)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=st.lists(st.text(alphabet="0123456789*", max_size=20), max_size=25), mark=st.uuids())
def test_any_keys_lead_to_an_end(line: Line, keys: list[str], mark: object) -> None:
    """Whatever is typed, the call ends, and only what is on the list was played."""
    known = {one.path for one in recordings(line.scene.court.packs.versions("cn"))}
    with served(line.scene.court) as address:
        caller = Exchange(keys, mark=str(mark))
        assert set(caller.call(address)) <= known


def test_an_exchange_that_is_silent_is_left(line: Line) -> None:
    """A connection that says nothing is closed by the court."""
    with served(line.scene.court, patience=0.2) as address, socket.create_connection(address, timeout=PATIENCE) as wire:
        assert wire.recv(10) == b""


def test_who_never_ends_the_beginning_is_left_however_it_drips(line: Line) -> None:
    """A sign now and then keeps no place: what comes before the variables have ended is bounded as a whole."""
    with (
        served(line.scene.court, begins=0.5) as address,
        socket.create_connection(address, timeout=PATIENCE) as wire,
    ):
        wire.settimeout(0.1)
        sent, left = 0, False
        while not left and sent < 600:
            try:
                wire.sendall(b"a")
                sent += 1
                left = wire.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                left = True
        assert left and sent < 600


def test_the_secret_of_the_exchange_is_asked_for(line: Line) -> None:
    """Where one is set: who does not bring it hears nothing."""
    court = replace(
        line.scene.court, settings=line.scene.court.settings.model_copy(update={"line_agi_key": "between us"})
    )
    with served(court) as address:
        assert Exchange(["1"], secret="no").call(address) == []
        assert Exchange(["1"], secret="between us").call(address) != []


def wrong(line: Line, address: tuple[str, int], callers: list[str]) -> None:
    """Wrong codes typed for the case, one from each of these telephones."""
    year, last, _ = typed(line)
    for caller in callers:
        at = next(line.ids)
        Exchange(["1", "1", year, last, f"{22222222 + at}"], caller=caller, mark=f"w{at}").call(address)


def right(line: Line, address: tuple[str, int], caller: str, mark: str = "right") -> bool:
    """Whether the right code reaches the case from a telephone; else it waits."""
    asks = Exchange(["1", "1", *typed(line)], caller=caller, mark=mark)
    asks.call(address)
    reached = heard(asks, prompts.NOW)
    assert reached != heard(asks, prompts.WAIT)
    return reached


@pytest.mark.parametrize("hostile", ["13900000009", "unknown"])
def test_one_hostile_caller_shuts_out_no_other(line: Line, hostile: str) -> None:
    """Fewer bits than the code itself: after six wrong ones a telephone waits an hour for that case, and those that hide their number
    are one; whoever calls from another still reaches it.
    """
    keep_keys(line.scene.court)
    with served(line.scene.court) as address:
        for _ in range(LIMITS[Counted.KEYPAD_BY].tries):
            wrong(line, address, [hostile])
            line.scene.clock.advance(LIMITS[Counted.PROGRESS_FROM].span / 3)
        line.scene.clock.advance(LIMITS[Counted.PROGRESS_FROM].span)
        assert not right(line, address, hostile)
        assert right(line, address, "13911110000", "other")


def test_keys_of_one_number_are_counted_strictly_in_all(line: Line) -> None:
    """However many telephones are used: then every stranger waits, right code or wrong; a party that calls from the number it gave the
    court does not, and has no more than its own tries.
    """
    keep_keys(line.scene.court)
    with line.scene.court.database.write() as session:
        mine = next(one for one in session.get_one(Case, line.scene.case_id).parties if one.left_at is None)
        mine.phone = "+86 139 2222 3333"
    with served(line.scene.court) as address:
        wrong(line, address, [f"1390000{at:04}" for at in range(LIMITS[Counted.KEYPAD_NUMBER].tries)])
        assert not right(line, address, "13911110000", "stranger")
        assert not right(line, address, "unknown", "hidden")
        assert right(line, address, "13922223333", "party")
        year, last, _ = typed(line)
        guess = Exchange(["1", "1", year, last, "99999999"], caller="13922223333", mark="guess")
        guess.call(address)
        assert heard(guess, prompts.WAIT)
        wrong(line, address, ["13922223333"] * LIMITS[Counted.KEYPAD_BY].tries)
        assert not right(line, address, "13922223333", "lied to")


def test_one_who_hides_their_number_shuts_out_no_other_who_does(line: Line) -> None:
    """However many numbers and codes somebody tries from a withheld number: another such caller still reaches their own case; and one
    code typed again and again for one number is stopped as for everybody.
    """
    keep_keys(line.scene.court)
    year, last, keys = typed(line)
    tries = LIMITS[Counted.PROGRESS_FROM].tries
    with served(line.scene.court) as address:
        for at in range(3 * tries):
            hostile = Exchange(["1", "1", year, str(70000 + at), f"{22222222 + at}"], caller="unknown", mark=f"h{at}")
            hostile.call(address)
        other = Exchange(["1", "1", year, last, keys], caller="unknown", mark="other")
        other.call(address)
        assert heard(other, WORDS[Stage.PENDING]) and not heard(other, prompts.WAIT)
        for at in range(tries):
            Exchange(["1", "1", year, "69999", "33333333"], caller="unknown", mark=f"same{at}").call(address)
        again = Exchange(["1", "1", year, "69999", "33333333"], caller="unknown", mark="again")
        again.call(address)
        known = Exchange(["1", *["1", year, "69998", "44444444"] * (tries + 1)], caller="13800000009", mark="known")
        known.call(address)
    assert heard(again, prompts.WAIT) and heard(known, prompts.WAIT)


def test_codes_as_keys_follow_the_codes(line: Line) -> None:
    """The worker keeps them as they are made and ended; an ended code opens nothing even before."""
    court = line.scene.court
    with court.database.read() as session:
        before = session.scalar(select(func.count()).select_from(KeypadCode))
    line.scene.do("renew_progress_code", "li")
    with served(court) as address:
        caller = Exchange(["1", "1", *typed(line)])
        caller.call(address)
    assert heard(caller, prompts.NO_CASE)
    assert keep_keys(court) >= 1 and keep_keys(court) == 0
    with court.database.read() as session:
        assert session.scalar(select(func.count()).select_from(KeypadCode)) == before


def test_the_list_of_recordings_is_whole_in_both_languages(line: Line, tmp_path: Path) -> None:
    """Every stage, every outcome, every sentence; the command names the files, and those that are missing."""
    court = line.scene.court
    listed = {one.path: one.words for one in recordings(court.packs.versions("cn"))}
    for locale in ("en", "zh-Hans"):
        for text in (
            *prompts.SENTENCES,
            *(one.label for one in Outcome),
            *(WORDS.get(one, one.label) for one in Stage),
        ):
            assert listed[f"court/{locale}/{key_of(text, locale)}"] == text.render(locale)
    runner = create_app(court=court).test_cli_runner()
    assert isinstance(runner, CliRunner)
    said = runner.invoke(args=["line", "prompts"])
    assert said.exit_code == 0 and len(said.output.splitlines()) == len(listed)
    missing = runner.invoke(args=["line", "prompts", "--check", str(tmp_path)])
    assert missing.exit_code == 1 and missing.output == said.output


def recorded(folder: Path, listed: Sequence[Recording]) -> None:
    """Every sentence as a file of sound."""
    for one in listed:
        (folder / one.path).parent.mkdir(parents=True, exist_ok=True)
        (folder / f"{one.path}.wav").write_bytes(b"RIFF")


def test_a_recording_of_older_words_is_named_and_not_played(tmp_path: Path) -> None:
    """Other words in a language have another name there alone; the file that holds the old ones is told beside, an empty file is none."""
    packs = PackRegistry.load().versions("cn")
    listed = recordings(packs)
    recorded(tmp_path, listed)
    assert lacking(tmp_path, listed) == []
    name = key_of(prompts.WELCOME, "zh-Hans")
    new = tmp_path / f"court/zh-Hans/{name}.wav"
    old = new.with_name(f"{name[:-8]}00000000.wav")
    new.rename(old)
    (found,) = lacking(tmp_path, listed)
    assert (found.recording.path, found.older) == (f"court/zh-Hans/{name}", old.name)
    assert found.recording.words == prompts.WELCOME.render("zh-Hans")
    (tmp_path / "court/en/digit-7.wav").write_bytes(b"")
    assert [(one.recording.path, one.older) for one in lacking(tmp_path, listed)] == [
        ("court/en/digit-7", None),
        (f"court/zh-Hans/{name}", old.name),
    ]


def test_a_name_is_of_the_words_that_are_read_aloud() -> None:
    """Two translations of one sentence are two recordings in their language, and one in English."""

    class Said(Text):
        def render(self, locale: str) -> str:
            return "另一句话" if locale == "zh-Hans" else super().render(locale)

    other = Said(prompts.GOODBYE.msgid)
    assert key_of(other, "en") == key_of(prompts.GOODBYE, "en")
    assert key_of(other, "zh-Hans") != key_of(prompts.GOODBYE, "zh-Hans")


def test_the_check_up_says_what_is_not_recorded(line: Line, tmp_path: Path) -> None:
    """Without a folder nothing is said against it; with one, how much is missing and how much is of older words."""
    court = line.scene.court

    def said(sounds: Path | None) -> Finding:
        settings = court.settings.model_copy(update={"line_sounds": str(sounds) if sounds else ""})
        (found,) = check_line(settings, court.database)
        return found

    assert said(None).state is State.GOOD and "ODR_LINE_SOUNDS" in said(None).what
    assert said(tmp_path / "nowhere").state is State.WORRY
    listed = recordings(court.packs.versions("cn"))
    recorded(tmp_path, listed)
    assert said(tmp_path).state is State.GOOD
    new = tmp_path / f"court/en/{key_of(prompts.MENU, 'en')}.wav"
    new.rename(new.with_name(f"{key_of(prompts.MENU, 'en')[:-8]}00000000.wav"))
    (tmp_path / "court/zh-Hans/day-31.wav").unlink()
    told = said(tmp_path)
    assert told.state is State.WORRY and f"2 of {len(listed)}" in told.what and "1 of older words" in told.what
    assert "line prompts --check" in told.mend
    runner = create_app(court=court).test_cli_runner()
    assert isinstance(runner, CliRunner)
    lines = runner.invoke(args=["line", "prompts", "--check", str(tmp_path)])
    assert lines.exit_code == 1 and sorted(len(each.split("\t")) for each in lines.output.splitlines()) == [2, 3]
