"""What programs print and calls give."""

import re

import pytest

from auditor.knowledge.answers.calls import HOLE, by_route, called
from auditor.knowledge.answers.content import Content, Kind, Of
from auditor.knowledge.answers.github_cli import GH
from auditor.knowledge.answers.lookup import contents_of, taken
from auditor.knowledge.answers.objects import OBJECTS
from auditor.knowledge.answers.programs import EVENT_FILE, printed
from auditor.knowledge.answers.routes import METHODS, ROUTES
from auditor.knowledge.change import Change
from auditor.knowledge.platform.events import Actor

DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?")


@pytest.mark.parametrize("row", [*OBJECTS.values(), *ROUTES, *GH.values()], ids=str)
def test_each_row_has_a_source_and_a_date(row):
    assert row.source.where
    assert DATE.fullmatch(row.source.date)


def test_names_are_known():
    assert all(nested in OBJECTS for row in OBJECTS.values() for nested in row.nested.values())
    assert all(route.of in OBJECTS for route in ROUTES)
    assert all(command.of in OBJECTS for command in GH.values() if command.of)
    assert len({route.pattern for route in ROUTES}) == len(ROUTES)
    assert len(METHODS) == sum(len(route.methods) for route in ROUTES)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]\w+", method) for method in METHODS)


def test_plain_texts_of_commands_are_fields():
    for command in GH.values():
        for field in command.plain:
            assert taken(contents_of(command.of), tuple(field.split("."))), (command, field)


def kinds(contents):
    return None if contents is None else sorted({(each.kind.name, each.of.name) for each in contents})


PR, ISSUE, HEAD = "PULL_REQUEST", "ISSUE", "COMMIT_OF_CHECKOUT"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gh pr view 1 --json title,body --jq .title", [("TITLE", PR)]),
        ("gh pr view 1 --json title,body -q=.body", [("BODY", PR)]),
        ("gh --repo a/b pr view --json headRefName", [("BRANCH", PR)]),
        ("gh pr view --json author --jq .author.login", [("LOGIN", "USER")]),
        ("gh pr view --json author --jq .author.name", [("AUTHOR_NAME", "USER")]),
        ("gh pr view --json files --jq .files[].path", [("FILE_NAMES", PR)]),
        ("gh pr list --json number --jq .[0].number", [("NUMBER", PR)]),
        ("gh pr view --json title --template {{.title}}", [("TITLE", PR)]),
        ("gh pr view --json baseRefName --jq .baseRefName", [("BRANCH", "BASE")]),
        ("gh pr diff 1", [("DIFF", PR), ("FILE_NAMES", PR)]),
        ("gh pr diff 1 --name-only", [("FILE_NAMES", PR)]),
        ("gh issue view 1 --json title", [("TITLE", ISSUE)]),
        ("gh run view 1 --log", [("LOG", "RUN")]),
        ("gh auth token", [("CREDENTIAL", "ACCOUNT")]),
        ("gh api repos/{owner}/{repo}/pulls/1 --jq .head.ref", [("BRANCH", PR)]),
        ("gh api repos/#/pulls/#/files --paginate --jq .[].filename", [("FILE_NAMES", PR)]),
        ("gh api -H Accept:x /repos/#/#/issues/#/comments -q .[-1].body", [("BODY", "COMMENT")]),
        ("gh api repos/a/b/commits/# --jq .sha", [("SHA", "COMMIT")]),
        ("gh api repos/a/b/unheard/of", None),
        ("gh api #", None),
        ("gh api graphql -f query={pullRequest{title,number}} --jq .data.pullRequest.title", [("TITLE", PR)]),
        ("gh unheard of", None),
        ("git log -1 --pretty=%s", [("COMMIT_SUBJECT", HEAD)]),
        ("git log -1 --pretty=format:%H", [("SHA", HEAD)]),
        ("git log -1 --format %ae", [("AUTHOR_EMAIL", HEAD)]),
        ("git show -s --format=%B", [("COMMIT_MESSAGE", HEAD)]),
        ("git log --format=%f", [("SAFE", HEAD)]),
        ("git -C x diff --name-only a b", [("FILE_NAMES", HEAD)]),
        ("git diff --quiet", [("NUMBER", HEAD)]),
        ("git show HEAD:README.md", [("FILE_CONTENT", HEAD)]),
        ("git rev-parse --short HEAD", [("SHA", HEAD)]),
        ("git rev-parse --abbrev-ref HEAD", [("BRANCH", HEAD)]),
        ("git branch --show-current", [("BRANCH", HEAD)]),
        ("git describe --tags", [("TAG", HEAD)]),
        ("git for-each-ref --format=%(objectname)", [("SHA", HEAD)]),
        ("git unheard", None),
        ("hub issue show 1", [("BODY", ISSUE), ("TITLE", ISSUE)]),
        ("hub rev-parse HEAD", [("SHA", HEAD)]),
        ("curl https://example.org/x", None),
        ("unheard of", None),
    ],
)
def test_printed(line, expected):
    program, *words = (word.replace("#", HOLE) for word in line.split())
    assert kinds(printed(program, tuple(words))) == expected


def test_a_filter_behind_a_fetch():
    page = printed("curl", ("-s", None, f"https://api.github.com/repos/{HOLE}/pulls/{HOLE}"))
    assert kinds(printed("jq", ("-r", ".title"), page)) == [("TITLE", PR)]
    assert kinds(printed("jq", ("-r", ".number"), page)) == [("NUMBER", PR)]
    (encoded,) = printed("jq", ("-r", ".title | @sh"), page)
    assert (encoded.kind, encoded.change) == (Kind.TITLE, Change.ENCODED)
    assert (Kind.TITLE, Of.PULL_REQUEST) in {(each.kind, each.of) for each in printed("jq", (None,), page)}
    assert printed("jq", (".unheard",), page) is None


def test_the_file_of_the_event():
    (field,) = printed("jq", ("-r", ".pull_request.title", EVENT_FILE))
    assert field.path == ("github", "event", "pull_request", "title")
    assert field.depends == "event"
    assert printed("jq", (".x", "other.json")) is None


@pytest.mark.parametrize(
    ("function", "words", "path", "expected"),
    [
        ("github.rest.issues.get", (), "data.title", [("TITLE", ISSUE)]),
        ("github.rest.pulls.get", (None,), "data.head.ref", [("BRANCH", PR)]),
        ("github.rest.pulls.get", (), "data.head.sha", [("SHA", PR)]),
        ("github.rest.pulls.get", (), "data.head.repo.full_name", [("REPOSITORY", "FORK")]),
        ("github.rest.pulls.get", (), "title", None),
        ("github.rest.pulls.listFiles", (), "data.*.filename", [("FILE_NAMES", PR)]),
        ("github.rest.search.issuesAndPullRequests", (), "data.items.0.title", [("TITLE", ISSUE)]),
        ("octokit.issues.listComments", (), "data.0.body", [("BODY", "COMMENT")]),
        ("github.paginate", ("github.rest.issues.listComments",), "*.body", [("BODY", "COMMENT")]),
        ("github.paginate", ("GET /repos/a/b/pulls/{n}/files",), "0.filename", [("FILE_NAMES", PR)]),
        ("github.request", ("GET /repos/{owner}/{repo}/issues/{n}",), "data.body", [("BODY", ISSUE)]),
        ("github.graphql", ("{ pullRequest { title } }",), "repository.pullRequest.title", [("TITLE", PR)]),
    ],
)  # fmt: skip
def test_called(function, words, path, expected):
    found = called(function, words)
    assert kinds(taken(found, tuple(path.split(".")))) == expected


def test_what_is_no_call_of_github():
    assert called("console.log") is None
    assert called("github.request", (None,)) is None
    assert by_route("x" * 5_000) is None


@pytest.mark.parametrize(
    ("content", "who"),
    [
        (Content(Kind.TITLE, Of.ISSUE), Actor.OUTSIDER),
        (Content(Kind.BRANCH, Of.PULL_REQUEST), Actor.OUTSIDER),
        (Content(Kind.BRANCH, Of.BASE), Actor.WRITER),
        (Content(Kind.LABEL, Of.REPOSITORY), Actor.WRITER),
        (Content(Kind.BODY, Of.RELEASE), Actor.WRITER),
        (Content(Kind.COMMIT_SUBJECT, Of.COMMIT_OF_CHECKOUT), Actor.OUTSIDER),
        (Content(Kind.SHA, Of.PULL_REQUEST), None),
        (Content(Kind.LOGIN, Of.USER), None),
        (Content(Kind.TITLE, Of.ISSUE, change=Change.COUNTED), None),
    ],
)
def test_who_writes_it(content, who):
    assert content.who is who
