"""What the `git`, `gh` and `patch` commands of a job's scripts fetch of a pull request, in their order."""

from __future__ import annotations

import re
from typing import TypeAlias

from auditor.facts.code.executions import reads_its_input
from auditor.facts.code.head_ref import FREE_BEGINNING, PULL_REF, Head, HeadReference
from auditor.facts.code.heads import Heads
from auditor.facts.job.commands import bare_words, positional, stages
from auditor.facts.job.paths import UNKNOWN, resolve
from auditor.facts.job.steps import StepInJob
from auditor.facts.reach.path import Path
from auditor.finding import Confidence
from auditor.knowledge.programs.execution import INSTALLERS
from auditor.languages.shell import Command, Script, Word

_Named: TypeAlias = int | tuple[str, int]
"""The offset of an expression in a script, or a variable's name with its offset."""

HeadInFolder = tuple[str, Confidence, bool]
"""A folder, how surely, and whether another commit may come than the one that was looked at."""

_TAKES = frozenset(
    {"checkout", "switch", "merge", "reset", "rebase", "cherry-pick", "restore", "worktree", "read-tree"}
)
_OUTSIDERS = frozenset(
    {
        HeadReference.COMMIT,
        HeadReference.LOOKED_UP,
        HeadReference.PULL_REF,
        HeadReference.REPOSITORY,
        HeadReference.PATCH,
    }
)
_IF_FETCHED = frozenset({HeadReference.BRANCH, HeadReference.CHOSEN})
_PATCH_URL = re.compile(r"/pull/[^/\s]+\.(?:patch|diff)\b|/pulls/[^/\s]+$")
_VALUED = frozenset(
    {"-C", "-c", "--git-dir", "--work-tree", "--depth", "-b", "-B", "--branch", "-o", "--origin", "-m"}
)
_MAX_NAMES = 200
_ARCHIVE = re.compile(r"/(?:archive|tarball|zipball)/|://codeload\.")
_RAW = re.compile(r"://raw\.|/raw/")
_ADDRESS = re.compile(r"^(?:[\w.\[\],-]+\s?@\s?)?(?:git\+)?(?:https?|ssh|git)://|^git@|^github:")
_LONGEST = 3


class GitCommands:
    """Remembers what was fetched and isn't in the working tree yet. `archive` is what one holds."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self._remotes: set[str] = set()
        self._fetched: set[str] = set()
        self._has_patch = False
        self.archive: frozenset[Head] = frozenset()
        self._known: dict[_Named, frozenset[Head]] = {}
        self._script: tuple[StepInJob, Script, Path] | None = None

    def enter(self, step_in_job: StepInJob, script: Script, path: Path) -> None:
        """The next commands are those of this script."""
        self._script = step_in_job, script, path
        self._known = {}

    def checkout(self, command: Command, folder: str) -> HeadInFolder | None:
        """What a command puts into the working tree."""
        words = [word.value for word in command.args]
        match command.program:
            case "gh" | "hub" if words[:2] == ["pr", "checkout"]:
                return folder, Confidence.HIGH, True
            case "gh" if words[:2] == ["repo", "clone"] and self._is_outsiders(list(command.args[2:3])):
                return self._clone(command.args[2:4], folder)
            case "gh" if words[:1] == ["api"]:
                self._download(command)
            case "gh" if words[:2] == ["pr", "diff"]:
                self._has_patch = True
            case "curl" | "wget":
                self._has_patch |= any(self._is_patch(word) for word in command.args)
                self._download(command)
            case "patch" if self._has_patch:
                return folder, Confidence.HIGH, True
            case "git":
                return self._by_git(command, folder)
        return None

    def runs(self, command: Command) -> tuple[str, Confidence, bool] | None:
        """What a command executes of a head that it fetches, how surely it is one, and if it may move."""
        assert self._script is not None
        fetched = [word for word in command.args if self._is_outsiders([word])]
        if not fetched:
            return None
        if command.program in ("curl", "wget"):
            fetched = [word for word in fetched if _RAW.search(word.value)]
            reader = self._script[1].piped_into(command)
            words = bare_words(reader) if reader is not None and fetched else ()
            if not reads_its_input(words):
                return None
            what = f"`{words[0]}` executes what is downloaded"
        else:
            fetched = [word for word in fetched if self._is_address(word)]
            found = next((words for words in stages(command) if _installs(words)), None)
            if not fetched or found is None:
                return None
            what = f"`{' '.join(found[:2])}` builds or runs what it fetches"
        fixed = any(head.names is HeadReference.COMMIT for word in fetched for head in self._of(word))
        return what, self._surely(fetched), not fixed

    def _is_address(self, word: Word) -> bool:
        if _ADDRESS.search(word.value):
            return True
        only = word.variable is not None or word.island is not None
        return only and any(head.names is HeadReference.REPOSITORY for head in self._of(word))

    def _download(self, command: Command) -> None:
        fetched = [
            word for word in command.args if _ARCHIVE.search(word.value) and self._is_outsiders([word])
        ]
        self.archive |= {head for word in fetched for head in self._of(word)}

    def _clone(self, words: tuple[Word, ...], folder: str) -> HeadInFolder:
        place = resolve(words[1].value, folder) if len(words) > 1 else UNKNOWN
        return place, self._surely(list(words)), True

    def _is_patch(self, word: Word) -> bool:
        kinds = {head.names for head in self._of(word)}
        return HeadReference.PATCH in kinds or _PATCH_URL.search(word.value) is not None

    def _by_git(self, command: Command, folder: str) -> HeadInFolder | None:
        words, skip = [], False
        for word in command.args:
            if not skip and word.value == "-C":
                folder = resolve(_after(command.args, word), folder)
            if skip or word.value.startswith("-"):
                skip = not skip and word.value in _VALUED
                continue
            words.append(word)
        subcommand, *rest = [word.value for word in words] or [""]
        match subcommand:
            case "remote" if rest[:1] == ["add"] and self._is_outsiders(words[2:]):
                self._remotes.update(rest[1:2])
            case "fetch":
                self._fetch(words[1:])
            case "pull" if self._comes_from_outside(words[1:]):
                return folder, self._surely(words[1:]), True
            case "clone" if self._is_outsiders(words[1:]):
                place = resolve(rest[1], folder) if len(rest) > 1 else UNKNOWN
                return place, self._surely(words[1:]), True
            case "apply" | "am" if self._has_patch:
                return folder, Confidence.HIGH, True
            case checkout if checkout in _TAKES:
                return self._check_out(checkout, words[1:], folder)
        return None

    def _fetch(self, words: list[Word]) -> None:
        if not self._comes_from_outside(words):
            return
        self._fetched.add("FETCH_HEAD")
        if words and words[0].value in self._remotes:
            self._fetched.add(f"{words[0].value}/")
        for word in words[:_MAX_NAMES]:
            _, colon, local = word.value.rpartition(":")
            if colon and "://" not in word.value:
                local = local.removeprefix("refs/heads/").removeprefix("refs/").removeprefix("remotes/")
                self._fetched.add(local.removesuffix("*") if local.endswith("/*") else local)

    def _check_out(self, subcommand: str, words: list[Word], folder: str) -> HeadInFolder | None:
        heads_named = [word for word in words if self._is_fetched_head(word)]
        if not heads_named:
            return None
        place = folder
        if subcommand == "worktree" and len(words) > 1:
            place = resolve(words[1].value, folder)
        heads = {head for word in heads_named for head in self._of(word)}
        fixed = any(head.names is HeadReference.COMMIT for head in heads)
        # A commit that nothing has fetched may not be there.
        surely = self._surely(heads_named) if self._fetched else Confidence.MEDIUM
        return place, surely, not fixed

    def _is_fetched_head(self, word: Word) -> bool:
        value = word.value.removeprefix("refs/").removeprefix("remotes/")
        if value in self._fetched or PULL_REF.search(word.value):
            return True
        if any(value.startswith(each) for each in self._fetched if each.endswith("/")):
            return True
        kinds = {head.names for head in self._of(word)}
        return bool(kinds & _OUTSIDERS) or (bool(kinds & _IF_FETCHED) and bool(self._fetched))

    def _comes_from_outside(self, words: list[Word]) -> bool:
        """Whether a fetch gets more than branches of this repository."""
        named = bool(words) and words[0].value in self._remotes
        return named or self._is_outsiders(words)

    def _is_outsiders(self, words: list[Word]) -> bool:
        return any(
            PULL_REF.search(word.value) is not None
            or {head.names for head in self._of(word)} & (_OUTSIDERS | {HeadReference.CHOSEN})
            for word in words
        )

    def _surely(self, words: list[Word]) -> Confidence:
        heads = [head.confidence for word in words for head in self._of(word)]
        return max(heads, default=Confidence.HIGH)

    def _of(self, word: Word) -> frozenset[Head]:
        names: list[_Named] = [(variable.name, variable.start) for variable in word.variables]
        names += [start for start, _ in word.islands]
        found = frozenset(head for name in names[:_MAX_NAMES] for head in self._named(name))
        chosen = {head for head in found if head.names is HeadReference.CHOSEN}
        return found - chosen | (self._named(_first(word)) & chosen if chosen else chosen)

    def _named(self, name: _Named) -> frozenset[Head]:
        """What a variable, or the expression at an offset of the script, names in the runs of the path."""
        if name not in self._known:
            assert self._script is not None
            step_in_job, _, path = self._script
            if not isinstance(name, int):
                found = self._heads.variable(*name, step_in_job, path)
            else:
                found = iter(self._heads.at(name, step_in_job.step.run, step_in_job, path))
            self._known[name] = frozenset(head for head in found if head.is_named(path.entry))
        return self._known[name]


def _installs(words: tuple[str, ...]) -> bool:
    plain = (*words[:1], *positional(words[1:]))
    return any(plain[:length] in INSTALLERS for length in range(1, _LONGEST + 1))


def _first(word: Word) -> _Named:
    """The variable or expression that a word begins with; no name where it begins with neither."""
    free = FREE_BEGINNING.match(word.value)
    rest = word.value[free.end() :] if free else word.value
    if rest.startswith("${{") and word.islands:
        return word.islands[0][0]
    first = word.variables[0] if rest.startswith("$") and word.variables else None
    return (first.name, first.start) if first is not None else ("", 0)


def _after(args: tuple[Word, ...], word: Word) -> str:
    at = args.index(word) + 1
    return args[at].value if at < len(args) else ""
