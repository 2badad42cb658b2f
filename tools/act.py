"""Begin an act, and afterwards write anew what is made from it: `make act NAME=… ROOM=… [CONCEPT=…]`.

Usage: .venv/bin/python tools/act.py NAME ROOM [CONCEPT]

CONCEPT is a file or folder of the room, such as ``claim``, ``parties/mandates`` or a new name; without it the act gets a
file of its own name. A folder takes the act into its ``acts.py`` where it has one.

The first time the source, the constant of names.py, the tests, an empty row of permissions and empty messages are
written, the golden payload and the documents too. A person fills them: as long as something is left, tests fail, and the
court does not open with an act that names no article. Each time after that only what is made from the source is
written anew. Nothing of another room is touched.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.extract import extract_python
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from odr import wiring  # noqa: E402 # the project's root comes first
from odr.procedure.acts.table import act  # noqa: E402

LEFT = "TO BE WRITTEN"
"""Stands wherever a person has to write; tests look for it."""
LAW = f"LAW {LEFT}"
"""No pack knows such a source, so no court opens with it."""

IMPORTS = {
    "datetime": ("datetime",),
    "typing": ("TYPE_CHECKING", "Annotated"),
    "odr.docket.models": ("PARTY_ROLES", "Audience", "Case", "Stage"),
    "odr.ground.text": ("T", "Text"),
    "odr.identity.actors": ("Actor",),
    "odr.procedure.acts.letter": ("Letter", "PaperKind"),
    "odr.procedure.acts.table": ("Everyone", "Premise", "Recorded", "Topic", "act", "guard"),
    "odr.procedure.forms.inputs": ("CourtModel", "CourtText", "field"),
    "odr.procedure.rules.base": ("law",),
}

CHOSEN = {
    "title": 'T("{left}: the act as a button says it")',
    "input": "{model}",
    "by": "set(PARTY_ROLES)",
    "at": "{{Stage.PENDING, Stage.HEARING}}",
    "source": 'law("{law}")',
    "guard": "may_{name}",
    "topic": "Topic.TAKING_PART",
    "in_record": "False",
    "serves": "Everyone.BUT_ACTOR",
    "letter": 'Letter(\n        PaperKind.NOTICE,\n        T("{left}: what came, as a subject line says it"),\n        T("{left}: what to do about it, by when, and what follows otherwise"),\n    )',
    "help": 'T("{left}: what the act is for, in one or two sentences, or None")',
}
"""Columns that each act has an opinion on; the others begin as they are where nothing is said."""

MEANINGS = {
    "by": "who",
    "at": "at which stages",
    "source": "on which articles",
    "guard": "further conditions",
    "topic": "under which heading of the case page",
    "in_record": "whether it stands in the record of the hearing",
    "serves": "who gets a letter",
    "to": "stages it may move the case to",
    "done": "what the page says afterwards",
    "window": "the time limit it falls in, of the room's time_limits.py",
    "meets": "whether it meets that time limit",
    "remedy": "one may have a decision looked at again, and need not",
    "late": "taken after the time limit too, marked",
    "concerns": "whom it is about, where only some are served",
    "seen_by": "who may read the entry",
    "desk": "tasks it takes off a desk, of the room's desks.py",
    "means": "what it is in the course of a case, for other rooms",
    "while_stayed": "also while the case stands still",
    "of_part": "also for a part that is in effect while the rest is not",
    "premise": "what must be unchanged since the actor looked",
    "subject": "state of what it answers",
    "strong": "identity proved again within 15 minutes",
    "special": "special powers of a representative (CPL 62)",
    "in_writing": "spoken words have no effect, so that the counter takes it down from nobody's mouth (CPI 436)",
    "before_identity": "before identity is verified too",
    "page": "endpoint of a page of its own",
    "listed": "False: the court performs it by itself",
    "prepare": "slow work before the transaction",
    "paper": "how its ruling is set and sealed",
    "prefill": "what its page proposes",
    "rule": "a time limit without which the rules know no such act",
    "with_cases": "other cases it works on",
    "may_cost": "the fee that is asked for when it fails",
    "says": "what its page says before it is done",
    "version": "raised when what is given changes its meaning",
}
"""What a column says, as a remark beside it."""


@dataclass(frozen=True)
class Place:
    """Where an act is written."""

    name: str
    room: str
    source: Path

    @property
    def names(self) -> Path:
        return ROOT / "odr" / self.room / "names.py"

    @property
    def tests(self) -> Path:
        return ROOT / "tests" / self.room / f"test_{self.name}.py"

    @property
    def catalogue(self) -> Path:
        return ROOT / "translations" / "zh_Hans" / "LC_MESSAGES" / f"{self.room}.po"

    @property
    def golden(self) -> Path:
        return ROOT / "tests" / "golden" / "2" / f"{self.name}.v1.json"

    @property
    def model(self) -> str:
        return "".join(word.capitalize() for word in self.name.split("_")) + "Input"


PERMISSIONS = ROOT / "tests" / "permissions.tsv"


def place(name: str, room: str, concept: str) -> Place:
    """Where the act goes. Raises SystemExit for what is no name, or no room with acts."""
    if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name):
        raise SystemExit(f"{name!r} is no name of an act: write a verb and a noun, announce_absence")
    folder = ROOT / "odr" / room
    if room not in wiring.ROOMS or not (folder / "names.py").is_file():
        raise SystemExit(f"{room!r} is no room with acts of its own")
    if not re.fullmatch(r"[a-z_]+(/[a-z_]+)?", concept or name):
        raise SystemExit(f"{concept!r} is no concept: write a file or folder of the room, parties/mandates")
    at = folder / (concept or name)
    if (at / "acts.py").is_file():
        return Place(name, room, at / "acts.py")
    return Place(name, room, at / f"{name}.py" if at.is_dir() else at.with_suffix(".py"))


def is_new(where: Place) -> bool:
    """Whether nobody has begun the act. Raises SystemExit where another room has one of this name, or it stands elsewhere."""
    holder = re.compile(rf'^{where.name.upper()}: Final = "', re.M)
    for path in sorted((ROOT / "odr").glob("*/names.py")):
        if holder.search(path.read_text(encoding="utf-8")):
            if path != where.names:
                raise SystemExit(f"the room {path.parent.name} has an act of this name")
            declared = where.source.is_file() and f"\ndef {where.name}(" in where.source.read_text(encoding="utf-8")
            if not declared:
                raise SystemExit(
                    f"{where.name} is not in {where.source.relative_to(ROOT)}: give the CONCEPT where it is"
                )
            return False
    return True


def columns(where: Place) -> str:
    """Every column of ``@act``: those each act decides, then all others as they stand if nothing is said."""
    known = inspect.signature(act).parameters
    lines = [f"    {key}={_filled(value, where)},{_remark(key)}" for key, value in CHOSEN.items() if key in known]
    lines.append("    # Take away what stays as it is here.")
    for key, column in known.items():
        if key not in CHOSEN:
            lines.append(f"    {key}={_written(column.default)},{_remark(key)}")
    return "\n".join(lines)


def _filled(value: str, where: Place) -> str:
    return value.format(left=LEFT, law=LAW, name=where.name, model=where.model)


def _remark(key: str) -> str:
    return f"  # {MEANINGS[key]}" if key in MEANINGS else ""


def _written(default: object) -> str:
    if isinstance(default, frozenset):
        return "set()"
    return str(default) if type(default).__module__ != "builtins" else repr(default)


def declaration(where: Place) -> str:
    """Input, guard, columns and handler, to be written."""
    return f'''

class {where.model}(CourtModel):
    """{LEFT}: what is given with the act."""

    words: Annotated[str, CourtText(1, 2000), field(T("{LEFT}: the question of this field"), widget="textarea")]


@guard("{LAW}")
def may_{where.name}(sitting: Sitting, case: Case, actor: Actor) -> Text | None:
    """{LEFT}: the reason why the act is not open, or take the guard away."""
    return None


@act(
{columns(where)}
)
def {where.name}(
    sitting: Sitting, case: Case, given: {where.model}, *, actor: Actor, now: datetime
) -> Recorded:
    """{LEFT}: what the act means in court, what it raises, and its article."""
    return Recorded(T("{LEFT}: what the docket says, with %(name)s", name=sitting.party_of(case, actor).name))
'''


def write_source(where: Place) -> None:
    """A new file, or the act after what a concept's file holds already, with the imports that it lacks."""
    text = where.source.read_text(encoding="utf-8") if where.source.is_file() else _head()
    where.source.write_text(_with_imports(text) + declaration(where), encoding="utf-8")
    for command in (("check", "--select", "I,F401", "--fix"), ("format",)):
        in_new_python("-m", "ruff", *command, "--quiet", str(where.source))


def _head() -> str:
    return f'"""{LEFT}: what this file holds."""\n\nfrom __future__ import annotations\n'


def _with_imports(text: str) -> str:
    tree = ast.parse(text)
    have = {
        name.asname or name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for name in node.names
    }
    lines = [
        f"from {module} import {', '.join(lacking)}"
        for module, names in IMPORTS.items()
        if (lacking := [name for name in names if name not in have])
    ]
    if "Sitting" not in have:
        lines.append("\nif TYPE_CHECKING:\n    from odr.procedure.sitting import Sitting")
    heads = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    end = max(node.end_lineno or node.lineno for node in heads)
    body = text.splitlines()
    return "\n".join([*body[:end], *lines, *body[end:]]).rstrip() + "\n"


def write_name(where: Place) -> None:
    """The constant, in its place by the alphabet."""
    lines = where.names.read_text(encoding="utf-8").splitlines()
    constant = f'{where.name.upper()}: Final = "{where.name}"'
    later = (n for n, line in enumerate(lines) if ": Final = " in line and line.partition(":")[0] > where.name.upper())
    lines.insert(next(later, len(lines)), constant)
    where.names.write_text("\n".join(lines) + "\n", encoding="utf-8")


TESTS = '''"""{left}: the act {name} as a rule, with its article."""

from __future__ import annotations

from typing import Any

import pytest

from odr.ground.errors import ActNotOpen, Forbidden
from tests.scene import Scene

GIVEN: dict[str, Any] = {{"words": "{left}"}}


def test_{name}_is_recorded(small_scene: Scene) -> None:
    """{left}: who may do it when, what stands on the docket, and who is served."""
    small_scene.pend()
    assert small_scene.do("{name}", "li", **GIVEN).number > 0
    pytest.fail("{left}: what the act changes")


def test_{name}_is_refused_to_another_role(small_scene: Scene) -> None:
    """{left}: who may not, and why the law says so."""
    small_scene.pend()
    with pytest.raises(Forbidden):
        small_scene.do("{name}", "judge", **GIVEN)
    pytest.fail("{left}: the roles that matter here")


def test_{name}_is_refused_at_another_stage(small_scene: Scene) -> None:
    """{left}: at which stage it is not open yet, and at which not any more."""
    small_scene.lodge()
    with pytest.raises(ActNotOpen):
        small_scene.do("{name}", "li", **GIVEN)
    pytest.fail("{left}: the stages that matter here")


def test_{name}_is_refused_too_late(small_scene: Scene) -> None:
    """{left}: which time limit or day ends it, and what is refused afterwards."""
    small_scene.pend()
    small_scene.later(days=400)
    pytest.fail("{left}: what is too late")


def test_{name}_twice(small_scene: Scene) -> None:
    """{left}: what a second one does; the same one sent again is recorded once."""
    small_scene.pend()
    first = small_scene.do("{name}", "li", key="one-key", **GIVEN)
    assert small_scene.do("{name}", "li", key="one-key", **GIVEN).number == first.number
    pytest.fail("{left}: what a second one does")
'''


def write_lists(where: Place) -> None:
    """The tests to be written, and the empty row of who may do it when."""
    where.tests.parent.mkdir(exist_ok=True)
    where.tests.write_text(TESTS.format(left=LEFT, name=where.name), encoding="utf-8")
    with PERMISSIONS.open("a", encoding="utf-8") as file:
        file.write(f"{where.name}\t\t\t\t\n")


def write_messages(where: Place) -> None:
    """An empty translation of every message of the source that has none; empty ones that nothing says any more go."""
    used = {path: set(_messages(path)) for path in sorted((ROOT / "odr").rglob("*.py"))}
    said = set().union(*used.values())
    text = re.sub(
        r'\nmsgid (".*")\nmsgstr ""\n(?=\n|\Z)',
        lambda found: found[0] if ast.literal_eval(found[1]) in said else "",
        where.catalogue.read_text(encoding="utf-8"),
    )
    where.catalogue.write_text(text, encoding="utf-8")
    known = set(_known(where.catalogue.parent))
    with where.catalogue.open("a", encoding="utf-8") as file:
        for message in dict.fromkeys(_messages(where.source)):
            if message not in known:
                escaped = message.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
                file.write(f'\nmsgid "{escaped}"\nmsgstr ""\n')


def _messages(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        found: Any
        for _, _, found, _ in extract_python(file, {"T": None}, [], {"encoding": "utf-8"}):
            yield found if isinstance(found, str) else str(found[0])  # a message with facts comes with their places


def _known(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as file:
            yield from (str(message.id) for message in read_po(file, locale="zh_Hans") if message.id)


def write_made(where: Place) -> None:
    """The golden payload, anew as long as it is in no commit, and every document."""
    if where.golden.is_file() and _is_uncommitted(where.golden):
        where.golden.unlink()
    in_new_python("-m", "tests.golden")
    in_new_python("-m", "odr.operations.cli", "docs")


def _is_uncommitted(path: Path) -> bool:
    """Whether git knows of no such file in the last commit; where there is no git, nobody can say so."""
    name = path.relative_to(ROOT).as_posix()
    git = ["git", "-C", str(ROOT)]
    if subprocess.run([*git, "rev-parse", "--verify", "--quiet", "HEAD"], capture_output=True, check=False).returncode:
        return False
    return subprocess.run([*git, "cat-file", "-e", f"HEAD:./{name}"], capture_output=True, check=False).returncode != 0


def in_new_python(*command: str) -> None:
    """A command of the project in a process of its own: the act has changed since this one began."""
    if subprocess.run([sys.executable, *command], cwd=ROOT, check=False).returncode:
        raise SystemExit(f"{' '.join(command)} failed; mend what it names and do this again")


def main(name: str, room: str, concept: str = "") -> None:
    """Begin the act, or write anew what is made from it."""
    where = place(name, room, concept)
    if is_new(where):
        if where.tests.exists():
            raise SystemExit(f"{where.tests.relative_to(ROOT)} is there already")
        write_source(where)
        write_name(where)
        write_lists(where)
    write_messages(where)
    write_made(where)
    for path in (where.source, where.tests, PERMISSIONS, where.catalogue):
        lines = path.read_text(encoding="utf-8").splitlines()
        left = [n for n, line in enumerate(lines, 1) if _is_left(path, line, lines[n - 2 : n - 1])]
        said = f"to be written at line {', '.join(map(str, left))}" if left else "written"
        sys.stdout.write(f"{path.relative_to(ROOT)}: {said}\n")


def _is_left(path: Path, line: str, before: list[str]) -> bool:
    """Whether a line waits for a person: marked, a row without reason, a message without translation."""
    if path.suffix == ".po":
        return line == 'msgstr ""' and before != ['msgid ""']
    return LEFT in line or (path.suffix == ".tsv" and line.endswith("\t") and not line.startswith("#"))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or not all(sys.argv[1:3]):
        raise SystemExit("make act NAME=announce_absence ROOM=filing [CONCEPT=parties/mandates]")
    main(*sys.argv[1:])
