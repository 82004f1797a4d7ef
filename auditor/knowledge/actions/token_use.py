"""What widely used actions do with the job's token and with an id-token, and what they publish.

Source: each action's README ("permissions") and `action.yml`, as known in 2026-11; where versions differ,
the union. What an action merely may use, by a setting that isn't in the workflow, isn't `sure`. An action
that isn't here may use everything that the job holds.
"""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"
"""Stands for every scope of the token. An id-token is requested without the token and is its own scope."""

READ = "read"


@dataclass(frozen=True, slots=True)
class When:
    """All of `given` and none of `without`.

    `name` holds where the input is there and not false, `name=value` where it is that value,
    `name~part` where it holds that text.
    """

    given: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Use:
    """One scope that is used, when, and whether that is certain then."""

    scope: str
    level: str = "write"
    when: When = ALWAYS
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Publishes:
    """Something that people outside then install, pull or read."""

    what: str
    when: When = ALWAYS


@dataclass(frozen=True, slots=True)
class KnownAction:
    """What one action does.

    `tokens` are the inputs, and in capitals the environment variables, that may give it a token; where
    none does it takes the job's if `takes_token`. `with_git` means what it does of a `KnownCommand`.
    """

    uses: tuple[Use, ...] = ()
    publishes: tuple[Publishes, ...] = ()
    tokens: tuple[str, ...] = ("token", "github-token", "github_token", "repo-token")
    takes_token: bool = True
    with_git: bool = False


CONTENTS, ISSUES, PULLS, PACKAGES = Use("contents"), Use("issues"), Use("pull-requests"), Use("packages")
CHECKS, PAGES, ATTESTATIONS, ID_TOKEN = Use("checks"), Use("pages"), Use("attestations"), Use("id-token")
SECURITY_EVENTS, STATUSES = Use("security-events"), Use("statuses")
READ_CONTENTS, READ_PULLS = Use("contents", READ), Use("pull-requests", READ)
READ_ACTIONS, READ_PAGES = Use("actions", READ), Use("pages", READ)

_RELEASE = (Publishes("a GitHub release"),)
_SITE = (Publishes("a site on GitHub Pages"),)
_IMAGE = "a container image"
_PYPI = "a package on PyPI"
_NPM = "a package on npm"
_ATTEST = (ID_TOKEN, ATTESTATIONS, Use("packages", when=When(("push-to-registry=true",))),
           Use("artifact-metadata", when=When(("push-to-registry=true",)), sure=False))  # fmt: skip

_RELEASING = When((), ("args~snapshot", "args~build", "args~check", "install-only=true"))
_PUSHING = When(("push=true",))

ACTIONS: dict[str, KnownAction] = {
    "actions/attest": KnownAction(_ATTEST),
    "actions/attest-build-provenance": KnownAction(_ATTEST),
    "actions/attest-sbom": KnownAction(_ATTEST),
    "actions/add-to-project": KnownAction((Use("repository-projects", sure=False),), takes_token=False),
    "actions/ai-inference": KnownAction((Use("models", READ),)),
    "actions/checkout": KnownAction((READ_CONTENTS,)),
    "actions/configure-pages": KnownAction((READ_PAGES, Use("pages", when=When(("enablement=true",))))),
    "actions/create-github-app-token": KnownAction(takes_token=False),
    "actions/create-release": KnownAction((CONTENTS,), _RELEASE, ("GITHUB_TOKEN",), takes_token=False),
    "actions/delete-package-versions": KnownAction((PACKAGES,)),
    "actions/dependency-review-action": KnownAction(
        (
            READ_CONTENTS,
            Use("pull-requests", when=When(("comment-summary-in-pr",), ("comment-summary-in-pr=never",))),
        )
    ),
    "actions/deploy-pages": KnownAction((PAGES, ID_TOKEN, READ_ACTIONS), _SITE),
    "actions/download-artifact": KnownAction(
        (Use("actions", READ, When(("run-id",))),), tokens=("github-token",), takes_token=False
    ),
    "actions/first-interaction": KnownAction((ISSUES, PULLS), tokens=("repo-token", "repo_token")),
    "actions/github-script": KnownAction(
        (
            Use(ANY, sure=False),
            *(
                Use("id-token", when=When((f"script~{text}",)), sure=False)
                for text in ("getIDToken", "ID_TOKEN", "require(", "import(", "exec.", "${{")
            ),
        )
    ),
    "actions/labeler": KnownAction((PULLS, Use("issues", sure=False), READ_CONTENTS)),
    "actions/publish-immutable-action": KnownAction((ID_TOKEN, ATTESTATIONS, PACKAGES), _RELEASE),
    "actions/stale": KnownAction(
        (ISSUES, PULLS, Use("actions", sure=False), Use("contents", when=When(("delete-branch=true",))))
    ),
    "actions/upload-release-asset": KnownAction((CONTENTS,), _RELEASE, ("GITHUB_TOKEN",), takes_token=False),
    "actions-ecosystem/action-add-labels": KnownAction((ISSUES, PULLS)),
    "actions-ecosystem/action-remove-labels": KnownAction((ISSUES, PULLS)),
    "ad-m/github-push-action": KnownAction((CONTENTS,)),
    "amannn/action-semantic-pull-request": KnownAction(
        (READ_PULLS, *(Use(scope, when=When(("wip=true",))) for scope in ("statuses", "pull-requests"))),
        tokens=("GITHUB_TOKEN",),
    ),
    "anchore/sbom-action": KnownAction((Use("contents", sure=False), READ_ACTIONS)),
    "anchore/scan-action": KnownAction(),
    "anthropics/claude-code-action": KnownAction(
        (Use("id-token", when=When((), ("github_token",))), Use(ANY, sure=False)), tokens=("github_token",)
    ),
    "aws-actions/amazon-ecr-login": KnownAction(),
    "aws-actions/configure-aws-credentials": KnownAction(
        (
            Use(
                "id-token",
                when=When(
                    ("role-to-assume",), ("aws-access-key-id", "web-identity-token-file", "role-chaining")
                ),
            ),
        )
    ),
    "azure/login": KnownAction((Use("id-token", when=When((), ("creds", "auth-type=identity"))),)),
    "changesets/action": KnownAction(
        (CONTENTS, PULLS, Use("issues", sure=False), Use("id-token", when=When(("publish",)), sure=False)),
        (Publishes(_NPM, When(("publish",))),),
        ("GITHUB_TOKEN",),
        takes_token=False,
        with_git=True,
    ),
    "codecov/codecov-action": KnownAction((Use("id-token", when=When(("use_oidc=true",))),)),
    "codecov/test-results-action": KnownAction((Use("id-token", when=When(("use_oidc=true",))),)),
    "codspeedhq/action": KnownAction((Use("id-token", when=When((), ("token",)), sure=False),)),
    "coverallsapp/github-action": KnownAction((Use("statuses", sure=False),)),
    "cycjimmy/semantic-release-action": KnownAction(
        (CONTENTS, ISSUES, PULLS, Use("id-token", sure=False)),
        (Publishes("a GitHub release and perhaps a package"),),
        ("GITHUB_TOKEN", "GH_TOKEN"),
        takes_token=False,
        with_git=True,
    ),
    "dependabot/fetch-metadata": KnownAction((READ_PULLS, READ_CONTENTS)),
    "depot/bake-action": KnownAction((Use("id-token", when=When((), ("token",)), sure=False),),
                                     (Publishes(_IMAGE, _PUSHING),)),
    "depot/build-push-action": KnownAction(
        (Use("id-token", when=When((), ("token",)), sure=False),), (Publishes(_IMAGE, _PUSHING),)
    ),
    "devops-infra/action-pull-request": KnownAction((CONTENTS, PULLS)),
    "docker/bake-action": KnownAction(
        (READ_CONTENTS,), (Publishes(_IMAGE, _PUSHING), Publishes(_IMAGE, When(("set~push=true",))))
    ),
    "docker/build-push-action": KnownAction(
        (READ_CONTENTS,),
        (
            Publishes(_IMAGE, _PUSHING),
            Publishes(_IMAGE, When(("outputs~push=true",))),
            Publishes(_IMAGE, When(("outputs~type=registry",))),
        ),
    ),
    "docker/login-action": KnownAction(
        (Use("packages", when=When(("registry~ghcr.io",))),), tokens=("password",), takes_token=False
    ),
    "docker/metadata-action": KnownAction((READ_CONTENTS,)),
    "dorny/paths-filter": KnownAction((READ_PULLS, READ_CONTENTS)),
    "dorny/test-reporter": KnownAction((CHECKS, Use("actions", READ), READ_CONTENTS)),
    "dtolnay/rust-toolchain": KnownAction(),
    "endbug/add-and-commit": KnownAction((CONTENTS,)),
    "enricomi/publish-unit-test-result-action": KnownAction(
        (
            Use("checks", when=When((), ("check_run=false",))),
            Use("pull-requests", when=When((), ("comment_mode=off",))),
            Use("issues", READ),
        )
    ),
    "github/codeql-action/analyze": KnownAction((SECURITY_EVENTS, READ_ACTIONS, READ_CONTENTS)),
    "github/codeql-action/autobuild": KnownAction((READ_CONTENTS,)),
    "github/codeql-action/init": KnownAction(
        (Use("security-events", sure=False), READ_ACTIONS, READ_CONTENTS, Use("packages", READ))
    ),
    "github/codeql-action/upload-sarif": KnownAction((SECURITY_EVENTS, READ_ACTIONS)),
    "google-github-actions/auth": KnownAction((Use("id-token", when=When(("workload_identity_provider",))),)),
    "google-github-actions/release-please-action": KnownAction((CONTENTS, PULLS, ISSUES), _RELEASE),
    "googleapis/release-please-action": KnownAction((CONTENTS, PULLS, ISSUES), _RELEASE),
    "goreleaser/goreleaser-action": KnownAction(
        (
            Use("contents", when=_RELEASING),
            Use("packages", sure=False),
            Use("id-token", sure=False),
        ),
        (Publishes("a GitHub release", _RELEASING),),
        ("GITHUB_TOKEN", "GH_TOKEN"),
        takes_token=False,
    ),
    "hashicorp/vault-action": KnownAction(
        (Use("id-token", when=When(("method=jwt",), ("jwtprivatekey",))),), takes_token=False
    ),
    "helm/chart-releaser-action": KnownAction((CONTENTS,), _RELEASE, ("CR_TOKEN",), takes_token=False),
    "helm/kind-action": KnownAction(),
    "jamesives/github-pages-deploy-action": KnownAction(
        (Use("contents", when=When((), ("ssh-key",))),), _SITE, ("token", "github_token", "access_token")
    ),
    "jfrog/setup-jfrog-cli": KnownAction((Use("id-token", when=When(("oidc-provider-name",))),)),
    "js-devtools/npm-publish": KnownAction(
        (Use("id-token", sure=False),), (Publishes(_NPM),), takes_token=False
    ),
    "juliaregistries/tagbot": KnownAction((CONTENTS, Use("issues", sure=False)), _RELEASE),
    "lycheeverse/lychee-action": KnownAction((READ_CONTENTS,)),
    "marocchino/sticky-pull-request-comment": KnownAction((PULLS,), tokens=("github_token", "GITHUB_TOKEN")),
    "marvinpinto/action-automatic-releases": KnownAction((CONTENTS,), _RELEASE, ("repo_token",)),
    "mikepenz/action-junit-report": KnownAction((CHECKS, Use("pull-requests", sure=False))),
    "mxschmitt/action-tmate": KnownAction((Use(ANY, sure=False), Use("id-token", sure=False))),
    "ncipollo/release-action": KnownAction((CONTENTS, Use("discussions", sure=False)), _RELEASE),
    "nuget/login": KnownAction((ID_TOKEN,)),
    "oras-project/setup-oras": KnownAction(),
    "ossf/scorecard-action": KnownAction(
        (Use("id-token", when=When(("publish_results=true",))), READ_CONTENTS, READ_ACTIONS),
        tokens=("repo_token",),
    ),
    "oven-sh/setup-bun": KnownAction(),
    "peaceiris/actions-gh-pages": KnownAction(
        (Use("contents", when=When(("github_token",), ("deploy_key", "personal_token"))),),
        _SITE,
        ("github_token",),
        takes_token=False,
    ),
    "peter-evans/create-issue-from-file": KnownAction((ISSUES,)),
    "peter-evans/create-or-update-comment": KnownAction((ISSUES, PULLS)),
    "peter-evans/create-pull-request": KnownAction((CONTENTS, PULLS)),
    "peter-evans/enable-pull-request-automerge": KnownAction((CONTENTS, PULLS)),
    "peter-evans/find-comment": KnownAction((Use("issues", READ), READ_PULLS)),
    "peter-evans/repository-dispatch": KnownAction((CONTENTS,)),
    "peter-evans/slash-command-dispatch": KnownAction((CONTENTS, ISSUES, PULLS)),
    "py-cov-action/python-coverage-comment-action": KnownAction((CONTENTS, PULLS), tokens=("GITHUB_TOKEN",)),
    "pyo3/maturin-action": KnownAction(
        (Use("id-token", when=When(("command=publish",)), sure=False),),
        (Publishes(_PYPI, When(("command=upload",))), Publishes(_PYPI, When(("command=publish",)))),
        ("MATURIN_PYPI_TOKEN",),
    ),
    "pypa/gh-action-pypi-publish": KnownAction(
        (Use("id-token", when=When((), ("password",))),), (Publishes(_PYPI),), takes_token=False
    ),
    "release-drafter/release-drafter": KnownAction(
        (CONTENTS, Use("pull-requests", when=When((), ("disable-autolabeler=true",)), sure=False)),
        tokens=("GITHUB_TOKEN", "token"),
    ),
    "rubygems/configure-rubygems-credentials": KnownAction((ID_TOKEN,)),
    "rubygems/release-gem": KnownAction((ID_TOKEN, CONTENTS), (Publishes("a gem"),)),
    "rust-lang/crates-io-auth-action": KnownAction((ID_TOKEN,)),
    "signpath/github-action-submit-signing-request": KnownAction((READ_ACTIONS, READ_CONTENTS)),
    "sigstore/gh-action-sigstore-python": KnownAction(
        (ID_TOKEN, Use("contents", when=When((), ("release-signing-artifacts=false",)), sure=False))
    ),
    "slackapi/slack-github-action": KnownAction(takes_token=False),
    "softprops/action-gh-release": KnownAction(
        (CONTENTS, Use("discussions", when=When(("discussion_category_name",)))),
        _RELEASE,
        ("token", "GITHUB_TOKEN"),
    ),
    "stefanzweifel/git-auto-commit-action": KnownAction((CONTENTS,)),
    "step-security/harden-runner": KnownAction((Use("id-token", when=When(("policy",))),)),
    "super-linter/super-linter": KnownAction((STATUSES,), tokens=("GITHUB_TOKEN",), takes_token=False),
    "svenstaro/upload-release-action": KnownAction((CONTENTS,), _RELEASE, ("repo_token",)),
    "tailscale/github-action": KnownAction((Use("id-token", when=When(("audience",))),)),
    "tibdex/github-app-token": KnownAction(takes_token=False),
    "tj-actions/changed-files": KnownAction((READ_CONTENTS, READ_PULLS)),
    "thollander/actions-comment-pull-request": KnownAction((PULLS,)),
    "ncruces/go-coverage-report": KnownAction((CONTENTS,)),
    "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml": KnownAction(
        (
            ID_TOKEN,
            READ_ACTIONS,
            Use("contents", when=When(("upload-assets=true",))),
        ),
        (Publishes("provenance on a GitHub release", When(("upload-assets=true",))),),
    ),
    "slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml": KnownAction(
        (ID_TOKEN, READ_ACTIONS, PACKAGES), (Publishes("provenance of a container image"),)
    ),
    "slsa-framework/slsa-github-generator/.github/workflows/builder_go_slsa3.yml": KnownAction(
        (ID_TOKEN, READ_ACTIONS, CONTENTS), _RELEASE
    ),
}  # fmt: skip
"""By `owner/name`, with the path where there is one, in lower case. Reusable workflows of others, too."""

ACTIONS.update(
    dict.fromkeys(
        (
            "actions-rs/toolchain", "actions-rust-lang/setup-rust-toolchain", "actions/cache",
            "actions/cache/restore", "actions/cache/save", "actions/jekyll-build-pages",
            "actions/setup-dotnet", "actions/setup-go", "actions/setup-java", "actions/setup-node",
            "actions/setup-python", "actions/upload-artifact", "actions/upload-artifact/merge",
            "actions/upload-pages-artifact", "aquasecurity/trivy-action", "astral-sh/ruff-action",
            "astral-sh/setup-uv", "awalsh128/cache-apt-pkgs-action", "azure/setup-helm",
            "azure/setup-kubectl", "browser-actions/setup-chrome", "bufbuild/buf-setup-action",
            "cachix/install-nix-action", "codespell-project/actions-codespell",
            "conda-incubator/setup-miniconda", "coursier/setup-action", "crate-ci/typos",
            "denoland/setup-deno", "docker/setup-buildx-action", "docker/setup-compose-action",
            "docker/setup-docker-action", "docker/setup-qemu-action", "easimon/maximize-build-space",
            "embarkstudios/cargo-deny-action", "erlef/setup-beam", "fsfe/reuse-action",
            "golangci/golangci-lint-action", "google-github-actions/setup-gcloud",
            "gradle/actions/setup-gradle", "gradle/actions/wrapper-validation",
            "gradle/wrapper-validation-action", "hadolint/hadolint-action", "hashicorp/setup-terraform",
            "hendrikmuhs/ccache-action", "hynek/build-and-inspect-python-package", "ilammy/msvc-dev-cmd",
            "insightsengineering/disk-space-reclaimer", "isort/isort-action", "jakebailey/pyright-action",
            "jimver/cuda-toolkit", "jlumbroso/free-disk-space", "jurplel/install-qt-action",
            "jwlawson/actions-setup-cmake", "leafo/gh-actions-lua", "ludeeus/action-shellcheck",
            "lukka/get-cmake", "mamba-org/setup-micromamba", "microsoft/setup-msbuild",
            "mozilla-actions/sccache-action", "msys2/setup-msys2", "mymindstorm/setup-emsdk",
            "pdm-project/setup-pdm", "pnpm/action-setup", "pre-commit/action", "prefix-dev/setup-pixi",
            "psf/black", "pypa/cibuildwheel", "r-lib/actions/setup-r", "ruby/setup-ruby",
            "seanmiddleditch/gha-setup-ninja", "shivammathur/setup-php", "shogo82148/actions-setup-perl",
            "sigstore/cosign-installer", "slsa-framework/slsa-verifier/actions/installer",
            "snok/install-poetry", "stefanzweifel/changelog-updater-action", "subosito/flutter-action",
            "swatinem/rust-cache", "taiki-e/install-action", "wagoid/commitlint-github-action",
            "xu-cheng/latex-action",
        ),
        KnownAction((READ_CONTENTS,)),
    )
)  # fmt: skip
"""Tools that are set up, caches, linters: they read at most."""
