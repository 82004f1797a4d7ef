"""The Markdown of a rule's documentation as HTML: paragraphs, lists, code, emphasis and https links.

Everything else stays text, HTML above all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from auditor.report.escape import visible

_RULES = (
    "fence", "list", "autolink", "backticks", "emphasis", "entity", "escape", "link", "newline",
)  # fmt: skip
_SCHEME = "https"
_ADDRESS = re.compile(_SCHEME + r"://[^\s<>\"'`)\]]{1,500}[^\s<>\"'`)\].,;:]")


def as_html(markdown: str) -> Markup:
    """`markdown` as elements for the inside of a section."""
    return Markup(_parser().render(markdown))  # noqa: S704 - the parser lets no HTML through


class _Https(MarkdownIt):
    """Takes no link that leads elsewhere: its text stays as it is written."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return url.startswith(f"{_SCHEME}://")


@cache
def _parser() -> MarkdownIt:
    parser = _Https("zero").enable(list(_RULES))
    parser.inline.ruler.before("escape", "bare_link", _bare_link)
    parser.core.ruler.push("visible", _visible)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("fence", _fence)
    return parser


def _bare_link(state: StateInline, silent: bool) -> bool:
    """An address that stands in the text as it is; the parser comes here at its colon."""
    if silent or state.linkLevel or not state.pending.endswith(_SCHEME):
        return False
    found = _ADDRESS.match(state.src, state.pos - len(_SCHEME))
    if not found:
        return False
    state.pending = state.pending.removesuffix(_SCHEME)
    state.push("link_open", "a", 1).attrs = {"href": state.md.normalizeLink(found[0])}
    state.push("text", "", 0).content = found[0]
    state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _visible(state: StateCore) -> None:
    for block in state.tokens:
        for token in block.children or ():
            token.content = visible(token.content)


def _link_open(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    return f'<a href="{escape(str(tokens[at].attrs["href"]))}" rel="noreferrer noopener">'


def _fence(
    _renderer: RendererHTML, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType
) -> str:
    code = "\n".join(escape(visible(line)) for line in tokens[at].content.splitlines())
    return f'<pre tabindex="0"><code>{code}</code></pre>\n'
