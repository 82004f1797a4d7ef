"""Actions that download what another run uploaded, and those that publish such files to people outside.

Source: the actions' `action.yml` and README, as known in 2026-11.
`actions/download-artifact` reaches another run with `run-id` and a token only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Download:
    """How an action downloads: the input that names the folder, and when it reaches another run.

    With one of `needs` it does; nothing there: always. `leaves_out` is the input, with its value, that
    leaves the runs of forks out.
    """

    folder: str = "path"
    needs: tuple[str, ...] = ()
    leaves_out: tuple[str, str] | None = None


DOWNLOADS: dict[str, Download] = {
    "actions/download-artifact": Download(needs=("run-id", "repository")),
    "aochmann/actions-download-artifact": Download(),
    "bettermarks/action-artifact-download": Download(),
    "blablacar/action-download-last-artifact": Download(),
    "dawidd6/action-download-artifact": Download(leaves_out=("allow_forks", "false")),
    "levonet/action-download-last-artifact": Download(),
    "marcofaggian/action-download-multiple-artifacts": Download(),
    "redhat-plumbers-in-action/download-artifact": Download(),
}
"""By `owner/name` in lower case."""

UNPACKERS: dict[str, str] = {"unzip": "-d", "tar": "-C", "bsdtar": "-C", "7z": "-o", "7za": "-o"}
"""Programs that unpack an archive, and the option that names the folder."""

UPLOAD = "actions/upload-artifact"

HIDDEN_UNTIL = (4, 4)
"""The release of `actions/upload-artifact` from which hidden files, and so `.git`, are left out unless
`include-hidden-files` is true (its README, as known in 2026-11). A floating tag is its newest release."""

_TAG = re.compile(r"v(\d+)(?:\.(\d+))?(?:\.\d+)?")


def takes_hidden_files(ref: str) -> bool:
    """Whether the action at `ref` uploads hidden files by default; one whose ref doesn't say so doesn't."""
    tag = _TAG.fullmatch(ref)
    if tag is None:
        return False
    major, minor = int(tag[1]), tag[2]
    if minor is None:
        return major < HIDDEN_UNTIL[0]
    return (major, int(minor)) < HIDDEN_UNTIL


IMAGE = "a container image"
"""What `knowledge.actions` and `knowledge.commands` call one that is published."""

LOADS_IMAGE = frozenset({("docker", "load"), ("docker", "import"), ("podman", "load"), ("podman", "import")})
"""Commands that make an image of a file (docker's and podman's manuals, 2026-11)."""

PUBLISHED: dict[str, tuple[tuple[str, ...], str]] = {
    "actions/upload-release-asset": (("asset_path",), ""),
    "jamesives/github-pages-deploy-action": (("folder",), ""),
    "js-devtools/npm-publish": (("package",), "package.json"),
    "marvinpinto/action-automatic-releases": (("files",), ""),
    "ncipollo/release-action": (("artifacts", "artifact"), ""),
    "peaceiris/actions-gh-pages": (("publish_dir",), "public"),
    "pypa/gh-action-pypi-publish": (("packages-dir", "packages_dir"), "dist"),
    "softprops/action-gh-release": (("files",), ""),
    "svenstaro/upload-release-action": (("file",), ""),
}
"""The inputs that say which files an action publishes, and their default (each README, 2026-11)."""
