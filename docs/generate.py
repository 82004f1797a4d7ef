"""Writes the parts of the documentation that the code knows: tables, pictures and the sample.

    python docs/generate.py           # writes them anew
    python docs/generate.py --check   # shows what would change, and fails if anything would

A part stands between `<!-- generated: NAME -->` and `<!-- /generated -->`.
"""

from __future__ import annotations

import ast
import difflib
import inspect
import re
import sys
import tomllib
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # what is described is the tree that this file lies in

import grimp  # noqa: E402
import typer.main  # noqa: E402
from typer.models import ArgumentInfo, OptionInfo  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from auditor import facts  # noqa: E402
from auditor.cli import app  # noqa: E402
from auditor.engine import registry  # noqa: E402

GENERATED = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- /generated -->)", re.DOTALL)
SAMPLE = ["fixtures/_repos/ml-training", "--repository", "acme/ml", "--as-of", "2026-11-21"]
SAMPLE_RULE = "self-hosted-fork-code"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def first_paragraph(text: str | None) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join((text or "").strip().partition("\n\n")[0].split())


# The command line.


def all_commands() -> dict[str, typing.Any]:
    """The commands, as typer makes them."""
    group: typing.Any = typer.main.get_command(app)
    return dict(group.commands)


def function_of(command: str) -> Callable[..., object]:
    """The function behind a command. Behind a group it is that of its command `run`."""
    found = all_commands()[command]
    function: Callable[..., object] = getattr(found, "commands", {}).get("run", found).callback
    unwrapped: Callable[..., object] = inspect.unwrap(function)
    return unwrapped


def parameters(
    function: Callable[..., object], kind: type
) -> Iterator[tuple[inspect.Parameter, typing.Any, typing.Any]]:
    """The options or the arguments of a command, each with its type and typer's record of it."""
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        declared, *metadata = typing.get_args(hints[name])
        yield from ((parameter, declared, each) for each in metadata if isinstance(each, kind))


def commands() -> str:
    """The commands, with their arguments."""
    rows = []
    for name, command in all_commands().items():
        arguments = [each.metavar for _, _, each in parameters(function_of(name), ArgumentInfo)]
        rows.append((f"`{' '.join(['ci-audit', name, *arguments])}`", command.help))
    return table(("command", ""), rows)


def options(command: str) -> str:
    """The options of one command."""
    found = parameters(function_of(command), OptionInfo)
    return table((f"option of `{command}`", ""), (option(*each) for each in found))


def option(parameter: inspect.Parameter, declared: typing.Any, info: typing.Any) -> tuple[str, str]:
    """One option: its names with its value, and what it does."""
    names = sorted(info.param_decls or (), key=len)
    if not any(name.startswith("--") for name in names):
        names.append("--" + parameter.name.replace("_", "-"))
    values = [each for each in (declared, *typing.get_args(declared)) if inspect.isclass(each)]
    choices = [each.value for kind in values if issubclass(kind, Enum) for each in kind]
    value = info.metavar or "|".join(choices)
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    shown = "" if default is None or isinstance(default, bool) else f" By default `{default}`."
    names[-1] = f"{names[-1]} {value}".strip()
    return ", ".join(f"`{name}`" for name in names), info.help + shown


def sample() -> str:
    """The first finding of a real scan."""
    arguments = ["scan", str(ROOT / SAMPLE[0]), *SAMPLE[1:], "--select", SAMPLE_RULE]
    shown = CliRunner().invoke(app, arguments, env={"FORCE_COLOR": ""}).stdout
    first = shown.partition("\n\n")[0].strip()
    return f"```\n{first}\n```"


def rules() -> str:
    """All rules."""
    rows = [(f"`{rule.id}`", str(rule.severity), rule.doc.summary) for rule in registry.load()]
    return table(("rule", "severity", "finds"), rows)


# The rooms.


@cache
def graph() -> grimp.ImportGraph:
    """All imports of the auditor."""
    return grimp.build_graph("auditor", cache_dir=None)


def imports(container: str) -> dict[str, set[str]]:
    """What each child of a package imports of its siblings."""
    children = sorted(graph().find_children(container))
    found: dict[str, set[str]] = {child: set() for child in children}
    for child in children:
        for other in children:
            if child != other and graph().direct_import_exists(
                importer=child, imported=other, as_packages=True
            ):
                found[child].add(other)
    return found


def longest_ways(found: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The imports without those that a longer way stands for: what is left of them in a picture."""
    below: dict[str, set[str]] = {}

    def reach(child: str) -> set[str]:
        if child not in below:
            below[child] = found[child].union(*(reach(other) for other in found[child]))
        return below[child]

    return {
        child: {other for other in direct if not any(other in reach(way) for way in direct - {other})}
        for child, direct in found.items()
    }


def picture(arrows: Mapping[str, set[str]]) -> str:
    """Arrows from what imports to what is imported, as Mermaid draws them."""
    lines = [f"    {node(child)} --> {node(other)}" for child, to in arrows.items() for other in sorted(to)]
    drawn = {child for child, to in arrows.items() if to}.union(*arrows.values())
    alone = [f"    {node(child)}" for child in arrows if child not in drawn]
    return "\n".join(["```mermaid", "flowchart TD", *lines, *alone, "```"])


def node(module: str) -> str:
    """A module as a box."""
    name = module.rpartition(".")[2]
    return f'{name.strip("_")}_["{name}"]'


def rooms_picture() -> str:
    """The rooms and the rules, from their imports."""
    return picture({"rules": {"auditor.api"}, **longest_ways(imports("auditor"))})


def facts_picture() -> str:
    """The packages of facts, from their imports."""
    return picture(longest_ways(imports("auditor.facts")))


def layers(container: str) -> Iterator[tuple[int, str]]:
    """The layers of a package, from the contract that holds them: lowest first, with their numbers."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for contract in project["tool"]["importlinter"]["contracts"]:
        if contract["type"] == "layers" and contract["containers"] == [container]:
            for number, layer in enumerate(reversed(contract["layers"]), 1):
                yield from ((number, child) for child in layer.split(" | "))


def place(module: str) -> str:
    """Where a module or package lies."""
    path = module.replace(".", "/")
    return f"{path}/" if (ROOT / path).is_dir() else f"{path}.py"


def link(path: str, text: str) -> str:
    """A link from a page in `docs/` to a file or folder."""
    return f"[`{text}`](../{path})"


def said_by(file: Path) -> str:
    """What a module says of itself."""
    return first_paragraph(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))))


def children(container: str) -> Iterator[tuple[str, str, str]]:
    """What lies in a package, by layer: its number, its name with a link, and what it says of itself."""
    for number, name in layers(container):
        path = place(f"{container}.{name}")
        file = ROOT / path / "__init__.py" if path.endswith("/") else ROOT / path
        yield str(number), link(path, path.removeprefix(place(container))), said_by(file)


def rooms() -> str:
    """The rooms, highest first."""
    rules = ("", link("rules/", "rules/"), said_by(ROOT / "rules" / "__init__.py"))
    return table(("layer", "room", "holds"), [rules, *reversed([*children("auditor")])])


def facts_packages() -> str:
    """The packages of facts, lowest first."""
    return table(("layer", "package", "question"), children("auditor.facts"))


# The facts.


def fact_rows() -> Iterator[tuple[str, str, str]]:
    """A row a fact: how a rule gets it, what it answers, and the class that it gets."""
    imported = {
        name.name: node.module
        for node in ast.walk(ast.parse(inspect.getsource(facts)))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }
    for name, value in vars(facts.Facts).items():
        function = value.func if isinstance(value, cached_property) else value
        if name.startswith("_") or not inspect.isfunction(function):
            continue
        taken = [each for each in inspect.signature(function).parameters if each != "self"]
        if taken or isinstance(value, cached_property):
            call = f"({', '.join(taken)})" if taken else ""
            words = re.findall(r"\w+", function.__annotations__["return"])
            given = next(word for word in words if word in imported)
            home = link(place(imported[given]), given)
            yield f"`facts.{name}{call}`", first_paragraph(function.__doc__), home


def facts_table() -> str:
    """What each fact answers, in the order of the packages."""
    order = [f"/auditor/facts/{name}" for _, name in layers("auditor.facts")]
    rows = sorted(
        fact_rows(), key=lambda row: next((i for i, each in enumerate(order) if each in row[2]), -1)
    )
    return table(("fact", "answers", "class"), rows)


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {
        "sample": sample,
        "commands": commands,
        "scan-options": lambda: options("scan"),
        "sweep-options": lambda: options("sweep"),
        "rules": rules,
    },
    "docs/architecture.md": {
        "rooms-picture": rooms_picture,
        "rooms": rooms,
        "facts-picture": facts_picture,
        "facts-packages": facts_packages,
        "facts": facts_table,
    },
}


def written(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """The text of a page with its parts written anew."""
    missing = set(parts) ^ {name for _, name, _ in GENERATED.findall(text)}
    if missing:
        raise SystemExit(
            f"these parts are only in the page, or only in docs/generate.py: {', '.join(missing)}"
        )
    return GENERATED.sub(lambda found: f"{found[1]}{parts[found[2]]()}\n{found[3]}", text)


def main() -> int:
    """Writes all parts, or compares them."""
    changed = False
    for page, parts in PARTS.items():
        path = ROOT / page
        before = path.read_text(encoding="utf-8")
        after = written(before, parts)
        changed |= before != after
        if "--check" not in sys.argv:
            path.write_text(after, encoding="utf-8")
            continue
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        sys.stdout.writelines(difflib.unified_diff(old, new, page, f"{page}, generated"))
    return int(changed and "--check" in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
