"""Which releases of `actions/checkout` refuse the code of a fork's pull request.

Source: changelog "Safer pull_request_target defaults for GitHub Actions checkout" (2026-06-18), the
action's tags and `src/unsafe-pr-checkout-helper.ts`, read 2026-11.
"""

from __future__ import annotations

import re

CHECKOUT = "actions/checkout"

OPT_OUT = "allow-unsafe-pr-checkout"
"""The input that switches the refusal off when it is `true`, in any case."""

FIRST_GUARDED: dict[int, tuple[int, int]] = {2: (8, 0), 3: (7, 0), 4: (4, 0), 5: (1, 0), 6: (1, 0), 7: (0, 0)}
"""Major version to the first minor and patch that refuse."""

RELEASES: dict[str, tuple[int, int, int]] = {
    "722adc63f1aa60a57ec37892e133b1d319cae598": (2, 0, 0),
    "01aecccf739ca6ff86c0539fbc67a7a5007bbc81": (2, 1, 0),
    "86f86b36ef15e6570752e7175f451a512eac206b": (2, 1, 1),
    "aabbfeb2ce60b5bd82389903509092c4648a9713": (2, 2, 0),
    "b4483adec309c0d01a5435c5e24eb40de5773ad9": (2, 3, 0),
    "28c7f3d2b5162b5ddd3dfd9a45aa55eaf396478b": (2, 3, 1),
    "2036a08e25fa78bbd946711a407b529a0a1204bf": (2, 3, 2),
    "a81bbbf8298c0fa03ea29cdc473d45769f953675": (2, 3, 3),
    "5a4ac9002d0be2fb38bd78e4b4dbde5606d7042f": (2, 3, 4),
    "1e204e9a9253d643386038d443f96446fa156a97": (2, 3, 5),
    "ec3a7ce113134d7a93b817d10a8272cb61118579": (2, 4, 0),
    "f25a3a9f25bd5f4c5d77189cab02ff357b5aedeb": (2, 4, 1),
    "7884fcad6b5d53d10323aee724dc68d8b9096a2e": (2, 4, 2),
    "e2f20e631ae6d7dd3b768f56a5d2af784dd54791": (2, 5, 0),
    "dc323e67f16fb5f7663d20ff7941f27f5809e9b6": (2, 6, 0),
    "ee0669bd1cc54295c223e0bb666b733df41de1c5": (2, 7, 0),
    "0717577d45739eb3c851188b29f50ed6c0b2194e": (2, 8, 0),
    "a12a3943b4bdde767164f792f33f40b04645d846": (3, 0, 0),
    "dcd71f646680f2efd8db4afa5ad64fdcba30e748": (3, 0, 1),
    "2541b1294d2704b0964813337f33b291d3f8596b": (3, 0, 2),
    "93ea575cb5d8a053eaa0ac8fa3b40d7e05a33cc8": (3, 1, 0),
    "755da8c3cf115ac066823e79a1e1788f8940201b": (3, 2, 0),
    "ac593985615ec2ede58e132d2e21d2b1cbd6127c": (3, 3, 0),
    "24cb9080177205b6e8c946b17badbe402adc938f": (3, 4, 0),
    "8f4b7f84864484a7bf31766abe9204da3cbe65b3": (3, 5, 0),
    "83b7061638ee4956cf7545a6f7efe594e5ad0247": (3, 5, 1),
    "8e5e7e5ab8b370d6c329ec480221332ada57f0ab": (3, 5, 2),
    "c85c95e3d7251135ab7dc9ce3241c5835cc595a9": (3, 5, 3),
    "f43a0e5ff2bd294095638e18286ca9a3d1956744": (3, 6, 0),
    "a37ce9120846195fa4ece8f58b268e6043cb2f26": (3, 7, 0),
    "1e31de5234b9f8995739874a8ce0492dc87873e2": (4, 0, 0),
    "8ade135a41bc03ea155e62e844d188df1ea18608": (4, 1, 0),
    "b4ffde65f46336ab88eb53be808477a3936bae11": (4, 1, 1),
    "9bb56186c3b09b4f86b1c65136769dd318469633": (4, 1, 2),
    "1d96c772d19495a3b5c517cd2bc0cb401ea0529f": (4, 1, 3),
    "0ad4b8fadaa221de15dcec353f45205ec38ea70b": (4, 1, 4),
    "44c2b7a8a4ea60a981eaca3cf939b5f4305c123b": (4, 1, 5),
    "a5ac7e51b41094c92402da3b24376905380afc29": (4, 1, 6),
    "692973e3d937129bcbf40652eb9f2f61becf3332": (4, 1, 7),
    "d632683dd7b4114ad314bca15554477dd762a938": (4, 2, 0),
    "eef61447b9ff4aafe5dcd4e0bbf5d482be7e7871": (4, 2, 1),
    "11bd71901bbe5b1630ceea73d27597364c9af683": (4, 2, 2),
    "08eba0b27e820071cde6df949e0beb9ba4906955": (4, 3, 0),
    "34e114876b0b11c390a56381ad16ebd13914f8d5": (4, 3, 1),
    "11d5960a326750d5838078e36cf38b85af677262": (4, 4, 0),
    "08c6903cd8c0fde910a37f88322edcfb5dd907a8": (5, 0, 0),
    "93cb6efe18208431cddfb8368fd83d5badbf9bfd": (5, 0, 1),
    "fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09": (5, 1, 0),
    "1af3b93b6815bc44a9784bd300feb67ff0d1eeb3": (6, 0, 0),
    "8e8c483db84b4bee98b60c0593521ed34d9990e8": (6, 0, 1),
    "de0fac2e4500dabe0009e67214ff5f5447ce83dd": (6, 0, 2),
    "df4cb1c069e1874edd31b4311f1884172cec0e10": (6, 0, 3),
    "d23441a48e516b6c34aea4fa41551a30e30af803": (6, 1, 0),
    "9c091bb21b7c1c1d1991bb908d89e4e9dddfe3e0": (7, 0, 0),
    "3d3c42e5aac5ba805825da76410c181273ba90b1": (7, 0, 1),
}
"""The commit of each release from v2.0.0 to v7.0.1 to its version (the action's tags, read 2026-11)."""

_TAG = re.compile(r"v(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_COMMIT = re.compile(r"[0-9a-f]{40}")


def refuses_forks(ref: str) -> bool | None:
    """Whether the action at `ref` refuses a fork's code on github.com; None where the ref doesn't say."""
    if ref in ("main", "master"):
        return True
    version = _version(ref)
    if version is None:
        return None
    major, *rest = version
    if not rest:
        # A floating tag, which was moved to the guarded release.
        return major >= min(FIRST_GUARDED)
    guarded = FIRST_GUARDED.get(major)
    return tuple(rest) >= guarded if guarded is not None else major > max(FIRST_GUARDED)


def major_version(ref: str) -> int | None:
    """The major version that a ref names; None where it doesn't say."""
    if ref in ("main", "master"):
        return max(FIRST_GUARDED)
    version = _version(ref)
    return version[0] if version is not None else None


def _version(ref: str) -> tuple[int, ...] | None:
    """The version that a commit or a tag is; of a floating tag the major one alone."""
    if _COMMIT.fullmatch(ref):
        return RELEASES.get(ref)
    tag = _TAG.fullmatch(ref)
    if tag is None:
        return None
    return (int(tag[1]),) if tag[2] is None else (int(tag[1]), int(tag[2]), int(tag[3] or 0))
