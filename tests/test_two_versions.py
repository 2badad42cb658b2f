"""Two versions on one database: a step after the baseline only adds, or says which version no longer needs what it takes."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

from odr.ground import migrate
from tests.compiled import copied
from tests.patience import PATIENCE, until

STEP = '''"""A step of the test."""
import sqlalchemy as sa
from alembic import op
from odr.ground import migrate

revision = "{revision}"
down_revision = "{down}"
branch_labels = depends_on = None
{form}


def upgrade() -> None:
    {body}


def downgrade() -> None:
    pass
'''

WRITES = re.compile(r"^\s*(UPDATE|DELETE|INSERT)\s+(?:INTO\s+|FROM\s+)?\"?(\w+)", re.I)
INDEX = re.compile(r"^\s*CREATE (UNIQUE )?INDEX (CONCURRENTLY )?\S+ ON \"?(\w+)", re.I)
OWN = {"alembic_version", "database_form"}


@contextmanager
def heard() -> Iterator[list[str]]:
    """Every statement that goes to a database meanwhile."""
    said: list[str] = []

    def hear(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


MARKS = {
    "sqlite": """
        SELECT tbl_name, group_concat(coalesce(sql, name), ';') FROM (SELECT * FROM sqlite_master ORDER BY name)
        GROUP BY tbl_name HAVING sum(type = 'table')""",
    "postgresql": """
        SELECT relname, concat_ws(
            ' ', c.oid, c.xmin,
            (SELECT string_agg(a.xmin::text, ',' ORDER BY attnum) FROM pg_attribute a WHERE attrelid = c.oid),
            (SELECT string_agg(d.oid || ':' || d.xmin, ',' ORDER BY d.oid) FROM pg_attrdef d WHERE adrelid = c.oid),
            (SELECT string_agg(o.oid || ':' || o.xmin, ',' ORDER BY o.oid) FROM pg_constraint o WHERE conrelid = c.oid),
            (SELECT string_agg(indexrelid || ':' || i.xmin, ',' ORDER BY indexrelid) FROM pg_index i WHERE indrelid = c.oid))
        FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""",
}
"""Each table with a mark that is another one as soon as anything about its form is: on SQLite every word it was made with, on
PostgreSQL which transactions wrote what the catalogue says of it.
"""


def form_of(url: str, before: dict[str, dict[str, Any]] | None = None) -> dict[str, dict[str, Any]]:
    """Each table's columns and what its rows must be like; a table that is as it was ``before`` is not looked at again."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        marks = {str(row[0]): str(row[1]) for row in connection.execute(text(MARKS[engine.dialect.name]))}
        found = {name: was for name, was in (before or {}).items() if marks.get(name) == was["mark"]}
        other = sorted(marks.keys() - found.keys())
        look = inspect(connection)
        # Of all tables at once: PostgreSQL answers four questions instead of four for each of them.
        columns, indexes = look.get_multi_columns(filter_names=other), look.get_multi_indexes(filter_names=other)
        checks = look.get_multi_check_constraints(filter_names=other)
        unique = look.get_multi_unique_constraints(filter_names=other)
        found |= {
            table[1]: {
                "mark": marks[table[1]],
                "columns": {one["name"]: one for one in columns[table]},
                "rules": sorted(
                    [("check", one["sqltext"]) for one in checks[table]]
                    + [("unique", ",".join(one["column_names"])) for one in unique[table]]
                    + [("unique", str(one["name"])) for one in indexes[table] if one["unique"]]
                ),
            }
            for table in columns
        }
    engine.dispose()
    return found


WIDER = {("INTEGER", "BIGINT"), ("VARCHAR(200)", "TEXT")}
"""Types of which the version before reads and writes the newer as its own: the same numbers or words, and room for more."""


def narrowed(before: dict[str, Any], after: dict[str, Any], said: list[str], dialect: str) -> list[str]:
    """What the version before could not live with, each in words."""
    wrong = [f"{table} is gone" for table in before if table not in after]
    for table, was in before.items():
        now = after.get(table)
        if now is None or now is was:
            continue
        for name, column in was["columns"].items():
            stays = now["columns"].get(name)
            if stays is None:
                wrong.append(f"{table}.{name} is gone")
            elif str(stays["type"]) != str(column["type"]) and (str(column["type"]), str(stays["type"])) not in WIDER:
                wrong.append(f"{table}.{name} was {column['type']} and is {stays['type']}")
            elif column["nullable"] and not stays["nullable"]:
                wrong.append(f"{table}.{name} may no longer be empty")
        for name, column in now["columns"].items():
            if name not in was["columns"] and not column["nullable"] and column["default"] is None:
                wrong.append(f"{table}.{name} is new, may not be empty and has no value of its own")
        wrong += [f"{table}: new rule {rule}" for rule in now["rules"] if rule not in was["rules"]]
    for statement in said:
        written, index = WRITES.match(statement), INDEX.match(statement)
        if written and written[2] in before and written[2] not in OWN:
            wrong.append(f"rows of {written[2]} are written: that is for the worker, in portions")
        if index and index[3] in before and not index[2] and dialect == "postgresql":
            wrong.append(f"an index on {index[3]} holds up whoever writes there: migrate.add_index")
    changes = [one for one in said if re.match(r"\s*(CREATE|ALTER|DROP) (UNIQUE )?(TABLE|INDEX)", one)]
    beside = [one for one in changes if "INDEX CONCURRENTLY" in one]
    if beside and len(changes) > len(beside):
        wrong.append("an index that is built beside the acts is a step of its own, so that it may be repeated")
    return wrong


def step_of(revision: str, folder: Path) -> Any:
    """The module of a step."""
    return steps(folder, tuple(migrate.revisions(folder))).get_revision(revision).module


@lru_cache(maxsize=1)
def steps(folder: Path, known: tuple[str, ...]) -> ScriptDirectory:
    """The steps in a folder, read once for as long as there are no others: Alembic runs every module to see their order."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return ScriptDirectory.from_config(config)


def wrong_with(revision: str, url: str, folder: Path, stands: dict[str, dict[str, Any]] | None = None) -> list[str]:
    """Take a step and say what is wrong with how it is declared. ``stands`` is the database's form where the caller has it
    from the step before, and is brought up to this one.
    """
    module = step_of(revision, folder)
    form = getattr(module, "form", None)
    if form == "contract":
        migrate.upgrade(url, revision, folder=folder)
        if stands is not None:
            stands.clear()
        known = migrate.revisions(folder)
        named = getattr(module, "not_before", None)
        if named not in known or known.index(named) >= known.index(revision):
            return ["a contract step names, by not_before, an earlier revision whose program no longer needs what goes"]
        return [] if named > migrate.BASELINE else ["before the baseline no program knows that it may go on"]
    if form != "expand":
        return ['the step says neither form = "expand" nor form = "contract"']
    before = dict(stands or {}) or form_of(url)
    with heard() as said:
        migrate.upgrade(url, revision, folder=folder)
    after = form_of(url, before)
    if stands is not None:
        stands.clear()
        stands.update(after)
    return narrowed(before, after, said, "postgresql" if url.startswith("postgresql") else "sqlite")


def test_every_step_after_the_baseline_says_what_it_is(empty_url: str) -> None:
    """An expand step adds and nothing else, so that the version before it goes on; a contract step names the version that
    no longer needs what it takes away.
    """
    known = migrate.revisions()
    migrate.upgrade(empty_url, migrate.BASELINE)
    stands: dict[str, dict[str, Any]] = {}
    for revision in known[known.index(migrate.BASELINE) + 1 :]:
        assert wrong_with(revision, empty_url, migrate.FOLDER, stands) == [], revision


def newer(tmp_path: Path, *steps: tuple[str, str]) -> Path:
    """Migrations of a newer version: form and body of each step."""
    folder = tmp_path / "newer"
    copied(migrate.FOLDER, folder, "__pycache__")
    down = migrate.revisions()[-1]
    for number, (form, body) in enumerate(steps, 9001):
        text_ = STEP.format(revision=number, down=down, form=form, body=body)
        (folder / "versions" / f"{number}_step.py").write_text(text_)
        down = str(number)
    return folder


EXPAND = 'form = "expand"'
ADDS = (
    'op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("what", sa.String(9), unique=True))',
    'op.add_column("docket_entry", sa.Column("remark", sa.String(20)))',
    'op.add_column("upload", sa.Column("weighed", sa.Boolean(), nullable=False, server_default=sa.false()))',
    'migrate.add_index("ix_upload_filename", "upload", ["filename"])',
)
BATCH = 'with op.batch_alter_table("upload") as table: table.'
NARROWS = {
    "may no longer be empty": BATCH + 'alter_column("sha256", existing_type=sa.String(64), nullable=False)',
    "and is VARCHAR(10)": BATCH + 'alter_column("filename", existing_type=sa.String(255), type_=sa.String(10))',
    "has no value of its own": BATCH + 'add_column(sa.Column("owed", sa.Integer(), nullable=False))',
    "new rule": BATCH + 'create_unique_constraint("uq_upload_filename", ["filename"])',
    "rows of upload are written": 'op.execute("UPDATE upload SET filename = filename")',
    "later is gone": 'op.drop_table("later")',
    "filename is gone": BATCH + 'alter_column("filename", new_column_name="name_of_file")',
    "name_of_file is gone": BATCH + 'drop_column("name_of_file")',
}


def test_steps_that_add_are_taken_for_what_they_are(database_url: str, tmp_path: Path) -> None:
    """A table, a column that may be empty or has a value of its own, an index: each leaves the older version running, and
    it takes a newer database that says so for its own.
    """
    folder = newer(tmp_path, *((EXPAND, body) for body in ADDS))
    for number in range(len(ADDS)):
        assert wrong_with(str(9001 + number), database_url, folder) == []
    assert migrate.is_newer(database_url) and migrate.pending(database_url) == []
    migrate.upgrade(database_url)  # as a process of the older version does that is started now
    assert migrate.current(database_url) == "9004"


def test_a_step_that_narrows_is_no_expand_step(database_url: str, tmp_path: Path) -> None:
    """Whatever the version before could not live with is found, by what the step does and not by what it says."""
    folder = newer(tmp_path, (EXPAND, ADDS[0]), *((EXPAND, body) for body in NARROWS.values()))
    assert wrong_with("9001", database_url, folder) == []
    for number, why in enumerate(NARROWS, 9002):
        found = wrong_with(str(number), database_url, folder)
        assert any(why in one for one in found), (why, found)


def test_an_index_that_holds_everybody_up_is_found(postgres_court_url: str, tmp_path: Path) -> None:
    """On PostgreSQL an index is built beside those who write, and alone."""
    plain = 'op.create_index("ix_upload_filename", "upload", ["filename"])'
    both = ADDS[1] + "; " + ADDS[3]
    folder = newer(tmp_path, (EXPAND, plain.replace("ix_", "ix_plain_")), (EXPAND, both))
    assert any("holds up" in one for one in wrong_with("9001", postgres_court_url, folder))
    assert any("a step of its own" in one for one in wrong_with("9002", postgres_court_url, folder))


def test_a_step_that_takes_away_names_who_no_longer_needs_it(sqlite_url: str, tmp_path: Path) -> None:
    """A program as old as the version named goes on; an older one refuses the database."""
    gone = BATCH + 'drop_column("filename")'
    folder = newer(tmp_path, (EXPAND, ADDS[1]), ('form = "contract"\nnot_before = "9001"', gone))
    migrate.upgrade(sqlite_url, "9001", folder=folder)
    assert migrate.pending(sqlite_url) == []
    assert wrong_with("9002", sqlite_url, folder) == []
    assert migrate.oldest(sqlite_url) == "9001"
    with pytest.raises(ValueError, match="9002"):
        migrate.pending(sqlite_url)


@pytest.mark.parametrize("form", ["", 'form = "contract"'])
def test_a_step_that_says_too_little_leaves_no_older_version_running(
    sqlite_url: str, tmp_path: Path, form: str
) -> None:
    """What is not said to be harmless is taken for harmful."""
    folder = newer(tmp_path, (form, "pass"))
    migrate.upgrade(sqlite_url)
    assert wrong_with("9001", sqlite_url, folder) != []
    migrate.upgrade(sqlite_url, folder=folder)
    with pytest.raises(ValueError, match="9001"):
        migrate.pending(sqlite_url)


def is_waited_for(engine: Engine) -> bool:
    """Whether somebody stands before a lock that another holds."""
    with engine.connect() as looking:
        here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        return bool(looking.execute(text(f"SELECT count(*) FROM pg_locks WHERE NOT granted AND {here}")).scalar())


def test_a_step_waits_for_nobody_for_long(postgres_court_url: str, tmp_path: Path) -> None:
    """A step that needs a table somebody is writing to gives way after a moment and comes again, so that nobody queues
    behind it; it is taken once the table is free.
    """
    folder = newer(tmp_path, (EXPAND, ADDS[1]))
    engine = create_engine(postgres_court_url, poolclass=NullPool)
    taken: list[str] = []

    def upgrade() -> None:
        migrate.upgrade(postgres_court_url, folder=folder)
        taken.append("9001")

    with engine.connect() as holding:
        holding.execute(text("SELECT count(*) FROM docket_entry"))
        step = threading.Thread(target=upgrade)
        step.start()
        until(lambda: is_waited_for(engine), "the step waits for the table", every=0.01)
        for _ in range(3):
            with engine.connect() as reader:
                # Behind a step that waits for ever this would wait for ever too, and be refused.
                reader.execute(text(f"SET statement_timeout = '{PATIENCE}s'"))
                reader.execute(text("SELECT count(*) FROM docket_entry"))
        assert not taken
        holding.rollback()
    step.join(PATIENCE)
    assert taken and migrate.current(postgres_court_url) == "9001"
    engine.dispose()
