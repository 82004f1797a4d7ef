"""What a filter makes of the text that it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.knowledge.programs.text_filters import CHANGES, PRINTERS, WHOLE
from auditor.languages.reading import Change

_HASHES = frozenset({"cksum", "md5sum", "sha1sum", "sha256sum", "sha512sum", "shasum", "wc", "test", "["})
_ENCODED = frozenset({"base32", "base64", "basenc", "gzip", "hexdump", "od", "openssl", "xxd"})
_PASSING = frozenset({"basename", "dirname", "envsubst", "nl", "shuf", "tac", "xargs"})
_ONLY_LISTED = re.compile(r"-[cCds]*[cC][cCds]*|--complement")
_ONLY_MATCHES = re.compile(r"-[a-zA-Z]*o[a-zA-Z]*|--only-matching")
_WIDE = re.compile(r"[.]|\[\^|\\[SWD]")
_LINE_BREAKS = frozenset("\\nr\n\r")


def change_by(program: str, words: Sequence[str | None]) -> tuple[Change, str] | None:
    """What becomes of a text that a program reads, with words for it; None where that isn't known."""
    if program in PRINTERS or program in WHOLE or program in _PASSING:
        return Change.WHOLE, ""
    if program in _HASHES:
        return Change.COUNTED, ""
    if program not in CHANGES:
        return None
    texts = [word or "" for word in words]
    if _lets_only_listed_through(program, texts):
        return Change.COUNTED, ""
    if program == "tr" and len(texts) == 2 and texts[0] == "-d" and set(texts[1]) <= _LINE_BREAKS:
        return Change.WHOLE, ""
    return (Change.ENCODED if program in _ENCODED else Change.PART), CHANGES[program]


def _lets_only_listed_through(program: str, texts: list[str]) -> bool:
    """Whether a filter keeps only the characters of a list, as `tr -cd` does."""
    if program == "tr":
        return any(_ONLY_LISTED.fullmatch(text) for text in texts)
    if program == "sed":
        return any("[^" in text for text in texts)
    if program == "grep" and any(_ONLY_MATCHES.fullmatch(text) for text in texts):
        return not _WIDE.search(texts[-1].replace("\\.", ""))
    return False
