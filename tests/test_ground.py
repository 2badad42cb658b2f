"""The ground: instants, the two ways into the database, and how money, days and texts are written."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import MetaData, Table, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from odr.ground.clock import CourtClock, FixedClock
from odr.ground.db import NAMING, Database, UTCDateTime, enum_column, insert_once, new_reference
from odr.ground.text import (
    LOCALES,
    Money,
    ShortDay,
    T,
    Text,
    applies,
    catalogue,
    places,
    write,
    write_day,
    write_instant,
    write_money,
    write_month,
    write_paper_day,
    write_signed_day,
)
from odr.procedure.rules.base import Unit, in_words
from odr.procedure.rules.registry import PackRegistry
from tests.conftest import MORNING
from tests.patience import PATIENCE, until

SHANGHAI = ZoneInfo("Asia/Shanghai")
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


class Shelf(DeclarativeBase):
    """Tables of this test alone, beside the court's."""

    metadata = MetaData(naming_convention=NAMING)


class Tally(Shelf):
    """One counter and the instant it was last moved."""

    __tablename__ = "ground_tally"
    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime | None] = mapped_column(UTCDateTime)


TALLY = Tally.__table__
assert isinstance(TALLY, Table)


@pytest.fixture
def tally(empty_url: str) -> Database:
    """A database with the tally at zero."""
    database = Database(empty_url, synchronous="OFF")
    Shelf.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(Tally(id=1, count=0, at=None))
    yield database
    database.dispose()


def count(database: Database) -> int:
    """What the tally stands at for a reader."""
    with database.read() as session:
        return session.scalars(select(Tally.count)).one()


def test_a_naive_time_never_reaches_the_database(tally: Database) -> None:
    """A time without a zone is refused when it is written, on both engines."""
    with pytest.raises(StatementError, match="naive time"), tally.write() as session:
        session.execute(update(Tally).values(at=datetime(2026, 3, 2, 9)))  # noqa: DTZ001 - the very thing refused
    with tally.read() as session:
        assert session.scalars(select(Tally.at)).one() is None


def test_a_naive_time_cannot_even_be_searched_for(tally: Database) -> None:
    """A comparison with a time without a zone is refused as well, so no query is wrong by eight hours."""
    with pytest.raises(StatementError, match="naive time"), tally.read() as session:
        session.scalars(select(Tally).where(Tally.at < datetime(2026, 3, 2))).all()  # noqa: DTZ001 - the very thing refused


def test_every_instant_comes_back_as_itself_in_utc(tally: Database) -> None:
    """Whatever zone an instant was given in, it comes back the same instant, aware, in UTC, to the microsecond."""

    @given(INSTANTS, ZONES)
    def check(naive: datetime, zone: timezone) -> None:
        given_at = naive.replace(tzinfo=zone)
        with tally.write() as session:
            session.execute(update(Tally).values(at=given_at))
        with tally.read() as session:
            kept = session.scalars(select(Tally.at)).one()
        assert kept == given_at
        assert kept is not None and kept.utcoffset() == timedelta(0)

    check()


def test_instants_sort_by_time_whatever_zone_they_were_given_in(tally: Database) -> None:
    """The order of instants in the database is their order in time, not of their local readings."""
    early, late = datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI), datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
    with tally.write() as session:
        session.execute(insert(Tally), [{"id": 2, "count": 0, "at": late}, {"id": 3, "count": 0, "at": early}])
    with tally.read() as session:
        assert session.scalars(select(Tally.id).where(Tally.at.is_not(None)).order_by(Tally.at)).all() == [3, 2]


def test_a_write_that_fails_leaves_nothing(tally: Database) -> None:
    """When the block raises, everything it wrote is undone and the error goes on."""
    with pytest.raises(LookupError), tally.write() as session:
        session.execute(update(Tally).values(count=7))
        raise LookupError
    assert count(tally) == 0


def test_after_a_failed_write_the_next_one_is_served(tally: Database) -> None:
    """A failure gives back the queue: the same thread writes again at once."""
    with pytest.raises(LookupError), tally.write():
        raise LookupError
    with tally.write() as session:
        session.execute(update(Tally).values(count=1))
    assert count(tally) == 1


def test_what_is_written_while_reading_is_thrown_away(tally: Database) -> None:
    """A read leaves no trace, even if something was written in it."""
    with tally.read() as session:
        session.execute(update(Tally).values(count=9))
    assert count(tally) == 0


def test_a_write_within_a_write_is_refused(tally: Database) -> None:
    """One thread holds one write at most: a second one would wait for itself forever."""
    with tally.write(), pytest.raises(RuntimeError, match="already open"), tally.write():
        raise AssertionError("the second write must not open")


def test_writers_queue_and_none_is_lost(tally: Database) -> None:
    """Eight threads that read, wait and write back add up exactly, because each is served in turn."""

    def add() -> None:
        for _ in range(5):
            with tally.write() as session:
                seen = session.scalars(select(Tally.count).with_for_update()).one()
                time.sleep(0.001)
                session.execute(update(Tally).values(count=seen + 1))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert count(tally) == 40


def test_a_row_that_two_insert_stands_once_and_undoes_nothing_else(tally: Database) -> None:
    """The second is told so, after waiting for the first where both do it at once, and what else it wrote stays."""
    stands: list[bool] = []

    def second() -> None:
        with tally.write() as session:
            session.execute(update(Tally).where(Tally.id == 1).values(count=3))
            stands.append(insert_once(session, Tally(id=2, count=8, at=None)))

    with tally.write() as session:
        assert insert_once(session, Tally(id=2, count=7, at=None))
        other = threading.Thread(target=second)
        other.start()
    other.join(PATIENCE)
    assert stands == [False]
    with tally.read() as session:
        assert session.execute(select(Tally.id, Tally.count).order_by(Tally.id)).all() == [(1, 3), (2, 7)]


def test_a_reader_sees_the_state_before_an_unfinished_write(tally: Database) -> None:
    """Reading does not wait for a writer and never sees what is not committed."""
    with tally.write() as session:
        session.execute(update(Tally).values(count=5))
        session.flush()
        assert count(tally) == 0
    assert count(tally) == 5


def test_sqlite_readers_stand_on_one_snapshot(tmp_path: Path) -> None:
    """On SQLite everything read in one block is of one moment, though another process writes meanwhile."""
    database = Database(f"sqlite:///{tmp_path / 'snapshot.sqlite'}")
    Shelf.metadata.create_all(database.engine)
    with database.write() as session:
        session.add(Tally(id=1, count=1, at=None))
    with database.read() as session:
        first = session.scalars(select(Tally.count)).one()
        writer = threading.Thread(target=_set_to_two, args=(database,))
        writer.start()
        writer.join(PATIENCE)
        session.expire_all()
        assert (first, session.scalars(select(Tally.count)).one()) == (1, 1)
    assert count(database) == 2
    database.dispose()


def test_what_has_to_fit_together_is_read_as_of_one_moment(tally: Database) -> None:
    """On both engines a reader that stands still sees what it began with, however long it reads."""
    with tally.read() as session:
        first = session.scalars(select(Tally.count)).one()
        writer = threading.Thread(target=_set_to_two, args=(tally,))
        writer.start()
        writer.join(PATIENCE)
        session.expire_all()
        again = session.scalars(select(Tally.count).where(Tally.id > 0)).one()
    assert first == again != 2
    with tally.read() as session:
        assert session.scalars(select(Tally.count)).one() == 2


def test_what_is_written_while_looking_is_thrown_away(tally: Database) -> None:
    """By a statement or by a row; the reader that wrote nothing ends well too, and goes on after an error."""
    with tally.read() as session:
        session.execute(update(Tally).values(count=7))
        assert session.scalars(select(Tally.count)).one() == 7
    with tally.read() as session:
        session.scalars(select(Tally)).one().count = 8
        session.flush()
    with tally.read() as session:
        session.scalars(select(Tally)).one().count = 9
    with tally.read() as session, pytest.raises(DBAPIError):
        session.execute(text("SELECT nothing FROM nowhere"))
    assert count(tally) == 0


def _set_to_two(database: Database) -> None:
    with database.write() as session:
        session.execute(update(Tally).values(count=2))


def openings_of(file: Path) -> int:
    """How often this process has a file open now."""
    found = 0
    for one in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found += one.readlink() == file
    return found


def test_two_processes_queue_on_the_same_sqlite_file(tmp_path: Path) -> None:
    """Two openings of one file, as web and worker have, do not overwrite each other either."""
    url = f"sqlite:///{tmp_path / 'court.sqlite'}"
    web, worker = Database(url), Database(url)
    Shelf.metadata.create_all(web.engine)
    with web.write() as session:
        session.add(Tally(id=1, count=0, at=None))
    started, order = threading.Event(), []

    def second() -> None:
        started.set()
        with worker.write() as session:
            order.append("worker")
            session.execute(update(Tally).values(count=Tally.count + 1))

    with web.write() as session:
        thread = threading.Thread(target=second)
        thread.start()
        started.wait(PATIENCE)
        # Its own opening of the lock file beside the one that is held.
        until(lambda: openings_of(tmp_path / "court.sqlite.lock") == 2, "the second is at the lock", every=0.001)
        order.append("web")
        session.execute(update(Tally).values(count=Tally.count + 1))
    thread.join(PATIENCE)
    assert order == ["web", "worker"]
    assert count(web) == 2
    web.dispose()
    worker.dispose()


def test_sqlite_commits_reach_the_disk_by_default(tmp_path: Path) -> None:
    """A court that says nothing gets full synchronisation, write-ahead log and kept references."""
    database = Database(f"sqlite:///{tmp_path / 'court.sqlite'}")
    with database.read() as session:
        found = [
            session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("synchronous", "journal_mode", "foreign_keys")
        ]
    assert found == [2, "wal", 1]
    database.dispose()


def test_references_cannot_be_guessed_or_confused() -> None:
    """A reference is 26 lower-case letters and digits of 128 random bits; a thousand differ."""
    made = {new_reference() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(each) == 26 and set(each) <= set("abcdefghijklmnopqrstuvwxyz234567") for each in made)


def test_enum_columns_hold_the_value_not_the_name() -> None:
    """The database shows an enum's value as plain text, so that it can be read without the program."""
    import enum

    class Stage(enum.Enum):
        LODGED = "lodged"

    column = enum_column(Stage)
    assert list(column.enums) == ["lodged"]
    assert column.native_enum is False


def test_a_fixed_clock_moves_only_when_told(clock: FixedClock) -> None:
    """The clock of tests stands at nine in Shanghai until it is moved, and gives aware UTC."""
    assert clock.now() == clock.machine_now() == MORNING
    assert clock.now().utcoffset() == timedelta(0)
    clock.advance(timedelta(days=1, minutes=5))
    assert clock.now() == MORNING + timedelta(days=1, minutes=5)
    clock.set(MORNING)
    assert clock.now() == MORNING


def test_a_clock_refuses_a_time_without_a_zone() -> None:
    """A clock cannot be set by a reading that does not say where."""
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 3, 2, 9))  # noqa: DTZ001 - the very thing refused


def test_training_moves_procedural_time_and_never_machine_time() -> None:
    """With an offset of forty days the procedure is forty days ahead while sessions and signatures stay."""
    moved, plain = CourtClock(lambda: timedelta(days=40)), CourtClock()
    before = plain.machine_now()
    assert timedelta(days=40) <= moved.now() - before < timedelta(days=40, minutes=1)
    assert abs(moved.machine_now() - plain.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("money", "english", "chinese"),
    [
        (Money(324000, "CNY"), "CNY\u00a03,240.00", "3,240.00元"),
        (Money(0, "CNY"), "CNY\u00a00.00", "0.00元"),
        (Money(-5, "CNY"), "CNY\u00a0\u22120.05", "\u22120.05元"),
        (Money(123456789012, "CNY"), "CNY\u00a01,234,567,890.12", "1,234,567,890.12元"),
        (Money(7050, "GBP"), "GBP\u00a070.50", "GBP\u00a070.50"),
        (Money(1500, "JPY"), "JPY\u00a01,500", "JPY\u00a01,500"),
    ],
)
def test_money_is_written_with_its_currency(money: Money, english: str, chinese: str) -> None:
    """Money names its currency and never a bare symbol, which several countries share."""
    assert (write_money(money, "en"), write_money(money, "zh-Hans")) == (english, chinese)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "GBP", "USD", "JPY"]), st.sampled_from(sorted(LOCALES)))
def test_no_minor_unit_is_lost_in_writing(minor: int, currency: str, locale: str) -> None:
    """Whatever is written can be read back to the same number of minor units: nothing is rounded."""
    digits = "".join(
        c for c in write_money(Money(minor, currency), locale).replace("\u2212", "-") if c in "0123456789.-"
    )
    assert int(Decimal(digits).scaleb(0 if currency == "JPY" else 2)) == minor


@pytest.mark.parametrize(
    ("day", "english", "chinese"),
    [
        (date(2026, 4, 27), "Monday 27\u00a0April 2026", "2026年4月27日（星期一）"),
        (date(2024, 2, 29), "Thursday 29\u00a0February 2024", "2024年2月29日（星期四）"),
    ],
)
def test_days_are_written_with_their_weekday(day: date, english: str, chinese: str) -> None:
    """A day is written in full with the weekday in both languages, so that nobody reads the month for the day."""
    assert (write_day(day, "en"), write_day(day, "zh-Hans")) == (english, chinese)


def test_months_are_written_in_words() -> None:
    """A page never shows a month as a program writes it."""
    assert [write_month(date(2026, 4, 27), locale) for locale in LOCALES] == ["April 2026", "2026年4月"]


def test_instants_are_written_where_the_court_sits() -> None:
    """An instant kept in UTC is read in the court's zone, there the next day already."""
    at = datetime(2026, 3, 1, 17, 5, tzinfo=UTC)
    assert write_instant(at, "en") == "2\u00a0March 2026, 01:05"
    assert write_instant(at, "zh-Hans") == "2026年3月2日 01:05"
    assert write_instant(at, "en", ZoneInfo("Europe/London")) == "1\u00a0March 2026, 17:05"


@given(INSTANTS, ZONES)
def test_the_same_instant_is_written_the_same_whatever_its_zone(naive: datetime, zone: timezone) -> None:
    """How an instant reached the court does not change what people read."""
    at = naive.replace(tzinfo=zone)
    assert write_instant(at, "en") == write_instant(at.astimezone(UTC), "en")


@pytest.mark.parametrize("write_it", [write_day, write_month, write_paper_day, write_signed_day])
@pytest.mark.parametrize("locale", ["en", "zh-Hans"])
def test_what_is_no_day_is_not_written_as_today(write_it: Callable[[Any, str], str], locale: str) -> None:
    """A paper without its day, or with an instant in its place, fails: it never bears the day on which it happens to be set."""
    for wrong in (None, datetime(2026, 3, 1, 17, 5, tzinfo=UTC)):
        with pytest.raises(TypeError):
            write_it(wrong, locale)
    with pytest.raises(TypeError):
        write(ShortDay(None), locale)  # type: ignore[arg-type]


def test_a_text_writes_its_parameters_for_the_reader() -> None:
    """Money, days and texts inside a text are written in the reader's language, not the writer's."""
    text = Text(
        "%(fee)s, %(day)s: %(inner)s", {"fee": Money(100, "CNY"), "day": date(2026, 4, 27), "inner": T("plain")}
    )
    assert text.render("zh-Hans") == "1.00元, 2026年4月27日（星期一）: plain"
    assert text.render("en") == str(text) == "CNY\u00a01.00, Monday 27\u00a0April 2026: plain"


def test_a_percent_sign_is_written_once_with_and_without_parameters() -> None:
    """``%%`` in a message is one percent sign to the reader in either case."""
    assert T("100%% paid").render("en") == "100% paid"
    assert T("%(share)s%% paid", share=60).render("zh-Hans") == "60% paid"


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.integers(), max_size=4))
def test_places_are_the_names_of_the_parameters(params: dict[str, int]) -> None:
    """The places found in a message are exactly the parameters it can be rendered with."""
    message = " and ".join(f"%({name})s" for name in params)
    assert places(message) == set(params)
    assert T(message, **params).render("en") == " and ".join(str(value) for value in params.values())


def test_equal_texts_hash_equal() -> None:
    """Two texts with the same message and parameters are one key in a set."""
    assert len({T("x %(n)s", n=1), T("x %(n)s", n=1), T("x %(n)s", n=2)}) == 2


def test_english_is_the_message_itself() -> None:
    """English needs no catalogue: the message id is what is shown."""
    assert catalogue("en") == {}
    assert write(T("No such sentence is in any catalogue 42"), "zh-Hans") == "No such sentence is in any catalogue 42"


@pytest.fixture
def law() -> Iterator[None]:
    """A court whose only law is the Code of Riverland."""

    class Riverland:
        def in_words(self, articles: str, locale: str, /) -> str:
            tag, _, place = articles.partition(" ")
            if tag != "CRL":
                return ""
            return f"Code of Riverland, art. {place}" if locale == "en" else f"《河地法》第{place}条"

        def lasts(self, time_limit: str, locale: str, /) -> str:
            return write(in_words(9, Unit.DAYS), locale) if time_limit == "answer" else ""

    applies(Riverland())
    yield
    applies(PackRegistry.load().versions("cn")[-1])  # as every other court of the tests


@pytest.mark.parametrize(
    ("sentence", "locale", "words"),
    [
        ("You may ask again [CRL 7].", "en", "You may ask again (Code of Riverland, art. 7)."),
        ("可以再次申请[CRL 7]。", "zh-Hans", "可以再次申请（《河地法》第7条）。"),
        ("Grounds: [=CRL 7].", "en", "Grounds: Code of Riverland, art. 7."),
        ("You may ask again [CPL 7].", "en", "You may ask again."),
        ("可以再次申请[CPL 7]。", "zh-Hans", "可以再次申请。"),
        ("Answer within [time answer] [CRL 7].", "en", "Answer within 9 days (Code of Riverland, art. 7)."),
        ("请在[time answer]内答辩。", "zh-Hans", "请在9日内答辩。"),
        ("Answer within [time appeal].", "en", "Answer within the time this court sets."),
        ("请在[time appeal]内上诉。", "zh-Hans", "请在本院规定的期限内上诉。"),
        (
            "%(name)s may ask [CRL 7]: 50%% of it [CPL 3] [sic].",
            "en",
            "[CRL 8] may ask (Code of Riverland, art. 7): 50% of it [sic].",
        ),
    ],
)
def test_a_sentence_names_the_law_of_the_court_it_is_read_in(law: None, sentence: str, locale: str, words: str) -> None:
    """And no other; what somebody typed that looks like it stays as it was typed."""
    assert Text(sentence, {"name": "[CRL 8]"} if "%(name)s" in sentence else {}).render(locale) == words
