"""What a trust policy means, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.facts.cloud.policy_meaning import Access, JobRuns, Judgement, Meaning
from auditor.finding import Location, Problem
from auditor.report.escape import dump, printed, printed_line, printed_path

_WHO = {
    "any-repository": "a repository of anybody",
    "other-repository": "another repository of the owner",
    "recycled-name": "anyone who registers the name anew",
    "pull-request": "the run of any pull request",
    "other-ref": "a ref or environment that no job needs",
}


def meanings(found: Sequence[Meaning], problems: Sequence[Problem], *, as_json: bool) -> str:
    """The answer for the policies of one file. In JSON, `role` and `line` name a part's policy."""
    if not as_json:
        return "\n".join("\n".join(_lines(one)) for one in found) + ("\n" if found else "")
    tightest = [_tightest(one) for one in found if one.tightest is not None]
    return dump(
        {
            "policies": [_policy(one) for one in found],
            "accepts": [_access(access, one) for one in found for access in one.accepts],
            "jobs": [_job(job, one) for one in found for job in one.jobs],
            "tightest": tightest[0] if len(tightest) == 1 else tightest or None,
            "problems": [{**_place(each.location), "message": each.message} for each in problems],
        }
    )


def judgements(found: Sequence[Judgement], *, as_json: bool) -> str:
    """One line for each token."""
    if as_json:
        judged = [{"accepted": one.accepted, "because": one.because, "sub": one.subject} for one in found]
        return "".join(f"{json.dumps(line)}\n" for line in judged)
    answers = {True: "accepted", False: "denied", None: "it depends"}
    lines = ((answers[one.accepted], one.subject or "a token without sub", one.because) for one in found)
    return "".join(
        f"{answer}: {printed(subject)}\n{printed_line(f'  {why}')}\n" for answer, subject, why in lines
    )


def problem(found: Problem) -> str:
    """A problem in one line."""
    return f"{_shown(found.location)}: {printed(found.message)}"


def _lines(one: Meaning) -> Iterator[str]:
    yield f"{printed_line(one.party.title)} ({_shown(one.party.location)})"
    yield "\naccepts a token where"
    for number, acceptor in enumerate(one.acceptors, 1):
        conditions = [check.words or check.text for check in acceptor.checks()]
        yield f"  {number}. {printed(acceptor.issuer.name)} minted it ({_shown(acceptor.location)})"
        yield from (f"     and {printed(words)}" for words in conditions)
    if not one.acceptors:
        yield "  nothing: no statement takes a token of GitHub Actions"
    yield "\njobs of this repository"
    yield from (_job_line(job) for job in one.jobs)
    if not one.jobs:
        yield "  none may request an id-token"
    yield "\nwho else gets in"
    yield from (_access_line(access) for access in one.accepts)
    if not one.accepts:
        yield "  nobody that is known"
    if one.tightest is not None:
        yield "\nenough for these jobs"
        yield from (printed_line(f"  {subject}") for subject in one.tightest.subjects)
        if one.tightest.patch:
            yield ""
            yield from map(_patch_line, one.tightest.patch.removesuffix("\n").split("\n"))


def _patch_line(line: str) -> str:
    """A patch's line as `git apply` takes it: its tabs stay, and the end of a line of Windows.

    A line that would be a command to the runner that prints it is escaped, as everywhere.
    """
    text = line.removesuffix("\r")
    if text[1:].lstrip().startswith("::"):
        return printed_line(text)
    shown = "\t".join(printed(part) for part in text.split("\t"))
    return shown if text == line else f"{shown}\r"


def _job_line(job: JobRuns) -> str:
    answer = {True: "yes", False: "no ", None: "?  "}[job.accepted]
    assumes = " (assumes it)" if job.assumes else ""
    return f"  {answer} {printed(job.job)}{assumes} on {printed(job.event)}: {printed(job.subject)}"


def _access_line(access: Access) -> str:
    who = _WHO[access.who]
    if access.claims is not None:
        return f"  {who}: {printed(access.claims['sub'])}"
    return f"  perhaps {who}: it depends on {printed(', '.join(access.doubts))}"


def _policy(one: Meaning) -> dict[str, Any]:
    words = [[check.words or check.text for check in acceptor.checks()] for acceptor in one.acceptors]
    return {"role": one.party.title, **_place(one.party.location), "conditions": words}


def _access(access: Access, one: Meaning) -> dict[str, Any]:
    made: dict[str, Any] = {"who": access.who, "witness": access.claims and dict(access.claims)}
    if access.claims is None:
        made["depends_on"] = list(access.doubts)
    return {**made, "role": one.party.title, **_place(access.location)}


def _job(job: JobRuns, one: Meaning) -> dict[str, Any]:
    made = {"job": job.job, "event": job.event, "sub": job.subject, "accepted": job.accepted}
    return {**made, "assumes": job.assumes, "role": one.party.title, **_place(job.location)}


def _tightest(one: Meaning) -> dict[str, Any]:
    assert one.tightest is not None
    return {"subjects": list(one.tightest.subjects), "patch": one.tightest.patch, "role": one.party.title}


def _place(at: Location) -> dict[str, Any]:
    return {"path": at.path, "line": at.span.start.line}


def _shown(at: Location) -> str:
    return f"{printed_path(at.path)}:{at.span.start.line}"
