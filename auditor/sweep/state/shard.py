"""A part of a sweep: which repositories are this machine's, where several share an organisation."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from auditor.errors import UsageError

MAX_SHARDS = 256
"""As many as one matrix of GitHub's has jobs (GitHub docs, "Actions limits", read 2026-11)."""


@dataclass(frozen=True, slots=True)
class Shard:
    """The part `number`, counted from 1, of `count`. A repository stays in its part when it is renamed."""

    number: int = 1
    count: int = 1

    @property
    def share(self) -> float:
        """What is this part's of a budget that all parts share."""
        return 1 / self.count

    def owns(self, id: int) -> bool:
        """Whether the repository with this id belongs to the part: to one of all parts it does."""
        # Ids that follow each other are often one team's; a digest spreads them evenly.
        digest = hashlib.sha256(str(id).encode("ascii")).digest()
        return int.from_bytes(digest[:8], "big") % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"


def parsed(text: str) -> Shard:
    """The part that `--shard` names, `2/8` the second of eight. Raises `UsageError`."""
    found = re.fullmatch(r"([0-9]{1,3})/([0-9]{1,3})", text)
    number, count = map(int, found.groups()) if found else (0, 0)
    if not 1 <= number <= count <= MAX_SHARDS:
        raise UsageError(
            f"`{text}` is no part of a sweep", help=f"Write 1/4 to 4/4, say; {MAX_SHARDS} parts at most."
        )
    return Shard(number, count)
