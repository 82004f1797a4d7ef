import re
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.finding import Severity
from auditor.report.sweep.document import Outcome, Standing, Sweep, SweptFinding, SweptRepository
from auditor.report.sweep.markdown import MAX_LENGTH, render

Make = Callable[..., SweptFinding]
Repository = Callable[..., SweptRepository]
Build = Callable[..., Sweep]

EXPECTED = Path(__file__).parent / "expected"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
HOSTILE = st.text(
    st.characters() | st.sampled_from("`|\\<>[]()!*_~@#:/.&-=+\n\r\t 1aw\u202e\u200b"), max_size=60
) | st.sampled_from(
    [
        "@team",
        "fixes #1",
        "acme/shop#1",
        "GH-12",
        "[a](https://evil.example)",
        "![a](https://evil.example/a.png)",
        "https://evil.example",
        "www.evil.example",
        "a@evil.example",
        "<img src=x onerror=alert(1)>",
        "<!--",
        "a | b",
        "a \\| b",
        "`a` @team `b`",
        "``` `` `",
        "a`b|c`d",
        "\\",
        "`\\",
        "x" * 500,
        "|" * 500,
        "`" * 500,
        "\u202e" * 500,
        "&#64;team &commat;team",
        ":+1: :smile:",
        "1. one",
        "# heading",
        "9fceb02d0ae598e95dc970b74767f19372d61af8",
    ]
)
MADE_BY_GITHUB = re.compile(
    r"@\w|#\d|GH-\d|://|www\.|\w@\w|[0-9a-f]{7,}|:\w+:|!\[|<|(?:close|fix|resolve)\w*:? +[#\w]*/?\w*#\d",
    re.IGNORECASE,
)
"""What GitHub makes something of in plain text."""


def pieces(text: str) -> list[Token]:
    """Every piece of text that is parsed, at any depth."""
    return [piece for token in PARSER.parse(text) for piece in token.children or ()]


def faults(text: str, links: str) -> list[str]:
    """What isn't ours in a text: another construct than expected, a link elsewhere, words that act."""
    allowed = {"text", "code_inline", "link_open", "link_close", "strong_open", "strong_close", "softbreak"}
    found = []
    for piece in pieces(text):
        if piece.type not in allowed:
            found.append(piece.type)
        if piece.type == "link_open" and not str(piece.attrs["href"]).startswith(links):
            found.append(f"link to {piece.attrs['href']}")
        if piece.type == "text" and (match := MADE_BY_GITHUB.search(piece.content)):
            found.append(f"{match[0]!r} in {piece.content!r}")
    blocks = {token.type for token in PARSER.parse(text)}
    return found + sorted(blocks & {"html_block", "fence", "code_block", "ordered_list_open", "hr"})


def shape(text: str) -> list[str]:
    """The kinds of blocks, rows and cells, in order."""
    return [token.type for token in PARSER.parse(text)]


@pytest.mark.parametrize("name", ["later", "first"])
def test_the_text(name: str, full_sweep: Sweep, first_sweep: Sweep) -> None:
    text = render(full_sweep if name == "later" else first_sweep)
    assert text == (EXPECTED / f"{name}.md").read_text("utf-8")
    assert faults(text, "https://github.com/acme/") == []


def of(texts: tuple[str, ...], make_sweep: Build, make_swept: Make, make_repository: Repository) -> Sweep:
    name, path, rule, message, why, owner, needs = texts
    reason = f"because {why}"
    problem = {"path": path, "line": 3, "stage": "parse", "message": message}
    found = {"rule": rule, "message": message, "path": path}
    return make_sweep(
        [
            make_repository(f"acme/{name}", problems=(problem,), not_verified={rule: needs}),
            make_repository(f"acme/{reason}", Outcome.FAILED, reason=reason),
            make_repository("acme/old", Outcome.SKIPPED, reason=reason),
        ],
        [make_swept(standing, repository=f"acme/{name}", **found) for standing in Standing],
        owners=(owner, name),
        identity=owner,
        problems=(reason,),
    )


PLAIN = ("shop", "ci.yml", "some-rule", "a message", "why", "acme", "Contents: read")


@given(texts=st.tuples(*[HOSTILE] * 7))
@example(texts=("`",) * 7)
@example(texts=("a`b", "`", "``", "`|`", "\\`|", "` `", "`\\"))
def test_hostile_text_is_shown_and_does_nothing(
    texts: tuple[str, ...], make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    text = render(of(texts, make_sweep, make_swept, make_repository))
    plain = render(of(PLAIN, make_sweep, make_swept, make_repository))
    assert faults(text, "https://github.com/acme/") == []
    assert shape(text) == shape(plain)


@given(texts=st.tuples(*[HOSTILE] * 7))
def test_a_row_has_as_many_bars_as_its_head(
    texts: tuple[str, ...], make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    """GitHub divides rows before it looks for code spans, so a bar in one would count."""
    bars = 0
    for line in render(of(texts, make_sweep, make_swept, make_repository)).splitlines():
        if line.startswith("|"):
            bars = bars or line.count("|")
            assert line.count("|") == bars
        else:
            bars = 0


@pytest.mark.parametrize("char", ["x", "|", "`", "\u202e", "\U000e0041", "日", "&"])
@pytest.mark.parametrize("number", [3, 60])
def test_it_is_never_too_long(
    char: str, number: int, make_sweep: Build, make_swept: Make, make_repository: Repository
) -> None:
    long = [f"{char * 4_000}{index}" for index in range(number)]
    found = [
        make_swept(standing, repository=name, rule=name, message=name, path=name, severity=str(severity))
        for standing in Standing
        for name in long
        for severity in Severity
    ]
    listed = [
        make_repository(name, outcome, reason=name, not_verified={name: name}, problems=())
        for name in long
        for outcome in Outcome
    ]
    sweep = make_sweep(listed, found, owners=tuple(long), identity=long[0], version=long[0], problems=long)
    text = render(sweep)
    assert len(text) < MAX_LENGTH
    assert number == 3 or "more." in text


def test_what_has_no_room_is_counted(make_sweep: Build, make_swept: Make) -> None:
    found = [make_swept(fingerprint=str(number), line=number) for number in range(1, 502)]
    text = render(make_sweep(findings=found))
    shown = text.count("self-hosted-fork-code") - 1
    assert shown == 50
    assert "\n\nAnd 451 more.\n" in text
    rows = render(make_sweep(findings=[replace(each, repository="x" * 100) for each in found]), shown=500)
    shown = rows.count("self-hosted-fork-code") - 1
    assert 20 < shown < 500
    assert f"\n\nAnd {501 - shown} more.\n" in rows


def test_a_long_path_keeps_its_line_and_loses_its_link(make_sweep: Build, make_swept: Make) -> None:
    text = render(make_sweep(findings=[make_swept(path="é" * 200)]))
    assert f"| `{'é' * 119}…:4` |" in text


def test_nothing_new_is_said(make_sweep: Build, make_repository: Repository) -> None:
    text = render(make_sweep([make_repository("acme/shop")]))
    assert "### New findings\n\nNone.\n" in text
    assert "Not seen" not in text


def test_a_repository_that_is_gone_has_a_reason(make_sweep: Build, make_swept: Make) -> None:
    text = render(make_sweep(findings=[make_swept(Standing.GONE)] * 2))
    assert "| `acme/shop` | not listed any more | 2 |" in text


def test_a_sweep_of_half_a_million_findings_takes_seconds(make_sweep: Build, make_swept: Make) -> None:
    one = make_swept()
    started = time.process_time()
    render(replace(make_sweep(), findings=lambda: (one for _ in range(500_000))))
    assert time.process_time() - started < 20
