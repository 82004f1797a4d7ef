import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.engine import registry
from auditor.engine.rule import SECTIONS
from auditor.errors import RuleSetError, UsageError

RULES = Path(__file__).parents[2] / "rules"
DOC = "Something is wrong.\n\n" + "\n".join(f"## {name}\nx" for name in SECTIONS)
RULE = (
    f'"""{DOC}\n"""\n'
    "from collections.abc import Iterator\n"
    "from auditor.api import Facts, Hit, Job, Severity, rule\n"
    '@rule(Job, id="{id}", title="x", severity=Severity.LOW, cwe=1, owasp="{owasp}", '
    'boundary="{boundary}", since="0.1.0")\n'
    "def check(job: Job, facts: Facts) -> Iterator[Hit]:\n"
    "    yield from ()\n"
)


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that stands in for the package of the rules."""
    package = types.ModuleType("auditor.rules")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "auditor.rules", package)
    registry.load.cache_clear()
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]
    registry.load.cache_clear()


def rule(id: str, owasp: str = "CICD-SEC-4", boundary: str = "code") -> str:
    return RULE.replace("{id}", id).replace("{owasp}", owasp).replace("{boundary}", boundary)


def test_each_file_is_a_rule_and_they_are_sorted() -> None:
    ids = [found.id for found in registry.load()]
    assert ids == sorted(ids)
    assert len(ids) == len(list(RULES.glob("[a-z]*.py")))


def test_choosing() -> None:
    every = [found.id for found in registry.load()]
    first, second = every[:2]
    assert [found.id for found in registry.chosen()] == every
    assert [found.id for found in registry.chosen([second, first])] == [first, second]
    assert [found.id for found in registry.chosen(ignore=[first])] == every[1:]
    with pytest.raises(UsageError, match="no rule is left"):
        registry.chosen([first], [first])
    assert registry.find(first).id == first


@pytest.mark.parametrize("id", ["no-such-rule", "", "TEMPLATE-INJECTION", "template_injection", "\x1b[31m"])
def test_an_unknown_id_is_a_usage_error(id: str) -> None:
    for choose in (
        lambda: registry.chosen([id]),
        lambda: registry.chosen(ignore=[id]),
        lambda: registry.find(id),
    ):
        with pytest.raises(UsageError, match="there is no rule") as error:
            choose()
        assert error.value.exit_code == 2


def test_a_rule_of_ones_own(rules: Path) -> None:
    (rules / "mine.py").write_text(rule("mine-own"))
    assert [found.id for found in registry.load()] == ["mine-own"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": "def f(:\n"}, "`a.py` can't be loaded"),
        ({"a": "raise ValueError('x')\n"}, "`a.py` can't be loaded: x"),
        ({"a": "import nothing_of_that_name\n"}, "`a.py` can't be loaded"),
        ({"a": "x = 1\n"}, "holds 0 rules"),
        ({"a": rule("one-rule") + "other = check\n" + rule("two-rules").split('"""')[2]}, "holds 2 rules"),
        ({"a": rule("same-id"), "b": rule("same-id")}, "two rules are called `same-id`"),
        ({"a": rule("One")}, "`One` is no rule id"),
        ({"a": rule("one-rule", "SEC-1")}, "`SEC-1` is no OWASP CI/CD risk"),
        ({"a": rule("one-rule", boundary="moat")}, "`moat` is no boundary"),
        (
            {"a": rule("one-rule").replace("## Bad", "## Evil")},
            "the documentation of `one-rule` is not whole",
        ),
        ({"a": rule("one-rule").replace("Something is wrong.", "")}, "is not whole"),
    ],
)
def test_a_rule_that_breaks_the_contract_stops_everything(
    rules: Path, files: dict[str, str], message: str
) -> None:
    for name, text in files.items():
        (rules / f"{name}.py").write_text(text)
    with pytest.raises(RuleSetError) as error:
        registry.load()
    assert message in str(error.value)
    assert error.value.exit_code == 2
