from auditor.finding import Severity
from auditor.report.words import counted, levels


def test_a_number_has_its_noun() -> None:
    assert counted(1, "finding") == "1 finding"
    assert counted(0, "finding") == "0 findings"
    assert counted(2_000, "repository", "repositories") == "2,000 repositories"


def test_levels_come_worst_first() -> None:
    assert levels({Severity.LOW: 2, Severity.CRITICAL: 1, Severity.HIGH: 0}) == "1 critical, 2 low"
    assert levels({}) == ""
