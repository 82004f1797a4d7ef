"""Which steps put what lies in a folder where people outside get it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.facts.job.commands import bare_words, holds, look_up
from auditor.facts.job.paths import WORKSPACE, lies_in, resolve, walk, working_directory
from auditor.facts.job.scripts import Scripts
from auditor.facts.job.steps import StepInJob
from auditor.facts.power.token import TokenPresence
from auditor.facts.power.usage import known_action, use_applies
from auditor.finding import Confidence
from auditor.knowledge.actions.artifacts import IMAGE, LOADS_IMAGE, PUBLISHED
from auditor.languages.shell import Script


class Publishing:
    """Follows a folder into releases, packages, images and sites. Each step is read once for a folder."""

    def __init__(self, scripts: Scripts) -> None:
        self._scripts = scripts
        self._found: dict[tuple[StepInJob, str, bool], tuple[str, ...]] = {}
        self._loads: dict[tuple[StepInJob, str], bool] = {}

    def of(self, steps: Iterable[StepInJob], folder: str) -> Iterator[tuple[StepInJob, str]]:
        """Each step that publishes something of that folder, and what it is then."""
        loaded = False
        for step_in_job in steps:
            loaded = loaded or self._loads_image(step_in_job, folder)
            key = (step_in_job, folder, loaded)
            if key not in self._found:
                self._found[key] = tuple(
                    dict.fromkeys(self._publications(step_in_job, folder, loaded=loaded))
                )
            for what in self._found[key]:
                yield step_in_job, what

    def _loads_image(self, step_in_job: StepInJob, folder: str) -> bool:
        key = (step_in_job, folder)
        if key not in self._loads:
            script = self._scripts.of(step_in_job.step)
            start = working_directory(step_in_job)
            self._loads[key] = script is not None and _loads(script, start, folder)
        return self._loads[key]

    def _publications(self, step_in_job: StepInJob, folder: str, *, loaded: bool) -> Iterator[str]:
        script = self._scripts.of(step_in_job.step)
        if script is not None:
            return _by_script(script, working_directory(step_in_job), folder, loaded=loaded)
        return _by_action(step_in_job, folder)


def _by_script(script: Script, start: str, folder: str, *, loaded: bool) -> Iterator[str]:
    for command, cwd in walk(script, start):
        words = bare_words(command)
        known = look_up(words)
        for publication in known.publishes if known is not None else ():
            is_loaded = loaded and publication.what == IMAGE
            if holds(publication.when, words) and (is_loaded or _is_of(words[1:], cwd, folder)):
                yield publication.what


def _by_action(step_in_job: StepInJob, folder: str) -> Iterator[str]:
    uses = step_in_job.step.uses
    known = known_action(uses) if uses is not None else None
    if uses is None or known is None or uses.slug not in PUBLISHED:
        return
    names, default = PUBLISHED[uses.slug]
    given = [value.value for name in names if (value := step_in_job.step.input(name)) is not None]
    lines = [line for value in given or [default] for line in value.replace(",", "\n").splitlines()]
    if any(lies_in(resolve(line), folder) is Confidence.HIGH for line in lines if line.strip()):
        for publication in known.publishes:
            if use_applies(publication.when, step_in_job.step.inputs) is not TokenPresence.NO:
                yield publication.what


def _loads(script: Script, start: str, folder: str) -> bool:
    """Whether a script makes an image of a file of that folder."""
    return any(
        bare_words(command)[:2] in LOADS_IMAGE and _is_of(bare_words(command)[2:], cwd, folder)
        for command, cwd in walk(script, start)
    )


def _is_of(words: Iterable[str], cwd: str, folder: str) -> bool:
    # In the workspace itself everything would be a file: a name, a tag.
    paths = (word for word in words if not word.startswith("-"))
    if folder == WORKSPACE:
        paths = (word for word in paths if word.startswith((".", "*")) or word.endswith(("*", ".tar")))
    return any(lies_in(resolve(path, cwd), folder) is Confidence.HIGH for path in paths if "=" not in path)
