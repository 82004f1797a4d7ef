"""The syntax tree to a `Script`. Walks with a stack of its own: depth costs no recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from auditor.languages.shell import heredocs
from auditor.languages.shell.branches import NO_BRANCHES, branches_of
from auditor.languages.shell.grammar import Masked, mask, syntax_tree
from auditor.languages.shell.heredocs import Heredoc
from auditor.languages.shell.redirects import REDIRECTS, Redirections, RedirectReader
from auditor.languages.shell.scope import NO_TRAIL, Draft, PipeEnd, ReadingState, Trail
from auditor.languages.shell.script import Assignment, Script, Word
from auditor.languages.shell.words import SUBSTITUTIONS, Words, part
from auditor.languages.time_limit import CutOff, TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NESTING = 40
"""Substitutions within substitutions: each level copies its text once. Real scripts need four."""

_ASSIGNED = re.compile(r"[\"']?([A-Za-z_]\w*)=")
_FORKS = re.compile(r"\b(?:if|case|while|until|for|function)\b|&&|\|\||\[|\(")
_EXPORTING = re.compile(r"-[A-Za-z]*x")


def parse(text: str) -> Script:
    """What the bash or sh script `text` does, its `${{ ... }}` still in it.

    Never raises: of text that is no shell, or that would take too long, what could be read is here.
    """
    time_limit = TimeLimit("the script")
    masked = mask(text)
    documents = heredocs.find(masked.text)
    reader = ScriptReader(text, masked, documents, time_limit)
    script = reader.script()
    seen = [document for document in documents if document.operator in reader.redirects.seen]
    if len(seen) < len(documents) and not script.cut_off:
        # Some `<<` stands in a quoted text or a comment: what seemed its body must be read as code.
        script = ScriptReader(text, masked, seen, time_limit).script()
    return script


class ScriptReader:
    """Reads one script once, given where its here-documents stand."""

    def __init__(self, text: str, masked: Masked, documents: list[Heredoc], time_limit: TimeLimit) -> None:
        self._text = text
        self._masked = heredocs.blanked(masked.text, documents)
        self._time_limit = time_limit
        self._words = Words(text, masked, time_limit)
        self.redirects = RedirectReader(masked.text, documents, time_limit, self._words)
        self._drafts: list[Draft] = []
        self._assignments: list[Assignment] = []
        self._stack: list[tuple[Node, ReadingState, Trail]] = []
        self._cut_off = ""

    def script(self) -> Script:
        """The whole of it, or what was read before the time ran out."""
        has_errors = False
        branches = NO_BRANCHES
        try:
            root = syntax_tree(self._masked, self._time_limit).root_node
            has_errors = root.has_error
            self._walk(root)
            if _FORKS.search(self._masked):
                branches = branches_of(root, self._time_limit)
        except CutOff as reason:
            self._cut_off = str(reason)
        self._drafts.sort(key=attrgetter("start"))
        for index, draft in enumerate(self._drafts):
            draft.index = index
        return Script(
            text=self._text,
            commands=tuple(draft.finished() for draft in self._drafts),
            assignments=tuple(sorted(self._assignments, key=attrgetter("start"))),
            has_errors=has_errors or self.redirects.has_errors or bool(self._cut_off),
            cut_off=self._cut_off,
            branches=branches,
        )

    def _walk(self, root: Node) -> None:
        self._push([root], ReadingState())
        while self._stack:
            self._time_limit.tick()
            node, scope, trail = self._stack.pop()
            _HANDLERS.get(node.type, ScriptReader._group)(self, node, scope, trail)

    def _push(self, nodes: Sequence[Node], scope: ReadingState, trail: Trail = NO_TRAIL) -> None:
        """Queues nodes of one scope; the trail belongs to the last of them."""
        if nodes:
            self._stack.append((nodes[-1], scope, trail))
            self._stack += [(node, scope, NO_TRAIL) for node in nodes[-2::-1]]

    def _push_substitutions(self, scope: ReadingState) -> None:
        """Queues the code in the words that were just read."""
        self._push(self._words.take_substitutions(), scope)

    def _group(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        """Loops, conditions, braces and all else that only holds code: the trail is for everything in it."""
        self._push(node.named_children, trail.around(scope))

    def _list(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        self._push(node.named_children, scope, trail)

    def _pipeline(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        self._push_stages(node.named_children, scope, trail)

    def _push_stages(
        self, nodes: Sequence[Node], scope: ReadingState, trail: Trail, reading: PipeEnd | None = None
    ) -> None:
        """Queues the sides of a pipe, from the last to the first; `reading` is what the first one is."""
        writing = scope
        for index in range(len(nodes) - 1, -1, -1):
            stage = PipeEnd() if index else reading
            self._stack.append((nodes[index], writing.reading_from(stage) if stage else writing, trail))
            if stage:
                writing = scope.piped_into(stage)
            trail = NO_TRAIL

    def _redirected(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        children = node.named_children
        found = self.redirects.read(child for child in children if child.type in REDIRECTS)
        substitutions = self._words.take_substitutions()
        own = self._trail(found, scope, trail)
        body = [child for child in children if child.type not in REDIRECTS]
        if body:
            self._push(substitutions, scope)
            self._push(body, scope, own)
        else:
            self._draft(Draft(node.start_byte, node.end_byte, own.around(scope), args=own.args), own)
            self._push(substitutions, scope)

    def _trail(self, found: Redirections, scope: ReadingState, trail: Trail) -> Trail:
        """What `found` gives to the last command before it. Queues the rest of a here-document's line."""
        self._push(found.follow, scope)
        own = Trail(tuple(found.redirects), tuple(found.args), PipeEnd() if found.stages else None)
        if own.stage is None:
            return own.then(trail)
        self._push_stages(found.stages, scope, trail, own.stage)
        return own

    def _substitution(self, node: Node, scope: ReadingState, _: Trail) -> None:
        if scope.nesting >= MAX_NESTING:
            self._cut_off = f"substitutions are nested more than {MAX_NESTING} deep"
            return
        inner = scope.substituted()
        if any(child.type in REDIRECTS for child in node.named_children):
            self._redirected(node, inner, NO_TRAIL)
        else:
            self._push(node.named_children, inner)

    def _function(self, node: Node, scope: ReadingState, _: Trail) -> None:
        name = node.child_by_field_name("name")
        inner = ReadingState(function=self._slice(name) if name else None, nesting=scope.nesting)
        children = [child for child in node.named_children if child != name]
        found = self.redirects.read(child for child in children if child.type in REDIRECTS)
        body = [child for child in children if child.type not in REDIRECTS]
        self._push_substitutions(inner)
        self._push(body, self._trail(found, inner, NO_TRAIL).around(inner))

    def _command(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        prefix: list[Assignment] = []
        words: list[Node] = []
        redirects: list[Node] = []
        for child in node.children:
            kind = child.type
            if kind == "variable_assignment" and not words:
                prefix.append(self._assigned(child, exported=True))
            elif kind in REDIRECTS:
                redirects.append(child)
            elif kind == "command_name":
                words += child.children
            elif kind in _NO_WORDS:
                self._push([child], scope)
            else:
                words.append(child)
        read = self._words.words(words)
        own = self._trail(self.redirects.read(redirects), scope, trail) if redirects else trail
        substitutions = self._words.take_substitutions()
        self._command_of(node, read, tuple(prefix), scope, own)
        self._push(substitutions, scope)

    def _command_of(
        self,
        node: Node,
        words: Sequence[Word],
        prefix: tuple[Assignment, ...],
        scope: ReadingState,
        trail: Trail,
    ) -> None:
        args = (*words[1:], *trail.args)
        if not words:
            # With nothing to run, what stands before it is the shell's own.
            self._assignments += prefix
            prefix = ()
        end = args[-1].end if args else words[0].end if words else node.end_byte
        name = words[0] if words else None
        draft = Draft(node.start_byte, end, trail.around(scope), name, args, assignments=prefix)
        self._draft(draft, trail)

    def _draft(self, draft: Draft, trail: Trail) -> None:
        draft.redirects = trail.redirects
        stage = draft.scope.stage
        if stage is not None and stage.first is None:
            stage.first = draft
        self._drafts.append(draft)

    def _assignment(self, node: Node, scope: ReadingState, _: Trail) -> None:
        self._assignments.append(self._assigned(node, exported=False))
        self._push_substitutions(scope)

    def _assigned(self, node: Node, *, exported: bool) -> Assignment:
        target, *rest = node.children
        element = target.type == "subscript"
        name = target.named_children[0] if element and target.named_children else target
        operator = rest[0].type if rest else "="
        values = [child for child in rest[1:] if child.end_byte > child.start_byte]
        value = self._words.word(values) if values else self._words.empty(node.end_byte)
        appends = element or operator == "+="
        return Assignment(self._slice(name), value, exported, node.start_byte, node.end_byte, appends)

    def _declaration(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        """`export`, `local` and their like: a command whose arguments assign."""
        words = self._words.words(child for child in node.children if child.type != "comment")
        substitutions = self._words.take_substitutions()
        self._command_of(node, words, (), scope, trail)
        exported = words[0].literal == "export" or any(_EXPORTING.match(word.text) for word in words[1:])
        assigned = {child.start_byte: child for child in node.named_children if child.type in _ASSIGNING}
        for word in words[1:]:
            child = assigned.get(word.start)
            if child is not None and child.type == "variable_assignment":
                self._assignments.append(self._assigned(child, exported=exported))
            elif child is not None:
                self._assignments.append(Assignment(word.text, None, exported, word.start, word.end))
            elif match := _ASSIGNED.match(word.text):
                value = part([word], self._text, word.start + match.end(), word.value.partition("=")[2])
                self._assignments.append(Assignment(match[1], value, exported, word.start, word.end))
        self._words.take_substitutions()
        self._push(substitutions, scope)

    def _unset(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        self._command_of(node, self._words.words(node.children), (), scope, trail)
        self._push_substitutions(scope)

    def _for(self, node: Node, scope: ReadingState, trail: Trail) -> None:
        """A loop assigns each of its words to its variable."""
        variable = node.child_by_field_name("variable")
        values = node.children_by_field_name("value")
        if variable is None or not values:
            self._group(node, scope, trail)
            return
        name, start = self._slice(variable), variable.start_byte
        for value in self._words.words(values):
            self._assignments.append(Assignment(name, value, False, start, value.end))
        substitutions = self._words.take_substitutions()
        after = values[-1].end_byte
        self._push([child for child in node.named_children if child.start_byte >= after], trail.around(scope))
        self._push(substitutions, scope)

    def _slice(self, node: Node) -> str:
        return self._text[node.start_byte : node.end_byte]


_NO_WORDS = frozenset({"ERROR", "comment", "subshell"})
_ASSIGNING = frozenset({"variable_assignment", "variable_name"})

_Handler: TypeAlias = "Callable[[ScriptReader, Node, ReadingState, Trail], None]"

_HANDLERS: dict[str, _Handler] = {
    "command": ScriptReader._command,
    "declaration_command": ScriptReader._declaration,
    "for_statement": ScriptReader._for,
    "function_definition": ScriptReader._function,
    "list": ScriptReader._list,
    "negated_command": ScriptReader._list,
    "pipeline": ScriptReader._pipeline,
    "redirected_statement": ScriptReader._redirected,
    "unset_command": ScriptReader._unset,
    "variable_assignment": ScriptReader._assignment,
    **dict.fromkeys(SUBSTITUTIONS, ScriptReader._substitution),
}
