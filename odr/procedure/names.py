"""Names of the acts of the procedure room: all that other rooms may know of them. Checked when the court opens."""

from typing import Final

CLOSE_WINDOW: Final = "close_window"
FINISH_TASK: Final = "finish_task"
EXTEND_AFTER_OUTAGE: Final = "extend_after_outage"
