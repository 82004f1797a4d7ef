"""What became of uploads to code scanning, as lines for the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from auditor.github.code_scanning.upload import Delivered, UploadOutcome
from auditor.report.escape import printed
from auditor.report.words import counted

MAX_FAILED = 20
"""Repositories whose upload failed that are listed one by one."""


def render(delivered: Iterable[Delivered]) -> Iterator[str]:
    """How many uploads ended how, why some were skipped, and each that failed; each line with its break."""
    endings: Counter[UploadOutcome] = Counter()
    skipped: Counter[str] = Counter()
    failed = []
    for each in delivered:
        endings[each.ending] += 1
        if each.ending is UploadOutcome.SKIPPED:
            skipped[each.reason] += 1
        elif each.ending is UploadOutcome.FAILED:
            failed.append(f"{each.target.repository}: {each.reason}")
    yield f"code scanning: {', '.join(f'{endings[ending]:,} {ending.value}' for ending in UploadOutcome)}\n"
    for reason, number in skipped.most_common():
        yield f"  skipped: {printed(reason)} ({number:,})\n"
    for line in failed[:MAX_FAILED]:
        yield f"  failed: {printed(line)}\n"
    if more := failed[MAX_FAILED:]:
        yield f"  failed: {counted(len(more), 'more repository', 'more repositories')}\n"
