"""A cluster gives the same, also where its workers are killed, and nobody connects in the open."""

import datetime as dt
import ipaddress
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import auditor
from auditor.cli import app
from auditor.errors import AuditError, UsageError
from auditor.sweep.sweeper import _Audit
from auditor.sweep.workers import cluster
from auditor.sweep.workers.executor import Pool, executor_for
from auditor.sweep.workers.process import UnitFailure
from fake_github import TOKEN, World

Work = Callable[[tuple[str, str]], bytes]

UNITS = [("slowly", str(number)) for number in range(60)]
WANTED = [(unit, unit[1].encode()) for unit in UNITS]

SOON = {"distributed.comm.timeouts.connect": "4s"}
"""How long Dask tries to reach who is dead: half a minute by default."""


class Dask:
    """A scheduler and its workers on this machine, each a process of its own; none listens elsewhere."""

    def __init__(self, home: Path, *, scheme: str = "tcp", **environment: str) -> None:
        soon = {f"DASK_{key.replace('.', '__').upper()}": value for key, value in SOON.items()}
        self._home, self._environment = home, {**os.environ, **soon, **environment}
        self.processes: list[subprocess.Popen[bytes]] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"{scheme}://127.0.0.1:{self.port}"
        listen = ["--host", self.address.rpartition(":")[0], "--port", str(self.port)]
        self.scheduler = self._start("scheduler", *listen, "--dashboard-address", "127.0.0.1:0")

    def add_worker(self, **environment: str) -> subprocess.Popen[bytes]:
        options = ["--nthreads", "1", "--dashboard-address", "127.0.0.1:0", "--no-nanny"]
        host = self.address.rpartition(":")[0]
        return self._start("worker", self.address, "--host", host, *options, **environment)

    def _start(self, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        log = (self._home / f"{words[0]}-{len(self.processes)}.log").open("wb")
        command = [sys.executable, "-m", "dask", *words]
        started = subprocess.Popen(
            command, cwd=self._home, stdout=log, stderr=log, env={**self._environment, **environment}
        )
        log.close()
        self.processes.append(started)
        return started

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path: Path, work: Work) -> Iterator[Callable[..., Dask]]:
    pytest.importorskip("distributed")
    made: list[Dask] = []

    def start(workers: int = 2, **options: Any) -> Dask:
        found = Dask(tmp_path, **options)
        made.append(found)
        for _ in range(workers):
            found.add_worker()
        return found

    import dask as configured

    with configured.config.set(SOON):
        yield start
    for each in made:
        each.stop()


def _listening(pid: int) -> set[str]:
    """The addresses at which a process of Linux listens."""
    sockets = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            sockets.add(str(descriptor.readlink()))
        except OSError:
            continue
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].partition(":")[0])
    return found


@pytest.mark.filterwarnings("default")
def test_a_cluster_gives_the_same_and_a_killed_worker_costs_nothing(
    dask: Callable[..., Dask], work: Work, tmp_path: Path
) -> None:
    with executor_for(2) as pool:
        assert sorted(pool.map_unordered(work, UNITS)) == sorted(WANTED)

    found = dask()
    with executor_for(scheduler=found.address, timeout=5) as pool:
        outcomes = []
        for count, each in enumerate(pool.map_unordered(work, UNITS, in_flight=20)):
            outcomes.append(each)
            if count == 10:
                found.processes[1].send_signal(signal.SIGKILL)
        assert sorted(outcomes) == sorted(WANTED)

        # What crashes, raises or hangs does so in a process of its own: the worker that is left lives on.
        log, once = str(tmp_path / "log"), str(tmp_path / "once")
        odd = [("die", log), ("raise", "oh"), ("hang", ""), ("die once", once)]
        outcomes = list(pool.map_unordered(work, [*odd, *UNITS]))
        assert Counter(unit for unit, _ in outcomes) == Counter([*odd, *UNITS])
        of = dict(outcomes)
        assert of[odd[0]] == UnitFailure(
            "its process was ended by SIGKILL, as when memory runs out", is_death=True
        )
        assert of[odd[1]] == UnitFailure("an error that nobody expected: ValueError: oh")
        assert of[odd[2]] == UnitFailure("took longer than 5 seconds")
        assert of[odd[3]] == once.encode()
        assert found.processes[2].poll() is None

    for process in (found.scheduler, found.processes[2]):
        assert _listening(process.pid) == {"0100007F"}


def _until(pool: Pool, work: Work, end: Callable[[], None]) -> None:
    """Work at the units, and after a few of them do what should end it."""
    for count, _ in enumerate(pool.map_unordered(work, UNITS)):
        if count == 3:
            end()


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_dies_ends_the_sweep(dask: Callable[..., Dask], work: Work) -> None:
    found = dask(1)
    start = time.monotonic()
    ended = pytest.raises(AuditError, match=r"scheduler|let go")
    with executor_for(scheduler=found.address) as pool, ended:
        _until(pool, work, found.scheduler.kill)
    assert time.monotonic() - start < 120


@pytest.mark.filterwarnings("default")
def test_without_workers_nobody_waits_for_ever(
    dask: Callable[..., Dask], work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_ALONE", 1.0)
    found = dask(1)
    ended = pytest.raises(AuditError, match="no worker for 1 seconds")
    with executor_for(scheduler=found.address) as pool, ended:
        _until(pool, work, found.processes[1].kill)
    monkeypatch.setattr(cluster, "_CONNECT", 1.0)
    with pytest.raises(AuditError, match="has no worker"), executor_for(scheduler=found.address):
        pass


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("module", "text", "has"),
    [
        ("finding.py", "# changed\n", r"but 0\.1\.0\+"),
        (
            "sweep/workers/tool_identity.py",
            "raise ImportError('there is no ci-audit here')\n",
            "but .*there is no ci-audit here",
        ),
    ],
)
def test_workers_of_another_tool_are_refused(
    dask: Callable[..., Dask], tmp_path: Path, module: str, text: str, has: str
) -> None:
    shutil.copytree(Path(auditor.__file__).parent, tmp_path / "other" / "auditor")
    with (tmp_path / "other" / "auditor" / module).open("a") as file:
        file.write(text)
    found = dask(0)
    found.add_worker(PYTHONPATH=str(tmp_path / "other"))
    with pytest.raises(AuditError, match=has), executor_for(scheduler=found.address):
        pass


def test_a_worker_that_came_later_is_asked_too(work: Work) -> None:
    with pytest.raises(AuditError, match=r"and this is 0\.2\.0"):
        cluster.attempt("0.2.0", 1.0, work, [("say", "x")])


@pytest.mark.parametrize(
    "address",
    [
        "dask",
        "dask:8786",
        "http://dask:8786",
        "tls://dask",
        "tcp://:1",
        "tls://a:b",
        "tls://a:1/x",
        "tcp://[::1",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="is no scheduler's address"), executor_for(scheduler=address):
        pass


@pytest.mark.parametrize(
    ("host", "numbers", "url"),
    [
        ("localhost", ["::1", "127.0.0.1"], "tcp://127.0.0.1:8786"),
        ("127.1.2.3", ["127.1.2.3"], "tcp://127.1.2.3:8786"),
        ("[::1]", ["::1"], "tcp://[::1]:8786"),
        ("dask.acme.example", ["10.0.0.1"], None),
        ("sly.acme.example", ["127.0.0.1", "203.0.113.5"], None),
        ("0.0.0.0", ["0.0.0.0"], None),
        ("192.168.1.1", ["192.168.1.1"], None),
        ("[fe80::1]", ["fe80::1%eth0"], None),
    ],
)
def test_in_the_open_only_this_machine(
    host: str, numbers: list[str], url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [(None, None, None, "", (number, 8786)) for number in numbers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    if url is None:
        with pytest.raises(UsageError, match="can run code"), executor_for(scheduler=f"tcp://{host}:8786"):
            pass
    else:
        assert cluster._checked(f"tcp://{host}:8786") == url


def test_without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(UsageError, match="isn't installed") as error,
        executor_for(scheduler="tls://dask:8786"),
    ):
        pass
    assert "ci-audit[dask]" in error.value.help


@pytest.mark.filterwarnings("default")
def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "_CONNECT", 1.0)
    with pytest.raises(UsageError, match="no scheduler answers"), executor_for(scheduler="tcp://127.0.0.1:9"):
        pass


def test_tls_needs_certificates() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(UsageError, match="needs certificates"), executor_for(scheduler="tls://127.0.0.1:9"):
        pass


def _certificates(folder: Path) -> dict[str, str]:
    """Dask's settings for an authority of our own, and one certificate by it that all of a cluster share."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = dt.datetime.now(dt.UTC)
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("authority", "member")}
    names = {name: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in keys}
    for name, key in keys.items():
        made = (
            x509.CertificateBuilder()
            .subject_name(names[name])
            .issuer_name(names["authority"])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=name == "authority", path_length=None), critical=True)
            .add_extension(here, critical=False)
            .sign(keys["authority"], hashes.SHA256())
        )
        (folder / f"{name}.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        (folder / f"{name}.key").write_bytes(pem)
    tls = {"CA_FILE": "authority.crt"}
    for role in ("CLIENT", "SCHEDULER", "WORKER"):
        tls |= {f"{role}__CERT": "member.crt", f"{role}__KEY": "member.key"}
    return {f"DASK_DISTRIBUTED__COMM__TLS__{key}": str(folder / value) for key, value in tls.items()}


@pytest.mark.filterwarnings("default")
def test_a_cluster_behind_tls(dask: Callable[..., Dask], work: Work, tmp_path: Path) -> None:
    import dask as configured

    settings = _certificates(tmp_path)
    found = dask(1, scheme="tls", **settings)
    home = "DASK_DISTRIBUTED__COMM__TLS__"
    configuration = {
        f"distributed.comm.tls.{key.removeprefix(home).lower().replace('__', '.').replace('_', '-')}": value
        for key, value in settings.items()
    }
    with configured.config.set(configuration), executor_for(scheduler=found.address) as pool:
        assert sorted(pool.map_unordered(work, UNITS)) == sorted(WANTED)
    (tmp_path / "other").mkdir()
    _certificates(tmp_path / "other")
    configuration["distributed.comm.tls.ca-file"] = str(tmp_path / "other" / "authority.crt")
    refused = pytest.raises(UsageError, match="no scheduler answers")
    with configured.config.set(configuration), refused, executor_for(scheduler=found.address):
        pass


@pytest.mark.filterwarnings("default")
def test_a_sweep_on_a_cluster_that_loses_a_worker_is_the_same(
    dask: Callable[..., Dask], serve: Callable[[World], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    world = World.of(60, workflows=2)
    url = serve(world)

    def sweep(name: str, *options: str) -> list[dict[str, Any]]:
        where = ["--api-url", url, "--state", str(tmp_path / name), "-o", str(tmp_path / f"{name}-out")]
        result = CliRunner().invoke(app, ["sweep", "acme", *where, "--no-settings", "--exit-zero", *options])
        assert result.exit_code == 0, result.output
        written = (tmp_path / f"{name}-out/sweep.jsonl").read_text().splitlines()
        lines = [json.loads(line) for line in written]
        for line in lines:
            line.pop("first_seen", None)
        return [line for line in lines if line["type"] != "sweep"]

    found = dask()
    settled: list[int] = []
    write = _Audit._write

    def killing(audit: _Audit) -> None:
        write(audit)
        settled.append(1)
        if len(settled) == 1:
            found.processes[1].send_signal(signal.SIGKILL)

    monkeypatch.setattr(_Audit, "_write", killing)
    monkeypatch.setattr("auditor.sweep.sweeper.BATCH", 5)
    on_cluster = sweep("cluster", "--scheduler", found.address)
    assert len(settled) > 2
    assert found.processes[1].poll() is not None
    monkeypatch.undo()
    monkeypatch.setenv("GH_TOKEN", TOKEN)
    assert on_cluster == sweep("here", "--jobs", "2")
    assert len({line["repository"] for line in on_cluster if line["type"] == "repository"}) == 60
