"""Workflows of machine-learning repositories, each as (file name, text); the commits of actions are made up.

`@VARIANT@`, `@MINUTE@`, `@HOUR@`, `@SHARDS@` and `@LEARNING_RATE@` differ from repository to repository.
"""

from __future__ import annotations

import hashlib
import re


def _pinned(text: str) -> str:
    """Each `owner/action@?` at a commit of its own."""

    def commit(match: re.Match[str]) -> str:
        return f"{match[1]}@{hashlib.sha1(match[1].encode(), usedforsecurity=False).hexdigest()}"

    return re.sub(r"(\w[\w./-]+)@\?", commit, text)


_TEST = """\
# @VARIANT@
name: test
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
concurrency:
  group: test-${{ github.ref }}
  cancel-in-progress: true
jobs:
  unit:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    strategy:
      matrix:
        python: ["3.11", "3.12", "3.13"]
        shard: [1, @SHARDS@]
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - uses: actions/setup-python@?
        with:
          python-version: ${{ matrix.python }}
      - run: python -m pip install --require-hashes --requirement requirements.txt
      - run: python -m pytest --shard-id "$SHARD" --num-shards @SHARDS@
        env:
          SHARD: ${{ matrix.shard }}
"""

_LINT = """\
# @VARIANT@
name: lint
on: pull_request
permissions:
  contents: read
jobs:
  ruff:
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: pipx run ruff==0.9.@MINUTE@ check .
"""

_GPU = """\
# @VARIANT@
name: gpu
on:
  push:
    branches: [main]
  workflow_dispatch:
permissions:
  contents: read
jobs:
  kernels:
    runs-on:
      group: gpu-trusted
      labels: [self-hosted, linux, a100]
    timeout-minutes: 90
    concurrency: gpu-kernels
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: python -m pytest tests/gpu -n @SHARDS@
        env:
          CUDA_VISIBLE_DEVICES: "0"
"""

_RELEASE = """\
# @VARIANT@
name: release
on:
  release:
    types: [published]
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    permissions:
      contents: read
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: python -m build
      - uses: actions/upload-artifact@?
        with:
          name: dist-@MINUTE@
          path: dist/
  publish:
    needs: build
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: actions/download-artifact@?
        with:
          name: dist-@MINUTE@
          path: dist/
      - uses: pypa/gh-action-pypi-publish@?
"""

_TRAIN = """\
# @VARIANT@
name: train
on:
  schedule:
    - cron: "@MINUTE@ @HOUR@ * * 1-5"
permissions:
  contents: read
  id-token: write
jobs:
  nightly:
    runs-on: ubuntu-24.04
    timeout-minutes: 300
    environment: training
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - uses: aws-actions/configure-aws-credentials@?
        with:
          role-to-assume: arn:aws:iam::111122223333:role/training
          aws-region: eu-west-1
      - run: python -m train --learning-rate @LEARNING_RATE@ --nodes @SHARDS@
"""

_IMAGE = """\
# @VARIANT@
name: image
on:
  push:
    tags: ["v*"]
permissions:
  contents: read
  packages: write
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - uses: docker/login-action@?
        with:
          registry: ghcr.io
          username: ${{ github.actor }}
          password: ${{ secrets.GITHUB_TOKEN }}
      - uses: docker/build-push-action@?
        with:
          push: true
          tags: ghcr.io/acme/serve:${{ github.ref_name }}
          build-args: WORKERS=@SHARDS@
"""

_DOCS = """\
# @VARIANT@
name: docs
on:
  push:
    branches: [main]
permissions:
  contents: read
jobs:
  pages:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      contents: read
      pages: write
      id-token: write
    environment: github-pages
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: make docs JOBS=@SHARDS@
      - uses: actions/upload-pages-artifact@?
        with:
          path: docs/_build
      - uses: actions/deploy-pages@?
"""

_TRIAGE = """\
# @VARIANT@
name: triage
on:
  issues:
    types: [opened]
permissions:
  contents: read
  issues: write
jobs:
  label:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: gh issue edit "$NUMBER" --add-label "needs-triage-@MINUTE@"
        env:
          NUMBER: ${{ github.event.issue.number }}
          GH_TOKEN: ${{ github.token }}
          GH_REPO: ${{ github.repository }}
"""

_EVAL = """\
# @VARIANT@
name: evaluate
on:
  workflow_dispatch:
    inputs:
      suite:
        type: choice
        options: [small, full]
permissions:
  contents: read
jobs:
  score:
    runs-on: ubuntu-24.04
    timeout-minutes: 120
    environment: evaluation
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: python -m evaluate --suite "$SUITE" --seed @MINUTE@
        env:
          SUITE: ${{ inputs.suite }}
          WANDB_API_KEY: ${{ secrets.WANDB_API_KEY }}
"""

_HUB = """\
# @VARIANT@
name: hub
on:
  push:
    branches: [main]
    paths: ["models/**"]
permissions:
  contents: read
jobs:
  sync:
    runs-on: ubuntu-24.04
    timeout-minutes: 45
    environment: hub
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: hf upload acme/base-@SHARDS@b models/
        env:
          HF_TOKEN: ${{ secrets.HF_TOKEN }}
"""

_STALE = """\
# @VARIANT@
name: stale
on:
  schedule:
    - cron: "@MINUTE@ @HOUR@ * * *"
permissions:
  issues: write
jobs:
  close:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/stale@?
        with:
          days-before-stale: @SHARDS@0
"""

_CALLED = """\
# @VARIANT@
name: shared
on:
  workflow_call:
    inputs:
      shards:
        type: number
        default: @SHARDS@
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@?
        with:
          persist-credentials: false
      - run: make check SHARDS="$SHARDS"
        env:
          SHARDS: ${{ inputs.shards }}
"""

_FORK_GPU = """\
# @VARIANT@
name: gpu-pr
on: pull_request
jobs:
  kernels:
    runs-on: [self-hosted, gpu]
    steps:
      - uses: actions/checkout@?
      - run: make test SHARDS=@SHARDS@
"""

_TITLE = """\
# @VARIANT@
name: greet
on:
  pull_request_target:
    types: [opened]
permissions:
  pull-requests: write
jobs:
  greet:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - run: echo "Thanks for ${{ github.event.pull_request.title }} (@MINUTE@)"
"""

_TARGET = """\
# @VARIANT@
name: preview
on: pull_request_target
permissions:
  contents: write
jobs:
  preview:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@?
        with:
          ref: ${{ github.event.pull_request.head.sha }}
      - run: make preview PORT=80@MINUTE@
        env:
          WANDB_API_KEY: ${{ secrets.WANDB_API_KEY }}
"""

_TAGS = """\
# @VARIANT@
name: build
on: push
permissions: write-all
jobs:
  build:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v4
      - uses: acme-tools/cache-models@main
      - run: make build JOBS=@SHARDS@
"""

_AGENT = """\
# @VARIANT@
name: agent
on:
  issues:
    types: [opened, edited]
permissions:
  contents: write
  issues: write
  id-token: write
jobs:
  answer:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
    steps:
      - uses: actions/checkout@?
      - uses: anthropics/claude-code-action@?
        with:
          anthropic_api_key: ${{ secrets.ANTHROPIC_API_KEY }}
          allowed_non_write_users: "*"
          prompt: "Answer this issue in @SHARDS@ sentences: ${{ github.event.issue.body }}"
"""

FINE = tuple(
    (name, _pinned(text))
    for name, text in (
        ("test", _TEST),
        ("lint", _LINT),
        ("gpu", _GPU),
        ("release", _RELEASE),
        ("train", _TRAIN),
        ("image", _IMAGE),
        ("docs", _DOCS),
        ("triage", _TRIAGE),
        ("evaluate", _EVAL),
        ("hub", _HUB),
        ("stale", _STALE),
        ("shared", _CALLED),
    )
)
"""Workflows that most owners are content with."""

FAULTY = tuple(
    (name, _pinned(text))
    for name, text in (
        ("gpu-pr", _FORK_GPU),
        ("greet", _TITLE),
        ("preview", _TARGET),
        ("build", _TAGS),
        ("agent", _AGENT),
    )
)
"""Workflows in which rules find something."""
