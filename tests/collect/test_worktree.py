"""Which files belong to the audit, on small trees that are built here; git's index is written by hand."""

from __future__ import annotations

import os
import struct
import time
from pathlib import Path

import pytest

from auditor.collect.collected import CollectedRepository, printable
from auditor.collect.coverage import FileState, Kind
from auditor.collect.worktree import collect, root_of
from auditor.errors import PolicyError, UsageError
from auditor.files.git_dir import Remote
from auditor.files.repository_files import LIMIT
from auditor.finding import Stage
from auditor.model.policy import Exclusion, Policy
from auditor.source import Point

CI = ".github/workflows/ci.yml"
TRUST = '{"Statement": [{"Action": "sts:AssumeRoleWithWebIdentity"}]}'
unprivileged = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")


def tree(root: Path, *names: str, **contents: str | bytes) -> Path:
    """Files below `root`: a workflow's text in each, and `contents` where a path is given as a keyword."""
    for name, text in {**dict.fromkeys(names, "on: push\n"), **contents}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def repository(root: Path, *tracked: str, config: str = "") -> Path:
    """A git directory whose index tracks these paths."""
    entries = b""
    for name in sorted(tracked):
        path = os.fsencode(name)
        entry = bytes(24) + struct.pack(">I", 0o100644) + bytes(32) + struct.pack(">H", len(path)) + path
        entries += entry + b"\0" * (8 - len(entry) % 8)
    index = struct.pack(">4sII", b"DIRC", 2, len(tracked)) + entries + bytes(20)
    tree(root, **{".git/HEAD": "a" * 40, ".git/config": config, ".git/index": index})
    (root / ".git/objects").mkdir()
    return root


def only(repositories: tuple[CollectedRepository, ...]) -> CollectedRepository:
    assert len(repositories) == 1
    return repositories[0]


def names(collected: CollectedRepository) -> list[str]:
    return [file.source.path for file in collected.files]


def problems(collected: CollectedRepository) -> dict[str, str]:
    return {problem.location.path: problem.message for problem in collected.problems}


def states(collected: CollectedRepository) -> dict[str, FileState]:
    return {entry.path: entry.state for entry in collected.coverage}


def test_each_kind_is_told_by_its_path(tmp_path: Path) -> None:
    tree(tmp_path, CI, ".github/workflows/b.yaml", ".github/workflows/sub/c.yml", ".github/workflows/d.txt")
    tree(tmp_path, ".github/workflows/actions.lock", "action.yml", "deep/er/action.yaml", "docs/example.yml")
    tree(tmp_path, ".codex/config.toml", "x/.codex/hooks.json", ".codex/rules/a.rules", "config.toml")
    tree(tmp_path, "rules/a.rules", "Cargo.lock", "src/main.py", "x/.github/workflows/no.yml")
    found = {file.source.path: file.kind for file in only(collect([tmp_path])).files}
    assert found == {
        CI: Kind.WORKFLOW,
        ".github/workflows/b.yaml": Kind.WORKFLOW,
        ".github/workflows/actions.lock": Kind.LOCKFILE,
        "action.yml": Kind.ACTION,
        "deep/er/action.yaml": Kind.ACTION,
        ".codex/config.toml": Kind.AGENT_CONFIG,
        "x/.codex/hooks.json": Kind.AGENT_CONFIG,
        ".codex/rules/a.rules": Kind.AGENT_CONFIG,
    }


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".github/workflows/x.YML", "ends in .yml or .yaml, in small letters"),
        (".github/workflows/x.yAml", "ends in .yml or .yaml, in small letters"),
        (".github/Workflows/x.yml", "in .github/workflows only, in small letters"),
        (".GitHub/workflows/x.yaml", "in .github/workflows only, in small letters"),
        (".github/WORKFLOWS/sub/x.YML", "in .github/workflows only, in small letters"),
        (".github/workflows/sub/x.yml", "in a folder below .github/workflows"),
    ],
)
def test_what_looks_like_a_workflow_and_github_reads_none_in_is_listed(
    tmp_path: Path, path: str, reason: str
) -> None:
    collected = only(collect([tree(tmp_path, CI, path, **{".gitignore": "*\n"})]))
    assert names(collected) == [CI]
    (entry,) = collected.coverage
    assert (entry.path, entry.kind, entry.state) == (path, Kind.WORKFLOW, FileState.NOT_READ)
    assert reason in entry.reason
    policy = Policy(exclude=(Exclusion("x.*", "ours"),))
    (entry,) = only(collect([tmp_path], policy_of=lambda _: policy)).coverage
    assert (entry.state, entry.reason) == (FileState.EXCLUDED, "ours")
    (named,) = names(only(collect([tmp_path / path])))
    assert path.endswith(named)


@pytest.mark.parametrize("path", [".github/x.yml", ".github/workflows/x/action.yml", "docs/workflows/x.YML"])
def test_what_does_not_look_like_a_workflow_is_not_listed_as_one(tmp_path: Path, path: str) -> None:
    assert not only(collect([tree(tmp_path, CI, path)])).coverage


def test_files_come_in_the_order_of_their_paths(tmp_path: Path) -> None:
    tree(tmp_path, *(f"{name}/action.yml" for name in ["zebra", "quick", "A", "b0", "b"]), "action.yml")
    found = names(only(collect([tmp_path])))
    assert found == sorted(found)
    assert len(found) == 6


WILDCARD = '"Federated": "x/token.actions.githubusercontent.com", "Action": "sts:*"'


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.json", TRUST, True),
        ("a.JSON", TRUST.lower(), True),
        ("stack.template", TRUST, True),
        ("stack.yaml", TRUST, True),
        ("a.json", WILDCARD, True),
        ("a.json", '"sts:AssumeRole"', False),
        ("a.json", '"token.actions.githubusercontent.com"', False),
        ("a.json", '"issuerUri": "https://token.actions.githubusercontent.com"', True),
        ("a.yml", "member: principalSet://iam.googleapis.com/projects/1/workloadIdentityPools/x/*", True),
        ("a.json", '"issuer": "https://token.actions.githubusercontent.com", "audiences": []', True),
        ("a.json", '"user_claim": "actor", "bound_audiences": ["x"]', True),
        (".github/chainguard/a.sts.yaml", "issuer: x", True),
        ("a.sts.yaml", "issuer: x", False),
        ("a.txt", TRUST, False),
        ("a.toml", TRUST, False),
    ],
)
def test_trust_policies_are_found_by_what_they_hold(
    tmp_path: Path, name: str, text: str, found: bool
) -> None:
    collected = only(collect([tree(tmp_path, **{name: text})]))
    assert [(file.source.path, file.kind) for file in collected.files] == [(name, Kind.TRUST_POLICY)] * found


def test_terraform_is_taken_by_folders_that_concern_tokens_and_their_callers(tmp_path: Path) -> None:
    files = {
        "role/main.tf": TRUST,
        "role/variables.tf": 'variable "x" {}',
        "role/sub/main.tf": "locals {}",
        "live/main.tf": 'module "role" {\n  source = "../role"\n}',
        "live/terraform.tfvars": "x = 1",
        "live/named.tfvars": "x = 2",
        "network/main.tf": "",
        "network/vpc.auto.tfvars": "",
        "trust.json.tpl": TRUST,
        "user-data.tpl": "#!/bin/sh",
    }
    collected = only(collect([tree(tmp_path, **files)]))
    assert {file.source.path for file in collected.files if file.kind is Kind.TERRAFORM} == {
        "role/main.tf",
        "role/variables.tf",
        "live/main.tf",
        "live/terraform.tfvars",
        "trust.json.tpl",
    }
    assert collected.notes == {
        "Terraform files that concern no tokens": 3,
        "files of other types not opened": 1,
    }


def test_terraform_in_json_is_covered_and_counted_and_no_problem(tmp_path: Path) -> None:
    collected = only(collect([tree(tmp_path, CI, **{"x.tf.json": TRUST})]))
    assert names(collected) == [CI]
    assert states(collected) == {"x.tf.json": FileState.NOT_READ}
    assert collected.notes == {"Terraform files in JSON not read": 1}
    assert not collected.problems


def test_other_files_are_counted(tmp_path: Path) -> None:
    collected = only(
        collect([tree(tmp_path, CI, "a.py", "b.md", "c.lock", **{"big.json": TRUST + " " * LIMIT})])
    )
    assert collected.notes == {
        "files of other types not opened": 3,
        "files over 1 MB not searched for trust policies": 1,
    }
    assert not collected.problems


def test_ignored_files_are_left_out_and_tracked_ones_stay(tmp_path: Path) -> None:
    repository(tmp_path, CI, "out/kept/action.yml", ".gitignore")
    tree(
        tmp_path, CI, "out/kept/action.yml", "out/kept/sub/action.yml", "out/new/action.yml", "new/action.yml"
    )
    tree(tmp_path, "secret/action.yml", "new/gone/action.yml", "new/back/action.yml")
    tree(
        tmp_path,
        **{".gitignore": "out/\nnew/*/\n", "new/.gitignore": "!back/\n", ".git/info/exclude": "secret\n"},
    )
    found = [CI, "new/action.yml", "new/back/action.yml", "out/kept/action.yml"]
    assert names(only(collect([tmp_path]))) == found


@pytest.mark.parametrize("ignored", ["*", ".github/", "workflows", "/.github/workflows/ci.yml", "*.yml"])
def test_without_an_index_no_ignore_file_hides_a_workflow_or_an_action(tmp_path: Path, ignored: str) -> None:
    tree(tmp_path, CI, "a/action.yml", "a/b/action.yaml", ".github/actions/x/action.yml")
    tree(tmp_path, **{".gitignore": f"{ignored}\n", "a/.gitignore": "*\n", ".github/.gitignore": "*\n"})
    found = [".github/actions/x/action.yml", CI, "a/action.yml", "a/b/action.yaml"]
    assert names(only(collect([tmp_path]))) == found
    (tmp_path / ".git/objects").mkdir(parents=True)
    tree(tmp_path, **{".git/HEAD": "a" * 40, ".git/info/exclude": "*\n"})
    assert names(only(collect([tmp_path]))) == found


def test_an_index_decides_what_an_ignore_file_hides(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, ".github/workflows/new.yml", "a/action.yml", **{".gitignore": "*\n"}), CI)
    assert names(only(collect([tmp_path]))) == [CI]


def test_without_an_index_other_ignored_files_are_left_out_and_counted(tmp_path: Path) -> None:
    contents = {".gitignore": "out/\n*.tf\n", "out/a.json": TRUST, "out/b/c.json": TRUST, "main.tf": TRUST}
    collected = only(collect([tree(tmp_path, CI, **contents)]))
    assert names(collected) == [CI]
    assert collected.notes["ignored files not searched for trust policies"] == 3


def test_without_an_index_no_ignore_file_hides_a_repository_below_a_folder(tmp_path: Path) -> None:
    tree(tmp_path, "a/" + CI, "b/c/" + CI, **{".gitignore": "*\n"})
    assert [names(collected) for collected in collect([tmp_path])] == [["a/" + CI], ["b/c/" + CI]]


@pytest.mark.parametrize("folder", [".github", ".github/workflows", ".github/actions/x"])
def test_a_git_folder_below_github_in_an_archive_makes_no_other_repository(
    tmp_path: Path, folder: str
) -> None:
    action = ".github/actions/x/action.yml"
    repository(tree(tmp_path, CI, action) / folder)
    assert names(only(collect([tmp_path]))) == [action, CI]


@pytest.mark.parametrize("folder", [".github", ".github/workflows", ".github/actions/x"])
def test_what_the_index_names_below_github_stays_with_its_repository(tmp_path: Path, folder: str) -> None:
    action = ".github/actions/x/action.yml"
    repository(tree(tmp_path, CI, action), CI, action)
    repository(tmp_path / folder)
    assert names(only(collect([tmp_path]))) == [action, CI]


def test_a_submodule_below_github_is_a_repository_of_its_own(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, ".github/actions/x/action.yml"), CI)
    repository(tmp_path / ".github/actions/x")
    assert [names(collected) for collected in collect([tmp_path])] == [
        [CI],
        [".github/actions/x/action.yml"],
    ]


def test_an_owner_s_repository_github_beside_workflows_hides_neither(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, ".github/" + CI, ".github/action.yml") / ".github")
    assert [names(collected) for collected in collect([tmp_path])] == [
        [CI],
        [".github/" + CI, ".github/action.yml"],
    ]


def test_an_ignored_folder_is_not_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository(tmp_path, CI)
    tree(tmp_path, CI, "node_modules/deep/action.yml", **{".gitignore": "node_modules/\n"})
    entered = []
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: entered.append(str(path)) or scandir(path))
    collect([tmp_path])
    assert any("workflows" in path for path in entered)
    assert not any("node_modules" in path for path in entered)


def test_ignore_files_too_large_to_apply_hide_nothing(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, "a/action.yml", **{".gitignore": "a/\n" * 40_000}), CI)
    collected = only(collect([tmp_path]))
    assert names(collected) == [CI, "a/action.yml"]
    assert collected.notes["ignore files too large to apply"] == 1


def test_ignore_files_made_to_take_long_hide_nothing(tmp_path: Path) -> None:
    repository(tmp_path, CI)
    tree(tmp_path, CI, "a/action.yml", *(f"{number}{'a1b' * 70}.json" for number in range(300)))
    tree(tmp_path, **{".gitignore": "".join(f"*a{number}*b*c\n" for number in range(1_900))})
    start = time.process_time()
    assert names(only(collect([tmp_path]))) == [CI, "a/action.yml"]
    assert time.process_time() - start < 2


def test_paths_too_many_to_be_held_against_ignore_files_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.collect.walk._MATCHING_LIMIT", 0)
    repository(tree(tmp_path, CI, "a/action.yml", **{".gitignore": "a/\n"}), CI)
    collected = only(collect([tmp_path]))
    assert names(collected) == [CI, "a/action.yml"]
    assert collected.notes["paths not held against ignore files"] > 0


def test_a_damaged_index_is_a_problem_and_the_rest_is_audited(tmp_path: Path) -> None:
    repository(tmp_path, CI)
    tree(tmp_path, CI, **{".git/index": b"DIRC\0\0\0\2\xff\xff\xff\xff" + bytes(60)})
    collected = only(collect([tmp_path]))
    assert names(collected) == [CI]
    assert "index can't be read" in problems(collected)[".git/index"]


def test_what_git_tracks_and_the_work_tree_lacks_is_listed(tmp_path: Path) -> None:
    repository(tmp_path, CI, "gone/action.yml", "gone/a.json", "../action.yml")
    collected = only(collect([tree(tmp_path, CI)]))
    assert states(collected) == {"gone/action.yml": FileState.NOT_READ}
    assert not collected.problems


def test_nothing_that_git_is_configured_to_run_is_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    config = f'[core]\n\tfsmonitor = touch {trap}\n\thooksPath = .\n[filter "x"]\n\tclean = touch {trap}\n'
    repository(
        tmp_path / "r", CI, config=config + '[include]\n\tpath = ../other\n[alias]\n\tls-files = "!touch"\n'
    )
    tree(tmp_path / "r", CI, **{".gitattributes": "* filter=x\n"})
    assert names(only(collect([tmp_path / "r"]))) == [CI]
    assert not trap.exists()


def test_a_folder_with_github_is_the_root_whatever_git_says(tmp_path: Path) -> None:
    repository(tmp_path, config='[remote "origin"]\nurl = https://github.com/acme/shop\n')
    tree(tmp_path, "fixtures/one/" + CI, "fixtures/two/action.yml", CI)
    for name, file in (("one", CI), ("two", "action.yml")):
        collected = only(collect([tmp_path / "fixtures" / name]))
        assert collected.root == tmp_path / "fixtures" / name
        assert names(collected) == [file]
        assert collected.origin is None
    assert only(collect([tmp_path])).origin == Remote("github.com", "acme", "shop")


def test_a_folder_of_a_work_tree_narrows_its_root(tmp_path: Path) -> None:
    repository(tmp_path, CI, config='[remote "origin"]\nurl = https://github.com/acme/shop\n')
    tree(
        tmp_path,
        CI,
        "a/b/action.yml",
        "c/action.yml",
        "a/b/ignored/action.yml",
        **{"a/.gitignore": "ignored/"},
    )
    collected = only(collect([tmp_path / "a"]))
    assert (collected.root, names(collected)) == (tmp_path, ["a/b/action.yml"])
    assert (collected.origin, collected.commit) == (None, "a" * 40)


@pytest.mark.parametrize("path", [".github", ".github/workflows", CI])
def test_a_path_in_github_belongs_to_the_folder_that_holds_it(tmp_path: Path, path: str) -> None:
    collected = only(collect([tree(tmp_path, CI, "action.yml") / path]))
    assert (collected.root, names(collected)) == (tmp_path, [CI])
    assert root_of(tmp_path / path) == tmp_path


def test_several_repositories_below_a_folder_are_told_apart(tmp_path: Path) -> None:
    tree(tmp_path, "host/acme/a/" + CI, "host/acme/b/" + CI, "host/acme/b/c/" + CI, "notes/readme.yml")
    repository(tmp_path / "host/acme/gitty")
    tree(tmp_path, "host/acme/gitty/x/action.yml")
    found = collect([tmp_path])
    assert [collected.prefix for collected in found] == ["host/acme/a/", "host/acme/b/", "host/acme/gitty/"]
    assert [names(collected) for collected in found] == [
        ["host/acme/a/" + CI],
        ["host/acme/b/" + CI],
        ["host/acme/gitty/x/action.yml"],
    ]
    assert root_of(tmp_path) is None


def test_a_folder_with_nothing_to_audit_is_still_counted(tmp_path: Path) -> None:
    collected = only(collect([tree(tmp_path, "a.py")]))
    assert collected.is_empty
    assert collected.notes == {"files of other types not opened": 1}


def test_one_repository_below_a_folder_needs_no_prefix(tmp_path: Path) -> None:
    collected = only(collect([tree(tmp_path, "deep/down/" + CI)]))
    assert (collected.root, collected.prefix, names(collected)) == (tmp_path / "deep/down", "", [CI])


def test_what_lies_beside_the_repositories_is_not_lost(tmp_path: Path) -> None:
    tree(tmp_path, "shop/" + CI, **{"policies/role.json": TRUST})
    found = collect([tmp_path])
    assert [names(collected) for collected in found] == [["policies/role.json"], ["shop/" + CI]]


def test_below_a_root_only_git_starts_another(tmp_path: Path) -> None:
    tree(tmp_path, CI, "a/" + CI, "module/" + CI, "fake/" + CI, "fake/.git/nothing", "fake/action.yml")
    repository(tmp_path)
    repository(tmp_path / "module", config='[remote "origin"]\nurl = https://github.com/acme/module\n')
    root, module = collect([tmp_path])
    assert names(root) == [CI, "fake/action.yml"]
    assert (module.prefix, names(module), module.origin) == ("module/", ["module/" + CI], None)


def test_paths_of_one_root_are_one_checkout_and_nothing_comes_twice(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, "a/x/action.yml", "b/action.yml", "module/" + CI))
    repository(tmp_path / "module")
    wanted = [tmp_path / "module", tmp_path / CI, tmp_path, tmp_path / "a/x/action.yml", tmp_path / "a"]
    root, module = collect(wanted)
    assert names(root) == [CI, "a/x/action.yml", "b/action.yml"]
    assert names(module) == ["module/" + CI]


def test_paths_of_several_roots_are_seen_from_the_folder_above(tmp_path: Path) -> None:
    tree(tmp_path, "a/" + CI, "b/" + CI, "c/" + CI)
    assert [names(collected) for collected in collect([tmp_path / "b", tmp_path / "a"])] == [
        ["a/" + CI],
        ["b/" + CI],
    ]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("x.yml", "on: push\njobs: {}\n", Kind.WORKFLOW),
        ("x.yml", "'on': push\n", Kind.WORKFLOW),
        ("x.yml", "name: a\nruns:\n  using: composite\n", Kind.ACTION),
        ("x.yml", "jobs:\n  a:\n    steps: []\nruns: 1\n", Kind.WORKFLOW),
        ("x.yml", "Resources:\n  Action: sts:AssumeRoleWithWebIdentity\n", Kind.TRUST_POLICY),
        ("x.yml", "", Kind.WORKFLOW),
        ("x.json", TRUST, Kind.TRUST_POLICY),
        ("x.json", '{"on": "push", "jobs": {}}', Kind.WORKFLOW),
        ("x.json", '{"runs": {}}', Kind.ACTION),
        ("x.json", "{}", Kind.TRUST_POLICY),
    ],
)
def test_a_named_file_and_standard_input_are_told_by_what_they_hold(
    tmp_path: Path, name: str, text: str, kind: Kind
) -> None:
    named = only(collect([tree(tmp_path, **{name: text}) / name]))
    assert [(file.source.path, file.kind) for file in named.files] == [(name, kind)]
    piped = only(collect(["-"], stdin=text.encode()))
    assert [file.source.text for file in piped.files] == [text]
    assert [file.kind for file in piped.files] == [kind]
    assert names(piped)[0] in ("stdin.yml", "stdin.json")


def test_standard_input_has_limits_too() -> None:
    assert problems(only(collect(["-"], stdin=b"a" * (LIMIT + 1)))) == {
        "stdin.yml": "too large: over 1,000,000 bytes, so it is not read"
    }


@pytest.mark.parametrize("name", ["missing", "missing/file.yml", "nul\0"])
def test_a_path_that_is_not_there_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as raised:
        collect([tmp_path / name])
    assert raised.value.help


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"on: push\nx: \xc3\xa9\xff\n", "not UTF-8: byte 0xff", Point(2, 5)),
        (b"on: push\n\xc3", "not UTF-8: byte 0xc3", Point(2, 1)),
        (b"\xef\xbb\xbfon\0", "holds a NUL byte, so it is no text", Point(1, 3)),
        (b"\xff\xfeo\0n\0", "not UTF-8: byte 0xff", Point(1, 1)),
    ],
)
def test_what_is_no_text_is_a_problem_at_its_place(
    tmp_path: Path, data: bytes, message: str, place: Point
) -> None:
    collected = only(collect([tree(tmp_path, "action.yml", **{CI: data})]))
    assert names(collected) == ["action.yml"]
    problem = collected.problems[0]
    assert (problem.message, problem.location.path, problem.location.span.start) == (message, CI, place)
    assert problem.stage is Stage.COLLECT
    assert states(collected) == {CI: FileState.UNREADABLE}


def test_a_trust_policy_in_utf_16_is_not_overlooked(tmp_path: Path) -> None:
    assert "role.json" in problems(only(collect([tree(tmp_path, **{"role.json": TRUST.encode("utf-16")})])))


def test_a_workflow_that_is_too_large_is_a_problem_and_an_empty_one_is_none(tmp_path: Path) -> None:
    collected = only(collect([tree(tmp_path, **{CI: "#" * (LIMIT + 1), "action.yml": "", "a.json": ""})]))
    assert names(collected) == ["action.yml"]
    assert problems(collected) == {CI: "too large: over 1,000,000 bytes, so it is not read"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_folders_and_pipes_in_a_workflow_s_place_are_problems(tmp_path: Path) -> None:
    tree(tmp_path, CI, ".github/workflows/folder.yml/x", "folder.yml/x", "sub/.github/workflows/y.yml/x")
    os.mkfifo(tmp_path / ".github/workflows/pipe.yml")
    os.mkfifo(tmp_path / "pipe.json")
    collected = only(collect([tmp_path]))
    assert names(collected) == [CI]
    assert problems(collected) == {
        ".github/workflows/folder.yml": "a folder stands where a workflow is expected",
        ".github/workflows/pipe.yml": "can't be read: not a regular file",
    }


def test_links_are_followed_only_inside_the_tree(tmp_path: Path) -> None:
    outside = tree(tmp_path / "outside", "secret.yml")
    root = tree(repository(tmp_path / "r"), CI, "templates/shared.yml")
    links = {
        "out": outside / "secret.yml",
        "dangling": "nowhere.yml",
        "loop": "loop.yml",
        "inside": "../../templates/shared.yml",
        "twin": "ci.yml",
        "config": "../../.git/config",
    }
    for name, target in links.items():
        (root / f".github/workflows/{name}.yml").symlink_to(target)
    (root / "other.json").symlink_to("nowhere")
    (root / "folder").symlink_to(outside, target_is_directory=True)
    collected = only(collect([root]))
    assert names(collected) == [CI, ".github/workflows/inside.yml"]
    lost = {
        name: problems(collected)[f".github/workflows/{name}.yml"]
        for name in ("out", "dangling", "loop", "config")
    }
    assert "out of the repository" in lost["out"]
    assert "out of the repository" in lost["config"]
    assert "leads nowhere" in lost["dangling"]
    assert "leads nowhere" in lost["loop"]
    assert len(collected.problems) == 4
    assert states(collected)[".github/workflows/twin.yml"] is FileState.NOT_READ
    assert collected.notes["symbolic links not followed"] == 2


def test_a_linked_folder_of_workflows_is_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, "elsewhere/ci.yml", "action.yml")
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github/workflows").symlink_to("../elsewhere")
    assert ".github/workflows" in problems(only(collect([tmp_path])))


def test_a_named_link_is_followed_as_any_other(tmp_path: Path) -> None:
    tree(tmp_path, "outside.yml", "r/action.yml")
    repository(tmp_path / "r")
    (tmp_path / "r/link.yml").symlink_to("../outside.yml")
    collected = only(collect([tmp_path / "r/link.yml"]))
    assert not collected.files
    assert collected.problems or collected.notes


@unprivileged
def test_what_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    tree(tmp_path, CI, "a/action.yml", "closed/action.yml", "unsearchable/action.yaml", **{"x.json": TRUST})
    for name, mode in (("a/action.yml", 0), ("x.json", 0), ("closed", 0), ("unsearchable", 0o400)):
        (tmp_path / name).chmod(mode)
    try:
        collected = only(collect([tmp_path]))
    finally:
        for name in ("closed", "unsearchable"):
            (tmp_path / name).chmod(0o700)
    assert names(collected) == [CI]
    assert set(problems(collected)) == {"a/action.yml", "x.json", "closed", "unsearchable/action.yaml"}


def test_a_folder_that_cannot_be_listed_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(tmp_path, CI, "closed/action.yml")
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    collected = only(collect([tmp_path]))
    assert problems(collected) == {"closed": "the folder can't be listed: permission denied"}


def test_excluded_files_are_listed_with_their_reason_and_not_read(tmp_path: Path) -> None:
    tree(tmp_path, CI, "vendor/x/action.yml", "vendor/own/action.yml", **{"vendor/a.json": TRUST})
    exclude = (
        Exclusion("vendor/x/", "not ours"),
        Exclusion("*.json", "samples"),
        Exclusion("/ci.yml", "nothing"),
    )
    collected = only(collect([tmp_path], policy_of=lambda root: Policy(exclude=exclude)))
    assert names(collected) == [CI, "vendor/own/action.yml"]
    assert [(entry.path, entry.kind, entry.state, entry.reason) for entry in collected.coverage] == [
        ("vendor/x/action.yml", Kind.ACTION, FileState.EXCLUDED, "not ours")
    ]
    assert collected.notes == {"excluded files not searched for trust policies": 1}


def test_a_policy_reaches_no_other_repository(tmp_path: Path) -> None:
    tree(tmp_path, "a/" + CI, "b/" + CI, "loose/action.yml")
    policies = {tmp_path / "a": Policy(exclude=(Exclusion("*", "all"),))}
    rest, a, b = collect([tmp_path], policy_of=lambda root: policies.get(root, Policy()))
    assert [names(collected) for collected in (rest, a, b)] == [["loose/action.yml"], [], ["b/" + CI]]
    assert states(a) == {"a/" + CI: FileState.EXCLUDED}


def broken_policy(root: Path) -> Policy:
    if (root / "ci-audit.yml").exists():
        raise PolicyError("ci-audit.yml", 3, "not YAML", help="x")
    return Policy()


def test_a_policy_that_can_not_be_used_is_a_problem_of_its_repository(tmp_path: Path) -> None:
    tree(tmp_path, "a/" + CI, "b/" + CI, "b/ci-audit.yml")
    for paths in ([tmp_path], [tmp_path / "a", tmp_path / "b"]):
        good, broken = collect(paths, policy_of=broken_policy)
        assert (names(good), names(broken)) == (["a/" + CI], ["b/" + CI])
        (problem,) = [*good.problems, *broken.problems]
        assert problem.location.path == "b/ci-audit.yml"
        assert problem.location.span.start == Point(3, 1)
        assert problem.message.endswith("audited without it: not YAML")


def test_a_policy_beside_the_repositories_that_can_not_be_used_is_a_problem(tmp_path: Path) -> None:
    beside, *rest = collect([tree(tmp_path, "a/" + CI, "ci-audit.yml")], policy_of=broken_policy)
    assert list(problems(beside)) == ["ci-audit.yml"]
    assert [names(collected) for collected in rest] == [["a/" + CI]]


@pytest.mark.parametrize("named", ["a", "a/" + CI, ""])
def test_a_policy_of_the_only_repository_that_can_not_be_used_is_an_error(tmp_path: Path, named: str) -> None:
    tree(tmp_path, "a/" + CI, "a/ci-audit.yml")
    with pytest.raises(PolicyError, match=r"^ci-audit.yml:3: not YAML$"):
        collect([tmp_path / named], policy_of=broken_policy)


def test_a_named_repository_s_own_policy_is_an_error_whatever_lies_below_it(tmp_path: Path) -> None:
    repository(tree(tmp_path, CI, "module/" + CI, "module/ci-audit.yml"))
    repository(tmp_path / "module")
    root, module = collect([tmp_path], policy_of=broken_policy)
    assert (names(root), list(problems(module))) == ([CI], ["module/ci-audit.yml"])
    tree(tmp_path, "ci-audit.yml")
    with pytest.raises(PolicyError):
        collect([tmp_path], policy_of=broken_policy)


def test_where_both_names_stand_github_reads_action_yml(tmp_path: Path) -> None:
    collected = only(collect([tree(tmp_path, "action.yml", "action.yaml", "x/action.yaml")]))
    assert names(collected) == ["action.yml", "x/action.yaml"]
    assert states(collected) == {"action.yaml": FileState.NOT_READ}


def test_names_that_are_no_utf_8_stay_printable(tmp_path: Path) -> None:
    try:
        tree(tmp_path, CI, "b\udcff/action.yml")
    except OSError:
        pytest.skip("the file system takes no such names")
    collected = only(collect([tmp_path]))
    assert names(collected) == [CI, "b\\xff/action.yml"]
    assert printable("é\udcff") == "é\\xff"
    tree(tmp_path, "b\\xff/action.yml")
    assert "same name" in problems(only(collect([tmp_path])))["b\\xff/action.yml"]


def test_a_moderate_tree_is_listed_quickly(tmp_path: Path) -> None:
    files = [f"package{number % 40}/part{number % 200}/file{number}.py" for number in range(6_000)]
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    repository(tree(tmp_path, CI, **{".gitignore": "node_modules/\n*.log\n"}), CI, *files[:3_000])
    start = time.process_time()
    assert names(only(collect([tmp_path]))) == [CI]
    assert time.process_time() - start < 2
