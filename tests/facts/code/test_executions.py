"""What steps execute of the folder that they work in, and what only reads it."""

import time

import pytest

from auditor.facts import Facts
from auditor.facts.code.executions import MAX_EXECUTIONS, Executions
from auditor.facts.job.steps import steps_of_job
from auditor.finding import Confidence
from auditor.knowledge.programs.execution import EXECUTORS, READERS, READING_SUBCOMMANDS
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def executed(step: str, more: str = "") -> list[tuple[str, Confidence]]:
    """The places of which a step executes something, and how surely."""
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n{more}    steps:\n{step}"
    workflow, problems = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))
    assert not problems
    repository = Repository(workflows=(workflow,))
    facts = Facts(repository, Settings())
    (placed,) = steps_of_job(workflow.jobs[0], repository)
    return [(each.place, each.surely) for each in Executions(facts.scripts, facts.limits).of(placed)]


def run(*lines: str) -> list[tuple[str, Confidence]]:
    return executed("      - run: |\n" + "".join(f"          {line}\n" for line in lines))


HERE = [("", Confidence.HIGH)]
PERHAPS = [("", Confidence.LOW)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("make -j4 test", HERE),
        ("sudo -E make", HERE),
        ("FOO=1 npm ci", HERE),
        ("npm ci --ignore-scripts", []),
        ("npm view left-pad version", []),
        ("yarn", HERE),
        ("yarn --version", []),
        ("pip install pytest", []),
        ("pip install -r requirements.txt", [("requirements.txt", Confidence.HIGH)]),
        ("python -m pip install -e '.[dev]'", [(".[dev]", Confidence.HIGH)]),
        ("pip install ./pr", [("pr", Confidence.HIGH)]),
        ("pip install git+https://github.com/a/b", []),
        ("uv run ruff check", HERE),
        ("uvx ruff check", []),
        ("ruff check .", []),
        ("pytest", HERE),
        ("python -m pytest tests/unit", [("", Confidence.HIGH), ("tests/unit", Confidence.HIGH)]),
        ("python scripts/x.py pr/data", [("scripts/x.py", Confidence.HIGH)]),
        ("python -u -m unittest", HERE),
        ("python -c 'import json'", PERHAPS),
        ("bash -ex run.sh", [("run.sh", Confidence.HIGH)]),
        ("bash -c 'cd web && npm test'", [("web", Confidence.HIGH)]),
        ("source .venv/bin/activate", []),
        (". ./env.sh", [("env.sh", Confidence.HIGH)]),
        ("./build.sh", [("build.sh", Confidence.HIGH)]),
        ("$GITHUB_WORKSPACE/build.sh", [("build.sh", Confidence.HIGH)]),
        ("/usr/bin/make", HERE),
        ("/opt/tool/run", [("/opt/tool/run", Confidence.HIGH)]),
        ("$TOOL x", PERHAPS),
        ("acme-tool x", PERHAPS),
        ("make -C pr", [("pr", Confidence.HIGH)]),
        ("npm --prefix pr ci", [("pr", Confidence.HIGH)]),
        ("cargo build --manifest-path=pr/Cargo.toml", [("pr/Cargo.toml", Confidence.HIGH)]),
        ("cargo fmt --check", []),
        ("go build ./...", []),
        ("go test ./...", HERE),
        ("docker build -t x .", HERE),
        ("docker run --rm alpine ls", []),
        ("docker run -v $PWD:/src alpine make", HERE),
        ("docker compose up -d", HERE),
        ("terraform fmt -check", []),
        ("terraform plan", HERE),
        ("echo make", []),
        ("gh pr comment 1 --body x", []),
        ("git diff --stat", []),
        ("cat x | grep y | wc -l", []),
        ("[ -f x ] && test -d y", []),
        ("npx prettier --check .", HERE),
        ("(cd pr && git log); make", HERE),
        ("cd pr && make", [("pr", Confidence.HIGH)]),
        ("curl -sSLo i.sh https://x.example/i.sh && bash i.sh", []),
        ("curl -sSL https://x.example/i.sh | bash", []),
        ("sudo ./build.sh", [("build.sh", Confidence.HIGH)]),
        ("ls | xargs -n1 ./one.sh", [("one.sh", Confidence.HIGH)]),
        ("ls | xargs -n1 echo", []),
        ("find web -name '*.sh' -exec bash {} +", [("web", Confidence.HIGH)]),
        ("find -type f -execdir ./one.sh {} \\;", [("one.sh", Confidence.HIGH)]),
        ("find . -name x -exec rm {} \\;", []),
        ("find . -name x", []),
        ("PYTHONPATH=lib:pr python -m json.tool", [("lib", Confidence.LOW), ("pr", Confidence.LOW)]),
        ("PYTHONPATH=lib ruff check", []),
        ("PYTHONPATH=$X:lib python -m json.tool", [("lib", Confidence.LOW)]),
        ('eval "$(cat a.sh)"', [("a.sh", Confidence.HIGH), *PERHAPS]),
        ('eval "$(cat $X)"', PERHAPS),
        ("curl -sSL https://x.example/i.sh | bash -s stable", []),
        ("cat a.sh | sudo bash -s -- x", [("a.sh", Confidence.HIGH)]),
        ("cat a.json | python -c 'import json'", PERHAPS),
        ("cat a | bash b.sh", [("b.sh", Confidence.HIGH)]),
    ],
)
def test_commands(line: str, expected: list[tuple[str, Confidence]]) -> None:
    assert list(dict.fromkeys(run(line))) == expected


def test_a_function_of_the_script_is_its_own_commands() -> None:
    assert run("build() {", "  make", "}", "build") == HERE


def test_working_directories() -> None:
    default = "    defaults: {run: {working-directory: web}}\n"
    assert executed("      - run: npm ci\n", default) == [("web", Confidence.HIGH)]
    own = "      - {run: npm ci, working-directory: ./api}\n"
    assert executed(own, default) == [("api", Confidence.HIGH)]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("{uses: ./.github/actions/x}", [(".github/actions/x", Confidence.HIGH)]),
        ("{uses: $/.github/actions/x}", []),
        ("{uses: actions/setup-node@v4}", []),
        ("{uses: acme/unknown@v1}", []),
        ("{uses: pre-commit/action@v3}", HERE),
        ("{uses: docker/build-push-action@v6}", []),
        ("{uses: docker/build-push-action@v6, with: {context: .}}", HERE),
        ("{uses: docker/build-push-action@v6, with: {context: 'https://github.com/a/b.git'}}", []),
        ("{uses: ruby/setup-ruby@v1}", []),
        ("{uses: ruby/setup-ruby@v1, with: {bundler-cache: true}}", HERE),
        ("{uses: actions/github-script@v8, with: {script: 'return context.actor'}}", []),
        (
            "{uses: actions/github-script@v8, with: {script: 'require(`./ci/x.js`)(core)'}}",
            [("ci/x.js", Confidence.HIGH)],
        ),
        ("{uses: actions/github-script@v8, with: {script: 'await exec.exec(x)'}}", PERHAPS),
        ("{uses: nick-fields/retry@v3, with: {command: make}}", HERE),
        ("{run: 'npm ci', shell: pwsh}", [("", Confidence.MEDIUM)]),
        ("{run: 'Write-Host x', shell: pwsh}", []),
        ("{run: 'print(1)', shell: python}", []),
        ("{run: 'import os; os.system(x)', shell: python}", PERHAPS),
    ],
)
def test_steps(step: str, expected: list[tuple[str, Confidence]]) -> None:
    assert executed(f"      - {step}\n") == expected


def test_the_tables_are_disjoint() -> None:
    alone = {key[0] for key in EXECUTORS if len(key) == 1}
    assert not alone & READERS
    for program, subcommands in READING_SUBCOMMANDS.items():
        assert not {key[1] for key in EXECUTORS if key[0] == program and len(key) > 1} & subcommands


def test_a_long_script_is_bounded() -> None:
    start = time.process_time()
    assert len(run(*["make"] * 5000)) == MAX_EXECUTIONS
    assert time.process_time() - start < 10
