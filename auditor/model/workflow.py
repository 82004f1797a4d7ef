"""Reading a workflow file: its triggers, jobs and steps."""

from __future__ import annotations

from auditor.finding import Problem
from auditor.languages.yaml import Mapping, Node, Pair, Scalar, Sequence, Tree
from auditor.model.cache_mode import read_cache_mode
from auditor.model.documents import Container, Environment, Job, RunsOn, Workflow
from auditor.model.permission import read_permissions
from auditor.model.reader import MappingReader, is_null, short
from auditor.model.step import MAX_STEPS, read_steps
from auditor.model.trigger import read_triggers
from auditor.model.uses import read_uses

MAX_JOBS = 2_000
"""Jobs that are read of one workflow; people write a few dozen, and programs some hundred."""


def read_workflow(tree: Tree) -> tuple[Workflow | None, tuple[Problem, ...]]:
    """The workflow in a parsed file, as far as it can be read, and what was wrong with it."""
    reader = MappingReader(tree.source.path)
    root = reader.root(tree, what="a workflow")
    if root is None:
        return None, tuple(reader.problems)
    workflow = Workflow(
        source=tree.source,
        root=root,
        name=reader.scalar(root, "name"),
        triggers=read_triggers(root, reader),
        permissions=read_permissions(root, reader),
        cache_mode=read_cache_mode(root, reader),
        env=_env(root, reader),
        shell=_default(root, "shell", reader),
        working_directory=_default(root, "working-directory", reader),
        concurrency=root.get("concurrency"),
    )
    # Jobs know their workflow, so they are made after it.
    object.__setattr__(workflow, "jobs", _read_jobs(root, workflow, reader))
    workflow._by_id.update((job.id, job) for job in workflow.jobs)
    for need in (need for job in workflow.jobs for need in job.needs if not workflow.job(need.value)):
        if len(workflow.jobs) < MAX_JOBS:
            reader.problem(f"there is no job `{short(need.value)}` to need", need.location)
    return workflow, tuple(reader.problems)


def _read_jobs(root: Mapping, workflow: Workflow, reader: MappingReader) -> tuple[Job, ...]:
    entries = reader.mapping(root, "jobs")
    if not entries:
        # A `jobs` of the wrong type is a problem already.
        if entries is not None or is_null(root.get("jobs")):
            reader.problem("not a workflow: it has no `jobs`", workflow.location)
        return ()
    jobs: list[Job] = []
    steps = 0
    for entry in entries:
        if len(jobs) >= MAX_JOBS or steps > MAX_STEPS:
            limits = f"{MAX_JOBS:,} jobs or {MAX_STEPS:,} steps"
            reader.problem(f"more than {limits}: the others are not audited", entry.key.location)
            break
        body = reader.as_mapping(entry.value, entry.key.value)
        if body is None:
            if is_null(entry.value):
                reader.problem(f"the job `{short(entry.key.value)}` is empty", entry.key.location)
            continue
        jobs.append(_read_job(entry.key, body, workflow, reader))
        steps += len(jobs[-1].steps)
    return tuple(jobs)


def _read_job(key: Scalar, body: Mapping, workflow: Workflow, reader: MappingReader) -> Job:
    uses = reader.scalar(body, "uses")
    secrets = body.get("secrets")
    inherited = isinstance(secrets, Scalar) and secrets.value == "inherit"
    strategy = reader.mapping_or_expression(body, "strategy")
    job = Job(
        id=key.value,
        key=key,
        workflow=workflow,
        name=reader.scalar(body, "name"),
        needs=reader.scalars(body, "needs"),
        condition=reader.scalar(body, "if"),
        runs_on=_read_runs_on(body, reader),
        permissions=read_permissions(body, reader),
        cache_mode=read_cache_mode(body, reader),
        environment=_read_environment(body, reader),
        env=_env(body, reader),
        outputs=reader.scalar_entries(reader.mapping(body, "outputs")),
        matrix=reader.mapping_or_expression(strategy, "matrix")
        if isinstance(strategy, Mapping)
        else strategy,
        container=_read_container(body.get("container"), "container", reader),
        services=_read_services(body, reader),
        timeout=reader.number(body, "timeout-minutes"),
        shell=_default(body, "shell", reader),
        working_directory=_default(body, "working-directory", reader),
        concurrency=body.get("concurrency"),
        uses=read_uses(uses, reader) if uses else None,
        inputs=tuple(reader.mapping(body, "with") or ()),
        secrets=() if inherited else reader.scalar_entries(reader.mapping(body, "secrets")),
        inherits_secrets=secrets if inherited and isinstance(secrets, Scalar) else None,
    )
    if job.uses is None and job.runs_on is None and "runs-on" not in body:
        reader.problem(f"the job `{short(job.id)}` has neither `runs-on` nor `uses`", key.location)
    if job.uses is None and "steps" not in body:
        reader.problem(f"the job `{short(job.id)}` has no `steps`", key.location)
    object.__setattr__(job, "steps", read_steps(body, reader, job=job))
    return job


def _read_runs_on(body: Mapping, reader: MappingReader) -> RunsOn | None:
    node = body.get("runs-on")
    if node is None:
        return None
    if isinstance(node, Mapping):
        group = reader.scalar(node, "group")
        return RunsOn(node, reader.scalars(node, "labels"), group)
    labels = reader.as_scalars(node, "runs-on")
    if not labels and not (isinstance(node, Sequence) and node.items):
        reader.problem("`runs-on` is empty", body.entry("runs-on").key.location)  # type: ignore[union-attr]
    return RunsOn(node, labels) if labels else None


def _read_environment(body: Mapping, reader: MappingReader) -> Environment | None:
    node = body.get("environment")
    if node is None:
        return None
    if isinstance(node, Mapping):
        return Environment(node, reader.scalar(node, "name"))
    name = reader.as_scalar(node, "environment")
    return Environment(node, name) if name else None


def _read_services(body: Mapping, reader: MappingReader) -> tuple[Container, ...]:
    services = reader.mapping_or_expression(body, "services")
    if not isinstance(services, Mapping):
        return ()
    found = (_read_container(entry.value, entry.key.value, reader) for entry in services)
    return tuple(service for service in found if service is not None)


def _read_container(node: Node | None, name: str, reader: MappingReader) -> Container | None:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return None if node.is_null else Container(node, node, None, None, None, (), (), ())
    body = reader.as_mapping(node, name)
    if body is None:
        return None
    return Container(
        node=node,
        image=reader.scalar(body, "image"),
        options=reader.scalar(body, "options"),
        command=reader.scalar(body, "command"),
        entrypoint=reader.scalar(body, "entrypoint"),
        env=_env(body, reader),
        volumes=reader.scalars(body, "volumes"),
        credentials=reader.scalar_entries(reader.mapping(body, "credentials")),
    )


def _env(body: Mapping, reader: MappingReader) -> tuple[Pair, ...]:
    env = reader.mapping_or_expression(body, "env")
    return reader.scalar_entries(env) if isinstance(env, Mapping) else ()


def _default(body: Mapping, key: str, reader: MappingReader) -> Scalar | None:
    """What `defaults.run` says of every script below."""
    defaults = reader.mapping(body, "defaults")
    run = reader.mapping(defaults, "run") if defaults else None
    return reader.scalar(run, key) if run else None
