import json
import time
import unicodedata
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from auditor.report.escape import (
    dump,
    markdown_code,
    markdown_text,
    printed,
    printed_line,
    printed_path,
    sarif_text,
    spreadsheet_text,
    uri,
    visible,
)

ANY_TEXT = st.text(st.characters() | st.sampled_from("[]()\\#:\x1b\u202e\ud800"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, with accents: é, 日本語 and 🚀", "plain, with accents: é, 日本語 and 🚀"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("x\u202ey\u2066z", r"x\u202ey\u2066z"),
        ("a\u200bb\ufeffc\u2028d", r"a\u200bb\ufeffc\u2028d"),
        ("\U000e0041", r"\U000e0041"),
        ("\udcff", r"\udcff"),
        ("\u3164", r"\u3164"),
        ("C:\\x", "C:\\x"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_no_character_that_acts_or_hides_stays() -> None:
    hidden = [
        char
        for code in range(0x110000)
        if unicodedata.category(char := chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
    assert len(hidden) > 2_000
    assert visible("".join(hidden)).isascii()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##[add-mask]x", "##\\[add-mask]x"),
        ("name ##[error]", "name ##\\[error]"),
        ("###vso[task.x]", "###\\vso[task.x]"),
        ("## a heading [1]", "## a heading [1]"),
    ],
)
def test_a_runner_sees_no_command(text: str, shown: str) -> None:
    assert printed(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\::error::x"),
        ("  :::x", "  \\:::x"),
        ("##[error]", "##\\[error]"),
        (": a::b", ": a::b"),
        ("a\n::b", "a\\n::b"),
    ],
)
def test_a_line_is_no_command(text: str, shown: str) -> None:
    assert printed_line(text) == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("::error::x/action.yml", "./::error::x/action.yml"),
        (" ::error::x", "./ ::error::x"),
        ("a::b", "a::b"),
        ("a\nb", "a\\nb"),
    ],
)
def test_a_path_at_the_start_of_a_line_is_no_command(path: str, shown: str) -> None:
    assert printed_path(path) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("runs on [self-hosted, gpu]", "runs on [self-hosted, gpu]"),
        ("[click](https://evil.example)", r"\[click\](https://evil.example)"),
        ("[a\\](1)", r"\[a\\\](1)"),
        ("a\u202eb", r"a\u202eb"),
    ],
)
def test_sarif_text_has_no_link(text: str, shown: str) -> None:
    assert sarif_text(text) == shown


def test_brackets_before_a_link_of_our_own_are_escaped() -> None:
    assert sarif_text("[open", links=True) == r"\[open"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
        ("a b/ü#?.yml", "a%20b/%C3%BC%23%3F.yml"),
        ("http:/x.yml", "http%3A/x.yml"),
        ("100%.yml", "100%25.yml"),
        ("a\\b", "a%5Cb"),
        ("\udcff.yml", "%FF.yml"),
        ("\ud800.yml", "%EF%BF%BD.yml"),
    ],
)
def test_uri(path: str, expected: str) -> None:
    assert uri(path) == expected


@given(st.text(min_size=1).filter(lambda path: not path.startswith("/")))
def test_a_uri_is_relative_and_can_be_undone(path: str) -> None:
    parts = urlsplit(uri(path))
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    assert unquote_to_bytes(uri(path)) == path.encode()


@given(ANY_TEXT)
@example("##[error]")
@example("\\##[error]")
def test_json_survives_any_text(text: str) -> None:
    written = dump({"key": [text]})
    assert written.isascii()
    assert "##[" not in written
    read = json.loads(written)["key"][0]
    read.encode("utf-8")
    assert read == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("-2", "'-2"),
        ("\t=1", r"\t=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a; =b", "a;' =b"),
        ('a;"=b', "a;'\"=b"),
        ("a = b, -c; d", "a = b, -c; d"),
    ],
)
def test_a_spreadsheet_sees_no_formula(text: str, shown: str) -> None:
    assert spreadsheet_text(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("acme/shop", "`acme/shop`"),
        ("@team <b>", "`@team <b>`"),
        ("a|b", r"`a\x7cb`"),
        ("a`b", "`` a`b ``"),
        ("```", r"`` \x60\x60` ``"),
        ("a\nb", r"`a\nb`"),
        ("", ""),
    ],
)
def test_markdown_code(text: str, shown: str) -> None:
    assert markdown_code(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "an outsider's code runs on the self-hosted runner of job `build`",
        "the token (of `a` and `b`) may write, for 6 hours: no limit is set",
        "`a`, `b`",
        "plain words only.",
        "",
    ],
)
def test_plain_words_are_markdown_as_they_are(text: str) -> None:
    assert markdown_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello @team", "`hello @team`"),
        ("fixes #1", "`fixes #1`"),
        ("see www.evil.example", "`see www.evil.example`"),
        ("see GH-1", "`see GH-1`"),
        ("9fceb02d0ae598e9", "`9fceb02d0ae598e9`"),
        ("12345678", "`12345678`"),
        ("1. one", "`1. one`"),
        ("a _b_", "`a _b_`"),
        ("a `b` @team `c`", "`` a `b` @team `c` ``"),
        ("a `b` c` d", "`` a `b` c` d ``"),
        ("a `b``c`", r"`` a `b\x60`c` ``"),
        ("a `` b", r"`` a \x60` b ``"),
    ],
)
def test_what_may_act_in_markdown_is_code(text: str, shown: str) -> None:
    assert markdown_text(text) == shown


def test_a_long_text_of_words_takes_no_exponential_time() -> None:
    started = time.process_time()
    markdown_text("abc-" * 50_000 + "1 " * 50_000 + "#")
    assert time.process_time() - started < 2


def test_json_on_one_line() -> None:
    assert dump({"a": ["##[error]", 1]}, indent=None) == '{"a": ["\\u0023#[error]", 1]}\n'
