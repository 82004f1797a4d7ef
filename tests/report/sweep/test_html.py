"""The page of a sweep, as it is written: its numbers, its links, and that no name can be more than text."""

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.finding import Severity
from auditor.model.settings import Visibility
from auditor.report.escape import uri, visible
from auditor.report.sweep import html
from auditor.report.sweep.document import Outcome, Standing, SweptFinding, SweptRepository
from auditor.report.sweep.overview import MAX_LINES
from auditor.report.sweep.packed import MAX_HOPS, MAX_TEXT

NEW = Standing.NEW
VOID = {"meta", "br", "rect", "line"}
ATTRIBUTES = {
    "aria-hidden", "aria-label", "aria-labelledby", "charset", "class", "content", "data-rule", "datetime",
    "download", "height", "href", "http-equiv", "id", "lang", "name", "preserveaspectratio", "rel", "role",
    "scope", "tabindex", "text-anchor", "title", "type", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2",
}  # fmt: skip
CELLS = {"td", "th", "tr", "p", "h1", "h2", "h3", "dt", "dd", "li", "div"}
BLOCK = re.compile(
    r'<script type="application/octet-stream;base64" id="([a-z]+(?:-\d+)?)">([A-Za-z0-9+/=]*)<'
)


class Page(HTMLParser):
    """The elements of a page, its texts, and where it leads."""

    def __init__(self, text):
        super().__init__()
        self.source, self.open, self.elements, self.texts, self.links = text, [], [], [], []
        self.attributes = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, *sorted(name for name, _ in attrs)))
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name in ("href", "src")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag
        if tag in CELLS:
            self.texts.append(" ")

    def handle_data(self, data):
        if not (self.open and self.open[-1] in ("script", "style")):
            self.texts.append(data)

    @property
    def words(self):
        return " ".join("".join(self.texts).split())

    @property
    def blocks(self):
        return {
            id: json.loads(gzip.decompress(base64.b64decode(block)))
            for id, block in BLOCK.findall(self.source)
        }


def page(sweep, files=None):
    return Page("".join(html.render(sweep, files)))


def test_the_page_is_whole_and_says_what_the_sweep_was(make_organisation) -> None:
    drawn = page(make_organisation())
    assert drawn.open == []
    assert drawn.attributes <= ATTRIBUTES
    for text in ("acme, acme-labs", "24 Nov 2026 02:00 UTC", "after 0:41:12", "23 Nov 2026 02:38 UTC"):
        assert text in drawn.words
    for text in ("app acme-ci-audit (installation 4711)", "214 graphql, 1,830 core", "scan 1,490.5 s"):
        assert text in drawn.words


def test_the_same_sweep_gives_the_same_page(make_organisation) -> None:
    sweep = make_organisation(20, 40)
    assert list(html.render(sweep)) == list(html.render(sweep))


def test_its_policy_lets_in_its_own_style_and_script_alone(make_organisation) -> None:
    source = page(make_organisation(3, 3)).source
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', source)[1])

    def digest(inline):
        return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"

    style = digest(re.search(r"<style>(.*?)</style>", source, re.DOTALL)[1])
    script = digest(re.search(r'<script type="module">(.*?)</script>', source, re.DOTALL)[1])
    assert policy == (
        f"default-src 'none'; style-src {style}; script-src {script}; require-trusted-types-for 'script';"
        " trusted-types 'none'; base-uri 'none'; form-action 'none'"
    )


def test_nothing_of_the_script_makes_elements_of_text() -> None:
    scripts = "".join(html._beside(name) for name in html._SCRIPTS)
    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        ".style",
    ):
        assert word not in scripts
    assert "</script" not in scripts


def test_coverage_adds_up(make_organisation) -> None:
    sweep = make_organisation()
    words = page(sweep).words
    listed, *parts = re.search(
        r"([\d,]+) listed = ([\d,]+) scanned \+ ([\d,]+) reused \+ ([\d,]+) skipped \+ ([\d,]+) failed"
        r" \+ ([\d,]+) not verifiable",
        words,
    ).groups()
    assert int(listed) == sum(map(int, parts)) == len(sweep.repositories)


def repository(number, outcome, reason="", **changes):
    fields = {"id": number, "name": f"acme/r{number}", "visibility": Visibility.PRIVATE, "commit": None}
    return SweptRepository(**(fields | {"outcome": outcome, "reason": reason} | changes))


def test_reasons_beyond_the_list_are_still_counted(make_organisation) -> None:
    failed = tuple(repository(n, Outcome.FAILED, f"reason {n}") for n in range(MAX_LINES + 7))
    words = page(make_organisation(0, 0, repositories=failed)).words
    assert "for 7 more reasons 7" in words


def test_open_checks_name_the_permission_that_each_needs(make_organisation) -> None:
    blind = {"rulesets": "Metadata: read"}
    swept = tuple(repository(n, Outcome.SCANNED, not_verified=blind) for n in range(3))
    assert "Metadata: read rulesets 3" in page(make_organisation(0, 0, repositories=swept)).words


def test_findings_are_counted_by_standing_severity_and_rule(make_organisation) -> None:
    sweep = make_organisation()
    words = page(sweep).words
    for standing, text in (
        (NEW, "New"),
        (Standing.FIXED, "Fixed"),
        (Standing.UNSEEN, "Not looked at"),
    ):
        of = [each for each in sweep.findings() if each.standing is standing]
        levels = [sum(each.severity is level for each in of) for level in sorted(Severity, reverse=True)]
        assert " ".join([text, *(f"{count:,}" for count in levels), f"{len(of):,}"]) in words
    rule = next(each.document["rule"] for each in sweep.findings() if each.standing.is_open)
    count = sum(each.document["rule"] == rule and each.standing.is_open for each in sweep.findings())
    assert re.search(rf"\b{rule} .*? {count}\b", words)


def test_the_texts_of_the_rules_that_found_something_stand_in_the_page(make_organisation) -> None:
    sweep = make_organisation(20, 10)
    drawn = page(sweep)
    found = {each.document["rule"] for each in sweep.findings() if each.standing.is_open}
    assert set(re.findall(r'data-rule="([a-z-]+)"', drawn.source)) == found
    for rule in sweep.rules:
        if rule.id in found:
            assert rule.doc.summary.replace("`", "") in drawn.words


def test_packed_rows_are_the_findings(make_organisation) -> None:
    sweep = make_organisation(30, 2300)
    blocks = page(sweep).blocks
    columns = blocks["columns"]
    shapes, number = [], 0
    for shape in columns["findings"]["shape"]:
        number += shape == 0
        shapes.append(shape - 1 if shape else number - 1)
    texts = columns["texts"]
    assert set(blocks) >= {"columns", "hashes", "shapes-0", "shapes-1", "repositories-0"}
    for row, finding in enumerate(sweep.findings()):
        of = {name: column[shapes[row]] for name, column in columns["shapes"].items()}
        assert texts[columns["findings"]["repository"][row]] == finding.repository
        assert texts[of["message"]] == finding.document["message"]
        assert (texts[of["path"]], of["line"]) == (finding.document["path"], finding.document["line"])
        assert columns["severities"][of["severity"]] == str(finding.severity)
        assert columns["standings"][columns["findings"]["standing"][row]] == finding.standing.value
    hashes = blocks["hashes"]["fingerprints"]
    assert hashes["text"][:32] == next(iter(sweep.findings())).document["fingerprint"]
    assert set(hashes["lengths"]) == {32}


def swept(**changes):
    """A finding with a path of three stations, but for what is given of its document."""
    hop = {"path": ".github/workflows/ci.yml", "line": 1, "kind": "entry", "note": "push"}
    content = {
        "rule": "template-injection", "severity": "high", "confidence": "high", "verdict": "exposed",
        "message": "a message", "path": ".github/workflows/ci.yml", "line": 4, "column": 1, "end_line": 4,
        "end_column": 9, "job": "build", "step": "Say", "fingerprint": "f" * 32, "trace": [hop] * 3,
    }  # fmt: skip
    return content | changes


def with_finding(sweep, document, **changes):
    fields = {
        "repository": sweep.repositories[0].name,
        "commit": "c" * 40,
        "standing": NEW,
        "first_seen": sweep.started,
        "document": document,
    }
    one = SweptFinding(**(fields | changes))
    return replace(sweep, findings=lambda: iter([one]))


def test_a_link_is_percent_encoded_and_leads_to_the_commit(make_organisation) -> None:
    sweep = make_organisation(1, 0, repositories=(repository(1, Outcome.SCANNED, name="acme/a b"),))
    path = '.github/workflows/é#1?".yml'
    drawn = page(with_finding(sweep, swept(path=path)))
    wanted = f"https://github.com/acme/a%20b/blob/{'c' * 40}/{uri(path)}#L4"
    assert wanted in drawn.links
    columns = drawn.blocks["columns"]
    assert columns["links"][str(columns["texts"].index(path))] == uri(path)


@pytest.mark.parametrize("url", [None, "javascript:alert(1)//", "ftp://x", "https://gïthub.com"])
def test_there_is_no_link_without_an_address(make_organisation, url) -> None:
    drawn = page(with_finding(make_organisation(1, 0, url=url), swept()))
    assert drawn.blocks["columns"]["url"] is None
    assert not [link for link in drawn.links if "/blob/" in link]


def test_the_other_reports_are_files_beside_the_page(make_organisation) -> None:
    drawn = page(make_organisation(1, 0), {"findings.csv": "CSV", "//evil.example/a:b": "<b>"})
    assert "./findings.csv" in drawn.links
    assert "./%2F%2Fevil.example%2Fa%3Ab" in drawn.links


def test_long_texts_and_paths_are_cut_and_say_so(make_organisation) -> None:
    document = swept(message="m" * (MAX_TEXT + 5))
    document["trace"] *= MAX_HOPS
    blocks = page(with_finding(make_organisation(1, 0), document)).blocks
    assert any(text.endswith("… and 5 more characters") for text in blocks["columns"]["texts"])
    assert blocks["shapes-0"]["details"]["more"] == [2 * MAX_HOPS]
    assert len(blocks["shapes-0"]["stations"]["line"]) == MAX_HOPS


def test_other_places_of_a_finding_are_listed_and_the_rest_counted(make_organisation) -> None:
    places = [{"path": "b.yml", "line": line} for line in range(1, 24)]
    block = page(with_finding(make_organisation(1, 0), swept(places=places))).blocks["shapes-0"]
    listed = block["texts"][block["details"]["places"]["0"]]
    assert listed.startswith("b.yml:1, b.yml:2, ")
    assert listed.endswith("b.yml:20, and 3 more")
    assert page(with_finding(make_organisation(1, 0), swept())).blocks["shapes-0"]["details"]["places"] == {}


HOSTILE = st.one_of(
    st.sampled_from(
        [
            "</script><script>alert(1)</script>", "<!--<script>", '"><img src=x onerror=alert(1)>', "']]>",
            "</style><svg onload=alert(1)>", "javascript:alert(1)", "\u202egnp.exe", "&lt;b&gt;", "\x1b[31m",
            "{{constructor}}", "`</code>`", "](https://evil.example)", "\ud800", "__proto__", "../../..",
        ]
    ),
    st.text(st.characters(exclude_characters="\x00"), min_size=1, max_size=40),
)  # fmt: skip


def named(sweep, name):
    """A sweep in which everything that somebody else can name is named so."""
    hop = {"path": f"{name}/x.yml", "line": 2, "kind": "gate", "note": name, "verdict": "guarded"}
    document = swept(message=name, path=name, job=name, step=name, fingerprint=name, trace=[hop], rule=name)
    problem = {"path": name, "line": 1, "stage": "parse", "message": name}
    seen = repository(
        1, Outcome.SCANNED, name=f"acme/{name}", commit=name, problems=(problem,),
        findings={Severity.HIGH: 1}, not_verified={name: name},
        powers={(f"actor {name}", f"power {name}"): 2},
    )  # fmt: skip
    changed = replace(
        sweep,
        repositories=(seen, repository(2, Outcome.FAILED, f"because {name}")),
        owners=(name,), identity=name, version=name, tool=name, policy=name, problems=(name,),
        requests={name: 1}, seconds={name: 1.0},
    )  # fmt: skip
    return with_finding(changed, document, repository=f"acme/{name}")


@settings(max_examples=60)
@given(HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(make_organisation, name) -> None:
    sweep = make_organisation(0, 0)
    plain = name.count("`") % 2 or "`" not in name
    # What begins with a slash is no file of a repository, and has no link.
    same = "/" * name.startswith("/") + "calm" if plain else re.sub("[^`]+", "x", name)
    drawn, calm = page(named(sweep, name)), page(named(sweep, same))
    assert drawn.open == []
    assert drawn.elements == calm.elements
    assert drawn.source.replace("\n", "").isprintable()
    for link in drawn.links:
        assert link.startswith(("#", "./", "https://github.com/acme/")), link
        assert link.isascii()
    for block in drawn.blocks.values():
        for text in strings(block):
            assert visible(text) == text


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def test_the_first_sweep_has_no_other_to_stand_against(make_organisation) -> None:
    words = page(make_organisation(20, 40, previous=None, trend=())).words
    assert "none: this is the first" in words
    assert "The worst findings" in words
    assert "There is no sweep before this one." in words


def test_an_empty_organisation_has_a_page(make_organisation) -> None:
    sweep = make_organisation(0, 0)
    drawn = page(
        replace(sweep, rules=(), trend=sweep.trend[:1], finished=sweep.started + timedelta(seconds=3))
    )
    assert drawn.open == []
    assert "0 listed = 0 scanned" in drawn.words
