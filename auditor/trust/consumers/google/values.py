"""The values of a condition, as far as they are known without a token."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim of the token, as a piece of a text."""

    name: str


@dataclass(frozen=True, slots=True)
class ClaimText:
    """A text that a condition makes: written pieces and claims."""

    pieces: tuple[str | Claim, ...]

    @property
    def written(self) -> str | None:
        """The text, where no claim is in it."""
        texts = [piece for piece in self.pieces if isinstance(piece, str)]
        return "".join(texts) if len(texts) == len(self.pieces) else None

    @property
    def only_claim(self) -> tuple[str, str, str] | None:
        """The written text before the one claim, its name, and what is written behind; else None."""
        places = [number for number, piece in enumerate(self.pieces) if isinstance(piece, Claim)]
        if len(places) != 1:
            return None
        at = places[0]
        claim, before, behind = self.pieces[at], ClaimText(self.pieces[:at]), ClaimText(self.pieces[at + 1 :])
        assert isinstance(claim, Claim)
        return before.written or "", claim.name, behind.written or ""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, truth value or null. No text equals one."""

    value: object


class Unfollowed:
    """A value that isn't followed."""


UNKNOWN = Unfollowed()
Value = ClaimText | Constant | Unfollowed


def same(left: Constant, right: Constant) -> bool:
    """Whether two constants are equal: CEL compares numbers of any type, but no truth value with one."""
    if isinstance(left.value, bool) or isinstance(right.value, bool):
        return left.value is right.value
    return left.value == right.value


_SLASHES = {"repository": 1, "repository_owner": 0, "actor": 0}


def may_be(claim: str, text: str) -> bool:
    """Whether a claim can be that text at all, roughly: it keeps the ways to split a text few."""
    if claim == "ref":
        return not text or text.startswith("refs/")
    return claim not in _SLASHES or text.count("/") == _SLASHES[claim]
