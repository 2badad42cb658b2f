"""The worker that serves the court, for tests that cannot wait a minute or send hundreds of files."""

from __future__ import annotations

from odr.web.patient_worker import PatientWorker


class ImpatientWorker(PatientWorker):
    """A file waits two seconds for its turn."""

    FOR_A_TURN = 2.0


class CrowdedWorker(PatientWorker):
    """One file waits for its turn."""

    MOST_WAITING = 1
