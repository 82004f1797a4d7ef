"""What the repositories of a machine-learning organisation hold: workflows, manifests and a little code.

Everything is a pure function of a seed and a repository's number, so nothing needs to be kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from random import Random

from fake_github.state.objects import PROGRAM, File
from fake_github.state.workflows import FAULTY, FINE

SHARED = 40
"""Variants of each workflow that repositories have in common, as copies of one template."""

_FAULTS = 0.06
_TOPICS = ("vision", "speech", "ranking", "rlhf", "tokens", "eval", "search", "agents", "data", "serving")
_THINGS = ("trainer", "pipeline", "models", "bench", "kernels", "gateway", "notebooks", "store", "lab", "kit")


def name_of(number: int) -> str:
    """The name of the repository with that number, from 0; each has another."""
    topic, thing = _TOPICS[number % 10], _THINGS[number // 10 % 10]
    return f"{topic}-{thing}-{number // 100}" if number >= 100 else f"{topic}-{thing}"


def files(seed: int, number: int, *, workflows: int, duplicates: float) -> dict[str, File]:
    """The files of a repository. `duplicates` is the share of workflows that other repositories have, too."""
    random = Random(seed << 32 | number)
    found = dict(_common(number % 10))
    name = name_of(number)
    package = name.replace("-", "_")
    found["README.md"] = File(f"# {name}\n\nSee `docs/`.\n".encode())
    found["pyproject.toml"] = File(
        f'[project]\nname = "{name}"\nversion = "0.{number % 30}.0"\ndependencies = ["torch>=2.5"]\n'.encode()
    )
    found[f"src/{package}/__init__.py"] = File(f'"""{name}."""\n'.encode())
    # Each repository has workflows of different kinds first; only with many of them kinds repeat.
    order = random.sample(range(len(FINE)), len(FINE))
    for index in range(workflows):
        kind, again = order[index % len(FINE)], index // len(FINE)
        path = f".github/workflows/{FINE[kind][0]}{f'-{again}' if again else ''}.yml"
        if random.random() < duplicates:
            found[path] = _shared(kind, random.randrange(SHARED))
        elif random.random() < _FAULTS:
            found[path] = File(written(FAULTY[random.randrange(len(FAULTY))], f"{name}/{index}"))
        else:
            found[path] = File(written(FINE[kind], f"{name}/{index}"))
    return found


def written(kind: tuple[str, str], variant: str) -> bytes:
    """The text of a kind of workflow; another one for each variant."""
    digest = hashlib.sha1(variant.encode(), usedforsecurity=False).digest()
    text = kind[1].replace("@VARIANT@", variant).replace("@MINUTE@", str(digest[0] % 60))
    text = text.replace("@HOUR@", str(digest[1] % 24)).replace("@SHARDS@", str(2 + digest[2] % 7))
    return text.replace("@LEARNING_RATE@", f"0.{1 + digest[3]:04d}").encode()


@cache
def _shared(kind: int, variant: int) -> File:
    return File(written(FINE[kind], f"template/{variant}"))


@cache
def _common(sort: int) -> tuple[tuple[str, File], ...]:
    """Files that are alike in every tenth repository."""
    ignored = b"*.pyc\ndist/\nwandb/\n"
    found: list[tuple[str, File]] = [(".gitignore", File(ignored)), ("LICENSE", File(_LICENSE))]
    sometimes: dict[int, Callable[[], tuple[str, File]]] = {
        0: lambda: ("infra/main.tf", File(_TERRAFORM)),
        1: lambda: ("action.yml", File(_ACTION)),
        2: lambda: (".github/actions/setup/action.yml", File(_ACTION)),
        3: lambda: ("CLAUDE.md", File(b"Run `make test` before each commit.\n")),
        4: lambda: (".github/CODEOWNERS", File(b"* @acme/platform\n")),
        5: lambda: ("scripts/release.sh", File(b"#!/bin/sh\nset -eu\nmake dist\n", PROGRAM)),
        6: lambda: (".github/dependabot.yml", File(_DEPENDABOT)),
    }
    if sort in sometimes:
        found.append(sometimes[sort]())
    return tuple(found)


_LICENSE = b"Apache License, version 2.0: https://www.apache.org/licenses/LICENSE-2.0\n"
_ACTION = b"""\
name: Set up
description: Installs the project's environment
runs:
  using: composite
  steps:
    - run: python -m pip install --require-hashes --requirement requirements.txt
      shell: bash
"""
_DEPENDABOT = b"""\
version: 2
updates:
  - package-ecosystem: github-actions
    directory: /
    schedule:
      interval: weekly
    cooldown:
      default-days: 7
"""
_TERRAFORM = b"""\
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:acme/vision-trainer:environment:training"]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "training" {
  name               = "training"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""
