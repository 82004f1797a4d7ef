"""What scripts of Python do with values: small ones with their events, and texts of any kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.languages import python
from auditor.languages.reading import Reading
from shown_events import shown


def read(script: str) -> Reading:
    return python.read(script)


@pytest.mark.parametrize(
    ("script", "events"),
    [
        (
            'x = os.environ["A"]',
            ["x = $env:A"],
        ),
        (
            'x = os.environ.get("A", "b")',
            ["x = $env:Ab"],
        ),
        (
            'x = os.getenv("A")',
            ["x = $env:A"],
        ),
        (
            'x = f"a {y} b"',
            ["x = a $y b"],
        ),
        (
            'x = "a" + y',
            ["x = a$y"],
        ),
        (
            'x = "{} b".format(y)',
            ["x = {} b$y"],
        ),
        (
            'x = "%s b" % y',
            ["x = %s b$y"],
        ),
        (
            'x = " ".join([y, z])',
            ["x =  $y$z"],
        ),
        (
            "x = y.strip().lower()",
            ["x = $y"],
        ),
        (
            "x = y.split()[0]",
            ["x = $y~part"],
        ),
        (
            "x = y[:4]",
            ["x = $y~part"],
        ),
        (
            "x = len(y)",
            ["x = "],
        ),
        (
            "x = y == z",
            ["x = "],
        ),
        (
            "x = json.dumps(y)",
            ["x = $y"],
        ),
        (
            "x = shlex.quote(y)",
            ["x = $y~encoded"],
        ),
        (
            "x = base64.b64encode(y)",
            ["x = $y~encoded"],
        ),
        (
            'x = re.sub("[^a-z]", "", y)',
            ["x = "],
        ),
        (
            'x = re.search("v(.*)", y).group(1)',
            ["x = $y~part"],
        ),
        (
            'x = re.search("v([0-9]+)", y).group(1)',
            ["x = "],
        ),
        (
            "x = a if c else b",
            ["x = $a$b"],
        ),
        (
            "x += y",
            ["x += $y"],
        ),
        (
            'e = json.load(open(os.environ["GITHUB_EVENT_PATH"]))\nx = e["issue"]["title"]',
            ["e = [$env:GITHUB_EVENT_PATH]", "x = [$env:GITHUB_EVENT_PATH.issue.title]"],
        ),
        (
            'with open(os.environ["GITHUB_OUTPUT"], "a") as f:\n    f.write(f"x={y}\\n")',
            ["GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            'with open(os.environ["GITHUB_ENV"], "a") as f:\n    print("x<<E", file=f)\n    print(y, file=f)\n    print("E", file=f)',  # noqa: E501
            ["GITHUB_ENV:x <- $y (fixed)"],
        ),
        (
            'f = open(os.environ["GITHUB_OUTPUT"], "a")\nf.write("x=" + y)',
            ["f = [$env:GITHUB_OUTPUT]", "GITHUB_OUTPUT:x <- $y (line)"],
        ),
        (
            'Path(os.environ["GITHUB_ENV"]).write_text(f"x={y}")',
            ["GITHUB_ENV:x <- $y (line)"],
        ),
        (
            'open("out.txt", "w").write(y)',
            ["file out.txt <- $y (line)"],
        ),
        (
            "print(y)",
            ["print $y"],
        ),
        (
            'print(f"::set-output name=x::{y}")',
            ["GITHUB_OUTPUT:x <- ::set-output name=x::$y (line)", "print ::set-output name=x::$y"],
        ),
        (
            "sys.exit(1)",
            ["ends"],
        ),
        (
            "raise SystemExit(y)",
            ["ends"],
        ),
        (
            "eval(y)",
            ["eval $y"],
        ),
        (
            'os.system(f"make {y}")',
            ["eval make $y"],
        ),
        (
            'subprocess.run(f"make {y}", shell=True)',
            ["eval make $y"],
        ),
        (
            'subprocess.run(["make", y])',
            [],
        ),
        (
            "def f(p):\n    return p\nx = f(y)",
            ["x = $p", "p = $y"],
        ),
        (
            'if not re.fullmatch("v[0-9]+", y):\n    sys.exit(1)\nuse(y)',
            ["y is v[0-9]+ in [use(y)]", "ends"],
        ),
        (
            'if y not in ("a", "b"):\n    raise SystemExit\nuse(y)',
            ["y is a|b in [use(y)]", "ends"],
        ),
        (
            'if y == "a":\n    use(y)',
            ["y is a in [use(y)]"],
        ),
        (
            'if re.match("v", y) is None:\n    sys.exit(1)\nuse(y)',
            ["y has v in [use(y)]", "ends"],
        ),
        (
            "for x in y:\n    print(x)",
            ["x = $y~part", "print $x"],
        ),
        (
            "x = [a.name for a in y]",
            ["x = $y~part"],
        ),
        (
            'x = "${{ a.b }}"',
            ["x = ${{}}"],
        ),
        (
            'x = f"k={${{ a.b }}}"',
            ["x = k=${{}}"],
        ),
        (
            "x = (",
            [],
        ),
    ],
)
def test_events(script: str, events: list[str]) -> None:
    assert shown(read(script)) == events


_PARTS = st.sampled_from(
    [
        "\n",
        " ",
        '"',
        "$",
        "%",
        "(",
        ")",
        "*",
        "+",
        ",",
        "-",
        ".",
        "0",
        "1",
        "4",
        "6",
        "9",
        ":",
        "<",
        "=",
        "A",
        "E",
        "GITHUB_ENV",
        "GITHUB_EVENT_PATH",
        "GITHUB_OUTPUT",
        "None",
        "Path",
        "SystemExit",
        "True",
        "[",
        "\\",
        "]",
        "^",
        "a",
        "as",
        "b",
        "base",
        "c",
        "def",
        "dumps",
        "e",
        "else",
        "encode",
        "environ",
        "eval",
        "exit",
        "f",
        "file",
        "for",
        "format",
        "fullmatch",
        "get",
        "getenv",
        "group",
        "if",
        "in",
        "is",
        "issue",
        "join",
        "json",
        "k",
        "len",
        "load",
        "lower",
        "make",
        "match",
        "n",
        "name",
        "not",
        "open",
        "os",
        "out",
        "output",
        "p",
        "print",
        "quote",
        "raise",
        "re",
        "return",
        "run",
        "s",
        "search",
        "set",
        "shell",
        "shlex",
        "split",
        "strip",
        "sub",
        "subprocess",
        "sys",
        "system",
        "title",
        "txt",
        "use",
        "v",
        "w",
        "with",
        "write",
        "write_text",
        "x",
        "y",
        "z",
        "{",
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
