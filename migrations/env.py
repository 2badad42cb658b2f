"""How Alembic runs a migration; ``odr.ground.migrate`` calls it with an open connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection, text

from odr.ground import migrate
from odr.ground.db import Base


def after_each_step(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """The append-only triggers stand again, the database says what may run on it, and on SQLite no reference points
    nowhere.
    """
    connection = ctx.connection
    assert connection is not None, "migrations run on an open connection"
    migrate.install_triggers(connection)
    reached = step.destination_revision_ids
    migrate.note_oldest(connection, context.script, reached[0] if reached else None)
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).first()
        if broken is not None:
            raise RuntimeError(f"the migration leaves a row of {broken[0]} that refers to nothing in {broken[2]}")


migrate.load_models()
connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    transaction_per_migration=True,
    on_version_apply=after_each_step,
    **migrate.comparison(),
)
with context.begin_transaction():
    context.run_migrations()
