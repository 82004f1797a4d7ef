"""What jobs need of the token, what they publish, and that unknown code is never taken for harmless."""

import time
from textwrap import indent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts import Facts
from auditor.facts.power.needs import NeedKind
from auditor.languages import yaml
from auditor.model.action import read_action
from auditor.model.permission import Level
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source

NEEDED, NOT_NEEDED, UNKNOWN = NeedKind.NEEDED, NeedKind.NOT_NEEDED, NeedKind.UNKNOWN
TOKEN = "env: {GH_TOKEN: '${{ github.token }}'}"


def facts_of(steps, *, job="", workflow="", actions=None, more=None, on="push"):
    head = f"on: {on}\n{workflow}\njobs:\n  j:\n    runs-on: ubuntu-latest\n{indent(job, '    ')}\n"
    text = f"{head}    steps:\n{indent(steps, '      ')}\n"
    files = {".github/workflows/w.yml": text, **(more or {})}
    workflows = tuple(read_workflow(yaml.parse(Source(path, each)))[0] for path, each in files.items())
    read = tuple(read_action(yaml.parse(Source(path, each)))[0] for path, each in (actions or {}).items())
    return Facts(Repository(workflows=workflows, actions=read), Settings())


def need(steps, scope, level=Level.WRITE, **more):
    facts = facts_of(steps, **more)
    return facts.needs.of(facts.repository.workflows[0].jobs[0], scope, level)


def run(command, extra="", indentation="    "):
    return f"- run: |\n{indent(command, indentation)}\n  {extra}"


@pytest.mark.parametrize(
    ("command", "scope", "kind"),
    [
        ("gh release create v1", "contents", NEEDED),
        ("gh release list", "contents", NOT_NEEDED),
        ("gh -R acme/shop pr comment 1 --body x", "pull-requests", NEEDED),
        ("gh api -X POST /repos", "statuses", UNKNOWN),
        ("sudo env A=1 gh issue close 1", "issues", NEEDED),
        ("git push origin main", "contents", NEEDED),
        ("git push --dry-run", "contents", NOT_NEEDED),
        ("git -C sub push", "contents", NEEDED),
        ("docker push ghcr.io/acme/x", "packages", NEEDED),
        ("docker push $IMAGE", "packages", UNKNOWN),
        ("docker push acme/x", "packages", NOT_NEEDED),
        ("curl -X POST -d x https://api.github.com/x", "contents", UNKNOWN),
        ("./deploy.sh", "deployments", UNKNOWN),
        ("python release.py", "contents", UNKNOWN),
        ("pytest -q", "contents", NOT_NEEDED),
        ("$COMMAND", "contents", UNKNOWN),
        ('eval "$(cat x)"', "contents", UNKNOWN),
        ("if true; then gh workflow run x.yml; fi", "actions", NEEDED),
        ("x=$(gh pr create --fill)", "pull-requests", NEEDED),
        ("f() { echo hello; }\nf", "contents", NOT_NEEDED),
    ],
)
def test_commands_with_the_token(command, scope, kind):
    assert need(run(command, TOKEN), scope).kind is kind


def test_a_wrapper_that_wraps_nothing_is_named():
    found = need(run("sudo", TOKEN), "contents")
    assert (found.kind, found.why) == (UNKNOWN, "`sudo` may use it")


@pytest.mark.parametrize("command", ["gh release create v1", "./deploy.sh", "git push", "curl https://x"])
def test_a_script_without_the_token_needs_nothing_of_it(command):
    assert need(run(command), "contents").kind is NOT_NEEDED
    assert need(run(command, "env: {GH_TOKEN: '${{ secrets.BOT }}'}"), "contents").kind is NOT_NEEDED


@pytest.mark.parametrize(
    ("env", "kind"),
    [
        ("${{ secrets.GITHUB_TOKEN }}", NEEDED),
        ("${{ secrets.BOT || github.token }}", NEEDED),
        ("${{ toJSON(secrets) }}", UNKNOWN),
        ("${{ github[matrix.name] }}", UNKNOWN),
        ("${{ secrets[matrix.name] }}", UNKNOWN),
        ("${{ github }}", UNKNOWN),
        ("${{ runner[matrix.name] }}", NOT_NEEDED),
        ("${{ env.NPM_TOKEN }}", UNKNOWN),
        ("${{ env.VERSION }}", NOT_NEEDED),
        ("${{ steps.app.outputs.token }}", NOT_NEEDED),
        ("${{ steps.other.outputs.token }}", UNKNOWN),
        ("${{ steps.other.outputs.version }}", NOT_NEEDED),
    ],
)
def test_the_token_is_followed(env, kind):
    minted = "- uses: actions/create-github-app-token@v2\n  id: app\n- run: echo\n  id: other\n"
    steps = f"{minted}- run: gh release create x\n  env: {{X: '{env}'}}"
    assert need(steps, "contents").kind is kind


@pytest.mark.parametrize(("links", "kind"), [(1, NOT_NEEDED), (4, NOT_NEEDED), (5, UNKNOWN), (8, UNKNOWN)])
def test_variables_are_followed_through_a_few_others(links, kind):
    env = "".join(f"  V{number}: '${{{{ env.V{number + 1} }}}}'\n" for number in range(links))
    steps = run("gh release create '${{ env.V0 }}'")
    assert need(steps, "contents", workflow=f"env:\n{env}  V{links}: plain\n").kind is kind


def test_variables_that_name_each_other_in_a_circle_may_hold_it():
    circle = "env: {A: '${{ env.B }}', B: '${{ env.A }}'}"
    assert need(run("gh release create x", circle), "contents").kind is UNKNOWN


def test_a_token_in_the_environment_of_the_job_reaches_every_step():
    job = "env: {OUTER: '${{ github.token }}'}"
    assert need(run("gh release create x"), "contents", job=job).kind is NEEDED
    given = "- uses: softprops/action-gh-release@v2\n  with: {token: '${{ env.OUTER }}'}"
    assert need(given, "contents", job=job).kind is NEEDED
    assert need(given, "contents", job="env: {OUTER: '${{ secrets.BOT }}'}").kind is NOT_NEEDED


def test_secrets_of_a_reusable_workflow_may_be_the_token():
    steps = run("gh release create x", "env: {T: '${{ secrets.T }}'}")
    assert need(steps, "contents", on="workflow_call").kind is UNKNOWN


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("pytest\npython -m pytest\npip install .", NOT_NEEDED),
        ("uv run --extra dev pytest -q", NOT_NEEDED),
        ("make test", NOT_NEEDED),
        ("make test-release", UNKNOWN),
        ("make publish", UNKNOWN),
        ("npm run build && npm run lint:fix", NOT_NEEDED),
        ("npm run release", UNKNOWN),
        ("./test.sh", UNKNOWN),
        ("./echo", UNKNOWN),
        ("python train.py", UNKNOWN),
        ("python -c 'import torch; print(torch.__version__)'", NOT_NEEDED),
        ("python -c 'import os; os.system(1)'", UNKNOWN),
        ("python setup.py bdist_wheel", NOT_NEEDED),
        ("curl -sSf https://x | bash", UNKNOWN),
        ("terraform apply", UNKNOWN),
        ("npm publish --provenance", NEEDED),
        ("npm publish", UNKNOWN),
        ("twine upload dist/*", UNKNOWN),
        ("cosign sign ghcr.io/x", NEEDED),
        ("cosign sign --key k ghcr.io/x", NOT_NEEDED),
        ('curl "$ACTIONS_ID_TOKEN_REQUEST_URL"', NEEDED),
    ],
)
def test_id_token_in_scripts(command, kind):
    assert need(run(command), "id-token").kind is kind


@pytest.mark.parametrize(
    ("uses", "scope", "kind"),
    [
        ("actions/checkout@v6", "contents", NOT_NEEDED),
        ("someone/unknown@v1", "issues", UNKNOWN),
        ("someone/unknown@v1", "id-token", UNKNOWN),
        ("./missing", "id-token", UNKNOWN),
        ("docker://alpine:3", "contents", NOT_NEEDED),
        ("docker://alpine:3", "id-token", UNKNOWN),
        ("SoftProps/Action-GH-Release@v2", "contents", NEEDED),
        ("softprops/action-gh-release@v2\n  with: {token: '${{ secrets.BOT }}'}", "contents", NOT_NEEDED),
        ("pypa/gh-action-pypi-publish@v1", "id-token", NEEDED),
        ("pypa/gh-action-pypi-publish@v1\n  with: {password: '${{ secrets.P }}'}", "id-token", NOT_NEEDED),
        ("codecov/codecov-action@v5\n  with: {use_oidc: true}", "id-token", NEEDED),
        ("codecov/codecov-action@v5\n  with: {use_oidc: '${{ inputs.oidc }}'}", "id-token", UNKNOWN),
        ("codecov/codecov-action@v5", "id-token", NOT_NEEDED),
        ("azure/login@v2\n  with: {creds: '${{ secrets.C }}'}", "id-token", NOT_NEEDED),
        ("azure/login@v2\n  with: {client-id: x}", "id-token", NEEDED),
        ("github/codeql-action/analyze@v4", "security-events", NEEDED),
        ("actions/setup-python/other@v4", "contents", UNKNOWN),
        ("actions/github-script@v8\n  with: {script: 'await core.getIDToken()'}", "id-token", UNKNOWN),
        ("actions/github-script@v8\n  with: {script: 'console.log(1)'}", "id-token", NOT_NEEDED),
    ],
)
def test_actions(uses, scope, kind):
    assert need(f"- uses: {uses}", scope).kind is kind


def test_persisted_credentials_let_unknown_programs_push():
    checkout = "- uses: actions/checkout@v6\n"
    assert need(checkout + run("./x.sh"), "contents").kind is UNKNOWN
    assert need(checkout + run("./x.sh"), "issues").kind is NOT_NEEDED
    assert need(checkout + run("git push"), "contents").kind is NEEDED
    closed = checkout + "  with: {persist-credentials: false}\n"
    assert need(closed + run("./x.sh"), "contents").kind is NOT_NEEDED
    other = checkout + "  with: {token: '${{ secrets.BOT }}'}\n"
    assert need(other + run("git push"), "contents").kind is NOT_NEEDED
    assert need(checkout + run("gh release create v1"), "contents").kind is NOT_NEEDED
    assert need("- uses: actions/stale@v10\n" + run("git push"), "contents").kind is NOT_NEEDED


def test_a_token_that_a_script_leaves_behind_stays():
    steps = run("gh auth setup-git", TOKEN) + "\n" + run("git push")
    assert need(steps, "contents").kind is UNKNOWN


def test_an_unknown_script_may_leave_a_token_behind_and_a_known_one_does_not():
    assert need(run("./log-in.sh", TOKEN) + "\n" + run("gh release create v1"), "contents").kind is UNKNOWN
    assert need(run("gh release list", TOKEN) + "\n" + run("git push"), "contents").kind is NOT_NEEDED


@pytest.mark.parametrize(
    ("inputs", "given", "kind"),
    [
        ("{token: {default: '${{ github.token }}'}}", "", UNKNOWN),
        ("{token: {default: '${{ github.token }}'}}", "{token: '${{ secrets.BOT }}'}", NOT_NEEDED),
        ("{token: {required: true}}", "{TOKEN: '${{ github.token }}'}", UNKNOWN),
        ("{token: {required: true}}", "{token: x}", NOT_NEEDED),
        ("{token: {required: true}, name: {default: x}}", "", NOT_NEEDED),
    ],
)
def test_an_action_in_javascript_may_use_the_token_that_it_is_given(inputs, given, kind):
    actions = {"a/action.yml": f"inputs: {inputs}\nruns: {{using: node24, main: a.js}}\n"}
    steps = "- uses: ./a\n" + (f"  with: {given}\n" if given else "")
    assert need(steps, "contents", actions=actions).kind is kind


@pytest.mark.parametrize(
    ("workflow", "given", "scope", "kind"),
    [
        ("generator_generic_slsa3.yml", "{}", "id-token", NEEDED),
        ("generator_generic_slsa3.yml", "{upload-assets: true}", "contents", NEEDED),
        ("generator_generic_slsa3.yml", "{upload-assets: false}", "contents", NOT_NEEDED),
        ("generator_generic_slsa3.yml", "{upload-assets: '${{ inputs.x }}'}", "contents", UNKNOWN),
        ("generator_generic_slsa3.yml", "{}", "packages", NOT_NEEDED),
    ],
)
def test_a_known_reusable_workflow_uses_the_token(workflow, given, scope, kind):
    path = f"slsa-framework/slsa-github-generator/.github/workflows/{workflow}@v2"
    more = {".github/workflows/call.yml": f"on: push\njobs:\n  j:\n    uses: {path}\n    with: {given}\n"}
    facts = facts_of("- run: echo", more=more)
    assert facts.needs.of(facts.repository.workflows[1].jobs[0], scope).kind is kind


COMPOSITE = """
inputs: {token: {default: '${{ github.token }}'}}
runs:
  using: composite
  steps:
    - run: gh release create x
      shell: bash
      env: {GH_TOKEN: '${{ inputs.token }}'}
"""


def test_composite_actions_are_followed_with_their_inputs():
    actions = {"tools/a/action.yml": COMPOSITE}
    assert need("- uses: ./tools/a", "contents", actions=actions).kind is NEEDED
    bot = "- uses: ./tools/a\n  with: {token: '${{ secrets.BOT }}'}"
    assert need(bot, "contents", actions=actions).kind is NOT_NEEDED


def test_a_composite_action_that_uses_itself_ends():
    actions = {"a/action.yml": "runs:\n  using: composite\n  steps:\n" + "    - uses: ./a\n" * 9}
    started = time.process_time()
    assert need("- uses: ./a", "contents", actions=actions).kind is UNKNOWN
    assert time.process_time() - started < 2


def test_called_workflows_are_followed_up_to_their_own_permissions():
    call = "jobs:\n  j:\n    uses: ./.github/workflows/called.yml\non: push\n"
    called = (
        "on: workflow_call\n{}\njobs:\n  c:\n    runs-on: x\n    steps:\n      - uses: someone/unknown@v1\n"
    )

    def kind(permissions, scope):
        files = {
            ".github/workflows/call.yml": call,
            ".github/workflows/called.yml": called.format(permissions),
        }
        facts = facts_of("- run: echo", more=files)
        return facts.needs.of(facts.repository.workflows[1].jobs[0], scope).kind

    assert kind("", "id-token") is UNKNOWN
    assert kind("permissions: {contents: read}", "id-token") is NOT_NEEDED
    assert kind("permissions: {contents: read}", "contents") is NOT_NEEDED
    assert kind("permissions: {contents: write}", "contents") is UNKNOWN


@pytest.mark.parametrize(
    ("called", "gets"),
    [
        ("permissions: {contents: read}\njobs:\n  c: {runs-on: x, steps: [{run: ls}]}\n", False),
        ("permissions: write-all\njobs:\n  c: {runs-on: x, steps: [{run: ls}]}\n", True),
        ("jobs:\n  c: {runs-on: x, permissions: {contents: write}, steps: [{run: ls}]}\n", False),
        ("jobs:\n  c: {runs-on: x, steps: [{run: ls}]}\n", True),
        ("jobs:\n  c: {uses: ./.github/workflows/called.yml}\n", True),
        ("jobs:\n  c: {uses: ./.github/workflows/called.yml, permissions: {}}\n", False),
        ("jobs:\n  c: {uses: someone/ci/.github/workflows/t.yml@v1}\n", True),
    ],
)
def test_a_called_workflow_may_drop_what_it_is_granted(called, gets):
    files = {
        ".github/workflows/call.yml": "on: push\njobs:\n  j: {uses: ./.github/workflows/called.yml}\n",
        ".github/workflows/called.yml": f"on: workflow_call\n{called}",
    }
    facts = facts_of("- run: echo", more=files)
    assert facts.needs.grants_steps(facts.repository.workflows[1].jobs[0], "id-token") is gets


@pytest.mark.parametrize(
    ("steps", "what"),
    [
        ("- run: gh release create x", "a GitHub release"),
        ("- run: uv publish", "a package on PyPI"),
        ("- run: python -m twine upload dist/*", "a package on PyPI"),
        ("- run: cargo publish --dry-run", None),
        ("- run: docker buildx build --push .", "a container image"),
        ("- run: docker buildx build .", None),
        (
            "- uses: docker/build-push-action@v6\n  with: {push: '${{ github.ref_name }}'}",
            "a container image",
        ),
        ("- uses: docker/build-push-action@v6\n  with: {push: false}", None),
        ("- uses: actions/deploy-pages@v4", "a site on GitHub Pages"),
        ("- run: git push", None),
    ],
)
def test_publications(steps, what):
    facts = facts_of(steps)
    found = facts.needs.publications(facts.repository.workflows[0].jobs[0])
    assert [each.what for each in found] == ([what] if what else [])


def test_evidence_is_the_step_and_its_place():
    found = need("- run: echo\n" + run("echo\ngh release create x", TOKEN), "contents")
    assert found.step is not None
    assert found.step.index == 1
    assert "gh release create" in found.why
    assert found.location.span.start.line == 11


def test_a_step_is_asked_alone():
    facts = facts_of("- run: echo\n- uses: actions/deploy-pages@v4")
    job = facts.repository.workflows[0].jobs[0]
    kinds = [facts.needs.of_step(step, job, "pages").kind for step in job.steps]
    assert kinds == [NOT_NEEDED, NEEDED]


def test_reading_is_its_own_level():
    assert need("- uses: actions/checkout@v6", "contents", Level.READ).kind is NEEDED
    assert need("- uses: actions/setup-node@v6", "issues", Level.READ).kind is NOT_NEEDED


@given(st.text(alphabet="abcdefgh-_./ ", min_size=1, max_size=20).map(lambda text: f"./{text}"))
@settings(max_examples=40, deadline=None)
def test_no_script_of_the_repository_is_harmless(name):
    assert need(f"- run: {name!r}", "id-token").kind is UNKNOWN


@given(st.text(max_size=80))
@settings(max_examples=40, deadline=None)
def test_hostile_scripts_are_read(text):
    quoted = "".join(char if char.isalnum() else f"\\x{ord(char):02x}" for char in text if ord(char) < 256)
    need(f'- run: "{quoted}"', "id-token")


@pytest.mark.parametrize(
    "line", ["git push a{}", "./x{}.sh", "gh release create v{}", "docker login docker {}"]
)
def test_long_scripts_take_linear_time(line):
    script = "\n".join(line.format(number) for number in range(8000))
    started = time.process_time()
    need(run(script, TOKEN), "contents")
    assert time.process_time() - started < 4


@pytest.mark.parametrize("target", ["test" + "_a" * 40000 + "!", "test:" * 20000 + "!"])
def test_long_targets_take_linear_time(target):
    started = time.process_time()
    assert need(run(f"make {target}"), "id-token").kind is UNKNOWN
    assert time.process_time() - started < 2
