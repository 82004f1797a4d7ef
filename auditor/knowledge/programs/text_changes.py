"""What programs make of their standard input on its way to their output.

Sources: the manuals of GNU coreutils, grep, sed, gawk, util-linux, jq and OpenSSL, read 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.knowledge.change import Change
from auditor.knowledge.programs.text_filters import CHANGES
from auditor.knowledge.provenance import Provenance

_MANUAL = Provenance("manual of the program", "2026-11")


@dataclass(frozen=True, slots=True)
class TextChange:
    """What a program leaves of its input.

    `plain`: of each line, only letters, digits and signs that mean nothing to a shell are left. `lines`:
    there may be several lines, so a line break in the text can still begin another name.
    """

    change: Change
    by: str
    plain: bool = False
    lines: bool = True
    source: Provenance = _MANUAL


def _each(names: str, change: Change) -> dict[str, TextChange]:
    return {name: TextChange(change, CHANGES.get(name, f"`{name}`")) for name in names.split()}


TEXT_CHANGES: dict[str, TextChange] = {
    **_each(
        "cat sort uniq tee tac nl column expand unexpand shuf envsubst xargs dos2unix unix2dos"
        " less more pv sponge ts fmt fold paste join comm stdbuf unbuffer zcat gunzip bunzip2 unxz",
        Change.WHOLE,
    ),
    **_each(
        "awk gawk mawk cut head tail sed gsed tr grep egrep fgrep rg jq yq gojq jaq dasel xmllint xmlstarlet"
        " pup htmlq basename dirname strings iconv csvcut csvgrep mlr colrm rev",
        Change.PART,
    ),
    **_each(
        "base32 base64 basenc od xxd hexdump gzip bzip2 xz zstd lz4 uuencode openssl gpg age qrencode"
        " urlencode json_pp ascii85",
        Change.ENCODED,
    ),
    **_each(
        "wc md5sum sha1sum sha224sum sha256sum sha384sum sha512sum shasum b2sum b3sum cksum sum md5 crc32"
        " sha256 sha1 date true false test expr bc seq xxhsum",
        Change.COUNTED,
    ),
}
"""By the program's name, where no option says otherwise; a program that isn't here is unknown."""

MAX_SET = 200
"""The longest set of characters that is read, in characters."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.,:/@+-=")
"""Characters that mean nothing to a shell inside of a word, nor in a name for GitHub's files."""

_CLASSES = {
    "alnum": "azAZ09", "alpha": "azAZ", "digit": "09", "lower": "az", "upper": "AZ", "xdigit": "09afAF",
}  # fmt: skip
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "-": "-", "]": "]", "/": "/", ".": ".", "012": "\n"}
_SUBSTITUTION = re.compile(
    r"s([/|#,~!@])\[\^([^\]]{1,200})\][+*]?(?:\\\+)?\1([^/|#,~!@\\&]{0,20})\1([gI]{1,2})"
)
_ONLY_MATCHES = re.compile(r"-[a-zA-Z]{0,8}o[a-zA-Z]{0,8}|--only-matching")
_WIDE = re.compile(r"[.]|\[\^|\\[SWD]")
_MEANS_SOMETHING = re.compile(r"[;&`<>\"' ]|\$.|\\s")
_NAMED_CLASS = re.compile(r"\[:([a-z]{1,8}):\]")
_NUMBERED = frozenset({"-c", "-q", "--count", "--quiet", "--silent"})
_DECODING = frozenset({"-d", "-D", "--decode", "-di"})


def characters(written: str) -> frozenset[str] | None:
    """The characters of a set as `tr` and brackets write it; None where it isn't read."""
    if len(written) > MAX_SET:
        return None
    found: set[str] = set()
    at = 0
    while at < len(written):
        named = _NAMED_CLASS.match(written, at)
        if named:
            pairs = _CLASSES.get(named.group(1))
            if pairs is None:
                return None
            for first, last in zip(pairs[::2], pairs[1::2], strict=True):
                found.update(map(chr, range(ord(first), ord(last) + 1)))
            at = named.end()
            continue
        character, at = _one(written, at)
        if written[at : at + 1] == "-" and at + 1 < len(written):
            last, at = _one(written, at + 1)
            if ord(last) < ord(character):
                return None
            found.update(map(chr, range(ord(character), min(ord(last), ord(character) + 256) + 1)))
        else:
            found.add(character)
    return frozenset(found)


def _one(written: str, at: int) -> tuple[str, int]:
    if written[at] == "\\" and at + 1 < len(written):
        for length in (3, 1):
            escape = written[at + 1 : at + 1 + length]
            if escape in _ESCAPES:
                return _ESCAPES[escape], at + 1 + length
    return written[at], at + 1


def text_change(program: str, words: tuple[str | None, ...]) -> TextChange | None:
    """What `program WORDS` leaves of its input; None where that isn't known."""
    known = TEXT_CHANGES.get(program)
    if known is None:
        return None
    options = {word for word in words if word is not None}
    if program == "tr":
        return _of_tr(words) or known
    if program in ("sed", "gsed"):
        return _of_sed(words) or known
    if program in ("grep", "egrep", "fgrep", "rg") and options & _NUMBERED:
        return TextChange(Change.COUNTED, known.by)
    if program in ("grep", "egrep", "rg") and any(_ONLY_MATCHES.fullmatch(word) for word in options):
        return _of_grep(words) or known
    if program in ("base64", "base32", "basenc") and options & _DECODING:
        return TextChange(Change.WHOLE, known.by)
    if program == "openssl" and words[:1] == ("dgst",):
        return TextChange(Change.COUNTED, known.by)
    if program in ("gzip", "xz", "bzip2", "zstd") and options & {"-d", "-dc", "-cd", "--decompress"}:
        return TextChange(Change.WHOLE, known.by)
    return known


def _of_tr(words: tuple[str | None, ...]) -> TextChange | None:
    """`tr -cd SET` leaves the set; `tr -c SET x` puts `x` in place of all else."""
    flags = "".join(word[1:] for word in words if word is not None and re.fullmatch(r"-[a-zA-Z]{1,4}", word))
    long = {"--complement": "c", "--delete": "d", "--squeeze-repeats": "s"}
    flags += "".join(long.get(word or "", "") for word in words)
    sets = [word for word in words if word is None or not word.startswith("-") or word == "-"]
    if not {"c", "C"} & set(flags) or not sets or sets[0] is None:
        return None
    kept = characters(sets[0])
    if kept is None:
        return None
    if "d" not in flags:
        put = characters(sets[1]) if len(sets) > 1 and sets[1] is not None else None
        if put is None:
            return None
        kept |= put
    return TextChange(Change.PART, CHANGES["tr"], plain=kept - {"\n"} <= _PLAIN, lines="\n" in kept)


def _of_grep(words: tuple[str | None, ...]) -> TextChange | None:
    """`grep -o PATTERN` leaves what the pattern matches: plain, where no part of that takes any character."""
    patterns = [word for word in words if word is not None and not word.startswith("-")]
    if None in words or len(patterns) != 1 or _WIDE.search(patterns[0].replace("\\.", "")):
        return None
    return TextChange(Change.PART, CHANGES["grep"], plain=not _MEANS_SOMETHING.search(patterns[0]))


def _of_sed(words: tuple[str | None, ...]) -> TextChange | None:
    """`sed 's/[^SET]/x/g'` as its only command leaves the set and `x` of each line."""
    commands = [word for word in words if word is not None and word not in ("-e", "-E", "-r", "-z", "-u")]
    match = _SUBSTITUTION.fullmatch(commands[0]) if len(commands) == 1 and None not in words else None
    if match is None:
        return None
    kept = characters(match.group(2))
    if kept is None or "g" not in match.group(4):
        return None
    return TextChange(Change.PART, CHANGES["sed"], plain=kept | set(match.group(3)) <= _PLAIN)
