"""Scripts that surely fail for somebody without access, and those that only look like it."""

import pytest

from auditor.facts.reach.access.script import (
    AccessComparison,
    access_comparison,
    access_output,
    always_fails,
    who_is_refused,
)

LEVEL = (
    "const { data } = await github.rest.repos.getCollaboratorPermissionLevel("
    "{...context.repo, username: context.actor})\n"
)
MEMBER = "await github.rest.repos.checkCollaborator({...context.repo, username: context.actor})"
LEVEL_READ = 'P=$(gh api "repos/$R/collaborators/$A/permission" --jq .permission)\n'


@pytest.mark.parametrize(
    "script",
    [
        LEVEL + "if (!['admin', 'write'].includes(data.permission)) core.setFailed('no')",
        LEVEL + "if (!['admin', 'write'].includes(data.permission)) {\n  core.info({a: 1})\n  throw 'no'\n}",
        LEVEL + "if (data.permission !== 'admin' && data.permission !== \"write\") { process.exit(1) }",
        LEVEL + "const may = ['maintain'].includes(data.role_name)\nif (!may) core.setFailed('no')",
        LEVEL + "if (!['admin'].includes(data.permission)) { const place = ~names.indexOf(a); throw 'no' }",
        MEMBER,
        f"try {{ {MEMBER} }} catch (e) {{ core.setFailed('no') }}",
    ],
)
def test_javascript_that_refuses(script: str) -> None:
    assert who_is_refused(script, is_shell=False) == "context.actor"


@pytest.mark.parametrize(
    "script",
    [
        LEVEL + "core.setOutput('number', context.issue.number)",
        LEVEL + "if (!data.permission) core.setFailed('no')",
        LEVEL + "if (!['admin', 'read'].includes(data.permission)) core.setFailed('no')",
        LEVEL + "if (['admin', 'write'].includes(data.permission)) core.setFailed('no')",
        LEVEL + "if (!['admin', 'write'].includes(data.permission)) core.info('no')",
        LEVEL + "if (!['admin'].includes(data.permission)) { if (x) core.setFailed('no') }",
        LEVEL + "if (x) return\nif (!['admin', 'write'].includes(data.permission)) core.setFailed('no')",
        LEVEL + "// if (!['admin', 'write'].includes(data.permission)) core.setFailed('no')",
        LEVEL + "/* if (!['admin'].includes(data.permission)) */ core.setFailed('no')",
        "// TODO: await github.rest.repos.checkCollaborator({username: context.actor})\nprocess.exit(1)",
        f"try {{ {MEMBER} }} catch {{}}",
        f"try {{ {MEMBER} }} catch (e) {{ if (e.status !== 404) throw e }}",
        f"{MEMBER}.catch(() => null)",
        f"if (context.payload.comment) {MEMBER}",
        MEMBER.removeprefix("await "),
        f"const text = `{MEMBER}`",
        f"{MEMBER} // it's fine\nconst other = {{username: context.repo.owner}}",
        MEMBER + "\nconst broken = 'never ends",
    ],
)
def test_javascript_that_refuses_nobody(script: str) -> None:
    assert who_is_refused(script, is_shell=False) is None


@pytest.mark.parametrize(
    ("user", "who"),
    [
        ("username: context.repo.owner", "context.repo.owner"),
        ("username: '${{ github.actor }}'", "'${{ github.actor }}'"),
        ("username: context.payload.issue.user.login", "context.payload.issue.user.login"),
        ("username", "context.actor"),
        ("username: asked", None),
    ],
)
def test_whose_access_a_script_tests(user: str, who: str | None) -> None:
    script = "const username = context.actor\nlet asked = context.actor\nasked = 'boss'\n" + MEMBER
    found = who_is_refused(script.replace("username: context.actor", user), is_shell=False)
    assert found == who


@pytest.mark.parametrize(
    "script",
    [
        "gh api repos/$R/collaborators/$A",
        'gh api "repos/$R/collaborators/$A" --silent > /dev/null 2>&1 || { echo no; exit 1; }',
        "if ! gh api orgs/acme/members/$A; then\n  echo no\n  exit 1\nfi",
        LEVEL_READ + '[[ "$P" == "admin" || "$P" == "write" ]] || exit 1',
        LEVEL_READ + '[ "$P" = admin ] || [ "$P" = write ] || exit 1',
        LEVEL_READ + 'if [[ "$P" != "admin" && "$P" != "write" ]]; then\n  echo no\n  exit 1\nfi',
        LEVEL_READ + 'if [ "$P" != admin ]; then exit 1; fi',
    ],
)
def test_shell_that_refuses(script: str) -> None:
    assert who_is_refused(script, is_shell=True) == "$A"


@pytest.mark.parametrize(
    "script",
    [
        'gh api "repos/$R/collaborators/$A/permission" || exit 1',
        "gh api repos/$R/collaborators/$A || true",
        "gh api repos/$R/collaborators/$A | jq .",
        "gh api repos/$R/collaborators/$A &",
        "if gh api repos/$R/collaborators/$A; then exit 1; fi",
        "if [ $X ]; then\n  gh api repos/$R/collaborators/$A\nfi",
        "set +e\ngh api repos/$R/collaborators/$A",
        "if ! gh api orgs/acme/members/$A; then\n  echo no\nfi\nexit 1",
        "# gh api repos/$R/collaborators/$A\ntest -f README.md || exit 1",
        "cat <<END\ngh api repos/$R/collaborators/$A\nEND",
        LEVEL_READ + "[ -d . ] || exit 1",
        LEVEL_READ + '[ "$P" = read ] || exit 1',
        LEVEL_READ + '[ "$P" = admin ] && exit 1',
        LEVEL_READ + 'if [ "$P" = admin ]; then exit 1; fi',
        LEVEL_READ + 'P=admin\n[ "$P" = admin ] || exit 1',
        LEVEL_READ + '[ -n "$X" ] && exit 0\nif [ $X ]; then exit 0; fi\n[ "$P" = admin ] || exit 1',
    ],
)
def test_shell_that_refuses_nobody(script: str) -> None:
    assert who_is_refused(script, is_shell=True) is None


@pytest.mark.parametrize(
    ("rest", "name"),
    [
        ("core.setOutput('may', ['admin', 'write'].includes(data.permission))", "may"),
        ("const may = ['admin'].includes(data.permission)\ncore.setOutput('ok', may)", "ok"),
        ("core.setOutput('may', ['admin', 'read'].includes(data.permission))", None),
        ("core.setOutput('may', data.permission)", None),
        ("const may = true\ncore.setOutput('may', may)", None),
        ("if (x) core.setOutput('may', ['admin'].includes(data.permission))", None),
        ("core.setOutput('may', ['admin'].includes(data.permission))\ncore.setOutput('may', true)", None),
        ("core.setOutput('may', !['admin'].includes(data.permission))", None),
        ("core.setOutput('may', ['admin'].includes(data.permission) || true)", None),
    ],
)
def test_an_output_that_is_false_for_who_lacks_access(rest: str, name: str | None) -> None:
    found = access_output(LEVEL + rest)
    assert found == ((name, "context.actor") if name else None)


@pytest.mark.parametrize(
    ("script", "is_shell", "fails"),
    [
        ("exit 1", True, True),
        ("echo no\nexit 1\n", True, True),
        ("echo no; exit 2", True, True),
        ("core.setFailed('no')", False, True),
        ("exit 0", True, False),
        ('[ -n "$X" ] && exit 1', True, False),
        ("false &&\nexit 1", True, False),
        ("false && \\\nexit 1", True, False),
        ("if [ $X ]; then\n  exit 0\nfi\nexit 1", True, False),
        ("# exit 1", True, False),
        ("if (x) core.setFailed('no')", False, False),
        ("// core.setFailed('no')", False, False),
        ("try { throw 'no' } catch {}", False, False),
    ],
)
def test_scripts_that_fail_whenever_they_run(script: str, is_shell: bool, fails: bool) -> None:
    assert always_fails(script, is_shell=is_shell) is fails


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ('[ "$OK" = true ] || exit 1', AccessComparison("$OK", "true", fails_if_equal=False)),
        (
            '[[ "${OK}" == "true" ]] || { echo no; exit 1; }',
            AccessComparison("${OK}", "true", fails_if_equal=False),
        ),
        (
            'if [ "$OK" != "true" ]; then\n  echo no\n  exit 1\nfi',
            AccessComparison("$OK", "true", fails_if_equal=False),
        ),
        ('if [[ "$OK" == false ]]; then exit 1; fi', AccessComparison("$OK", "false", fails_if_equal=True)),
        ('[ "$OK" = true ] && exit 1', None),
        ('[ "$OK" != true ] || exit 1', None),
        ('if [ "$OK" != true ]; then echo no; fi', None),
        ('exit 0\n[ "$OK" = true ] || exit 1', None),
        ('# [ "$OK" = true ] || exit 1', None),
    ],
)
def test_the_comparison_after_which_a_script_fails(script: str, found: AccessComparison | None) -> None:
    assert access_comparison(script) == found


@pytest.mark.parametrize(
    "text", ["/*", "'\\", "\n", " ", "& ", "repos/a/collaborators/b/permission ", "{", "if("]
)
@pytest.mark.parametrize("is_shell", [True, False])
def test_a_hostile_script_costs_little(text: str, is_shell: bool) -> None:
    assert who_is_refused(text * 20_000, is_shell=is_shell) is None
    assert not always_fails(text * 20_000, is_shell=is_shell)
    assert access_comparison(text * 20_000) is None
