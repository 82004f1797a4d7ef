"""What the HTML pages share: text that is shown and not obeyed, and a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from html import escape

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


def head(title: str, style: str, script: str | None = None) -> str:
    """All up to `<body>`. The page may use this style and this script, and can neither load nor send."""
    allowed = ["default-src 'none'", f"style-src {_hash(style)}"]
    if script is not None:
        allowed += [
            f"script-src {_hash(script)}",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        ]
    policy = "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title><style>{style}</style></head>"
    )


def text(value: str) -> str:
    """`value` for the inside of an element or of a quoted attribute."""
    return escape(visible(value))


def _hash(inline: str) -> str:
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    return f"'sha256-{digest}'"
