"""Which programs and actions execute something of the folder that they work in, and which only read it.

Source: general knowledge of the tools as of 2026-11: which of their configuration files are code or name
commands to run, as their manuals say. What isn't here is not known: it may execute something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Finds(Enum):
    """Where a tool finds what it executes."""

    FOLDER = "the folder that it works in"
    FILE = "the file that its first argument names"
    PATHS = "the folder that it works in, and each path that it is given"
    GIVEN = "only what its arguments name"


@dataclass(frozen=True, slots=True)
class Executor:
    """A tool that executes what a checkout holds: `what` reads after "executes".

    With one of the options in `unless` it doesn't; where there are `only`, with one of those alone.
    """

    what: str
    finds: Finds = Finds.FOLDER
    unless: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def _names(text: str) -> list[tuple[str, ...]]:
    """Programs; `npm/ci` is one and its subcommand."""
    return [tuple(name.split("/")) for name in text.split()]


def _programs(text: str, executor: Executor) -> dict[tuple[str, ...], Executor]:
    """An entry for each program."""
    return dict.fromkeys(_names(text), executor)


_SCRIPTS = Executor("the scripts of package.json", unless=("--ignore-scripts",))
_CONFIG = Executor("its configuration, which is code")
_BUILD = Executor("the project's build")
_TASKS = Executor("the project's tasks")
_TESTS = Executor("the project's tests", Finds.PATHS)
_PYTHON_BUILD = Executor("the build of a Python project", Finds.GIVEN)
_FILE = Executor("a script of the repository", Finds.FILE)
_IMAGE = Executor("its Dockerfile", Finds.PATHS)

EXECUTORS: dict[tuple[str, ...], Executor] = {
    ("make",): Executor("its Makefile"),
    **_programs("gmake mingw32-make nmake", Executor("its Makefile")),
    **_programs("just task invoke inv fab scons waf rake thor dagger earthly tilt skaffold", _TASKS),
    **_programs("nox tox hatch/run hatch/test hatch/build hatch/env pdm/run pixi/run rye/run", _TASKS),
    **_programs("pre-commit/run lefthook husky prek/run", Executor("the hooks that its configuration names")),
    ("pre-commit",): Executor("the hooks that its configuration names", only=("run", "try-repo")),
    **_programs(
        "npm/ci npm/i npm/install npm/add npm/update npm/rebuild npm/pack npm/publish npm/version npm/link"
        " pnpm/i pnpm/install pnpm/add pnpm/update pnpm/rebuild pnpm/pack pnpm/publish pnpm/setup"
        " bun/i bun/install bun/add",
        _SCRIPTS,
    ),
    **_programs(
        "npm/run npm/run-script npm/t npm/test npm/start npm/exec npm/x pnpm/run pnpm/test pnpm/start"
        " pnpm/exec pnpm/dlx bun/run bun/test bun/x npx bunx deno/task deno/test deno/run deno/bench"
        " yarn lerna nx turbo rush wireit zx",
        Executor("the scripts of package.json"),
    ),
    **_programs(
        "astro babel commitlint cypress danger docusaurus electron-builder esbuild eslint eleventy expo"
        " gatsby grunt gulp jasmine jest karma lint-staged markdownlint-cli2 mocha ng next nuxt nyc ava tap"
        " parcel playwright prettier release-it remix rollup semantic-release size-limit standard storybook"
        " stylelint svelte-kit tsup tsdx typedoc vite vitest vue-cli-service webpack wrangler xo serverless"
        " sls cdk pulumi firebase vercel netlify c8 knip depcruise",
        _CONFIG,
    ),
    **_programs("node tsx ts-node python ruby perl php Rscript julia lua bash sh zsh dash ksh source . swipl"
                " pwsh groovy kotlin runghc runhaskell elixir escript tclsh expect", _FILE),
    ("pip", "install"): _PYTHON_BUILD,
    ("pip", "wheel"): _PYTHON_BUILD,
    ("pip", "download"): _PYTHON_BUILD,
    ("uv", "pip"): _PYTHON_BUILD,
    ("pipx", "install"): _PYTHON_BUILD,
    ("uv", "tool"): Executor("the build of a Python project", Finds.GIVEN, only=("install",)),
    **_programs(
        "uv/run uv/sync uv/build uv/add uv/lock poetry/install poetry/build poetry/run pdm/install pdm/build"
        " pdm/sync pipenv/install pipenv/sync pipenv/run flit/build flit/install build maturin cibuildwheel"
        " pixi/install rye/sync rye/build pip-compile pip-sync pipenv conda-build conda/build mamba/build",
        Executor("the build of a Python project", unless=("--no-project", "--no-install-project")),
    ),
    **_programs("pytest py.test ward nose2 nosetests unittest behave robot trial locust coverage/run",
                _TESTS),
    **_programs("mypy pylint flake8 dmypy sphinx-build sphinx-autobuild mkdocs ipython nbconvert papermill"
                " alembic django-admin scrapy celery uvicorn gunicorn streamlit asv mutmut bandersnatch",
                Executor("plugins or code that its configuration names")),
    **_programs(
        "cargo/bench cargo/build cargo/b cargo/check cargo/c cargo/clippy cargo/doc cargo/fix cargo/install"
        " cargo/llvm-cov cargo/miri cargo/nextest cargo/package cargo/publish cargo/run cargo/r cargo/test"
        " cargo/t cargo/tarpaulin cargo/xtask cargo/hack cargo/fuzz cargo/expand cargo/udeps trunk"
        " wasm-pack cross",
        Executor("build scripts and macros"),
    ),
    **_programs("go/generate go/run go/test go/tool mage ginkgo gotestsum goreleaser ko ent wire",
                Executor("the project's Go code")),
    **_programs("gradle gradlew mvn mvnw ant sbt lein mill ./gradlew ./mvnw bazel bazelisk buck buck2 pants"
                " cmake ctest meson ninja xmake autoreconf autoconf configure qmake b2 conan vcpkg xcodebuild"
                " msbuild swift mix rebar3 cabal stack dune opam nimble zig crystal shards stackage dub",
                _BUILD),
    **_programs("dotnet/build dotnet/test dotnet/run dotnet/pack dotnet/publish dotnet/restore dotnet/msbuild"
                " dotnet/format dotnet/fsi dotnet/cake nuke flutter/build flutter/test flutter/run dart/run"
                " dart/test", _BUILD),
    **_programs("bundle gem/build jekyll rspec rubocop fastlane pod cucumber reek puma rails hanami",
                Executor("Ruby code of the project")),
    **_programs("composer/install composer/update composer/require composer/run composer/run-script"
                " composer/test phpunit phpstan psalm php-cs-fixer rector pest artisan",
                Executor("PHP code of the project")),
    **_programs("terraform/init terraform/plan terraform/apply terraform/import terraform/test"
                " terraform/refresh tofu/init tofu/plan tofu/apply terragrunt packer/build packer/init"
                " ansible-playbook ansible-test ansible-galaxy/install ansible molecule vagrant",
                Executor("what its configuration names")),
    **_programs("docker/build docker/buildx podman/build buildah/build buildah/bud nerdctl/build kaniko"
                "", _IMAGE),
    **_programs("docker/run podman/run", Executor("what its command line names, in a folder that is mounted",
                                                  only=("-v", "--volume", "--mount"))),
    **_programs("docker/compose docker-compose podman-compose podman/compose", Executor("its Compose file")),
    **_programs("nix-shell nix/develop nix/run nix/shell devenv devbox direnv guix/shell", _TASKS),
    **_programs("nix-build nix/build nix/flake nix-env home-manager nixos-rebuild", _BUILD),
    **_programs("conda/env mamba/env micromamba/create micromamba/install conda-lock/install",
                Executor("the packages that its environment file names", Finds.GIVEN)),
    **_programs("ct/install act snapcraft flatpak-builder debuild dpkg-buildpackage rpmbuild"
                " makepkg charmcraft rockcraft buildozer pyinstaller nuitka latexmk arduino-cli"
                " platformio pio west idf.py esphome kurtosis doit vsce ovsx nf-core"
                " nextflow snakemake cwltool", _BUILD),
}  # fmt: skip
"""By program and subcommand; the longest that fits counts."""

READERS = frozenset(
    """
    : [ [[ ]] actionlint alias apk apt apt-get aws awk az base64 basename bc bg black blacken-docs break
    brew builtin bzip2 caller cat ccache cd chmod choco chown chgrp cloc clang-format cmp codecov codespell
    column comm compgen complete continue convert cp cosign crane csplit cut curl date dd declare df diff
    diff-cover difft dig dirname dirs disown dnf dos2unix dot dpkg du echo egrep enable exit export
    expr false fg fgrep file find flock fmt fold free gawk gcloud getconf getent getopt getopts gh git
    git-cliff git-lfs gitleaks gofmt goimports gpg grep groups gsed gsutil gtar gunzip gzip hadolint hash
    hash-object head help helm hexdump history hostname huggingface-cli hf iconv id identify ifconfig
    install interdiff ip isort java jo jobs join jq json.tool json_pp kill kubectl kubeconform kubeval
    kustomize last lcov ldconfig ldd less let license-eye licensee ln local locale logger logout ls
    lsb_release lsblk lscpu lsof lychee mapfile markdown-link-check markdownlint md5sum mkdir mkfifo mktemp
    mlc more mount mv nano nc netstat nl nm nproc nslookup ntpdate numfmt nvidia-smi objdump od openssl oras
    osv-scanner paste patch pathchk pdfinfo pgrep pidof ping pinact pip-audit pkg-config pkill popd pr
    printenv printf prlimit ps pushd pwd pyflakes pyright pycodestyle pydocstyle pyupgrade q rclone read
    readarray readelf readlink readonly realpath redis-cli rename reset return rev rg rm rmdir rsync
    ruff s5cmd sc-im scp sed select semgrep seq set sha1sum sha256sum sha512sum shasum shellcheck
    shellharden shfmt shift shopt shred shuf skopeo sleep snyk sort split sponge ssh ssh-add ssh-agent
    ssh-keygen ssh-keyscan stat strings strip stty su sudo sum suspend swapon swapoff swiftlint sync sysctl
    syft systemctl tac tail tar taplo tee test tig time timeout times tokei touch tput tr trap tree trivy
    true truncate tty type typeset typos ulimit umask umount unalias uname uncrustify unexpand uniq unlink
    unset unxz unzip update-alternatives uptime users vale venv virtualenv wait watch wc wget which who
    whoami winget xmllint xmlstarlet xxd xz xzcat yamlfmt yamllint yes yq yum zcat zgrep zip zipinfo zizmor
    zstd 7z 7za ensurepip site sysconfig py_compile compileall pip pip3 pipx setup-python pipdeptree gcc g++
    cc c++ clang clang++ clang-tidy rustc rustfmt rustup nvm volta fnm corepack asdf mise sdk jenv nvcc
    ffmpeg mogrify optipng pandoc tsc http https http-server grype scorecard cyclonedx-py cdxgen
    black-primer autopep8 autoflake docformatter interrogate vulture bandit radon safety
    """.split()  # noqa: SIM905 - a list of words is read as one
)
"""Programs, shell builtins, and modules of `python -m` that execute nothing of the folder they work in."""

READING_SUBCOMMANDS: dict[str, frozenset[str]] = {
    program: frozenset(subcommands.split())
    for program, subcommands in {
        "bun": "--version pm upgrade",
        "bundle": "--version version",
        "cargo": "--version deny fetch fmt generate-lockfile info login metadata new search tree update"
        " verify-project version audit machete sort",
        "composer": "--version validate audit show config global self-update diagnose",
        "conda": "activate clean config create deactivate info init install list remove search update",
        "dart": "--version format analyze pub",
        "deno": "--version fmt lint cache info",
        "docker": "container cp exec image images info inspect kill load login logout logs manifest network"
        " ps pull push rm rmi save start stop system tag version volume",
        "dotnet": "--version --info nuget tool new add list sln workload",
        "flutter": "--version config doctor pub analyze precache",
        "gem": "install list sources push --version update signin",
        "go": "build clean doc env fmt get install list mod telemetry version vet work",
        "hatch": "version --version fmt dep",
        "mamba": "activate clean config create info init install list update",
        "micromamba": "activate config info list shell",
        "mvn": "--version -v",
        "nix": "--version eval fmt hash store profile log path-info show-config",
        "node": "--version -v",
        "npm": "--version -v access audit bin cache config doctor explain get fund help init login logout ls"
        " list outdated owner ping prefix prune query root search set token view whoami dist-tag deprecate",
        "opam": "--version config",
        "packer": "fmt validate version",
        "pixi": "info list --version",
        "pnpm": "--version -v audit config list ls outdated store why licenses",
        "podman": "images info inspect login logout ps pull push rm rmi start stop tag version",
        "poetry": "--version about cache check config env export lock publish self show version",
        "pdm": "--version config lock list publish",
        "pre-commit": "--version install uninstall clean gc autoupdate validate-config",
        "python": "--version -V",
        "ruby": "--version -v",
        "terraform": "--version fmt version output show state validate workspace",
        "tofu": "--version fmt version output show validate",
        "uv": "--version cache export python publish self tree venv version help",
        "yarn": "--version -v",
    }.items()
}
"""Subcommands that execute nothing of the folder."""

PATH_OPTIONS = frozenset(
    """
    -C --directory --prefix --cwd --dir --project --project-directory --manifest-path --working-directory
    -f --file --rootdir -p --project-dir --chdir -S --makefile --filter-path --build-file --config --basepath
    """.split()  # noqa: SIM905 - a list of words is read as one
)
"""Options that lead a tool to another folder, or to a file that it executes."""

DEPENDENCY_OPTIONS = frozenset({"-r", "--requirement", "--requirements", "-c", "--constraint", "-e",
                                "--editable", "-f", "--file"})  # fmt: skip
"""Options of Python's and conda's installers that name a file or a project."""

INLINE_CODE = frozenset({"-c", "-e", "-p", "-m", "-", "-r", "--eval", "--print"})
"""Options with which an interpreter runs a text, no file."""

INTERPRETERS_OF_THE_FOLDER = frozenset({"node", "python", "ruby", "tsx", "ts-node"})
"""Interpreters that look for modules in the current folder when they run a text."""


INSTALLERS = frozenset(
    _names(
        "pip/install pip/wheel pipx/install pipx/run uv/pip/install uv/add uv/tool/install uv/tool/run uvx"
        " npm/i npm/install npm/add npx pnpm/add pnpm/dlx yarn/add yarn/dlx bun/add bunx cargo/install go/run"
        " docker/build docker/buildx/build podman/build"
    )
)
"""Commands that fetch the project at an address that they are given, and build or run it."""

CARRIERS = frozenset({"cp", "mv", "rsync"})
"""Programs that copy files to where their last argument says."""

MODULE_PATHS = frozenset({"NODE_PATH", "PYTHONPATH"})
"""Variables that name the folders in which an interpreter looks for modules."""

RUN_THEIR_INPUT = frozenset(
    {"ash", "bash", "dash", "ksh", "node", "perl", "php", "python", "ruby", "sh", "zsh"}
)
"""Interpreters that execute what they read, where they are given no file and no text."""


@dataclass(frozen=True, slots=True)
class ExecutingAction:
    """An action that executes something of the workspace: `what` reads after "executes".

    `folders` are the inputs that lead it to a folder. `only` are inputs of which one must be there, not
    false; `by_input` says that without any of `folders` it touches nothing on disk.
    """

    what: str
    folders: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    by_input: bool = False


_LINTED = ExecutingAction("linters whose configuration is code")
_PROJECT = ExecutingAction("the project's build", ("working-directory", "directory", "cwd", "project"))

EXECUTING_ACTIONS: dict[str, ExecutingAction] = {
    "actions-rs/cargo": _PROJECT,
    "actions-rs/clippy-check": _PROJECT,
    "andresz1/size-limit-action": ExecutingAction("the scripts of package.json", ("directory",)),
    "ansible/ansible-lint": ExecutingAction("plugins and playbooks of the project", ("working_directory",)),
    "azure/static-web-apps-deploy": ExecutingAction("the project's build", ("app_location",)),
    "bahmutov/npm-install": ExecutingAction("the scripts of package.json", ("working-directory",)),
    "borales/actions-yarn": ExecutingAction("the scripts of package.json", ("dir",)),
    "chromaui/action": ExecutingAction("the project's build", ("workingdir",)),
    "cloudflare/wrangler-action": ExecutingAction("the project's build", ("workingdirectory",)),
    "conda-incubator/setup-miniconda": ExecutingAction(
        "the packages that its environment file names", ("environment-file",), by_input=True
    ),
    "cypress-io/github-action": ExecutingAction("the project's tests", ("working-directory",)),
    "davidanson/markdownlint-cli2-action": ExecutingAction("its configuration, which may be code"),
    "depot/bake-action": ExecutingAction("its bake file", ("workdir", "files")),
    "depot/build-push-action": ExecutingAction("its Dockerfile", ("context", "file"), by_input=True),
    "docker/bake-action": ExecutingAction("its bake file", ("source", "workdir", "files")),
    "docker/build-push-action": ExecutingAction("its Dockerfile", ("context", "file"), by_input=True),
    "github/codeql-action/autobuild": _PROJECT,
    "github/super-linter": _LINTED,
    "goreleaser/goreleaser-action": ExecutingAction("hooks of its configuration", ("workdir",)),
    "gradle/gradle-build-action": ExecutingAction(
        "the project's build", ("build-root-directory",), only=("arguments",)
    ),
    "hynek/build-and-inspect-python-package": ExecutingAction("the build of a Python project", ("path",)),
    "julia-actions/julia-buildpkg": _PROJECT,
    "julia-actions/julia-runtest": _PROJECT,
    "mamba-org/setup-micromamba": ExecutingAction(
        "the packages that its environment file names", ("environment-file",), by_input=True
    ),
    "oxsecurity/megalinter": _LINTED,
    "pnpm/action-setup": ExecutingAction("the scripts of package.json", only=("run_install",)),
    "pre-commit/action": ExecutingAction("the hooks that its configuration names"),
    "preactjs/compressed-size-action": ExecutingAction("the scripts of package.json", ("cwd",)),
    "prefix-dev/setup-pixi": ExecutingAction("the project's environment", ("manifest-path",)),
    "pyo3/maturin-action": ExecutingAction("build scripts and macros", ("working-directory",)),
    "pypa/cibuildwheel": ExecutingAction("the build of a Python project", ("package-dir",)),
    "r-lib/actions/check-r-package": ExecutingAction("R code of the project", ("working-directory",)),
    "r-lib/actions/setup-r-dependencies": ExecutingAction("R code of the project", ("working-directory",)),
    "reviewdog/action-eslint": ExecutingAction("its configuration, which is code", ("workdir",)),
    "ruby/setup-ruby": ExecutingAction("its Gemfile", ("working-directory",), only=("bundler-cache",)),
    "super-linter/super-linter": _LINTED,
    "super-linter/super-linter/slim": _LINTED,
    "wagoid/commitlint-github-action": ExecutingAction("its configuration, which is code", ("configfile",)),
}
"""By `owner/name`, with the path where there is one, in lower case."""

STARTS_PROGRAMS = ("exec.exec", "execsync", "execfile", "child_process", "spawn")
"""What JavaScript needs to start a program, in lower case."""

STARTS_IN_PYTHON = re.compile(
    r"\b(?:subprocess\.\w+|os\.(?:system|popen|exec\w+|spawn\w+)|runpy|importlib)\b"
)
"""What Python needs to start a program, or to load a file as code."""
