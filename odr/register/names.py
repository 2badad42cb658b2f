"""Names of the acts of the register: all that other rooms may know of them. Checked when the court opens."""

from typing import Final

APPROVE_PUBLICATION: Final = "approve_publication"
CORRECT_PUBLICATION: Final = "correct_publication"
OBJECT_TO_PUBLICATION: Final = "object_to_publication"
PROPOSE_PUBLICATION: Final = "propose_publication"
PUBLISH_DECISION: Final = "publish_decision"
RESTORE_PUBLICATION: Final = "restore_publication"
WITHDRAW_PUBLICATION: Final = "withdraw_publication"
WITHHOLD: Final = "withhold"
