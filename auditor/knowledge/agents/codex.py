"""What `openai/codex-action` and the Codex command line take, and what that means, by version.

Source of the action: its `action.yml`, `src/` and tags v1.0 to v1.8; its README and CHANGELOG of
2026-10 for v1.9 to v1.13. Source of the command line: `--help` of `@openai/codex`
0.169.0 and runs of it (2026-11-21); earlier versions as measured on their releases.
"""

from __future__ import annotations

import re
from typing import TypeAlias

ACTION = "openai/codex-action"

Version: TypeAlias = tuple[int, int]

LATEST: Version = (1, 13)
"""The newest release on 2026-11-21. `@v1` and `@main` are taken for it."""

COMMITS: dict[str, Version] = {
    "7116b19ef68e6c1c6c6124de6ec48ff063388886": (1, 0),
    "f7bae02ffafb3037698bd14881b49c28cec06269": (1, 1),
    "02e7b2943818fbac9f077c3d1249a198ab358352": (1, 2),
    "e82fabcc36da7a7c1fa32f57554d9c9b27b2f1d5": (1, 3),
    "086169432f1d2ab2f4057540b1754d550f6a1189": (1, 4),
    "bdc01a0b28bb6936f84be3db1ab077a4e4032e49": (1, 5),
    "c25d10f3f498316d4b2496cc4c6dd58057a7b031": (1, 6),
    "5c3f4ccdb2b8790f73d6b21751ac00e602aa0c02": (1, 7),
    "e0fdf01220eb9a88167c4898839d273e3f2609d1": (1, 8),
    "9cdb6f3861cdefafeeaec70dfb42687be5ca62d3": (1, 8),
}
"""The commits of the tags that could be read, and the one of 2026-05-14, which only changed documents."""

PROFILE_SINCE: Version = (1, 10)
"""2026-07-02: the input `permission-profile`; earlier releases ignore it."""

REFUSES_BYPASS_SINCE: Version = (1, 12)
"""2026-08-20: `codex-args` that switch the sandbox off are refused unless the strategy is `unsafe`."""

FULL_ACCESS = "danger-full-access"
FULL_ACCESS_PROFILE = ":danger-full-access"
DEFAULT_SANDBOX = "workspace-write"
"""Of the action, in every release; since v1.10 as the fallback of an empty value."""
DEFAULT_STRATEGY = "drop-sudo"

SUBCOMMANDS = frozenset({"e", "exec", "review"})
"""Those that run the model without a person."""

PACKAGE = re.compile(r"@openai/codex(@\S+)?")

WRAPPERS = frozenset(
    {
        "bun", "bunx", "command", "doas", "env", "exec", "nice", "nohup", "npm", "npx", "pnpm", "pnpx",
        "stdbuf", "sudo", "time", "timeout", "xargs", "yarn",
    }
)  # fmt: skip
"""Programs that start the one which their arguments name, on the same machine."""

BYPASSES = frozenset({"--dangerously-bypass-approvals-and-sandbox", "--yolo"})
"""They beat every other option (measured)."""

OPTIONS_WITH_VALUE = frozenset(
    {
        "-C", "-a", "-c", "-i", "-m", "-o", "-p", "-s",
        "--add-dir", "--ask-for-approval", "--base", "--cd", "--color", "--commit", "--config",
        "--cyber-access-program", "--disable", "--enable", "--image", "--local-provider", "--model",
        "--output-last-message", "--output-schema", "--profile", "--remote", "--remote-auth-token-env",
        "--sandbox", "--thread-source", "--title",
    }
)  # fmt: skip
"""Of `codex`, `codex exec` and `codex review`: the next word is theirs, not an option."""

_TAG = re.compile(r"v(\d+)(?:\.(\d+))?(?:\.\d+)?")


def action_version(ref: str) -> Version | None:
    """The release that the action has at `ref`; None where the ref doesn't say."""
    if ref.lower() in COMMITS:
        return COMMITS[ref.lower()]
    if ref in ("main", "v1"):
        return LATEST
    tag = _TAG.fullmatch(ref)
    return (int(tag[1]), int(tag[2])) if tag and tag[2] else None
