"""The labels of GitHub's own runners, and of companies that host runners.

Source: GitHub docs, "GitHub-hosted runners reference", and actions/runner-images, both read 2026-11. The
days on which labels retired are those of runner-images' announcements (#3287, #4312, #5583, #6002, #9255,
#10721, #11101, #12045, #13046, #13518).
"""

from __future__ import annotations

import re
from datetime import date

SELF_HOSTED = "self-hosted"
"""The label that every self-hosted runner has unless it was registered without default labels. A label
of one's own that begins with it means the same."""

RETIRED: dict[str, date] = {
    "macos-10.15": date(2022, 12, 1),
    "macos-11": date(2024, 6, 28),
    "macos-12": date(2024, 12, 3),
    "macos-12-large": date(2024, 12, 3),
    "macos-12-xl": date(2024, 12, 3),
    "macos-13": date(2025, 12, 8),
    "macos-13-large": date(2025, 12, 8),
    "macos-13-xlarge": date(2025, 12, 8),
    "macos-14": date(2026, 11, 2),
    "macos-14-large": date(2026, 11, 2),
    "macos-14-xlarge": date(2026, 11, 2),
    "ubuntu-16.04": date(2021, 9, 20),
    "ubuntu-18.04": date(2023, 4, 3),
    "ubuntu-20.04": date(2025, 4, 15),
    "windows-2016": date(2022, 4, 1),
    "windows-2019": date(2025, 6, 30),
}
"""Since when a job on the label never starts. It is nobody's own machine for that."""

HOSTED: frozenset[str] = frozenset(RETIRED) | {
    "macos-15", "macos-15-intel", "macos-15-large", "macos-15-xlarge",
    "macos-26", "macos-26-intel", "macos-26-large", "macos-26-xlarge",
    "macos-latest", "macos-latest-large", "macos-latest-xlarge",
    "ubuntu-22.04", "ubuntu-22.04-arm", "ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-24.04-firewall",
    "ubuntu-26.04", "ubuntu-26.04-arm", "ubuntu-latest", "ubuntu-latest-firewall", "ubuntu-slim",
    "windows-11-arm", "windows-11-vs2026-arm", "windows-2022", "windows-2025", "windows-2025-vs2026",
    "windows-latest",
}  # fmt: skip
"""In lower case: standard runners, and the larger macOS runners, whose labels are fixed as well."""

LARGER_STYLE = re.compile(
    r"(?i)(github-)?(ubuntu|windows|macos)-[\w.]+-(\d+-?cores?|xl|large|gpu|arm64|[a-z0-9-]+)"
)
"""How GitHub suggests to name larger runners; a self-hosted runner can be named so, too."""

COMPANIES: tuple[tuple[str, str], ...] = (
    ("actuated", "Actuated"),
    ("blacksmith-", "Blacksmith"),
    ("buildjet-", "BuildJet"),
    ("cirun-", "Cirun"),
    ("codebuild-", "AWS CodeBuild"),
    ("codspeed-macro", "CodSpeed"),
    ("depot-", "Depot"),
    ("ghcr.io/cirruslabs/", "Cirrus Runners"),
    ("namespace-profile-", "Namespace"),
    ("nscloud-", "Namespace"),
    ("runs-on,", "RunsOn"),
    ("runs-on/", "RunsOn"),
    ("runs-on=", "RunsOn"),
    ("ubicloud", "Ubicloud"),
    ("warp-", "WarpBuild"),
)
"""Label prefixes of companies whose service makes a fresh machine for each job, by their own documentation
(read 2026-11). RunsOn, Cirun and CodeBuild make it in the customer's own cloud account."""

COMPANY_LABELS: dict[str, str] = {"runs-on": "RunsOn"}
"""Whole labels of such companies that others stand beside."""

GROUP_OWNERS = re.compile(r"(?i)(ent|enterprise|org|organization)/")
"""What may stand before a group's name to say whose group it is (GitHub docs, "Choose the runner for a
job", 2026-11)."""

INPUT = re.compile(r"(?i)runner([-_](labels?|type|name))?|runs[-_]on")
"""How reusable workflows call the input that becomes their `runs-on`, by habit."""

GPU = re.compile(
    r"(?i)(^|[^a-z])(gpus?|cuda|nvidia|rocm|mi\d{2,3}x?|[abhlv]\d{2,3}s?|gb\d{3}|t4|[34]090|5080|rtx\w*|dgx"
    r"|hpu|gaudi\d?|tpu|npu|xpu)([^a-z]|$)"
)
"""A label that speaks of an accelerator."""
