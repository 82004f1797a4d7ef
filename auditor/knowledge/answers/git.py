"""What the commands of git print of the repository that they work in.

Source: the manuals of git 2.51 (git-log "Pretty formats", git-diff, git-for-each-ref, git-rev-parse,
git-describe, git-ls-files, git-status, git-config), read 2026-11.
"""

from __future__ import annotations

import re

from auditor.knowledge.answers.content import Content, Contents, Kind, Of

Words = tuple[str | None, ...]


def _of(*kinds: Kind) -> Contents:
    return tuple(Content(kind, Of.COMMIT_OF_CHECKOUT) for kind in kinds)


_PERSON = (Kind.AUTHOR_NAME, Kind.AUTHOR_EMAIL)
_MESSAGE = (Kind.COMMIT_SUBJECT, Kind.COMMIT_MESSAGE)
_LOG = _of(*_MESSAGE, *_PERSON, Kind.SHA, Kind.DATE)

PLACEHOLDERS: dict[str, tuple[Kind, ...]] = {
    **dict.fromkeys(("H", "h", "T", "t", "P", "p"), (Kind.SHA,)),
    **dict.fromkeys(("an", "aN", "cn", "cN", "al", "aL", "cl", "cL", "gn", "gN"), (Kind.AUTHOR_NAME,)),
    **dict.fromkeys(("ae", "aE", "ce", "cE", "ge", "gE"), (Kind.AUTHOR_EMAIL,)),
    **dict.fromkeys(
        ("ad", "aD", "ar", "at", "ai", "aI", "as", "ah", "cd", "cD", "cr", "ct", "ci", "cI", "cs", "ch"),
        (Kind.DATE,),
    ),
    **dict.fromkeys(("s", "f", "gs", "gS"), (Kind.COMMIT_SUBJECT,)),
    **dict.fromkeys(("b", "B", "N", "GG"), (Kind.COMMIT_MESSAGE,)),
    **dict.fromkeys(("d", "D", "S", "gd", "gD"), (Kind.BRANCH,)),
    **dict.fromkeys(("G?", "GK", "GF", "GP", "GT", "m", "n", "e"), (Kind.STATE,)),
    "GS": (Kind.AUTHOR_NAME,),
}
"""Of `--format`: `%f` is the subject with all but letters, digits, `.` and `_` made to `-`, so harmless."""

HARMLESS_PLACEHOLDERS = frozenset({"f"})

NAMED_FORMATS: dict[str, Contents] = {
    "oneline": _of(Kind.SHA, Kind.COMMIT_SUBJECT),
    "reference": _of(Kind.SHA, Kind.COMMIT_SUBJECT, Kind.DATE),
    **dict.fromkeys(("short", "medium", "full", "fuller", "email", "mboxrd", "raw"), _LOG),
}

REF_FIELDS: dict[str, Kind] = {
    "refname": Kind.BRANCH,
    "upstream": Kind.BRANCH,
    "push": Kind.BRANCH,
    "symref": Kind.BRANCH,
    "HEAD": Kind.STATE,
    "objectname": Kind.SHA,
    "objecttype": Kind.STATE,
    "objectsize": Kind.NUMBER,
    "subject": Kind.COMMIT_SUBJECT,
    "contents": Kind.COMMIT_MESSAGE,
    "body": Kind.COMMIT_MESSAGE,
    "authorname": Kind.AUTHOR_NAME,
    "authoremail": Kind.AUTHOR_EMAIL,
    "author": Kind.AUTHOR_NAME,
    "committername": Kind.AUTHOR_NAME,
    "committeremail": Kind.AUTHOR_EMAIL,
    "committer": Kind.AUTHOR_NAME,
    "taggername": Kind.AUTHOR_NAME,
    "taggeremail": Kind.AUTHOR_EMAIL,
    "creatordate": Kind.DATE,
    "committerdate": Kind.DATE,
    "authordate": Kind.DATE,
}
"""Of `git for-each-ref --format=%(NAME)`."""

NAMES_ONLY = frozenset({"--name-only", "--name-status", "--stat", "--numstat", "--summary", "--dirstat"})
COUNTS_ONLY = frozenset({"--shortstat", "--quiet", "--exit-code", "--count"})
_VALUED = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path")
_PLACEHOLDER = re.compile(r"%(G[?GSKFPT]|[acg][a-zA-Z]|[a-zA-Z])")
_REF_FIELD = re.compile(r"%\(\*?([A-Za-z]+)")

PRINTS: dict[str, Contents] = {
    "branch": _of(Kind.BRANCH),
    "describe": _of(Kind.TAG),
    "tag": _of(Kind.TAG),
    "symbolic-ref": _of(Kind.BRANCH),
    "name-rev": _of(Kind.BRANCH),
    "ls-files": _of(Kind.FILE_NAMES),
    "ls-tree": _of(Kind.FILE_NAMES, Kind.SHA),
    "diff-tree": _of(Kind.FILE_NAMES, Kind.SHA),
    "diff-index": _of(Kind.FILE_NAMES, Kind.SHA),
    "diff-files": _of(Kind.FILE_NAMES, Kind.SHA),
    "whatchanged": _LOG + _of(Kind.FILE_NAMES),
    "status": _of(Kind.FILE_NAMES, Kind.BRANCH),
    "cat-file": _of(Kind.FILE_CONTENT, *_MESSAGE, *_PERSON),
    "blame": _of(Kind.FILE_CONTENT, Kind.AUTHOR_NAME, Kind.SHA),
    "annotate": _of(Kind.FILE_CONTENT, Kind.AUTHOR_NAME, Kind.SHA),
    "grep": _of(Kind.FILE_CONTENT, Kind.FILE_NAMES),
    "shortlog": _of(Kind.AUTHOR_NAME, Kind.COMMIT_SUBJECT),
    "cherry": _of(Kind.SHA),
    "merge-base": _of(Kind.SHA),
    "rev-list": _of(Kind.SHA),
    "hash-object": _of(Kind.SHA),
    "write-tree": _of(Kind.SHA),
    "commit-tree": _of(Kind.SHA),
    "show-ref": _of(Kind.BRANCH, Kind.SHA),
    "ls-remote": (Content(Kind.BRANCH, Of.REPOSITORY), Content(Kind.SHA, Of.REPOSITORY)),
    "remote": (Content(Kind.SAFE, Of.REPOSITORY),),
    "format-patch": _of(Kind.SAFE),
    "request-pull": _LOG,
    "version": (Content(Kind.SAFE),),
    "--version": (Content(Kind.SAFE),),
}
"""By subcommand, where no option matters."""


def git_prints(words: Words) -> Contents | None:
    """What `git WORDS` prints; None where it isn't known."""
    at = 0
    while at < len(words) and (words[at] or "").startswith("-") and words[at] != "--version":
        at += 2 if words[at] in _VALUED else 1
    if at >= len(words) or words[at] is None:
        return None
    command, rest = words[at] or "", words[at + 1 :]
    if command in ("log", "show", "reflog", "diff-tree", "rev-list", "whatchanged"):
        return _logged(command, rest)
    if command == "diff":
        return _differences(rest)
    if command == "rev-parse":
        return _parsed(rest)
    if command in ("for-each-ref", "branch", "tag"):
        return _refs(command, rest)
    return PRINTS.get(command)


def _option(words: Words, *names: str) -> tuple[bool, str | None]:
    """Whether one of the options is given, and its value: None where the script computes it."""
    for at, word in enumerate(words):
        if word is not None:
            name, sign, value = word.partition("=")
            if name in names:
                return True, value if sign else words[at + 1] if at + 1 < len(words) else None
    return False, None


def _logged(command: str, words: Words) -> Contents:
    if COUNTS_ONLY & set(words):
        return _of(Kind.NUMBER)
    given, format = _option(words, "--format", "--pretty")
    found = (
        PRINTS["rev-list"]
        if command == "rev-list"
        else PRINTS["diff-tree"]
        if command == "diff-tree"
        else _LOG
    )
    if given:
        found = _formatted(format) if format is not None else _LOG
    elif "--oneline" in words:
        found = NAMED_FORMATS["oneline"]
    if NAMES_ONLY & set(words):
        return found + _of(Kind.FILE_NAMES)
    if command == "show" and any(word is not None and ":" in word and word[0] != "-" for word in words):
        return _of(Kind.FILE_CONTENT)
    shows = command == "show" and not {"-s", "--no-patch"} & set(words)
    return found + _of(Kind.DIFF, Kind.FILE_NAMES) if shows or {"-p", "-u", "--patch"} & set(words) else found


def _formatted(format: str) -> Contents:
    """What a format prints. A part of it that the script computes is no placeholder."""
    if format in NAMED_FORMATS:
        return NAMED_FORMATS[format]
    found: list[Kind] = []
    for name in _PLACEHOLDER.findall(format.replace("%%", "")):
        kinds = PLACEHOLDERS.get(name) or PLACEHOLDERS.get(name[0], ())
        found += (Kind.SAFE,) if name in HARMLESS_PLACEHOLDERS else kinds
    if "%(trailers" in format:
        found.append(Kind.COMMIT_MESSAGE)
    if "%(describe" in format or "%(decorate" in format:
        found.append(Kind.BRANCH)
    return _of(*dict.fromkeys(found))


def _differences(words: Words) -> Contents:
    options = set(words)
    if options & COUNTS_ONLY:
        return _of(Kind.NUMBER)
    return _of(Kind.FILE_NAMES) if options & NAMES_ONLY else _of(Kind.DIFF, Kind.FILE_NAMES)


def _parsed(words: Words) -> Contents:
    if {"--abbrev-ref", "--symbolic-full-name", "--symbolic"} & set(words):
        return _of(Kind.BRANCH)
    if {"--show-toplevel", "--git-dir", "--show-prefix", "--absolute-git-dir", "--show-cdup"} & set(words):
        return (Content(Kind.SAFE),)
    return _of(Kind.SHA)


def _refs(command: str, words: Words) -> Contents:
    given, format = _option(words, "--format")
    if given and format is not None:
        named = _REF_FIELD.findall(format)
        kinds = [REF_FIELDS.get(name, Kind.OTHER) for name in named]
        return _of(*dict.fromkeys(kinds))
    if command == "for-each-ref":
        return _of(Kind.SHA, Kind.STATE, Kind.BRANCH)
    if command == "tag":
        return PRINTS["tag"] + (
            _of(*_MESSAGE) if any((word or "").startswith("-n") for word in words) else ()
        )
    verbose = {"-v", "-vv", "--verbose"} & set(words)
    return PRINTS["branch"] + (_of(Kind.SHA, Kind.COMMIT_SUBJECT) if verbose else ())
