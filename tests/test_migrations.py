"""The form of the database: every migration up and down, and what may never be changed stays so."""

from __future__ import annotations

import enum
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Engine, MetaData, Table, delete, inspect, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import JSON, Boolean, Date, DateTime, Enum, Float, Integer, LargeBinary, Numeric

from odr.ground import migrate
from odr.ground.db import Base, Database, unpooled

ROWS_NEVER_CHANGE = (
    "agreed_fact_stance",
    "agreement_signature",
    "attendance",
    "case_reading",
    "certified_statement",
    "meeting_signature",
    "live_ack",
    "live_line",
    "closed_part",
    "court_advance",
    "daily_close",
    "docket_entry",
    "earlier_proof",
    "enforcement_measure",
    "entry_opening",
    "evidence_reply",
    "exhibit_reading",
    "expert_choice",
    "inspection_note",
    "inspection_signature",
    "publication_objection",
    "rule_approval",
    "finality_certificate",
    "listing_record",
    "log_checkpoint",
    "log_cosignature",
    "merging_consent",
    "mode_consent",
    "duty_turn",
    "panel_minute",
    "payment_account",
    "place_record",
    "payout_instruction",
    "posting",
    "publication_version",
    "record_signature",
    "recording_confirmation",
    "register_copy",
    "register_record",
    "retrial_opinion",
    "room_message",
    "ruling",
    "sealed_posting",
    "timestamp_renewal",
    "timestamp_token",
    "tone_note",
    "upload_decision",
    "viewing_record",
    "step_consent",
    "hash_renewal_entry",
    "hash_renewal_head",
    "hash_renewal_node",
    "hash_renewal_token",
)
"""Neither UPDATE nor DELETE, whoever asks."""
BOOKS = {"ledger_entry", "ledger_line"}
"""Never changed either; they must also balance, and both are tried with the books of the payment room."""
ROWS_NEVER_GO = ("log", "log_entry", "log_tile", "receipt", "signing_key")
"""Never DELETE; what UPDATE may do is the notary's own rule and tested there."""


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    """An engine on an empty database, to look with."""
    engine = unpooled(empty_url)
    yield engine
    engine.dispose()


FIRST = """revision, down_revision, branch_labels, depends_on = "0007", None, None, None


def upgrade(): ...


def downgrade(): ...
"""


def tables(engine: Engine) -> set[str]:
    """Names of the tables there are, Alembic's own left out."""
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_the_court_has_a_first_migration() -> None:
    """A court's database is made by migrations, so there is at least one; each is called as its file begins, and the last has the
    highest number: by that a court that opens knows, without running them, whether its database needs a step.
    """
    files = sorted(path.name.split("_")[0] for path in (migrate.FOLDER / "versions").glob("[0-9]*.py"))
    revisions = migrate.revisions()
    assert files == sorted(revisions) and files[-1] == revisions[-1]


def test_each_migration_runs_up_and_down(empty_url: str, engine: Engine) -> None:
    """Taking a migration back leaves what was there before it, and all can be made again; taking all back leaves no
    table.
    """
    made = {}
    for revision in migrate.revisions():
        migrate.upgrade(empty_url, revision)
        assert migrate.current(empty_url) == revision
        made[revision] = _form(engine)
    *earlier, newest = migrate.revisions()
    for revision in reversed(earlier):
        migrate.downgrade(empty_url, revision)
        assert _form(engine) == made[revision], revision
    migrate.downgrade(empty_url, "base")
    assert tables(engine) == set()
    assert migrate.current(empty_url) is None
    migrate.upgrade(empty_url)
    assert _form(engine) == made[newest]


COLUMNS = {
    "sqlite": "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY 1, 2",
    "postgresql": "SELECT table_name, column_name, udt_name FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2",
}
TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}


def _form(engine: Engine) -> list[list[tuple[str, ...]]]:
    """Tables with their columns, and the triggers on them."""
    return [_listed(engine, COLUMNS), _listed(engine, TRIGGERS)]


def _listed(engine: Engine, asked: dict[str, str]) -> list[tuple[str, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(asked[engine.dialect.name]))]


@pytest.mark.slow
def test_migrations_make_what_the_models_say(database_url: str) -> None:
    """After the last migration the database and the models do not differ in anything."""
    assert migrate.current(database_url) == migrate.revisions()[-1]
    assert migrate.differences(database_url) == []


def rows_of(engine: Engine, name: str, *given: dict[str, Any]) -> None:
    """Rows of a table as it is now; what must be there and is not given is filled with something of its type."""
    table = Table(name, MetaData(), autoload_with=engine)
    fills: dict[type, Any] = {
        int: 1,
        bool: False,
        datetime: datetime(2026, 3, 2, tzinfo=UTC),
        date: date(2026, 3, 2),
        object: {},
    }
    with engine.begin() as connection:
        for values in given:
            fills[str] = f"x{values['id']}"
            needed = {
                c.name: fills[c.type.python_type] for c in table.columns if not c.nullable and c.name not in values
            }
            connection.execute(table.insert().values(**needed, **values))


def column_of(engine: Engine, query: str) -> list[Any]:
    with engine.connect() as connection:
        return [row[0] for row in connection.execute(text(query))]


def test_nobody_is_in_a_draft_or_assists_who_was_never_asked(empty_url: str, engine: Engine) -> None:
    """Where the court ran before, shares and delegated mandates wait for consent, as does anything given to who serves
    the court; representatives act on.
    """
    migrate.upgrade(empty_url, "0088")
    people = {1: "owner", 2: "helper", 3: "judge"}
    rows_of(engine, "account", *({"id": number, "email": f"{name}@court.example"} for number, name in people.items()))
    rows_of(engine, "account_role", {"id": 1, "account_id": 3, "role": "judge"})
    file = "abcdefghijklmnopqrstuvwxyz"
    rows_of(
        engine,
        "draft",
        {
            "id": 1,
            "reference": "d",
            "account_id": 1,
            "kind": "claim",
            "values": {"exhibits": {"exhibits-0-upload": file}},
        },
    )
    rows_of(engine, "draft_share", {"id": 1, "draft_id": 1, "account_id": 2})
    rows_of(engine, "case", {"id": 1})
    rows_of(engine, "party", {"id": 1, "case_id": 1})
    signed = {"case_id": 1, "party_id": 1, "scope": "ordinary", "signed_at": datetime(2026, 3, 2, tzinfo=UTC)}
    for number, more in enumerate(({"account_id": 2}, {"account_id": 2, "delegated_by": 1}, {"account_id": 3}), 1):
        rows_of(engine, "mandate", {"id": number, "reference": f"m{number}", **signed, **more})
    migrate.upgrade(empty_url)
    assert column_of(engine, "SELECT email FROM draft_share WHERE accepted_at IS NULL AND ended_at IS NULL") == [
        "helper@court.example"
    ]
    assert column_of(engine, "SELECT reference FROM draft_file WHERE account_id = 1") == [file]
    assert column_of(engine, "SELECT id FROM mandate WHERE accepted_at IS NOT NULL ORDER BY id") == [1]
    migrate.downgrade(empty_url, "0088")
    assert column_of(engine, "SELECT id FROM draft_share WHERE ended_at IS NULL") == []
    assert column_of(engine, "SELECT id FROM mandate WHERE revoked_at IS NULL ORDER BY id") == [1]


def test_what_lies_on_desks_is_counted_whoever_wrote_it(empty_url: str, engine: Engine) -> None:
    """What lay there when the step came, and what a version writes that knows nothing of it; taken down and up again, anew."""
    migrate.upgrade(empty_url, "0262")
    opened = {"role": "clerk", "opened_at": datetime(2026, 3, 2, 9, 30, tzinfo=UTC), "case_id": 1}
    rows_of(engine, "case", {"id": 1})
    rows_of(engine, "task", {"id": 1, **opened}, {"id": 2, **opened, "done_at": opened["opened_at"]})

    def lies() -> list[Any]:
        query = "SELECT role || ' ' || hour || ' ' || sum(change) FROM desk_change GROUP BY role, hour HAVING sum(change) <> 0"
        return sorted(column_of(engine, query))

    migrate.upgrade(empty_url, "0263")
    assert lies() == ["clerk 2026-03-02 09 1"]
    rows_of(engine, "task", {"id": 3, **opened}, {"id": 4, **opened, "role": "judge"})
    assert lies() == ["clerk 2026-03-02 09 2", "judge 2026-03-02 09 1"]
    with engine.begin() as connection:
        connection.execute(text("UPDATE task SET done_at = opened_at WHERE id = 1"))
        connection.execute(text("UPDATE task SET done_at = NULL, role = 'cashier' WHERE id = 2"))
        connection.execute(text("DELETE FROM task WHERE id = 3"))
    assert lies() == ["cashier 2026-03-02 09 1", "judge 2026-03-02 09 1"]
    migrate.downgrade(empty_url, "0262")
    rows_of(engine, "task", {"id": 5, **opened})
    migrate.upgrade(empty_url)
    assert lies() == ["cashier 2026-03-02 09 1", "clerk 2026-03-02 09 1", "judge 2026-03-02 09 1"]


def test_pending_names_what_is_lacking(empty_url: str) -> None:
    """An empty database lacks every migration, a migrated one none; upgrading twice changes nothing."""
    assert migrate.pending(empty_url) == migrate.revisions()
    migrate.upgrade(empty_url)
    migrate.upgrade(empty_url)
    assert migrate.pending(empty_url) == []


def test_a_database_of_a_newer_program_is_refused(database_url: str, migrated: Engine) -> None:
    """A revision this program does not know, and on which it cannot run, means that it must not touch the database."""
    with migrated.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from-tomorrow'"))
        connection.execute(text("UPDATE database_form SET oldest = 'from-tomorrow'"))
    with pytest.raises(ValueError, match="from-tomorrow"):
        migrate.pending(database_url)


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A copy of the migrations' folder without any migration."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__", "[0-9]*.py"))
    return folder


def test_a_drafted_migration_makes_what_the_models_say(empty_url: str, engine: Engine, workshop: Path) -> None:
    """What is drafted from the models runs on this engine and leaves no difference to them."""
    migrate.draft(empty_url, "first", folder=workshop)
    assert migrate.revisions(workshop) == ["0001"]
    migrate.upgrade(empty_url, folder=workshop)
    assert migrate.differences(empty_url) == []
    assert tables(engine) == set(Base.metadata.tables)


def test_a_draft_follows_the_last_step(empty_url: str, workshop: Path) -> None:
    """Numbers may be left out between two steps: the next is one more than the last, and not than how many there are."""
    (workshop / "versions" / "0007_first.py").write_text(FIRST, encoding="utf-8")
    migrate.upgrade(empty_url, folder=workshop)
    migrate.draft(empty_url, "second", folder=workshop)
    assert migrate.revisions(workshop) == ["0007", "0008"]


@pytest.mark.slow
def test_a_draft_made_on_one_engine_serves_the_other(tmp_path: Path, postgres_url: str, workshop: Path) -> None:
    """One migration serves both engines: drafted on SQLite, it makes PostgreSQL's tables as the models say."""
    migrate.draft(f"sqlite:///{tmp_path / 'draft.sqlite'}", "first", folder=workshop)
    migrate.upgrade(postgres_url, folder=workshop)
    assert migrate.differences(postgres_url) == []


@pytest.mark.slow
def test_triggers_stand_again_after_a_table_was_rebuilt(empty_url: str, engine: Engine, workshop: Path) -> None:
    """SQLite changes a table by copying it and forgets its triggers; after the step they are there again, up and down, and those of other
    tables that read it do not stand in its way.
    """
    migrate.draft(empty_url, "first", folder=workshop)
    migrate.upgrade(empty_url, folder=workshop)
    before = _listed(engine, TRIGGERS)
    body = (
        "from alembic import op\nimport sqlalchemy as sa\nrevision = '0002'\ndown_revision = '0001'\n"
        "def upgrade():\n    with op.batch_alter_table('log_checkpoint', recreate='auto') as batch:\n"
        "        batch.add_column(sa.Column('remark', sa.String(20)))\n        batch.alter_column('note', nullable=True)\n"
        "    for name in ('case', 'party', 'mandate', 'seat', 'window'):\n"
        "        with op.batch_alter_table(name, recreate='auto') as batch:\n"
        "            batch.alter_column('case_id' if name != 'case' else 'number', nullable=True)\n"
        "def downgrade():\n    with op.batch_alter_table('log_checkpoint') as batch:\n        batch.drop_column('remark')\n"
        "        batch.alter_column('note', nullable=False)\n"
        "    for name in ('party', 'mandate', 'seat', 'window'):\n"
        "        with op.batch_alter_table(name) as batch:\n"
        "            batch.alter_column('case_id', nullable=False)\n"
    )
    (workshop / "versions" / "0002_remark.py").write_text(body)
    migrate.upgrade(empty_url, folder=workshop)
    assert "remark" in {column["name"] for column in inspect(engine).get_columns("log_checkpoint")}
    assert before and _listed(engine, TRIGGERS) == before
    migrate.downgrade(empty_url, "0001", folder=workshop)
    assert _listed(engine, TRIGGERS) == before


def test_a_migration_that_fails_leaves_no_half(empty_url: str, engine: Engine, workshop: Path) -> None:
    """A step that breaks in the middle leaves the form and the revision as they were, on both engines."""
    body = (
        "from alembic import op\nimport sqlalchemy as sa\nrevision = '0001'\ndown_revision = None\n"
        "def upgrade():\n    op.create_table('half', sa.Column('id', sa.Integer, primary_key=True))\n    raise LookupError('broken')\n"
        "def downgrade():\n    op.drop_table('half')\n"
    )
    (workshop / "versions" / "0001_half.py").write_text(body)
    with pytest.raises(LookupError, match="broken"):
        migrate.upgrade(empty_url, folder=workshop)
    assert tables(engine) == set()
    assert migrate.current(empty_url) is None


SAMPLES: dict[type[Any], Any] = {
    Boolean: True,
    Integer: 1,
    Float: 1.0,
    Numeric: 1,
    DateTime: datetime(2026, 3, 2, tzinfo=UTC),
    Date: date(2026, 3, 2),
    LargeBinary: b"x",
    JSON: [],
}


def _sample(column: Column[Any]) -> Any:
    """Any value a column can hold."""
    kind = column.type
    if isinstance(kind, Enum):
        return (
            next(iter(kind.enum_class)) if kind.enum_class and issubclass(kind.enum_class, enum.Enum) else kind.enums[0]
        )
    implementation = getattr(kind, "impl", kind)
    return next((value for each, value in SAMPLES.items() if isinstance(implementation, each)), "x")


def _put_any_row(connection: Connection, table: Table) -> None:
    """One row with a value in every column; references and checks are not what is asked here."""
    row = {column.name: _sample(column) for column in table.columns}
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        connection.execute(table.insert().values(row))
        return
    for check in inspect(connection).get_check_constraints(table.name):
        connection.execute(text(f'ALTER TABLE "{table.name}" DROP CONSTRAINT "{check["name"]}"'))
    connection.execute(text("SET session_replication_role = replica"))
    connection.execute(table.insert().values(row))
    connection.execute(text("SET session_replication_role = origin"))


def _refused(engine: Engine, name: str, *statements: Any) -> None:
    """Each statement fails by an append-only trigger, though there is a row and nothing else in its way."""
    with engine.connect() as connection:
        _put_any_row(connection, Base.metadata.tables[name])
        for statement in statements:
            with pytest.raises(DatabaseError, match="append-only"), connection.begin_nested():
                connection.execute(statement)
        connection.rollback()


@pytest.fixture
def migrated(database_url: str) -> Iterator[Engine]:
    """An engine on a database with the court's tables."""
    engine = unpooled(database_url)
    yield engine
    engine.dispose()


def test_no_row_is_changed(migrated: Engine) -> None:
    """The database itself refuses to change any column of what was entered, whatever program asks."""
    for name in ROWS_NEVER_CHANGE:
        table = Base.metadata.tables[name]
        _refused(migrated, name, *(update(table).values({column: _sample(column)}) for column in table.columns))


def test_no_row_is_deleted(migrated: Engine) -> None:
    """The database itself refuses to delete what was entered, whatever program asks."""
    for name in ROWS_NEVER_CHANGE + ROWS_NEVER_GO:
        _refused(migrated, name, delete(Base.metadata.tables[name]))


def test_no_table_is_emptied_or_written_over(migrated: Engine) -> None:
    """PostgreSQL's TRUNCATE and SQLite's replacing insert, which wake no trigger of DELETE, are refused too."""
    if migrated.dialect.name == "postgresql":
        for name in ROWS_NEVER_CHANGE + ROWS_NEVER_GO:
            _refused(migrated, name, text(f'TRUNCATE "{name}" CASCADE'))
        return
    for name in ROWS_NEVER_CHANGE:
        table = Base.metadata.tables[name]
        _refused(
            migrated,
            name,
            table.insert().prefix_with("OR REPLACE").values({column.name: _sample(column) for column in table.columns}),
        )


def test_every_table_that_says_so_is_in_the_list() -> None:
    """A table marked append-only in its model stands in this file's list, which is written by hand."""
    migrate.load_models()
    marked = {table.name for table in Base.metadata.sorted_tables if table.info.get("append_only")}
    assert marked <= {*ROWS_NEVER_CHANGE, *BOOKS}


def test_names_of_constraints_are_given_by_rule() -> None:
    """Every constraint has a name by convention, so that a later migration can take it away on both engines."""
    migrate.load_models()
    metadata: MetaData = Base.metadata
    unnamed = [
        (table.name, constraint)
        for table in metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None and list(getattr(constraint, "columns", []))
    ]
    assert unnamed == []


def test_receipts_of_entries_get_their_place_and_a_second_one_gets_none(empty_url: str, engine: Engine) -> None:
    """In a court that ran before, the place of an entry's receipt comes from what it says; papers and files have none,
    nor has a number's second receipt.
    """
    migrate.upgrade(empty_url, "0088")
    said: dict[str, dict[str, Any] | None] = {
        "a": {"case": "c", "entry": 1, "previous": "0"},
        "b": {"case": "c", "entry": 2, "previous": "1"},
        "again": {"case": "c", "entry": 2, "previous": "1"},
        "paper": {"case": "c", "entry": 2, "document": "p"},
        "file": {"upload": "u", "filename": '"previous":'},
        "erased": None,
    }
    with engine.begin() as connection:
        for number, (reference, body) in enumerate(said.items(), 1):
            connection.execute(
                text("INSERT INTO log_entry (id, leaf) VALUES (:id, :leaf)"), {"id": number, "leaf": reference.encode()}
            )
            row = {
                "reference": reference,
                "body": json.dumps(body, separators=(",", ":")).encode() if body else None,
                "entry": number if body else None,
            }
            connection.execute(
                text("INSERT INTO receipt (reference, body, entry_id) VALUES (:reference, :body, :entry)"), row
            )
    migrate.upgrade(empty_url)
    with engine.connect() as connection:
        places = dict(map(tuple, connection.execute(text("SELECT reference, docket_place FROM receipt"))))
        assert places == {"a": "c/1", "b": "c/2", "again": None, "paper": None, "file": None, "erased": None}
        assert migrate.missing_triggers(connection) == []
    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text("INSERT INTO receipt (reference, docket_place) VALUES ('new', 'c/2')"))


def test_a_court_that_opens_asks_once_whether_it_stands_at_the_newest(empty_url: str) -> None:
    """An empty database does not, nor one a step behind; the newest does, and only it is opened without a step."""
    engine = unpooled(empty_url)
    try:
        assert not migrate.stands_at_newest(engine)
        migrate.upgrade(empty_url)
        assert migrate.stands_at_newest(engine)
        migrate.downgrade(empty_url, migrate.revisions()[-2])
        assert not migrate.stands_at_newest(engine)
    finally:
        engine.dispose()


def test_a_court_that_asks_leaves_a_new_file_to_whoever_makes_it(tmp_path: Path) -> None:
    """The court's connections switch the journal on; whoever does that beside somebody who is making the file fails at
    once instead of waiting, so that of several processes that start together on a new court one would not.
    """
    file = tmp_path / "court.sqlite"
    database = Database(f"sqlite:///{file}")
    try:
        assert not migrate.stands_at_newest(database.engine)
        assert not file.exists()
        file.touch()
        assert not migrate.stands_at_newest(database.engine)
        assert file.stat().st_size == 0
    finally:
        database.dispose()
