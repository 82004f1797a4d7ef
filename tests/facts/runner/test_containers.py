"""What the options and mounts of a container open of its host."""

import pytest

from auditor.facts import Facts
from auditor.languages import yaml
from auditor.model.repository import Repository
from auditor.model.settings import Settings
from auditor.model.workflow import read_workflow
from auditor.source import Source


def ways(options: str = "", volumes: str = "[]", run: str = "make") -> list[tuple[str, ...]]:
    text = (
        "on: push\njobs:\n  j:\n    runs-on: self-hosted\n"
        f"    container: {{image: i, options: '{options}', volumes: {volumes}}}\n"
        f"    steps: [{{run: '{run}'}}]\n"
    )
    workflow = read_workflow(yaml.parse(Source(".github/workflows/w.yml", text)))[0]
    assert workflow is not None
    facts = Facts(Repository(workflows=(workflow,)), Settings())
    return [escape.ways for escape in facts.containers.escapes(workflow.jobs[0])]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("--privileged", "is privileged"),
        ("--privileged=true", "is privileged"),
        ("--net=host", "shares the host's network"),
        ("--network HOST", "shares the host's network"),
        ("--cap-add=ALL", "holds all capabilities"),
        ("--cap-add CAP_SYS_MODULE", "holds SYS_MODULE"),
        ("-v/:/host", "mounts the host's `/`"),
        ("-v /home/ci/:/x", "mounts the host's `/home/ci`"),
        ("--volume=/root/.ssh:/k:ro", "mounts the host's `/root/.ssh`"),
        ("--mount type=bind,src=/var/lib/docker,dst=/d", "mounts the host's `/var/lib/docker`"),
        (
            "-v /run/containerd/containerd.sock:/s",
            "reaches the container runtime through `/run/containerd/containerd.sock`",
        ),
        ("--device=/dev/nvme0n1", "holds the device `/dev/nvme0n1`"),
        ("--device /dev:/dev", "holds the device `/dev`"),
        ('--label "unclosed --pid host', "shares the host's processes"),
    ],
)
def test_what_opens_the_host(options: str, expected: str) -> None:
    assert ways(options) == [(expected,)]


@pytest.mark.parametrize(
    "options",
    [
        "--gpus all --ipc=host --shm-size 8g --ulimit memlock=-1",
        "--privileged=false",
        "--network bridge --network-alias host",
        "--device /dev/nvidia0 --device=/dev/kfd --device /dev/dri --device /dev/infiniband/uverbs0",
        "--cap-add SYS_PTRACE --security-opt seccomp=unconfined",
        "-v /home/ci/models:/models -v /etc/localtime:/etc/localtime:ro -v data:/etc",
        "--mount type=tmpfs,destination=/etc --mount type=volume,src=etc,dst=/etc",
        "${{ matrix.options }}",
        "--env A=--privileged",
    ],
)
def test_what_opens_nothing(options: str) -> None:
    assert ways(options) == []


def test_a_container_is_one_and_a_script_another() -> None:
    found = ways("--privileged --pid=host", "['/:/host']", "sudo docker run --rm --privileged img; docker ps")
    assert found == [
        ("mounts the host's `/`", "is privileged", "shares the host's processes"),
        ("is privileged",),
    ]
