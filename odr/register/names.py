"""Names of the acts of the register: all that other rooms may know of them. Checked when the court opens."""

from typing import Final

APPROVE_PUBLICATION: Final = "approve_publication"
CERTIFY_COPY: Final = "certify_copy"
CLOSE_VOLUME: Final = "close_volume"
CORRECT_PUBLICATION: Final = "correct_publication"
HAND_ON_VOLUME: Final = "hand_on_volume"
HAND_OVER_COPY: Final = "hand_over_copy"
OBJECT_TO_PUBLICATION: Final = "object_to_publication"
PROPOSE_PUBLICATION: Final = "propose_publication"
PUBLISH_DECISION: Final = "publish_decision"
REOPEN_VOLUME: Final = "reopen_volume"
REQUEST_COPY: Final = "request_copy"
RESTORE_PUBLICATION: Final = "restore_publication"
SEAL_VOLUME: Final = "seal_volume"
WITHDRAW_PUBLICATION: Final = "withdraw_publication"
WITHHOLD: Final = "withhold"
