"""What the HTML pages share: text that is shown and not obeyed, and a policy that lets nothing else in.

Each page is a template beside the module that fills it. All that a template shows is made visible and
escaped: only what is `Markup` already stays as it is.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from auditor.report.escape import visible

COLOURS = """
:root {
  color-scheme: light dark;
  --paper: #f6f6f4; --surface: #ffffff; --ink: #1c1e21; --weak: #5b6068; --line: #dcdcd8; --link: #1d4f91;
  --hot: #a3182a; --mark: #a3182a12;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --surface: #1a1d21; --ink: #e6e6e3; --weak: #a3a8b0; --line: #33373d; --link: #8fbcf5;
    --hot: #ff9a9f; --mark: #ff9a9f1c;
  }
}
"""
"""What every page is drawn in, by day and by night."""


def render(
    template: str, *, title: str, style: str, script: str | None = None, **values: object
) -> Iterator[str]:
    """The page, piece by piece. It may use this style and this script, and can neither load nor send."""
    own = {"title": title, "policy": _policy(style, script), "style": _as_is(style)}
    return _templates().get_template(template).generate(**own, script=_as_is(script or ""), **values)


def fragment(template: str, **values: object) -> Markup:
    """A part of a page, for another template to show."""
    return _as_is(_templates().get_template(template).render(**values))


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("auditor.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.filters["number"] = "{:,}".format
    return found


def _shown(value: object) -> str:
    return value if isinstance(value, Markup) else visible(str(value))


def _as_is(trusted: str) -> Markup:
    return Markup(trusted)  # noqa: S704 - our own style and script, and what a template made


def _policy(style: str, script: str | None) -> str:
    allowed = ["default-src 'none'", f"style-src {_hash(style)}"]
    if script is not None:
        allowed += [
            f"script-src {_hash(script)}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _hash(inline: str) -> str:
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return f"'sha256-{digest}'"
