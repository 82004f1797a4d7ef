"""A rule's Markdown as HTML."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.engine import registry
from auditor.report.prose import as_html

LINK = (
    '<a href="https://x.example/a?b=1&amp;c#d" rel="noreferrer noopener">https://x.example/a?b=1&amp;c#d</a>.'
)
MADE = {"p", "ul", "li", "pre", "code", "strong", "a"}


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("one\ntwo\n\nthree", "<p>one two</p><p>three</p>"),
        ("a `b < c` **d**", "<p>a <code>b &lt; c</code> <strong>d</strong></p>"),
        ("so:\n- one\n  more\n- two", "<p>so:</p><ul><li>one more</li><li>two</li></ul>"),
        ("```yaml\na: 1\n\n  - <b>\n```\n", '<pre tabindex="0"><code>a: 1\n\n  - &lt;b&gt;</code></pre>'),
        (
            "- https://x.example/a?b=1&c#d.",
            f"<ul><li>{LINK}</li></ul>",
        ),
        ("[x](javascript:alert(1)) <i>", "<p>[x](javascript:alert(1)) &lt;i&gt;</p>"),
        ("a ` b ** c", "<p>a ` b ** c</p>"),
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
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


MARKS = st.sampled_from(
    ["`", "**", "```\n", "\n\n", "\n- ", "https://", "<script>", '"', "&", "\u202e", "a", " "]
)


@given(st.lists(MARKS | st.text(max_size=4), max_size=30).map("".join))
def test_no_markdown_makes_anything_else(markdown: str) -> None:
    assert _Elements(as_html(markdown)).open == []


def test_the_rules_use_no_other_markdown() -> None:
    for rule in registry.load():
        for text in rule.doc.sections.values():
            assert "\n#" not in text
            assert "](" not in text.replace("`", "")
            assert "\n|" not in text
