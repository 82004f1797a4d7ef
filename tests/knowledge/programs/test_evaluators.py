"""Which words of commands are code."""

import re

import pytest

from auditor.knowledge.programs.evaluated import INPUT, evaluated
from auditor.knowledge.programs.evaluators import EVALUATORS, SUBCOMMANDS


@pytest.mark.parametrize("row", [*EVALUATORS.values(), *SUBCOMMANDS.values()], ids=lambda row: row.language)
def test_rows_have_sources(row):
    assert row.source.where
    assert re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?", row.source.date)
    assert not set(row.flags) & set(row.valued)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bash -c X", [("X", "shell")]),
        ("bash -euo pipefail -c X arg", [("X", "shell")]),
        ("bash -exc X", [("X", "shell")]),
        ("sh", [("input", "shell")]),
        ("bash -s -- a b", [("input", "shell")]),
        ("bash script.sh X", []),
        ("eval A B", [("A", "shell"), ("B", "shell")]),
        ("sudo -u me bash -c X", [("X", "shell")]),
        ("sudo env A=b sh -c X", [("X", "shell")]),
        ("timeout -k 5 60 bash -c X", [("X", "shell")]),
        ("ssh -p 22 -i key me@host X Y", [("X", "shell"), ("Y", "shell")]),
        ("ssh me@host", [("input", "shell")]),
        ("docker run --rm -v a:b image sh -c X", [("X", "shell")]),
        ("docker exec -i name bash -c X", [("X", "shell")]),
        ("docker run image X", []),
        ("kubectl exec pod -n x -- sh -c X", [("X", "shell")]),
        ("su - me -c X", [("X", "shell")]),
        ("xargs -I {} sh -c X", [("X", "shell")]),
        ("find . -name y -exec sh -c X ;", [("X", "shell")]),
        ("python3 -c X", [("X", "python")]),
        ("python3 -m pytest X", []),
        ("python script.py -c X", [("X", "python")]),
        ("node --eval=X", [("--eval=X", "javascript")]),
        ("node -pe X", [("X", "javascript")]),
        ("perl -ne X", [("X", "perl")]),
        ("ruby -e X", [("X", "ruby")]),
        ("php -r X", [("X", "php")]),
        ("Rscript -e X", [("X", "other")]),
        ("deno eval X", [("X", "javascript")]),
        ("pwsh -NoProfile -Command X", [("X", "powershell")]),
        ("cmd /c X", [("X", "cmd")]),
        ("awk -F : X file", [("X", "awk")]),
        ("sed -i X file", [("X", "sed")]),
        ("sed -e X -e Y file", [("X", "sed"), ("Y", "sed")]),
        ("jq -r X file", [("X", "jq")]),
        ("watch -n 1 X", [("X", "shell")]),
        ("psql -h a -c X", [("X", "sql")]),
        ("mysql -e X", [("X", "sql")]),
        ("gdb -ex X", [("X", "other")]),
        ("make VAR=X target", [("VAR=X", "make")]),
        ("env -S X", [("X", "shell")]),
        ("git rebase --exec X", [("X", "shell")]),
        ("git submodule foreach X", [("X", "shell")]),
        ("tmux send-keys -t a X", [("X", "shell")]),
        ("gcloud compute ssh vm --command=X", [("--command=X", "shell")]),
        ("echo X", []),
        ("git status", []),
    ],
)
def test_evaluated(line, expected):
    program, *words = line.split()
    found = evaluated(program, tuple(words))
    assert [
        ("input" if each.index == INPUT else words[each.index], each.language) for each in found
    ] == expected


def test_computed_words():
    assert [each.index for each in evaluated("bash", ("-c", None))] == [1]
    assert [each.index for each in evaluated("eval", (None, None))] == [0, 1]
    assert [(each.index, each.part) for each in evaluated("make", ("A=\0", None))] == [(0, 2)]
    assert evaluated("sudo", (None, "-c", "x")) == ()
    assert evaluated("env", ("A=b", "-S")) == ()


def test_deep_wrappers_end():
    assert evaluated("sudo", ("sudo",) * 50) == ()
