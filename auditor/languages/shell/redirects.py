"""Nodes of redirections to `Redirect`, with all else that the grammar hangs on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.languages.shell.grammar import syntax_tree
from auditor.languages.shell.heredocs import Heredoc, as_string
from auditor.languages.shell.script import Redirect, Word
from auditor.languages.shell.words import Words
from auditor.languages.time_limit import TimeLimit

if TYPE_CHECKING:
    from tree_sitter import Node

REDIRECTS = frozenset({"file_redirect", "herestring_redirect", "heredoc_redirect"})


@dataclass(slots=True)
class Redirections:
    """What stands after a statement.

    The grammar puts arguments after a file (`echo > f text`) and the rest of a here-document's line under
    the redirect: `args` of the command, the `stages` that it pipes into, and statements that `follow`.
    """

    redirects: list[Redirect] = field(default_factory=list)
    args: list[Word] = field(default_factory=list)
    stages: list[Node] = field(default_factory=list)
    follow: list[Node] = field(default_factory=list)


class RedirectReader:
    """Reads the redirects of one script. `seen` are the offsets of the here-documents it met."""

    def __init__(
        self, masked: str, documents: Iterable[Heredoc], time_limit: TimeLimit, words: Words
    ) -> None:
        self.seen: set[int] = set()
        self.has_errors = False
        self._masked = masked
        self._documents = {document.operator: document for document in documents}
        self._time_limit = time_limit
        self._words = words

    def read(self, nodes: Iterable[Node]) -> Redirections:
        """Everything in these redirects, in the order of the text."""
        found = Redirections()
        waiting = list(nodes)[::-1]
        while waiting:
            self._time_limit.tick()
            node = waiting.pop()
            match node.type:
                case "file_redirect":
                    self._file(node, found)
                case "herestring_redirect":
                    self._herestring(node, found)
                case _:
                    waiting += self._heredoc(node, found)[::-1]
        return found

    def _file(self, node: Node, found: Redirections) -> None:
        words = self._words.words(child for child in node.named_children if child.type != "file_descriptor")
        end = words[0].end if words else node.end_byte
        target = words[0] if words else None
        found.redirects.append(Redirect(_operator(node), self._fd(node), target, None, node.start_byte, end))
        found.args += words[1:]

    def _herestring(self, node: Node, found: Redirections) -> None:
        words = self._words.words(child for child in node.named_children if child.type != "file_descriptor")
        body = words[0] if words else None
        redirect = Redirect("<<<", self._fd(node), None, body, node.start_byte, node.end_byte)
        found.redirects.append(redirect)

    def _fd(self, node: Node) -> int | None:
        first = node.child(0) if node.child_count else None
        if first is None or first.type != "file_descriptor":
            return None
        digits = self._masked[first.start_byte : first.end_byte]
        return int(digits) if digits.isdecimal() and len(digits) < 10 else None

    def _heredoc(self, node: Node, found: Redirections) -> list[Node]:
        """Adds a here-document; returns the further redirects of its line."""
        further: list[Node] = []
        arguments: list[Node] = []
        found.redirects.append(self._document(node))
        after_operator = False
        for child in node.children:
            if child.type in ("&&", "||"):
                after_operator = True
            elif not child.is_named or child.type in _OF_THE_DOCUMENT:
                continue
            elif child.type in REDIRECTS:
                further.append(child)
            elif after_operator or child.is_error:
                found.follow.append(child)
            elif child.type == "pipeline":
                found.stages += child.named_children
            else:
                arguments.append(child)
        found.args += self._words.words(arguments)
        return further

    def _document(self, node: Node) -> Redirect:
        parts = {child.type: child for child in node.children}
        delimiter = parts.get("heredoc_start")
        opening = parts.get("<<") or parts.get("<<-") or node
        quoted = delimiter and any(
            mark in self._masked[delimiter.start_byte : delimiter.end_byte] for mark in "\\'\""
        )
        body = self._body(opening.start_byte, parts.get("heredoc_body"), expands=not quoted)
        end = delimiter.end_byte if delimiter else node.start_byte
        return Redirect("<<", self._fd(node), None, body, node.start_byte, end, expands=not quoted)

    def _body(self, operator: int, node: Node | None, *, expands: bool) -> Word | None:
        document = self._documents.get(operator)
        if document is None:
            return self._words.body(*node.byte_range, node if expands else None) if node else None
        self.seen.add(operator)
        text = self._masked[document.start : document.end]
        if not expands or ("$" not in text and "`" not in text):
            return self._words.body(document.start, document.end, None)
        # The quote that opens the string takes the place of the line break before the body.
        tree = syntax_tree(as_string(text), self._time_limit, document.start - 1)
        self.has_errors |= tree.root_node.has_error
        return self._words.body(document.start, document.end, tree.root_node)


_OF_THE_DOCUMENT = frozenset({"comment", "file_descriptor", "heredoc_body", "heredoc_end", "heredoc_start"})


def _operator(node: Node) -> str:
    return next((child.type for child in node.children if not child.is_named), ">")
