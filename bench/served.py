"""A court of the bench as gunicorn opens it: ``bench.served:app``, in the folder ``ODR_BENCH_FOLDER``; its clock stands
as the scene's does.
"""

from __future__ import annotations

import os
from pathlib import Path

from odr.app import create_app, create_court
from odr.ground.clock import FixedClock
from odr.ground.config import Settings
from odr.ground.db import Database
from tests.conftest import MORNING

folder = Path(os.environ["ODR_BENCH_FOLDER"])
database = Database(f"sqlite:///{folder / 'court.sqlite'}")
settings = Settings(
    mode="test",
    data_dir=folder / "court",
    database_url=database.url,
    argon2_cheap=True,
    sequencing=os.environ.get("ODR_BENCH_SEQUENCING") or "at_once",
)
app = create_app(court=create_court(settings, FixedClock(MORNING), database))
