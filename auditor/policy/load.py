"""Reads the policy file, `ci-audit.yml`. It belongs to the audited repository: it may silence, with a
reason that is counted and shown, and can load nothing."""

from __future__ import annotations

from pathlib import Path

from auditor.cloud.publisher import TrustedPublisher
from auditor.errors import PolicyError, in_plain_words
from auditor.files import disk
from auditor.files.repository_files import FilesOnDisk, RepositoryFiles
from auditor.languages.yaml import Mapping, Node, Scalar, Sequence, parse
from auditor.model.policy import ApprovedRunners, Exclusion, Policy
from auditor.source import Source

NAMES = ("ci-audit.yml", ".github/ci-audit.yml")
"""Where a repository's policy is looked for, in this order."""


def load_policy(root: Path) -> Policy:
    """The policy of the repository at `root`. Raises `PolicyError`."""
    return policy_among(FilesOnDisk(root))


def policy_among(files: RepositoryFiles) -> Policy:
    """The policy in a repository's files; an empty one where it has none. No link out of them counts.

    Raises `PolicyError`, which names the file and the line, where it can't be used: a policy that
    silences something else than its author meant is worse than none.
    """
    for name in NAMES:
        if files.is_file(name):
            return read_policy(_source(files, name))
    return Policy()


def read_policy(source: Source) -> Policy:
    """The policy in a text. Raises `PolicyError`."""
    # Late: pydantic takes longer to import than most repositories take to audit.
    from pydantic import ValidationError

    from auditor.policy.schema import HELP, PolicyFile

    tree = parse(source)
    for problem in tree.problems:
        line = problem.location.span.start.line
        raise PolicyError(source.path, line, problem.message, help="Mend the policy file.")
    try:
        content = _plain(tree.root)
        written = PolicyFile.model_validate({} if content is None else content)
    except ValidationError as error:
        first = error.errors()[0]
        keys = list(first["loc"])
        where = ".".join(str(part)[:40] for part in keys) or "the file"
        line = _place(tree.root, keys)
        raise PolicyError(
            source.path, line, f"`{where}`: {in_plain_words(first['msg'])}", help=HELP
        ) from None
    places = _items(tree.root, "trusted-publishers")
    listed = written.runners
    return Policy(
        source.path,
        tuple(Exclusion(item.path, item.reason) for item in written.exclude),
        tuple(
            TrustedPublisher(**item.model_dump(), location=place.location)
            for item, place in zip(written.publishers, places, strict=True)
        ),
        None if listed is None else ApprovedRunners(tuple(listed.labels), tuple(listed.groups)),
    )


def _source(files: RepositoryFiles, name: str) -> Source:
    try:
        return Source.decode(name, files.read(files.follow(name)))
    except disk.TooLargeError:
        raise PolicyError(name, None, "too large", help="A policy file is at most 1 MB.") from None
    except OSError as error:
        raise PolicyError(name, None, disk.explain(error), help="Make the policy file readable.") from None
    except UnicodeDecodeError:
        raise PolicyError(name, None, "not UTF-8", help="Save the policy file as UTF-8.") from None


def _plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {entry.key.value: _plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [_plain(item) for item in node]
    if isinstance(node, Scalar):
        return None if node.is_null else node.value
    return None


def _items(node: Node | None, key: str) -> tuple[Node, ...]:
    """The items of a list that the root holds."""
    found = node.get(key) if isinstance(node, Mapping) else None
    return found.items if isinstance(found, Sequence) else ()


def _place(node: Node | None, keys: list[int | str]) -> int:
    """The line of the deepest value on the way that exists."""
    for key in keys:
        below: Node | None = None
        if isinstance(node, Mapping):
            below = node.get(str(key))
        elif isinstance(node, Sequence) and isinstance(key, int) and key < len(node.items):
            below = node.items[key]
        if below is None:
            break
        node = below
    return node.span.start.line if node is not None else 1
