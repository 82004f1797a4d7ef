"""Inputs of actions that are run as code."""

import re

import pytest

from auditor.knowledge.actions.script_inputs import SCRIPT_INPUTS, SCRIPTS


@pytest.mark.parametrize("action", SCRIPTS)
def test_rows_are_well_formed(action):
    assert re.fullmatch(r"[a-z0-9_.-]+/[a-z0-9_.-]+", action)
    for row in SCRIPTS[action]:
        assert row.source.where
        assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", row.source.date)
        assert row.names
        assert all(re.fullmatch(r"[a-z0-9_-]+", name) for name in row.names)


def test_arguments_of_one_program_are_no_script():
    assert len(SCRIPTS) >= 60
    assert SCRIPT_INPUTS["addnab/docker-run-action"] == ("run",)
    assert "borales/actions-yarn" not in SCRIPT_INPUTS
    assert SCRIPT_INPUTS["actions/github-script"] == ("script",)
