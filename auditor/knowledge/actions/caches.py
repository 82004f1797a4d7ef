"""Which steps restore something from the Actions cache, and which events' runs may write the shared one.

Source: each action's README and `action.yml`, as known in 2026-11; changelogs "Read-only Actions cache for
untrusted triggers" (2026-06-26) and "Control GitHub Actions cache access with cache-mode" (2026-09-10).
"""

from __future__ import annotations

from auditor.knowledge.actions.token_use import ALWAYS, When

DEFAULT_SCOPE_WRITERS = frozenset(
    {
        "delete", "page_build", "push", "registry_package", "repository_dispatch", "schedule",
        "workflow_dispatch",
    }
)  # fmt: skip
"""Events whose runs may write the default branch's caches by default."""

_CACHE = When(("cache",))
_GHA = (When(("cache-from~gha",)),)

RESTORES: dict[str, tuple[When, ...]] = {
    "actions/cache": (ALWAYS,),
    "actions/setup-dotnet": (_CACHE,),
    "actions/setup-go": (When((), ("cache=false",)),),
    "actions/setup-java": (_CACHE,),
    "actions/setup-node": (_CACHE,),
    "actions/setup-python": (_CACHE,),
    "actions-rust-lang/setup-rust-toolchain": (When((), ("cache=false",)),),
    "astral-sh/setup-uv": (When((), ("enable-cache=false",)),),
    "buildjet/cache": (ALWAYS,),
    "coursier/cache-action": (ALWAYS,),
    "denoland/setup-deno": (_CACHE,),
    "determinatesystems/magic-nix-cache-action": (ALWAYS,),
    "docker/bake-action": (When(("set~gha",)),),
    "docker/build-push-action": _GHA,
    "golangci/golangci-lint-action": (When((), ("skip-cache=true",)),),
    "gradle/actions": (When((), ("cache-disabled=true",)),),
    "gradle/gradle-build-action": (When((), ("cache-disabled=true",)),),
    "hendrikmuhs/ccache-action": (ALWAYS,),
    "jdx/mise-action": (When((), ("cache=false",)),),
    "julia-actions/cache": (ALWAYS,),
    "mozilla-actions/sccache-action": (ALWAYS,),
    "nix-community/cache-nix-action": (ALWAYS,),
    "pre-commit/action": (ALWAYS,),
    "ruby/setup-ruby": (When(("bundler-cache=true",)),),
    "subosito/flutter-action": (_CACHE,),
    "swatinem/rust-cache": (ALWAYS,),
}
"""By `owner/name` in lower case: the inputs with which an action restores a cache; one set is enough."""

ONLY_SAVES = frozenset({"save"})
"""Paths within a repository of actions that only write a cache: `actions/cache/save`."""
