"""Which programs tests, tools and guides run, read out of them without running anything.

In Python: the first word of every command that reaches ``subprocess``, followed back through names, loops, parameters
and
functions that only pass a command on, and every name given to ``shutil.which``. In shell and in guides: the first word
of
every command. A command whose first word cannot be followed is given as ``None``, so that nothing slips through unseen.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from tests.parsed import tree_of

RUNNERS = {"run", "Popen", "check_output", "check_call", "call"}
BY_NAME = {"which", "posix_spawnp", "execvp", "execlp", "find_program"}
"""Functions whose first argument is a program's name."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*\Z")
_KEYWORDS = {
    "if",
    "then",
    "else",
    "elif",
    "fi",
    "for",
    "while",
    "until",
    "do",
    "done",
    "case",
    "esac",
    "in",
    "function",
    "!",
    "{",
    "}",
}
_BUILT_IN = {
    "cd",
    "echo",
    "printf",
    "exec",
    "exit",
    "export",
    "set",
    "unset",
    "shift",
    "trap",
    "wait",
    "command",
    "test",
    "[",
    "[[",
    "true",
    "false",
    "local",
}
_BUILT_IN |= {"read", "eval", ".", "source", ":", "kill", "type", "return", "break", "continue"}
_PASSING_ON = {"exec", "env", "nohup", "command", "timeout"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Call:
    """A program that is run, None where it cannot be told, and where."""

    program: str | None
    place: str


@dataclass
class Source:
    """A Python file with the functions around each node."""

    path: str
    tree: ast.Module
    around: dict[ast.AST, tuple[Definition, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._note(self.tree, ())

    def _note(self, node: ast.AST, functions: tuple[Definition, ...]) -> None:
        self.around[node] = functions
        inner = (*functions, node) if isinstance(node, Definition) else functions
        for child in ast.iter_child_nodes(node):
            self._note(child, inner)


class PythonCalls:
    """The programs that a set of Python files runs."""

    def __init__(self, paths: Iterable[Path], root: Path) -> None:
        self.sources = [Source(str(path.relative_to(root)), tree_of(path)) for path in paths]
        self.passing: dict[str, int] = {}
        """Functions that run what they are given: the place of the command among their arguments."""

    def found(self) -> set[Call]:
        """Every program and where it is run. Who passes a command on is found first, and then who gives it one."""
        before = -1
        while before != len(self.passing):
            before = len(self.passing)
            calls = {call for source in self.sources for call in self._of(source)}
        return calls

    def _of(self, source: Source) -> Iterator[Call]:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                for command in self._commands(source, node):
                    for program in self._first(source, command, source.around[node], set()):
                        yield Call(program, f"{source.path}:{node.lineno}")

    def _commands(self, source: Source, node: ast.Call) -> Iterator[ast.expr]:
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        of_subprocess = (
            isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "subprocess"
        )
        if (of_subprocess and name in RUNNERS) or name in BY_NAME:
            yield from node.args[:1]
        elif name in self.passing and len(node.args) > self.passing[name]:
            yield node.args[self.passing[name]]

    def _first(
        self, source: Source, node: ast.expr, functions: tuple[Definition, ...], seen: set[ast.AST]
    ) -> Iterator[str | None]:
        """What the first word of a command, or a word itself, can be."""
        if node in seen:
            return
        seen.add(node)
        match node:
            case ast.Constant(value=str(word)):
                yield word.split()[0]
            case ast.List(
                elts=[ast.Constant(value="sh" | "bash" as shell), ast.Constant(value=str(flags)), words, *_]
            ) if flags.startswith("-"):
                yield str(shell)
                yield from (
                    shell_programs(words.value)
                    if isinstance(words, ast.Constant) and isinstance(words.value, str)
                    else ()
                )
            case ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]):
                yield from self._first(source, first, functions, seen)
            case ast.Starred(value=inner) | ast.BinOp(left=inner) | ast.NamedExpr(value=inner):
                yield from self._first(source, inner, functions, seen)
            case ast.IfExp(body=one, orelse=other):
                yield from self._first(source, one, functions, seen)
                yield from self._first(source, other, functions, seen)
            case ast.Subscript(value=inner, slice=ast.Constant(value=0)):
                yield from self._first(source, inner, functions, seen)
            case ast.Attribute(value=ast.Name(id="sys"), attr="executable"):
                return
            case ast.Name(id=name):
                yield from self._named(source, name, functions, seen)
            case ast.Call(func=ast.Name(id="str"), args=[inner]):
                yield from self._first(source, inner, functions, seen)
            case ast.Call(args=[ast.Constant(value=str(word)), *_]) if _WORD.match(word):
                yield word
            case ast.BinOp(op=ast.Div(), right=ast.Constant(value=str(word))):
                yield word
            case _:
                yield None

    def _named(
        self, source: Source, name: str, functions: tuple[Definition, ...], seen: set[ast.AST]
    ) -> Iterator[str | None]:
        for function in reversed(functions):
            places = [each.arg for each in (*function.args.posonlyargs, *function.args.args)]
            places = places[1:] if places[:1] == ["self"] else places
            if function.args.vararg is not None and function.args.vararg.arg == name:
                places.append(name)
            if name in places:
                # A fixture gives out the function inside it: who asks for the fixture calls it by the fixture's name.
                outer = next((each for each in functions if function in ast.walk(each) and _is_fixture(each)), function)
                self.passing[outer.name] = places.index(name)
                return
            if _binds(function, name):
                yield from self._of_values(source, list(_assigned(function, name, source.tree)), functions, seen)
                return
        yield from self._of_values(source, list(_assigned(source.tree, name, source.tree)), functions, seen)

    def _of_values(
        self, source: Source, values: list[ast.expr], functions: tuple[Definition, ...], seen: set[ast.AST]
    ) -> Iterator[str | None]:
        if not values:
            yield None
        for value in values:
            yield from self._first(source, value, functions, seen)


def _is_fixture(function: Definition) -> bool:
    return any("fixture" in ast.dump(each) for each in function.decorator_list)


def _binds(function: Definition, name: str) -> bool:
    return any(
        isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
        for node in ast.walk(function)
    )


def _assigned(where: ast.AST, name: str, module: ast.Module) -> Iterator[ast.expr]:
    """What is given to a name: by an assignment, by unpacking a tuple, or one by one in a loop."""
    for node in ast.walk(where):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=value)
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value)
            ) if found == name:
                yield value
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                yield from (
                    value
                    for one, value in zip(names, values, strict=False)
                    if isinstance(one, ast.Name) and one.id == name
                )
            case (
                ast.For(target=ast.Name(id=found), iter=ast.Tuple(elts=values) | ast.List(elts=values))
                | ast.comprehension(target=ast.Name(id=found), iter=ast.Tuple(elts=values) | ast.List(elts=values))
            ) if found == name:
                yield from values
            case (
                ast.For(target=ast.Name(id=found), iter=ast.Name(id=several))
                | ast.comprehension(target=ast.Name(id=found), iter=ast.Name(id=several))
            ) if found == name:
                yield from (each for value in _lists(several, where, module) for each in value.elts)
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value


def _lists(name: str, where: ast.AST, module: ast.Module) -> list[ast.List | ast.Tuple]:
    values = list(_assigned(where, name, module)) or list(_assigned(module, name, module))
    return [value for value in values if isinstance(value, ast.List | ast.Tuple)]


def shell_programs(script: str) -> set[str]:
    """The first words of a shell script's commands, without its own functions, words of the shell, and paths."""
    script = re.sub(r"<<-?'?(\w+)'?.*?\n(.*?)^\s*\1$", r"\n", script, flags=re.M | re.S)
    script = re.sub(r"\$?\(\([^()]*\)\)", " 0 ", script)
    script = re.sub(r"(\w\+?=)\([^)]*\)", r"\1", script)
    own = own_functions(script)
    found: set[str] = set()
    for command in _commands_of(script):
        found |= set(_first_words(command))
    return {word for word in found if _WORD.match(word)} - own - _BUILT_IN - _KEYWORDS


def own_functions(script: str) -> set[str]:
    """Names that a script or a guide gives to commands of its own."""
    return set(re.findall(r"^\s*([\w-]+)\(\)", script, re.M))


def _commands_of(script: str) -> Iterator[str]:
    """Split where the shell would: quotes hold together, substitutions are commands of their own."""
    script = re.sub(r"\\\n", " ", script)
    quote, current = "", ""
    index = 0
    while index < len(script):
        sign = script[index]
        if quote == "'":
            quote = "" if sign == "'" else quote
            current += sign if sign != "'" else "_"
        elif sign == "\\":
            current += "_"
            index += 1
        elif sign == "$" and script[index + 1 : index + 2] == "(" and script[index + 2 : index + 3] != "(":
            inner, length = _enclosed(script[index + 2 :])
            yield from _commands_of(inner)
            current += "$X"
            index += length + 2
        elif sign == '"':
            quote = "" if quote else '"'
            current += "_"
        elif quote:
            current += "_"
        elif sign == "'":
            quote, current = "'", current + "_"
        elif sign == "#" and (not current or current[-1].isspace()):
            end = script.find("\n", index)
            index = len(script) if end < 0 else end
            continue
        elif sign in "\n;|&()" and not re.search(r"[<>]$", current):
            yield current
            current = ""
        else:
            current += sign
        index += 1
    yield current


def _enclosed(text: str) -> tuple[str, int]:
    depth = 1
    for index, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return text[:index], index
    return text, len(text)


def _first_words(command: str) -> Iterator[str]:
    words = command.split()
    while words:
        word = words.pop(0)
        if word == "for" or word == "case":
            return
        if word in _KEYWORDS or re.match(r"\w+\+?=", word) or re.match(r"\d*[<>]", word):
            continue
        yield word
        if word not in _PASSING_ON or (words and words[0].startswith("-")):
            return


def guide_programs(page: Path) -> Iterator[Call]:
    """The programs that the blocks of a guide run: fenced as ``sh``, or set in by four places and neither Python, TOML
    nor JSON.
    """
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    bare = re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)
    blocks += [
        block
        for block in map(dedent, re.findall(r"(?<=\n\n)((?:(?: {4,}\S.*)?\n)+)", bare))
        if block.strip() and not _is_no_shell(block)
    ]
    for block in blocks:
        for program in shell_programs(block) - own_functions(text):
            yield Call(program, page.name)


def _is_no_shell(block: str) -> bool:
    if block.lstrip().startswith(("{", "@")):
        return True
    text = block.replace("…", "0")
    with suppress(SyntaxError):
        # ``one --two | three`` is Python too, and nobody writes it; a call, an import, a definition is what is written.
        return any(not isinstance(each, ast.Expr) or isinstance(each.value, ast.Call) for each in ast.parse(text).body)
    with suppress(ValueError):
        return bool(tomllib.loads(text))
    return False
