"""Commands of the guides, handed to the tests as they are written; and whether a test really gives one to what runs it."""

from __future__ import annotations

import ast
import re
import shlex
from functools import cache
from pathlib import Path

from tests.parsed import tree_of

ROOT = Path(__file__).resolve().parent.parent
HANDED_OUT = {"typed", "typed_words", "command"}
"""By which a test gets a command out of a guide."""
RUNNERS = {"run", "well", "invoke", "type_in", "configure", "refuses_what_is_not_so"}
"""What runs a command it is given: ``subprocess.run`` and what the tests call likewise, a keeper's ``well``, Flask's
``invoke``, a contributor's ``type_in``, a server's ``configure``.
"""


def pages() -> list[Path]:
    """Every guide."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> list[str]:
    """The commands of a page: lines of indented blocks, and of those fenced as text; fenced ``sh`` is a tutorial's."""
    found: list[str] = []
    fence: str | None = None
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            fence = line[3:].strip() if fence is None else None
        elif fence == "text" or (fence is None and re.match(r" {4,}\S", line)):
            found.append(line.strip())
    return [one for one in found if is_command(one)]


def is_command(line: str) -> bool:
    """Whether a line is for a shell: no data, and no line of a program."""
    return not re.match(r'["{\[]|with |receipt = |\w+ = ("|\d|\[)', line)


@cache
def every_command() -> tuple[str, ...]:
    """The commands of all guides."""
    return tuple(line for page in pages() for line in commands(page))


def typed(beginning: str, instead: dict[str, str] | None = None) -> str:
    """The one command of the guides that begins so, without its remark; ``instead`` says what stands for its examples,
    each of which it has.
    """
    found = {re.sub(r" +# .*", "", line) for line in every_command() if line.startswith(beginning)}
    assert len(found) == 1, (beginning, found)
    line = found.pop()
    for example, here in (instead or {}).items():
        assert example in line, (example, line)
        line = line.replace(example, here)
    return line


def typed_words(beginning: str, instead: dict[str, str] | None = None) -> list[str]:
    """The same for a command of the court: what stands behind ``flask`` or ``court``."""
    words = shlex.split(typed(beginning, instead))
    if words[0].rpartition("/")[2] == "flask":
        return words[3:] if words[1] == "--app" else words[1:]
    assert words[0] == "court", words
    return words[1:]


def not_run(place: str, beginning: str) -> str | None:
    """Why the test at ``file::function`` does not run the command that begins so; None where it does.

    It, or what it calls or asks for as a fixture in its own file, must take the command out of the guide and give it, by
    itself or under one name, to one of ``RUNNERS``: a file that only mentions it, in words or in a list, runs nothing.
    """
    file, _, name = place.partition("::")
    if not (ROOT / file).is_file():
        return f"{file} is not there"
    tree = tree_of(ROOT / file)
    own = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    if not name.startswith("test_") or name not in own:
        return f"{file} has no test {name}"
    took = False
    for part in _with_its_own(name, own):
        takers = {id(call) for call in ast.walk(part) if _takes(call, beginning)}
        took = took or bool(takers)
        if takers and _gives_to_a_runner(part, takers):
            return None
    if took:
        return f"{place} takes `{beginning}` out of the guide and gives it to nothing that runs it"
    return f"{place} does not take `{beginning}` out of the guide"


def _with_its_own(name: str, own: dict[str, ast.FunctionDef]) -> list[ast.FunctionDef]:
    """A test, and the functions of its file that it calls or asks for, and theirs."""
    found: list[ast.FunctionDef] = []
    ahead = [name]
    while ahead:
        part = own.get(ahead.pop())
        if part is None or part in found:
            continue
        found.append(part)
        ahead += [argument.arg for argument in part.args.args]
        ahead += [
            each.func.id for each in ast.walk(part) if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
        ]
    return found


def _gives_to_a_runner(part: ast.FunctionDef, takers: set[int]) -> bool:
    """Whether what was taken is among what something that runs it is given."""
    names = {
        target.id
        for each in ast.walk(part)
        if isinstance(each, ast.Assign) and any(id(one) in takers for one in ast.walk(each.value))
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return any(
        id(one) in takers or (isinstance(one, ast.Name) and one.id in names)
        for call in ast.walk(part)
        if isinstance(call, ast.Call) and _called(call) in RUNNERS
        for given in (*call.args, *(each.value for each in call.keywords))
        for one in ast.walk(given)
    )


def taken_out(file: str) -> set[str]:
    """By which beginnings the tests of a file take commands out of the public's guide, in functions that run something:
    directly, or one after another in a loop. What only stands in words or in a list is not among them.
    """
    found: set[str] = set()
    for test in ast.walk(tree_of(ROOT / file)):
        if not isinstance(test, ast.FunctionDef):
            continue
        calls = [each for each in ast.walk(test) if isinstance(each, ast.Call)]
        asked = [call.args[0] for call in calls if _called(call) in HANDED_OUT and call.args]
        if not any(_called(call) in RUNNERS for call in calls):
            continue
        names = {one.id for one in asked if isinstance(one, ast.Name)}
        loops = [
            each.iter
            for each in ast.walk(test)
            if isinstance(each, ast.For) and isinstance(each.target, ast.Name) and each.target.id in names
        ]
        for given in (*asked, *(one for loop in loops for one in ast.iter_child_nodes(loop))):
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                found.add(given.value)
    return found


def _called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _takes(node: ast.AST, beginning: str) -> bool:
    """Whether this takes the command out of the guide: the words it asks for begin with the listed ones, or these with it."""
    if not isinstance(node, ast.Call) or _called(node) not in HANDED_OUT or not node.args:
        return False
    asked = node.args[0]
    return (
        isinstance(asked, ast.Constant)
        and isinstance(asked.value, str)
        and (asked.value.startswith(beginning) or beginning.startswith(asked.value))
    )
