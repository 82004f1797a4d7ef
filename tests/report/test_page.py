"""What all pages share: a strict policy, and colours that can be read by day and by night."""

import re
from importlib.resources import files

import pytest

from auditor.report.page import COLOURS, head, text

STYLE = COLOURS + files("auditor.report.sweep").joinpath("page.css").read_text(encoding="utf-8")
NIGHT = re.compile(r"@media screen and \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}\s*\}", re.DOTALL)
AA, AA_LARGE = 4.5, 3.0
"""Least contrasts of WCAG 2.2: of text (1.4.3), and of what isn't text but must be told apart (1.4.11)."""


def test_a_page_without_a_script_lets_none_run() -> None:
    made = head("<b>", "p { }")
    assert "script-src" not in made
    assert "default-src &#x27;none&#x27;" in made
    assert "<title>&lt;b&gt;</title>" in made


def test_text_is_shown_and_not_obeyed() -> None:
    assert text('<a href="x">\u202e\n') == "&lt;a href=&quot;x&quot;&gt;\\u202e\\n"


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
