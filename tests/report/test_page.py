"""What all pages share: a strict policy, and colours that can be read by day and by night."""

import base64
import hashlib
import re
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from auditor.report.page import COLOURS, fragment, render

TEMPLATES = sorted((Path(__file__).parents[2] / "auditor/report").rglob("*.html"))
DRAWING: dict[str, object] = {
    "width": 1, "left": 1, "bottom": 1, "scale": [], "columns": [], "begin": "", "end": "", "last": "1",
}  # fmt: skip

STYLE = COLOURS + files("auditor.report.sweep").joinpath("page.css").read_text(encoding="utf-8")
NIGHT = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)
AA, AA_LARGE = 4.5, 3.0
"""Least contrasts of WCAG 2.2: of text (1.4.3), and of what isn't text but must be told apart (1.4.11)."""


def test_a_page_without_a_script_lets_none_run() -> None:
    made = "".join(render("page.html", title="<b>", style="p { }"))
    digest = base64.b64encode(hashlib.sha256(b"p { }").digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert f'content="{policy}"' in unescape(made)
    assert "<title>&lt;b&gt;</title><style>p { }</style>" in made


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_turns_the_escape_off(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape|Markup", text)
    # An attribute that isn't quoted could be ended by a blank.
    assert not re.search(r"=\{\{", text)


def test_what_a_template_shows_is_shown_and_not_obeyed() -> None:
    made = fragment("sweep/trend.html", **DRAWING | {"begin": "<a href=\"x\" title='y'>\u202e\n"})
    assert "&lt;a href=&#34;x&#34; title=&#39;y&#39;&gt;\\u202e\\n</text>" in made


def test_a_template_may_not_ask_for_what_nobody_gave() -> None:
    with pytest.raises(UndefinedError):
        fragment("sweep/trend.html", **{name: value for name, value in DRAWING.items() if name != "begin"})


def colours(*, dark: bool) -> dict[str, str]:
    """The custom properties as a browser takes them: later ones win, those for the night only at night."""
    found: dict[str, str] = {}
    night = re.compile(
        r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL
    )
    for part in re.findall(r":root \{(.*?)\}", night.sub("", STYLE), re.DOTALL)[:2]:
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", part))
    if dark:
        for part in NIGHT.findall(STYLE):
            found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]+)", part))
    return found


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def over(mark: str, ground: str) -> str:
    """A colour with an alpha, laid over another."""
    alpha = int(mark[7:9], 16) / 255
    mixed = (
        round(int(mark[at : at + 2], 16) * alpha + int(ground[at : at + 2], 16) * (1 - alpha))
        for at in (1, 3, 5)
    )
    return "#" + "".join(f"{part:02x}" for part in mixed)


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_every_text_stands_out_from_its_ground(*, dark: bool) -> None:
    of = colours(dark=dark)
    assert len(of) > 20
    pairs = [
        (of[ink], of[ground]) for ink in ("ink", "weak", "link", "hot") for ground in ("paper", "surface")
    ]
    pairs += [(of[level], of[f"{level}-mark"]) for level in ("critical", "high", "medium", "low", "info")]
    pairs.append((of["hot"], over(of["mark"], of["surface"])))
    for ink, ground in pairs:
        assert contrast(ink, ground) >= AA, (ink, ground)


@pytest.mark.parametrize("dark", [False, True], ids=["day", "night"])
def test_what_marks_trouble_stands_out_from_the_page(*, dark: bool) -> None:
    of = colours(dark=dark)
    for mark in ("critical-fill", "failed", "not-verifiable", "scanned"):
        assert contrast(of[mark], of["surface"]) >= AA_LARGE, mark
