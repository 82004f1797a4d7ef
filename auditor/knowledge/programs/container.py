"""What makes a container no boundary any more: options, and folders and devices of the host.

Source: Docker's documentation, "docker container run" and "Docker Engine security", and GitHub docs,
"Running jobs in a container" (read 2026-11).
"""

from __future__ import annotations

import re

SWITCHES: dict[str, str] = {
    "--privileged": "is privileged",
}
"""Options that need no value, and what a container with them is."""

SHARED_NETWORK = "shares the host's network"

VALUED: dict[tuple[str, str], str] = {
    ("--network", "host"): SHARED_NETWORK,
    ("--net", "host"): SHARED_NETWORK,
    ("--pid", "host"): "shares the host's processes",
    ("--userns", "host"): "shares the host's users",
    ("--cap-add", "all"): "holds all capabilities",
    ("--cap-add", "sys_admin"): "holds SYS_ADMIN",
    ("--cap-add", "sys_module"): "holds SYS_MODULE",
    ("--cap-add", "sys_rawio"): "holds SYS_RAWIO",
}
"""Options with the value, in lower case and without `CAP_`, that opens the host. `--ipc host` shares
memory segments alone, which training needs, and `--gpus` nothing but the cards."""

MOUNTS = frozenset({"-v", "--volume"})
MOUNT = "--mount"
DEVICE = "--device"

SOCKET = re.compile(r"(/var)?/run/(docker|podman/podman|containerd/containerd|crio/crio)\.sock|/(var/)?run")
"""A container runtime's socket, or the folder of it: whoever reaches it starts containers as root."""

HOST = re.compile(
    r"/|/(bin|boot|dev|etc|home|lib|lib64|proc|root|sbin|sys|usr|var|var/lib|var/lib/docker|var/lib/kubelet)"
    r"|/home/[^/]+|(/root|/home/[^/]+)/\.(aws|azure|config|docker|gnupg|kube|ssh)(/.*)?|/etc/(shadow|ssh|sudoers)(\.d)?"
)
"""A whole folder of the host that holds its system or somebody's credentials, without a last slash."""

DISKS = re.compile(r"/dev/(sd[a-z]\d*|nvme\d.*|vd[a-z]\d*|xvd[a-z]\d*|dm-\d+|mapper/.*|k?mem|port)|/dev")
"""A disk or the memory of the host. Cards, network adapters and the like are none."""
