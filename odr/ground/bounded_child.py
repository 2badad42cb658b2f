"""The frame in which one of our programs works on a stranger's file: rehearse, bound, be nobody, work.

Run as a program of its own by :func:`odr.ground.bounded.run_bounded`, with none of the court's
modules, keys or settings in reach. Arguments: the program's file; bytes of memory,
seconds of processor, bytes of output, open files; then the program's own, which both
its ``rehearse`` and its ``work`` are given.

``rehearse`` does the same work once on something harmless, as who the court runs as;
``work`` runs as nobody, who may not be able to read where Python's libraries lie. So
whatever is needed is loaded by then: afterwards nothing more can be, on no machine.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import sys
from pathlib import Path
from types import ModuleType

NOBODY = 65534


def loaded(program: str) -> ModuleType:
    """The program in that file, as a module."""
    spec = importlib.util.spec_from_file_location("program", program)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def bound(memory: int, seconds: int, output: int, files: int) -> None:
    """Put the limits on this process and on all it starts."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def be_nobody() -> None:
    """Load no more modules, and give up root's rights where the court was started with them, as in a container; the
    folder it stands in goes along.
    """
    sys.meta_path.clear()
    if os.geteuid() != 0:
        return
    for path in (Path(), *Path().iterdir()):
        os.chown(path, NOBODY, NOBODY)
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def main() -> None:
    """Rehearse, bound, work."""
    program = loaded(sys.argv[1])
    limits = [int(value) for value in sys.argv[2:6]]
    arguments = sys.argv[6:]
    program.rehearse(*arguments)
    bound(*limits)
    be_nobody()
    program.work(*arguments)


if __name__ == "__main__":
    main()
