"""What scripts of JavaScript do with values: small ones with their events, and texts of any kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages import javascript
from auditor.languages.reading import Reading
from shown_events import shown


def read(script: str) -> Reading:
    return javascript.read(script)


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (
            "const t = context.payload.issue.title",
            ["t = {github.event.issue.title}"],
        ),
        (
            "const { issue: { title } } = context.payload",
            ["title = {github.event.issue.title}"],
        ),
        (
            "const { payload } = context; const b = payload.comment.body",
            ["payload = {github.event}", "b = {github.event.comment.body}"],
        ),
        (
            "let x = context.payload['pull_request'].head.ref",
            ["x = {github.event.pull_request.head.ref}"],
        ),
        (
            "const n = context.issue.number",
            ["n = {github.event.number.number}"],
        ),
        (
            "const { TITLE } = process.env",
            ["TITLE = $env:TITLE"],
        ),
        (
            "const a = process.env.A || 'b'",
            ["a = $env:Ab"],
        ),
        (
            "const s = `x ${a} y`",
            ["s = x $a y"],
        ),
        (
            "const s = a + '-' + b",
            ["s = $a-$b"],
        ),
        (
            "const s = [a, b].join(' ')",
            ["s = $a$b"],
        ),
        (
            "const s = a.trim().toLowerCase()",
            ["s = $a"],
        ),
        (
            "const s = a.split('\\n')[0]",
            ["s = $a~part"],
        ),
        (
            "const s = a.replace(/[^a-z]/g, '')",
            ["s = "],
        ),
        (
            "const s = a.replace('x', b)",
            ["s = $a~part$b"],
        ),
        (
            "const n = a.length",
            ["n = "],
        ),
        (
            "const ok = a === b",
            ["ok = "],
        ),
        (
            "const s = JSON.stringify(a)",
            ["s = $a"],
        ),
        (
            "const s = encodeURIComponent(a)",
            ["s = $a~encoded"],
        ),
        (
            "const s = c ? a : b",
            ["s = $a$b"],
        ),
        (
            "const o = { k: a, l: b }",
            ["o = $a$b"],
        ),
        (
            "core.setOutput('x', a)",
            ["GITHUB_OUTPUT:x <- $a (random)"],
        ),
        (
            "core.exportVariable('X', `v${a}`)",
            ["GITHUB_ENV:X <- v$a (random)"],
        ),
        (
            "core.addPath(a)",
            ["GITHUB_PATH:None <- $a (line)"],
        ),
        (
            "core.saveState('x', a)",
            ["GITHUB_STATE:x <- $a (random)"],
        ),
        (
            "core.summary.addRaw(a)",
            ["GITHUB_STEP_SUMMARY:None <- $a (line)"],
        ),
        (
            "return a",
            ["GITHUB_OUTPUT:result <- $a (random)", "ends"],
        ),
        (
            "function f(p) { return p }\ncore.setOutput('x', f(a))",
            ["GITHUB_OUTPUT:x <- $p (random)", "p = $a"],
        ),
        (
            "const f = () => a\ncore.setOutput('x', f())",
            ["GITHUB_OUTPUT:x <- $a (random)"],
        ),
        (
            "const { data } = await github.rest.pulls.get({}); core.setOutput('x', data.title)",
            [
                "data = <github.rest.pulls.get.data>",
                "GITHUB_OUTPUT:x <- <github.rest.pulls.get.data.title> (random)",
            ],
        ),
        (
            "const r = await github.request('GET /repos/a/b/issues/1'); core.setOutput('x', r.data.body)",
            ["r = <github.request>", "GITHUB_OUTPUT:x <- <github.request.data.body> (random)"],
        ),
        (
            "const l = await github.paginate(github.rest.pulls.listFiles, {}); core.setOutput('x', l.map(f => f.filename).join())",  # noqa: E501
            [
                "l = <github.paginate>",
                "GITHUB_OUTPUT:x <- <github.paginate.*.filename><github.paginate.*.filename> (random)",
                "f = <github.paginate.*>",
            ],
        ),
        (
            "const e = JSON.parse(require('fs').readFileSync(process.env.GITHUB_EVENT_PATH)); core.setOutput('x', e.issue.title)",  # noqa: E501
            [
                "e = [$env:GITHUB_EVENT_PATH]",
                "GITHUB_OUTPUT:x <- [$env:GITHUB_EVENT_PATH.issue.title] (random)",
            ],
        ),
        (
            "const fs = require('fs'); fs.appendFileSync(process.env.GITHUB_OUTPUT, `x=${a}\\n`)",
            ["fs = ", "GITHUB_OUTPUT:x <- $a (line)"],
        ),
        (
            "fs.writeFileSync('out.txt', a)",
            ["file out.txt <- $a (line)"],
        ),
        (
            "console.log(a)",
            ["print $a"],
        ),
        (
            "core.setFailed('no')",
            ["print no", "fails"],
        ),
        (
            "throw new Error('no')",
            ["ends"],
        ),
        (
            "eval(a)",
            ["eval $a"],
        ),
        (
            "new Function('x', a)",
            ["eval $a"],
        ),
        (
            "require('child_process').execSync(`make ${a}`)",
            ["eval make $a"],
        ),
        (
            "if (!/^v\\d+$/.test(a)) { return }\nuse(a)",
            ["a is ^v\\d+$ in [use(a)]", "ends"],
        ),
        (
            "if (/^v/.test(a)) { b() }",
            ["a has ^v in [{ b() }]"],
        ),
        (
            "if (a !== 'x') throw 1\nuse(a)",
            ["a is x in [use(a)]", "ends"],
        ),
        (
            "if (!['x', 'y'].includes(a)) { process.exit(1) }\nuse(a)",
            ["a is x|y in [use(a)]", "ends"],
        ),
        (
            "if (/^a$/m.test(a)) { b() }",
            ["a has ^a$ in [{ b() }]"],
        ),
        (
            "for (const x of a) { core.setOutput('x', x) }",
            ["x = $a", "GITHUB_OUTPUT:x <- $x (random)"],
        ),
        (
            "a.forEach(x => { core.setOutput('x', x.name) })",
            ["x = $a~part", "GITHUB_OUTPUT:x <- $a~part (random)"],
        ),
        (
            "core.setOutput('x', '${{ a.b }}')",
            ["GITHUB_OUTPUT:x <- ${{}} (random)"],
        ),
        (
            "const x = ${{ toJSON(a.b) }}; core.setOutput('x', x)",
            ["x = ${{}}", "GITHUB_OUTPUT:x <- $x (random)"],
        ),
    ],
)
def test_events(script: str, events: list[str]) -> None:
    assert shown(read(script)) == events


_PARTS = st.sampled_from(
    [
        "\n",
        " ",
        "!",
        "$",
        "'",
        "(",
        ")",
        "+",
        ",",
        "-",
        ".",
        "/",
        "0",
        "1",
        ":",
        ";",
        "=",
        ">",
        "?",
        "A",
        "Error",
        "Function",
        "GET",
        "GITHUB_EVENT_PATH",
        "GITHUB_OUTPUT",
        "JSON",
        "TITLE",
        "X",
        "[",
        "\\",
        "]",
        "^",
        "`",
        "a",
        "addPath",
        "addRaw",
        "appendFileSync",
        "await",
        "b",
        "body",
        "c",
        "child_process",
        "comment",
        "console",
        "const",
        "context",
        "core",
        "d",
        "data",
        "e",
        "encodeURIComponent",
        "env",
        "eval",
        "execSync",
        "exit",
        "exportVariable",
        "f",
        "filename",
        "for",
        "forEach",
        "fs",
        "function",
        "g",
        "get",
        "github",
        "head",
        "if",
        "includes",
        "issue",
        "issues",
        "join",
        "k",
        "l",
        "length",
        "let",
        "listFiles",
        "log",
        "m",
        "make",
        "map",
        "n",
        "name",
        "new",
        "no",
        "number",
        "o",
        "of",
        "ok",
        "out",
        "p",
        "paginate",
        "parse",
        "payload",
        "process",
        "pull_request",
        "pulls",
        "r",
        "readFileSync",
        "ref",
        "replace",
        "repos",
        "request",
        "require",
        "rest",
        "return",
        "s",
        "saveState",
        "setFailed",
        "setOutput",
        "split",
        "stringify",
        "summary",
        "t",
        "test",
        "throw",
        "title",
        "toJSON",
        "toLowerCase",
        "trim",
        "txt",
        "use",
        "v",
        "writeFileSync",
        "x",
        "y",
        "z",
        "{",
        "|",
        "}",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(_PARTS, max_size=40).map("".join) | st.text(max_size=80))
def test_any_text_is_read(script: str) -> None:
    reading = read(script)
    starts = [event.start for event in reading.events]
    assert starts == sorted(starts)
    assert all(0 <= event.start <= event.end <= len(script) for event in reading.events)
