"""The Markdown of a rule's documentation as HTML: paragraphs, lists, fenced code, code, bold, https links.

Everything else stays text. No mark-up of the source survives: each piece is escaped on its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from auditor.report.page import text

_INLINE = re.compile(
    r"`([^`\n]{1,500})`|\*\*([^*\n]{1,500})\*\*|(https://[^\s<>\"'`)\]]{1,500}[^\s<>\"'`)\].,;:])"
)
_ITEM = re.compile(r"^[-*] ", re.MULTILINE)
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```[ \t]*$\n?", re.MULTILINE | re.DOTALL)


def as_html(markdown: str) -> str:
    """`markdown` as elements for the inside of a section."""
    return "".join(_blocks(markdown))


def _blocks(markdown: str) -> Iterator[str]:
    at = 0
    for fence in _FENCE.finditer(markdown):
        yield from _prose(markdown[at : fence.start()])
        code = "\n".join(text(line) for line in fence[1].splitlines())
        yield f'<pre tabindex="0"><code>{code}</code></pre>'
        at = fence.end()
    yield from _prose(markdown[at:])


def _prose(markdown: str) -> Iterator[str]:
    for block in re.split(r"\n[ \t]*\n", markdown.strip("\n")):
        if not block.strip():
            continue
        before, *items = _ITEM.split(block)
        if before.strip():
            yield f"<p>{_inline(before)}</p>"
        if items:
            yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"


def _inline(markdown: str) -> str:
    line, at, parts = " ".join(markdown.split()), 0, []
    for found in _INLINE.finditer(line):
        code, bold, link = found.groups()
        parts.append(text(line[at : found.start()]))
        if code is not None:
            parts.append(f"<code>{text(code)}</code>")
        elif bold is not None:
            parts.append(f"<strong>{text(bold)}</strong>")
        else:
            target = escape(quote(link, safe=":/?#&=%+,;@!~$*()"))
            parts.append(f'<a href="{target}" rel="noreferrer noopener">{text(link)}</a>')
        at = found.end()
    return "".join([*parts, text(line[at:])])
