"""A cluster of Dask workers, reached through its scheduler's address.

Whoever reaches a scheduler's port can run code on it, on its workers and on whoever connects (Dask sends
pickles). So nothing is connected to but through TLS, or on this very machine. Where the certificates lie
is configured as Dask itself has it: `distributed.comm.tls` of its configuration, or the variables of the
environment that stand for it (distributed.dask.org, "TLS/SSL", read 2026-11).
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.errors import AuditError, UsageError
from auditor.sweep.workers.process import Processes, UnitFailure
from auditor.sweep.workers.tool_identity import identity

if TYPE_CHECKING:
    from distributed import Client

_BATCH = 25
"""Units of one task: a task costs the scheduler 2 to 3 ms, a small unit little more."""
_CONNECT = 15.0
"""Seconds in which the scheduler must answer, and its first worker be there."""
_ALONE = 60.0
"""Seconds that are waited for a worker when the last one has gone."""
_TLS = "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, ..CLIENT__CERT and ..CLIENT__KEY"

_here: dict[float, Processes] = {}
"""The processes of a Dask worker, by the timeout that they have: they outlive a task."""


@dataclass(slots=True)
class Cluster:
    """What `executor.Pool` needs to know of a cluster."""

    client: Client
    executor: Executor
    attempt: Callable[[Callable[[Any], bytes], Sequence[Any]], list[bytes | UnitFailure]]
    width: int
    batch: int = _BATCH
    _alone_since: float | None = field(default=None)

    def check(self) -> None:
        """Raises `AuditError` where the scheduler has gone, or no worker came back for a while."""
        try:
            workers = self.client.nthreads()
        except (OSError, RuntimeError, ValueError) as error:
            raise AuditError(f"the scheduler is gone: {error}", help="The sweep can be resumed.") from None
        if workers:
            self._alone_since = None
        elif self._alone_since is None:
            self._alone_since = time.monotonic()
        elif time.monotonic() - self._alone_since > _ALONE:
            raise AuditError(
                f"the scheduler has had no worker for {_ALONE:g} seconds", help="The sweep can be resumed."
            )


@contextmanager
def connected(address: str, timeout: float) -> Iterator[Cluster]:
    """The cluster behind a scheduler's address, whose workers judge as this tool does.

    Raises `UsageError` for an address that is no scheduler's, or one in the open, and where Dask isn't
    installed; `AuditError` where workers are missing, or are of another version.
    """
    url = _checked(address)
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise UsageError(
            "--scheduler needs Dask, which isn't installed", help="Run `pip install 'ci-audit[dask]'`."
        ) from None
    security = _security() if url.startswith("tls:") else None
    try:
        client = Client(url, security=security, timeout=_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no scheduler answers at {address}: {error}", help="Is it running there?") from None
    try:
        width = _width(client, address)
        executor = client.get_executor(pure=False, retries=2)
        attempt_there = partial(attempt, identity(), timeout)
        yield Cluster(client, executor, attempt_there, width)
    finally:
        with suppress(Exception):  # the scheduler may be gone, and there is nothing else to do about it
            client.run(release)
        client.close(timeout=_CONNECT)


def attempt(
    tool: str, timeout: float, function: Callable[[Any], bytes], units: Sequence[Any]
) -> list[bytes | UnitFailure]:
    """`Processes.attempt` on a worker of a cluster. Raises `AuditError` where it has another tool."""
    if tool != identity():
        raise AuditError(
            f"a worker has ci-audit {identity()}, and this is {tool}", help="Install the same everywhere."
        )
    return _here.setdefault(timeout, Processes(timeout)).attempt(function, units)


def release() -> None:
    """End the processes that this worker of a cluster keeps and nobody uses."""
    for processes in list(_here.values()):
        processes.release()


def _width(client: Client, address: str) -> int:
    """How many tasks the cluster runs at once, once it is known that its workers have this tool."""
    try:
        client.wait_for_workers(1, timeout=_CONNECT)
        tools = client.run(identity, on_error="return")
        width = int(sum(client.nthreads().values()))
    except TimeoutError:
        raise AuditError(f"the scheduler at {address} has no worker", help="Start some.") from None
    for worker, tool in tools.items():
        if tool != identity():
            raise AuditError(
                f"the worker {worker} has not ci-audit {identity()}, but {tool}",
                help="Install the same version of ci-audit and of Python everywhere.",
            )
    return max(1, width)


def _security() -> Any:
    from distributed.security import Security

    security = Security(require_encryption=True)
    if not security.tls_ca_file or not security.tls_client_cert:
        raise UsageError(
            "a tls:// scheduler needs certificates, and none are named",
            help=f"Set {_TLS}, or `distributed.comm.tls` in Dask's configuration.",
        )
    return security


def _checked(address: str) -> str:
    """The address to connect to. One without TLS names the machine by number, and it is this one."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if host is None or port is None or parts.scheme not in ("tls", "tcp") or parts.path or parts.query:
        raise UsageError(f"`{address}` is no scheduler's address", help="Write tls://HOST:PORT.")
    if parts.scheme == "tls":
        return address
    try:
        found = {each[4][0] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise UsageError(f"`{host}` has no address: {error.strerror}", help="Is it spelled right?") from None
    if not found or not all(ipaddress.ip_address(str(each)).is_loopback for each in found):
        raise UsageError(
            f"{address} is not encrypted and not on this machine: whoever reaches it can run code",
            help="Use tls://HOST:PORT, with certificates on both sides.",
        )
    # By number: a name could be another machine's when it is looked up again.
    number = str(min(found, key=lambda each: ":" in str(each)))
    return f"tcp://[{number}]:{port}" if ":" in number else f"tcp://{number}:{port}"
