"""The labels of GitHub's own runners, and of companies that host runners.

Source: GitHub docs, "GitHub-hosted runners reference", and actions/runner-images, read 2026-11. A label
that was retired stays in the table: a job on it never starts, and it is nobody's own machine.
"""

from __future__ import annotations

import re

SELF_HOSTED = "self-hosted"
"""The label that every self-hosted runner has unless it was registered without default labels."""

HOSTED = re.compile(
    r"""(?x)
    ubuntu-(latest|slim|\d\d\.04)(-arm|-firewall)?
    | windows-(latest|20(16|19|22|25))(-vs2026)?
    | windows-11(-vs2026)?-arm
    | macos-(latest|1[0-6]|10\.15|26)(-(intel|large|xlarge))?
    """,
    re.IGNORECASE,
)
"""A whole label of a standard runner, or of a larger macOS runner, whose labels are fixed as well."""

LARGER_STYLE = re.compile(r"(?i)(ubuntu|windows|macos)-[\w.]+-(\d+-?cores?|xl|large|gpu|arm64|[a-z0-9-]+)")
"""How GitHub suggests to name larger runners; a self-hosted runner can be named so, too."""

COMPANIES: tuple[tuple[str, str], ...] = (
    ("blacksmith-", "Blacksmith"),
    ("buildjet-", "BuildJet"),
    ("codebuild-", "AWS CodeBuild"),
    ("depot-", "Depot"),
    ("namespace-profile-", "Namespace"),
    ("nscloud-", "Namespace"),
    ("ubicloud", "Ubicloud"),
    ("warp-", "WarpBuild"),
)
"""Label prefixes of hosting companies. Their machines are usually fresh ones, which no file shows."""

INPUT = re.compile(r"(?i)runner([-_](labels?|type|name))?|runs[-_]on")
"""How reusable workflows call the input that becomes their `runs-on`, by habit."""

GPU = re.compile(
    r"(?i)(^|[^a-z])(gpu|cuda|nvidia|rocm|mi\d{3}|[abhlv]\d{2,3}|t4|rtx\w*|dgx|hpu|gaudi|tpu)([^a-z]|$)"
)
"""A label that speaks of an accelerator."""
