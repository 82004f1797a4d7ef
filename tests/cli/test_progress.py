"""What a terminal shows while a sweep runs: bars that come and go, and nothing hostile is obeyed."""

import io
import os
import pty
import subprocess
import sys

from rich.console import Console

from auditor.cli.progress import Bars

HOSTILE = "acme/\x1b[2Jx\u202e [red]y[/red]\n::error::z"


def _drawn(bars: Bars) -> str:
    console = Console(file=io.StringIO(), width=100)
    console.print(bars)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_bars_show_each_stage_and_the_time_that_is_left() -> None:
    now = 100.0
    bars = Bars(Console(file=io.StringIO()), clock=lambda: now)
    bars.stage("listed")
    bars.advance(40)
    bars.stage("scanned", 1_200)
    bars.advance(600)
    bars.advance(2, "listed")
    bars.waiting(65, f"the rate limit {HOSTILE}")
    now += 5
    first, second, third = _drawn(bars).splitlines()
    assert first.split()[0] == "listed"
    assert first.split()[-1] == "42"
    assert second.split()[0] == "scanned"
    assert second.rstrip().endswith("600 of 1,200")
    assert second.count("━") == 15
    assert third.rstrip() == (
        r"waiting 1 min 0 s: the rate limit acme/\x1b[2Jx\u202e [red]y[/red]\n::error::z"
    )
    now += 60
    assert "waiting" not in _drawn(bars)


SCRIPT = """
import time
from auditor.cli.progress import watched
with watched(silent=SILENT) as progress:
    progress.stage("scanned", 3)
    for _ in range(3):
        progress.advance()
        time.sleep(0.3)
    progress.say("acme/\\x1b[2Jx [red]y[/red]")
print("done")
"""


def _on_terminal(script: str, **environment: str) -> str:
    leader, follower = pty.openpty()
    command = [sys.executable, "-c", script]
    set = {**os.environ, "COLUMNS": "100", "TERM": "xterm", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, env=set) as process:
        os.close(follower)
        shown = b""
        while True:
            try:
                piece = os.read(leader, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
    os.close(leader)
    return shown.decode()


def test_on_a_terminal_bars_come_and_go() -> None:
    shown = _on_terminal(SCRIPT.replace("SILENT", "False"))
    assert "3 of 3" in shown
    assert r"ci-audit: acme/\x1b[2Jx [red]y[/red]" in shown
    assert "\x1b[2J" not in shown
    assert shown.index("\x1b[?25l") < shown.index("\x1b[?25h")  # the cursor comes back
    last = shown.rpartition("3 of 3")[2]
    assert "\x1b[2K" in last  # what was drawn is removed


def test_on_a_dumb_terminal_lines() -> None:
    shown = _on_terminal(SCRIPT.replace("SILENT", "False"), TERM="dumb")
    assert shown.splitlines() == [
        "ci-audit: scanned 0 of 3",
        r"ci-audit: acme/\x1b[2Jx [red]y[/red]",
        "ci-audit: scanned 3 of 3",
    ]


def test_silence_is_silent() -> None:
    assert _on_terminal(SCRIPT.replace("SILENT", "True")) == ""


def test_a_log_that_nobody_reads_any_more_ends_nothing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-c", SCRIPT.replace("SILENT", "False")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=writer) as process:
        os.close(writer)
        assert process.stdout is not None
        assert process.stdout.read() == b"done\n"
    assert process.returncode == 0
