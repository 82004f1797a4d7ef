"""One module at work: a folder, and the arguments that it is called with.

A folder that no other calls is a root module: its variables have the values of its `.tfvars` files, or
their defaults, which a deployment may change.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping

from auditor.cloud.partial_values import has_no_wildcard, hole, text
from auditor.cloud.terraform.evaluation import Instance, Scope, Step, evaluate
from auditor.cloud.terraform.folder import Folder, Mode
from auditor.cloud.terraform.limits import MAX_MODULES, ReadingLimits
from auditor.cloud.terraform.resource import Resource
from auditor.cloud.terraform.section import Made, Section, instances
from auditor.cloud.values import Datum, Field, Fields, Hole, List, Null, Value, Written
from auditor.finding import Location
from auditor.languages.hcl import Block, Call, Expression, Template, Text, parse_template
from auditor.source import Runs


class Module:
    """Names of one module, worked out once each."""

    def __init__(
        self,
        folder: Folder,
        folders: Mapping[str, Folder],
        limits: ReadingLimits,
        *,
        address: str = "",
        caller: Module | None = None,
        call: Section | None = None,
    ) -> None:
        self.folder = folder
        self.limits = limits
        self.address = address
        self._folders = folders
        self._caller = caller
        self._call = call
        self._scope = Scope(self)
        self._known: dict[tuple[str, str], Datum] = {}
        self._open: set[tuple[str, str]] = set()
        self._resources: dict[tuple[Mode, str, str], tuple[Resource, ...]] = {}
        self._children: dict[str, tuple[tuple[Made, Module], ...]] = {}

    def resources(self, mode: Mode, wanted: Callable[[str], object]) -> Iterator[Resource]:
        """Its resources or data sources of the wanted types, and those of the modules that it calls."""
        for key in self.folder.resources:
            if key[0] == mode and wanted(key[1]):
                yield from self._instances(key)
        for name in self.folder.calls:
            for _, child in self._called(name):
                yield from child.resources(mode, wanted)

    def named(self, root: str, steps: list[Step], expression: Expression) -> tuple[Datum, int]:
        """What the first names of a traversal mean, and how many steps behind the first are used up."""
        at = expression.location
        names = [step for step in steps[:2] if isinstance(step, str)]
        first = names[0] if names else ""
        if root == "data" and len(names) == 2:
            return self._resource(("data", names[0], names[1]), at), 2
        if root == "var":
            return self._once("var", first, at, self._variable), 1
        if root == "local":
            return self._once("local", first, at, self._local), 1
        if root == "module":
            return self._module(first, at), 1
        if root in ("path", "terraform"):
            return hole(f"{root}.{first}", at, is_plain=True), 1
        if root in ("each", "count", "self") or not names:
            return hole(root, at), 0
        return self._resource(("resource", root, first), at), 1

    def output(self, name: str, at: Location) -> Datum:
        """What it gives to its caller."""
        return self._once("output", name, at, self._output)

    def file(self, call: Call, scope: Scope) -> Datum:
        """What `file` or `templatefile` reads, where that is a file that was collected."""
        at = call.location
        path = evaluate(call.arguments[0], scope) if call.arguments else Null(at)
        name = self._path(path) if isinstance(path, Value) else None
        source = self.limits.files.get(name) if name is not None else None
        if source is None:
            shown = path.shown if isinstance(path, Value) else "?"
            return hole(f"{call.name}({shown})", at)
        if call.name == "file":
            return _whole(source.text, Written(source, Runs([(0, 0, len(source.text))])), at)
        template, problems = parse_template(source)
        for problem in problems:
            self.limits.problem(problem.message, problem.location)
        given = evaluate(call.arguments[1], scope) if len(call.arguments) > 1 else Null(at)
        names = {entry.key.shown: entry.value for entry in given.entries} if isinstance(given, Fields) else {}
        return evaluate(template, Scope(self, names))

    def _path(self, path: Value) -> str | None:
        parts = path.parts
        if parts and isinstance(parts[0], Hole) and parts[0].name.startswith("path."):
            parts = parts[1:]
        if not all(isinstance(part, str) for part in parts):
            return None
        inside = "".join(part for part in parts if isinstance(part, str)).lstrip("/")
        return posixpath.normpath(posixpath.join(self.folder.path, inside))

    def _once(self, kind: str, name: str, at: Location, work_out: Callable[[str, Location], Datum]) -> Datum:
        key = (kind, name)
        if key in self._known:
            return self._known[key]
        if key in self._open:
            self.limits.problem(f"`{kind}.{name}` depends on itself", at)
            return hole(f"{kind}.{name}", at)
        self._open.add(key)
        try:
            self._known[key] = work_out(name, at)
        finally:
            self._open.remove(key)
        return self._known[key]

    def _variable(self, name: str, at: Location) -> Datum:
        block = self.folder.variables.get(name)
        default = block.body.get("default") if block else None
        if self._call is not None:
            given = self._call.body.get(name)
            if given is not None:
                return evaluate(given, self._call.scope)
            return evaluate(default, self._scope) if default else hole(f"var.{name}", at)
        if name in self.folder.given:
            return evaluate(self.folder.given[name], self._scope)
        if block is None or default is None:
            return hole(f"var.{name}", at, is_plain=_is_plain_type(block))
        return self._by_default(name, block, default)

    def _by_default(self, name: str, block: Block, default: Expression) -> Datum:
        """A default that says nothing (`""`, `[]`, `null`) is there to be changed."""
        found = evaluate(default, self._scope)
        if isinstance(found, Value):
            written = found.text or None
            plain = _is_plain_type(block) or (written is not None and has_no_wildcard(written))
            return hole(f"var.{name}", default.location, default=written, is_plain=plain)
        says = (isinstance(found, List) and found.items) or (isinstance(found, Fields) and found.entries)
        return found if says else hole(f"var.{name}", default.location)

    def _local(self, name: str, at: Location) -> Datum:
        attribute = self.folder.locals.get(name)
        return evaluate(attribute.value, self._scope) if attribute else hole(f"local.{name}", at)

    def _output(self, name: str, at: Location) -> Datum:
        block = self.folder.outputs.get(name)
        value = block.body.get("value") if block else None
        return evaluate(value, self._scope) if value else hole(f"{self.address}.{name}", at)

    def _instances(self, key: tuple[Mode, str, str]) -> tuple[Resource, ...]:
        if key not in self._resources:
            block = self.folder.resources[key]
            self._resources[key] = ()
            made = instances(block.body.get("for_each"), block.body.get("count"), self._scope)
            self._resources[key] = tuple(
                Resource(block, self._scope.with_names(**each.names), each) for each in made
            )
        return self._resources[key]

    def _resource(self, key: tuple[Mode, str, str], at: Location) -> Datum:
        name = ".".join(key[1:] if key[0] == "resource" else key)
        if key not in self.folder.resources:
            return hole(self._prefixed(name), at)
        found = [
            (each.made, Instance(each.address, is_plain=True, read=each.reference))
            for each in self._instances(key)
        ]
        return _as_whole(found, self._prefixed(name), at)

    def _module(self, name: str, at: Location) -> Datum:
        address = self._prefixed(f"module.{name}")
        found = [(made, Instance(child.address, read=child.output)) for made, child in self._called(name)]
        return _as_whole(found, address, at) if found else hole(address, at)

    def _called(self, name: str) -> tuple[tuple[Made, Module], ...]:
        """The instances of a module that is called by a local path."""
        if name not in self._children:
            self._children[name] = ()
            self._children[name] = tuple(self._children_of(name))
        return self._children[name]

    def _children_of(self, name: str) -> Iterator[tuple[Made, Module]]:
        block = self.folder.calls.get(name)
        path = local_source(block, self.folder.path) if block else None
        folder = self._folders.get(path) if path is not None else None
        if block is None or folder is None:
            return
        if self._is_inside(folder):
            self.limits.problem(f"the module `{name}` calls itself", block.location)
            return
        for made in instances(block.body.get("for_each"), block.body.get("count"), self._scope):
            if self.limits.modules >= MAX_MODULES:
                self.limits.problem(f"only {MAX_MODULES} calls of modules are worked out", block.location)
                return
            self.limits.modules += 1
            call = Section(block, block.body, self._scope.with_names(**made.names))
            address = _with_key(self._prefixed(f"module.{name}"), made.key)
            child = Module(folder, self._folders, self.limits, address=address, caller=self, call=call)
            yield made, child

    def _is_inside(self, folder: Folder) -> bool:
        module: Module | None = self
        while module is not None:
            if module.folder is folder:
                return True
            module = module._caller
        return False

    def _prefixed(self, name: str) -> str:
        return f"{self.address}.{name}" if self.address else name


def local_source(call: Block, folder: str) -> str | None:
    """The folder that a call's `source` names by a path; None for a module from elsewhere."""
    source = call.body.get("source")
    parts = source.parts if isinstance(source, Template) else ()
    if len(parts) != 1 or not isinstance(parts[0], Text) or not parts[0].text.startswith(("./", "../")):
        return None
    path = posixpath.normpath(posixpath.join(folder, parts[0].text))
    return "" if path == "." else path


def _with_key(address: str, key: str | None) -> str:
    return address if key is None else f"{address}[{key}]"


def _is_plain_type(variable: Block | None) -> bool:
    kind = variable.body.get("type") if variable else None
    return kind is not None and kind.written in ("bool", "number")


def _as_whole(found: list[tuple[Made, Instance]], name: str, at: Location) -> Datum:
    """A resource with `count` is a list, one with `for_each` an object, else it is itself."""
    if not found:
        return hole(name, at)
    values = [Value((instance,), at) for _, instance in found]
    if any(made.key is None for made, _ in found):
        return values[0]
    if found[0][0].count is not None:
        return List(tuple(values), at)
    pairs = zip(found, values, strict=True)
    return Fields(
        tuple(Field(text((made.key or "").strip('"'), at), value, at) for (made, _), value in pairs), at
    )


def _whole(content: str, written: Written, at: Location) -> Value:
    return Value((content,), at, written=written)
