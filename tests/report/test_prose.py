"""A rule's Markdown as HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import registry
from auditor.report.prose import as_html

REL = 'rel="noreferrer noopener"'
LINK = f'<a href="https://x.example/a?b=1&amp;c#d" {REL}>https://x.example/a?b=1&amp;c#d</a>.'
MADE = {"p", "ul", "ol", "li", "pre", "code", "strong", "em", "a", "br"}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one\ntwo</p>\n<p>three</p>\n"),
        ("a `b < c` **d** *e*", "<p>a <code>b &lt; c</code> <strong>d</strong> <em>e</em></p>\n"),
        ("so:\n- one\n  more\n- two", "<p>so:</p>\n<ul>\n<li>one\nmore</li>\n<li>two</li>\n</ul>\n"),
        ("1. one\n2. two", "<ol>\n<li>one</li>\n<li>two</li>\n</ol>\n"),
        ("```yaml\na: 1\n\n  - <b>\n```\n", '<pre tabindex="0"><code>a: 1\n\n  - &lt;b&gt;</code></pre>\n'),
        ("- https://x.example/a?b=1&c#d.", f"<ul>\n<li>{LINK}</li>\n</ul>\n"),
        ("`https://x.example`", "<p><code>https://x.example</code></p>\n"),
        ("[one](https://x.example 'title')", f'<p><a href="https://x.example" {REL}>one</a></p>\n'),
        (
            "[https://a.b/c](https://x.example)",
            f'<p><a href="https://x.example" {REL}>https://a.b/c</a></p>\n',
        ),
        ("<https://x.example>", f'<p><a href="https://x.example" {REL}>https://x.example</a></p>\n'),
        ("[x](javascript:alert(1)) <i>", "<p>[x](javascript:alert(1)) &lt;i&gt;</p>\n"),
        ("[x](http://x.example) http://x.example", "<p>[x](http://x.example) http://x.example</p>\n"),
        ("[x](//x.example) [y](/y) <mailto:a@b.c>", "<p>[x](//x.example) [y](/y) &lt;mailto:a@b.c&gt;</p>\n"),
        ("# a\n\n<b>c</b>\n\n> d", "<p># a</p>\n<p>&lt;b&gt;c&lt;/b&gt;</p>\n<p>&gt; d</p>\n"),
        (r"\*a\* &lt;b&gt;", "<p>*a* &lt;b&gt;</p>\n"),
        ("a\u202eb `\x1b`", "<p>a\\u202eb <code>\\x1b</code></p>\n"),
        ("a ` b ** c", "<p>a ` b ** c</p>\n"),
        ("", ""),
    ],
)
def test_a_small_part_of_markdown_becomes_elements(markdown: str, html: str) -> None:
    assert as_html(markdown) == html


class _Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in MADE
        for name, value in attrs:
            assert (name, value) in (("tabindex", "0"), ("rel", "noreferrer noopener")) or (
                name == "href" and (value or "").startswith("https://")
            )
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


MARKS = st.sampled_from(
    [
        "`",
        "**",
        "*",
        "```\n",
        "\n\n",
        "\n- ",
        "\n1. ",
        "https://",
        "http://",
        "<script>",
        "<https://",
        ">",
        "[a](",
        "](",
        ")",
        "![",
        "javascript:",
        '"',
        "&",
        "&#60;",
        "\\",
        "\u202e",
        "\x00",
        "a",
        " ",
        "  \n",
    ]
)


@given(st.lists(MARKS | st.text(max_size=4), max_size=30).map("".join))
def test_no_markdown_makes_anything_else(markdown: str) -> None:
    made = as_html(markdown)
    assert _Elements(made).open == []
    assert made.replace("\n", "").isprintable()


def test_the_rules_use_no_other_markdown() -> None:
    for rule in registry.load():
        for text in rule.doc.sections.values():
            assert "\n#" not in text
            assert "](" not in text.replace("`", "")
            assert "\n|" not in text
