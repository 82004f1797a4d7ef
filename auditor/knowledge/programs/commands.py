"""What the commands of scripts do with the job's token and an id-token, and what they publish.

Source: each program's manual and its page on GitHub Actions, as known in 2026-11. "Harmless" speaks of the
token only: a test can run anybody's code, but it has no reason to request an id-token or to push. What
isn't here may do anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.knowledge.actions.token_use import (
    ANY,
    CONTENTS,
    ISSUES,
    PULLS,
    READ,
    READ_ACTIONS,
    READ_CONTENTS,
    READ_PULLS,
    Publishes,
    Use,
    When,
)


@dataclass(frozen=True, slots=True)
class KnownCommand:
    """What one command does. A `When` of it speaks of arguments: `--flag`, or `~part` of any of them.

    `with_git`: it gets to the repository's contents through git, so with a token that a checkout left.
    """

    uses: tuple[Use, ...] = ()
    publishes: tuple[Publishes, ...] = ()
    with_git: bool = False


NOTHING = KnownCommand()

_MAY_ID_TOKEN = Use("id-token", sure=False)
_MAY_ALL = KnownCommand((Use(ANY, sure=False),))
_NOT_DRY = When((), ("--dry-run", "-n"))
_GHCR = (Use("packages", when=When(("~ghcr.io",))), Use("packages", when=When(("~$",)), sure=False))
_PUSHED_IMAGE = KnownCommand(_GHCR, (Publishes("a container image"),))
_BUILT_IMAGE = KnownCommand(
    (Use("packages", when=When(("--push",)), sure=False),),
    (Publishes("a container image", When(("--push",))),),
)
_PYPI = (Publishes("a package on PyPI", _NOT_DRY),)
_NPM = KnownCommand(
    (
        Use("id-token", when=When(("--provenance",))),
        Use("id-token", when=When((), ("--dry-run",)), sure=False),
        Use("packages", sure=False),
    ),
    (Publishes("a package on npm", When((), ("--dry-run",))),),
)
_RELEASE = KnownCommand((CONTENTS,), (Publishes("a GitHub release"),))
_SIGN = KnownCommand((Use("id-token", when=When((), ("--key", "--sk"))),))
_PAGES = KnownCommand((CONTENTS,), (Publishes("a site on GitHub Pages"),), with_git=True)
_FETCHES = KnownCommand((READ_CONTENTS,), with_git=True)
_MAVEN = KnownCommand((Use("packages", sure=False),), (Publishes("a Maven package"),))
_SEMANTIC_RELEASE = KnownCommand(
    (
        Use("contents", when=_NOT_DRY),
        Use("issues", sure=False),
        Use("pull-requests", sure=False),
        _MAY_ID_TOKEN,
    ),
    (Publishes("a GitHub release and perhaps a package", _NOT_DRY),),
    with_git=True,
)
_LERNA = Use("contents", when=When((), ("--no-push", "--no-git-tag-version")))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMANDS: dict[tuple[str, ...], KnownCommand] = {
    ("cargo", "publish"): KnownCommand((), (Publishes("a crate", _NOT_DRY),)),
    ("cargo", "release"): KnownCommand((CONTENTS,), (Publishes("a crate"),), with_git=True),
    ("cosign", "attest"): _SIGN,
    ("cosign", "sign"): _SIGN,
    ("cosign", "sign-blob"): _SIGN,
    ("crane", "append"): _PUSHED_IMAGE,
    ("crane", "copy"): _PUSHED_IMAGE,
    ("crane", "push"): _PUSHED_IMAGE,
    ("crane", "tag"): _PUSHED_IMAGE,
    ("curl",): _MAY_ALL,
    ("docker", "build"): _BUILT_IMAGE,
    ("docker", "buildx", "bake"): _BUILT_IMAGE,
    ("docker", "buildx", "build"): _BUILT_IMAGE,
    ("docker", "buildx", "imagetools", "create"): _PUSHED_IMAGE,
    ("docker", "compose", "push"): _PUSHED_IMAGE,
    ("docker", "image", "push"): _PUSHED_IMAGE,
    ("docker", "login"): KnownCommand((Use("packages", when=When(("~ghcr.io",))),)),
    ("docker", "manifest", "push"): _PUSHED_IMAGE,
    ("docker", "push"): _PUSHED_IMAGE,
    ("docker", "run"): _MAY_ALL,
    ("dotnet", "nuget", "push"): KnownCommand(
        (Use("packages", sure=False),), (Publishes("a package on NuGet"),)
    ),
    ("flit", "publish"): KnownCommand((), _PYPI),
    ("gem", "push"): KnownCommand((Use("packages", sure=False),), (Publishes("a gem"),)),
    ("gh", "api"): _MAY_ALL,
    ("gh", "attestation", "verify"): KnownCommand((Use("attestations", READ),)),
    ("gh", "auth"): NOTHING,
    ("gh", "browse"): NOTHING,
    ("gh", "cache", "delete"): KnownCommand((Use("actions"),)),
    ("gh", "cache", "list"): KnownCommand((READ_ACTIONS,)),
    ("gh", "config"): NOTHING,
    ("gh", "issue", "list"): KnownCommand((Use("issues", READ),)),
    ("gh", "issue", "view"): KnownCommand((Use("issues", READ),)),
    ("gh", "issue"): KnownCommand((ISSUES,)),
    ("gh", "label", "list"): KnownCommand((Use("issues", READ),)),
    ("gh", "label"): KnownCommand((ISSUES,)),
    ("gh", "pr", "checkout"): KnownCommand((READ_PULLS, READ_CONTENTS)),
    ("gh", "pr", "checks"): KnownCommand((READ_PULLS, Use("checks", READ))),
    ("gh", "pr", "create"): KnownCommand((PULLS, Use("contents", sure=False)), with_git=True),
    ("gh", "pr", "diff"): KnownCommand((READ_PULLS,)),
    ("gh", "pr", "list"): KnownCommand((READ_PULLS,)),
    ("gh", "pr", "merge"): KnownCommand((PULLS, CONTENTS)),
    ("gh", "pr", "status"): KnownCommand((READ_PULLS,)),
    ("gh", "pr", "update-branch"): KnownCommand((PULLS, CONTENTS)),
    ("gh", "pr", "view"): KnownCommand((READ_PULLS,)),
    ("gh", "pr"): KnownCommand((PULLS, Use("issues", sure=False), Use("contents", sure=False))),
    ("gh", "release", "create"): _RELEASE,
    ("gh", "release", "delete"): KnownCommand((CONTENTS,)),
    ("gh", "release", "delete-asset"): KnownCommand((CONTENTS,)),
    ("gh", "release", "download"): KnownCommand((READ_CONTENTS,)),
    ("gh", "release", "edit"): _RELEASE,
    ("gh", "release", "list"): KnownCommand((READ_CONTENTS,)),
    ("gh", "release", "upload"): _RELEASE,
    ("gh", "release", "view"): KnownCommand((READ_CONTENTS,)),
    ("gh", "repo", "clone"): KnownCommand((READ_CONTENTS,)),
    ("gh", "repo", "view"): KnownCommand((READ_CONTENTS,)),
    ("gh", "run", "download"): KnownCommand((READ_ACTIONS,)),
    ("gh", "run", "list"): KnownCommand((READ_ACTIONS,)),
    ("gh", "run", "view"): KnownCommand((READ_ACTIONS,)),
    ("gh", "run", "watch"): KnownCommand((READ_ACTIONS,)),
    ("gh", "run"): KnownCommand((Use("actions"),)),
    ("gh", "search"): NOTHING,
    ("gh", "workflow", "list"): KnownCommand((READ_ACTIONS,)),
    ("gh", "workflow", "view"): KnownCommand((READ_ACTIONS,)),
    ("gh", "workflow"): KnownCommand((Use("actions"),)),
    ("gh-pages",): _PAGES,
    ("git", "push"): KnownCommand((Use("contents", when=_NOT_DRY),), with_git=True),
    ("git", "clone"): _FETCHES,
    ("git", "fetch"): _FETCHES,
    ("git", "ls-remote"): _FETCHES,
    ("git", "pull"): _FETCHES,
    ("goreleaser", "release"): KnownCommand(
        (
            Use("contents", when=When((), ("--snapshot", "--skip=publish"))),
            Use("packages", sure=False),
            _MAY_ID_TOKEN,
        ),
        (Publishes("a GitHub release", When((), ("--snapshot", "--skip=publish"))),),
    ),
    ("hatch", "publish"): KnownCommand((_MAY_ID_TOKEN,), _PYPI),
    ("helm", "push"): KnownCommand(_GHCR, (Publishes("a Helm chart"),)),
    ("hf", "upload"): KnownCommand((), (Publishes("files on the Hugging Face Hub"),)),
    ("huggingface-cli", "upload"): KnownCommand((), (Publishes("files on the Hugging Face Hub"),)),
    ("lerna", "publish"): KnownCommand((*_NPM.uses, _LERNA), _NPM.publishes, with_git=True),
    ("lerna", "version"): KnownCommand((_LERNA,), with_git=True),
    ("maturin", "publish"): KnownCommand((_MAY_ID_TOKEN,), _PYPI),
    ("maturin", "upload"): KnownCommand((_MAY_ID_TOKEN,), _PYPI),
    ("mike", "deploy"): KnownCommand(
        (Use("contents", when=When(("--push",))), Use("contents", when=When(("-p",)))),
        (Publishes("a site on GitHub Pages", When(("--push",))),),
        with_git=True,
    ),
    ("mkdocs", "gh-deploy"): _PAGES,
    ("mvn", "deploy"): _MAVEN,
    ("npm", "publish"): _NPM,
    ("oras", "push"): _PUSHED_IMAGE,
    ("pdm", "publish"): KnownCommand((_MAY_ID_TOKEN,), _PYPI),
    ("pnpm", "publish"): _NPM,
    ("podman", "push"): _PUSHED_IMAGE,
    ("poetry", "publish"): KnownCommand((), _PYPI),
    ("semantic-release",): _SEMANTIC_RELEASE,
    ("skopeo", "copy"): _PUSHED_IMAGE,
    ("twine", "check"): NOTHING,
    ("twine", "upload"): KnownCommand((_MAY_ID_TOKEN,), _PYPI),
    ("uv", "publish"): KnownCommand(
        (Use("id-token", when=When(("~trusted-publishing",))), _MAY_ID_TOKEN), _PYPI
    ),
    ("vsce", "publish"): KnownCommand((), (Publishes("an extension of VS Code"),)),
    ("wget",): _MAY_ALL,
    ("yarn", "npm", "publish"): _NPM,
    ("yarn", "publish"): _NPM,
}
"""By program and subcommands; the longest that fits counts."""

HARMLESS = _words(
    """
    : [ [[ ]] abi3audit actionlint alias apk apt apt-get auditwheel awk bandit base64 basename bc black
    blacken-docs brew build bzip2 c++ cat ccache cd check-manifest check-wheel-contents chmod choco chown
    cibuildwheel clang clang-format clang-tidy clippy-driver cmake cmp codespell column comm compileall
    conda-build convert coverage cp cpio ctest cut date declare delocate-wheel df diff diff-cover dig
    dirname djlint dnf dos2unix dpkg dpkg-deb du echo egrep ensurepip eslint exit export expr false fc-list
    ffmpeg fgrep file find flake8 fmt fold free g++ gcc gcovr getconf getent gofmt golangci-lint gpg grep
    groups gunzip gzip hadolint head help hexdump hostname iconv id ifconfig install interrogate ip
    ipykernel isort java javac jest jq json.tool jupyter-book kill lcov ldconfig ldd less let ln local
    locale locale-gen locust ls lsb_release lscpu lsof lspci mamba markdownlint md5sum meson micromamba
    mkdir mktemp mocha modprobe mount mv mypy nbconvert nbstripout nc netstat ninja nl nm nproc nslookup
    nvcc nvidia-smi objdump od openssl patch pdoc pgrep pidof ping pip pip-audit pip-compile pip-licenses
    pip-sync pipdeptree pkg-config pkill platform popd pre-commit prettier printenv printf protoc ps pushd
    pwd py.test py_compile pycln pycodestyle pydocstyle pyflakes pyink pylint pyright pytest pytype
    pyupgrade read readelf readlink readonly realpath rename return rm rmdir rocm-smi rsync ruff rustc
    rustfmt rustup safety sed select seq set sha256sum sha512sum shasum shellcheck shfmt shift shopt site
    sleep sort sphinx-apidoc sphinx-build split stat strings strip stty sum sync sysconfig sysctl tail tar
    tee test timeit touch towncrier tput tr trap tree true tsc tty ty type typos ulimit umask umount unalias
    uname uniq unittest unset unzip update-alternatives useradd usermod venv virtualenv vitest vulture wait
    watch wc which whoami winget xz yamllint yes yq yum zcat zip zipinfo zizmor zstd
    """
)
"""Programs, and modules of `python -m`, that harm no token with any arguments."""

HARMLESS_SUBCOMMANDS: dict[str, frozenset[str]] = {
    program: _words(subcommands)
    for program, subcommands in {
        "bun": "install i ci test add outdated",
        "bundle": "install config update check",
        "cargo": "add audit bench build check clean clippy deny doc fetch fmt fuzz generate-lockfile hack"
        " info install llvm-cov metadata miri msrv nextest package semver-checks test tree udeps update vet"
        " version",
        "composer": "install validate update audit",
        "conda": "activate clean config create deactivate env info init install list update",
        "docker": "buildx compose container cp exec image images info inspect kill load logs manifest network"
        " ps pull rm rmi save start stop system tag version volume",
        "dotnet": "build clean format pack restore test tool --version --info",
        "go": "build clean env fmt get install list mod test tool version vet work",
        "git": "add am apply archive blame branch cat-file check-ignore checkout cherry-pick clean commit"
        " config describe diff diff-index diff-tree for-each-ref format-patch fsck gc grep init lfs log"
        " ls-files ls-tree merge merge-base mv name-rev notes rebase reflog remote reset restore rev-list"
        " rev-parse rm shortlog show show-ref sparse-checkout stash status submodule switch symbolic-ref"
        " tag update-index update-ref version worktree --version",
        "hatch": "build clean env version dep fmt test",
        "helm": "dependency lint package repo template",
        "jupyter": "nbconvert labextension kernelspec",
        "maturin": "build develop sdist",
        "mkdocs": "build",
        "npm": "audit ci cache config i install ls outdated pack prune rebuild root t test update"
        " version view",
        "pdm": "build install lock sync update",
        "pipenv": "install lock sync check",
        "pipx": "install inject list ensurepath",
        "pixi": "install info list",
        "pnpm": "add audit config i install list outdated pack setup store test",
        "poetry": "add build cache check config env export install lock show sync update version",
        "rye": "build fmt lint lock sync test",
        "terraform": "fmt validate version",
        "uv": "add build cache export lock pip python remove self sync tool tree venv version",
        "yarn": "add audit cache config dedupe info install list test --version",
    }.items()
}
"""Subcommands that harm no token."""

RUNS_TARGETS: frozenset[tuple[str, ...]] = frozenset(
    (
        ("bun", "run"), ("gradle",), ("gradlew",), ("invoke",), ("just",), ("make",), ("mvn",),
        ("mvnw",), ("npm", "run"), ("npm", "run-script"), ("nox",), ("pnpm", "run"), ("pnpm",), ("task",),
        ("tox",), ("yarn", "run"), ("yarn",),
    )
)  # fmt: skip
"""Commands whose other arguments name targets that the project itself defines."""

SAFE_TARGET = re.compile(
    r"(?i):?([\w-]+:)*(all|assemble|audit|bench\w*|build|bundle|check\w*|clean|codestyle|compile\w*|cov|coverage|deps|"
    r"develop|docs?|fix|fmt|fixup|format\w*|html|install\w*|integration\w*|lint\w*|mypy|package|pre-commit|py\d+|quality|ruff|"
    r"setup|smoke\w*|spotless\w*|style|test\w*|type-?checks?|types|typing|unit\w*|verify|wheel)([-_:./,][-\w:./,]*)?"
)
"""A target's name that says what it does, and that this is no business of the token."""

TELLING = re.compile(r"(?i)publish|release|deploy|push|upload|sign(?!al)|attest|provenance|promote|ship|oidc")
"""A word in a target's name or argument that says the opposite."""

SAFE_SETUP = _words(
    "bdist_wheel bdist build build_ext build_py check clean develop egg_info install sdist test"
)
"""Subcommands of a Python project's `setup.py`."""

TELLING_CODE = re.compile(
    r"environ|getenv|subprocess|system|request|urllib|http|socket|exec|eval|import_module"
)
"""What a one-line Python program needs to get at a token."""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A command that runs another: its options that take a value, and the words before the other's name."""

    valued: frozenset[str] = frozenset()
    skip: int = 0


def _wrapper(valued: str = "", skip: int = 0) -> Wrapper:
    return Wrapper(frozenset(valued.split()), skip)


_CONDA = _wrapper("-n -p --name --prefix --cwd")
_NODE = _wrapper("-p --package -w --workspace")

WRAPPERS: dict[tuple[str, ...], Wrapper] = {
    ("bundle", "exec"): _wrapper(),
    ("bunx",): _NODE,
    ("command",): _wrapper(),
    ("conda", "run"): _CONDA,
    ("coverage", "run"): _wrapper("--source --rcfile --omit --include --data-file"),
    ("env",): _wrapper("-u -C"),
    ("exec",): _wrapper("-a"),
    ("mamba", "run"): _CONDA,
    ("micromamba", "run"): _CONDA,
    ("nice",): _wrapper("-n"),
    ("nohup",): _wrapper(),
    ("npm", "exec"): _NODE,
    ("npx",): _NODE,
    ("pdm", "run"): _wrapper("-p"),
    ("pipenv", "run"): _wrapper(),
    ("pipx", "run"): _wrapper("--spec --python"),
    ("pixi", "run"): _wrapper("-e --environment --manifest-path"),
    ("pnpm", "dlx"): _NODE,
    ("pnpm", "exec"): _NODE,
    ("poetry", "run"): _wrapper(),
    ("python", "-m"): _wrapper(),
    ("rustup", "run"): _wrapper(skip=1),
    ("rye", "run"): _wrapper(),
    ("stdbuf",): _wrapper("-i -o -e"),
    ("sudo",): _wrapper("-u -g -h -p"),
    ("time",): _wrapper("-f -o"),
    ("timeout",): _wrapper("-k -s --signal --kill-after", skip=1),
    ("uv", "run"): _wrapper(
        "--with --extra --group --only-group --no-group --python -p --package --directory --project"
        " --env-file --with-requirements --with-editable --index --resolution"
    ),
    ("uv", "tool", "run"): _wrapper("--from --with --python -p"),
    ("uvx",): _wrapper("--from --with --python -p"),
    ("xargs",): _wrapper("-n -I -P -L -d"),
    ("xvfb-run",): _wrapper("-s -n --server-args --server-num"),
    ("yarn", "dlx"): _NODE,
    ("yarn", "exec"): _NODE,
}

VALUED = _words(
    "-C -c --git-dir --work-tree -R --repo --prefix -w --workspace --cwd --config -H --context --directory"
    " --project --manifest-path --filter -f -j -e --file --dir"
)
"""Options before a subcommand that take a value, of git, gh, docker, npm, make and their kin."""

STORES = re.compile(
    r"(?i)GITHUB_ENV|GITHUB_OUTPUT|\.npmrc|\.netrc|\.pypirc|credential|extraheader|insteadof|gh auth|"
    r"remote (set-url|add)|\b(docker|podman|oras|helm|registry|crane) .{0,80}login|npm config|x-access-token"
)
"""What a script does that leaves a token to later steps."""
