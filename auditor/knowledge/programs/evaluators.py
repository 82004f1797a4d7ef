"""Programs that run an argument, or their standard input, as code.

Sources: the manual of each program, as known in 2026-11; the rows name what differs. A program's own
language counts only where it can start programs or write files, or where text in it changes what it gives.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.knowledge.provenance import Provenance

_MANUAL = Provenance("manual of the program", "2026-11")

SHELL, PYTHON, JAVASCRIPT, PERL, RUBY, PHP = "shell", "python", "javascript", "perl", "ruby", "php"
POWERSHELL, CMD, SQL, AWK, SED = "powershell", "cmd", "sql", "awk", "sed"
JQ, MAKE, OTHER = "jq", "make", "other"

WEAK = frozenset({JQ, SQL})
"""Languages that start no program by themselves: text in them changes what they read and give. Clients of
databases may start one all the same: psql and mysql do with a backslash and `!`."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """How a program is given code.

    `flags` are options whose value is code; one with a single letter may stand last in a group (`-euc`).
    `first`: the first argument is code, unless a flag gave some. `rest`: all from this argument on are, from
    0. `reads`: without any of these, the standard input is. `valued` are other options that take a value.
    """

    language: str
    flags: tuple[str, ...] = ()
    first: bool = False
    rest: int | None = None
    reads: bool = False
    valued: tuple[str, ...] = ()
    source: Provenance = _MANUAL


_SHELL = Evaluator(SHELL, ("-c",), reads=True, valued=("-o", "+o", "-O", "+O", "--rcfile", "--init-file"))
_PYTHON = Evaluator(PYTHON, ("-c",), reads=True, valued=("-m", "-W", "-X"))
_POWERSHELL = Evaluator(
    POWERSHELL, ("-command", "-c", "-encodedcommand", "-e"), rest=0, valued=("-executionpolicy", "-version")
)
_AWK = Evaluator(AWK, ("-e", "--source"), first=True, valued=("-F", "-v", "-f", "-i", "--file"))
_JQ = Evaluator(JQ, first=True, valued=("-f", "-L", "--indent"))
_MYSQL = Evaluator(SQL, ("-e", "--execute", "--init-command"), reads=True, valued=("-h", "-u", "-P", "-D"))
_SHELL_LINE = Evaluator(SHELL, rest=0)

EVALUATORS: dict[str, Evaluator] = {
    **dict.fromkeys(("ash", "bash", "busybox", "dash", "ksh", "mksh", "rbash", "sh", "zsh"), _SHELL),
    "fish": Evaluator(SHELL, ("-c", "--command", "-C", "--init-command"), reads=True),
    "eval": _SHELL_LINE,
    "trap": Evaluator(SHELL, first=True),
    "su": Evaluator(SHELL, ("-c", "--command", "--session-command"), reads=True, valued=("-s", "-g")),
    "runuser": Evaluator(SHELL, ("-c", "--command"), valued=("-s", "-g")),
    "sg": Evaluator(SHELL, ("-c",), rest=1),
    "script": Evaluator(SHELL, ("-c", "--command")),
    "flock": Evaluator(SHELL, ("-c", "--command"), valued=("-w", "-E")),
    "watch": Evaluator(SHELL, rest=0, valued=("-n", "--interval")),
    "parallel": Evaluator(SHELL, rest=0, reads=True, valued=("-j", "--jobs", "-a", "--joblog", "-I", "-n")),
    "at": Evaluator(SHELL, reads=True, rest=None),
    "batch": Evaluator(SHELL, reads=True),
    "crontab": Evaluator(SHELL, reads=True),
    "ssh": Evaluator(
        SHELL,
        rest=1,
        reads=True,
        valued=(
            "-B",
            "-b",
            "-c",
            "-D",
            "-E",
            "-e",
            "-F",
            "-I",
            "-i",
            "-J",
            "-L",
            "-l",
            "-m",
            "-O",
            "-o",
            "-p",
            "-Q",
            "-R",
            "-S",
            "-W",
            "-w",
        ),
    ),
    "autossh": Evaluator(SHELL, rest=1, valued=("-M", "-i", "-o", "-p")),
    "nix-shell": Evaluator(SHELL, ("--run", "--command"), valued=("-p", "-I")),
    "screen": Evaluator(SHELL, rest=None, flags=("-X",)),
    "sqlite3": Evaluator(SQL, ("-cmd",), rest=1, reads=True),
    "psql": Evaluator(SQL, ("-c", "--command"), reads=True, valued=("-h", "-U", "-d", "-p", "-v", "-f")),
    "mysql": _MYSQL,
    "mariadb": _MYSQL,
    "duckdb": Evaluator(SQL, ("-c",), rest=1, reads=True),
    "sqlcmd": Evaluator(SQL, ("-Q", "-q"), valued=("-S", "-U", "-P", "-d", "-i")),
    "clickhouse-client": Evaluator(SQL, ("-q", "--query"), reads=True),
    "mongosh": Evaluator(JAVASCRIPT, ("--eval",), reads=True),
    "redis-cli": Evaluator(OTHER, ("--eval",), reads=True),
    **dict.fromkeys(("python", "python2", "python3", "pypy", "pypy3", "ipython"), _PYTHON),
    "node": Evaluator(
        JAVASCRIPT, ("-e", "--eval", "-p", "--print", "-pe"), reads=True, valued=("-r", "--require")
    ),
    "bun": Evaluator(JAVASCRIPT, ("-e", "--eval", "-p", "--print")),
    "tsx": Evaluator(JAVASCRIPT, ("-e", "--eval", "-p", "--print"), reads=True),
    "ts-node": Evaluator(JAVASCRIPT, ("-e", "--eval", "-p", "--print"), reads=True),
    "zx": Evaluator(JAVASCRIPT, ("--eval", "-e"), reads=True),
    "perl": Evaluator(PERL, ("-e", "-E"), reads=True, valued=("-I", "-M")),
    "ruby": Evaluator(RUBY, ("-e",), reads=True, valued=("-r", "-I")),
    "irb": Evaluator(RUBY, reads=True),
    "php": Evaluator(PHP, ("-r", "-B", "-R", "-E"), reads=True, valued=("-d", "-c")),
    "lua": Evaluator(OTHER, ("-e",), reads=True, valued=("-l",)),
    "luajit": Evaluator(OTHER, ("-e",), reads=True),
    "R": Evaluator(OTHER, ("-e",), reads=True),
    "Rscript": Evaluator(OTHER, ("-e",), reads=True),
    "julia": Evaluator(OTHER, ("-e", "--eval", "-E", "--print"), reads=True, valued=("-p", "-t", "-L")),
    "groovy": Evaluator(OTHER, ("-e",)),
    "scala": Evaluator(OTHER, ("-e",), reads=True),
    "elixir": Evaluator(OTHER, ("-e", "--eval", "--rpc-eval")),
    "erl": Evaluator(OTHER, ("-eval",)),
    "ghc": Evaluator(OTHER, ("-e",)),
    "guile": Evaluator(OTHER, ("-c",), reads=True),
    "sbcl": Evaluator(OTHER, ("--eval",), reads=True),
    "emacs": Evaluator(OTHER, ("--eval", "--execute")),
    "vim": Evaluator(OTHER, ("-c", "--cmd")),
    "nvim": Evaluator(OTHER, ("-c", "--cmd")),
    "ex": Evaluator(OTHER, ("-c",), reads=True),
    "ed": Evaluator(OTHER, reads=True),
    "tclsh": Evaluator(OTHER, reads=True),
    "expect": Evaluator(OTHER, ("-c",), reads=True),
    "osascript": Evaluator(OTHER, ("-e",), reads=True),
    "gdb": Evaluator(OTHER, ("-ex", "-eval-command", "--eval-command", "-iex"), reads=True),
    "lldb": Evaluator(OTHER, ("-o", "-O", "--one-line"), reads=True),
    "octave": Evaluator(OTHER, ("--eval",), reads=True),
    "matlab": Evaluator(OTHER, ("-batch", "-r")),
    "m4": Evaluator(OTHER, reads=True),
    "bc": Evaluator(OTHER, reads=True),
    **dict.fromkeys(("pwsh", "powershell"), _POWERSHELL),
    "cmd": Evaluator(CMD, rest=0),
    "iex": Evaluator(POWERSHELL, rest=0, reads=True),
    "invoke-expression": Evaluator(POWERSHELL, rest=0, reads=True),
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), _AWK),
    "sed": Evaluator(SED, ("-e", "--expression"), first=True, valued=("-f", "--file", "-l")),
    "gsed": Evaluator(SED, ("-e", "--expression"), first=True, valued=("-f", "--file", "-l")),
    **dict.fromkeys(("jq", "gojq", "jaq"), _JQ),
    "yq": Evaluator(JQ, ("--expression",), first=True, valued=("-p", "-o", "-I")),
    "dasel": Evaluator(JQ, first=True),
}
"""By the program's name. GNU awk has `system()`; GNU sed has the command `e` and the flags `e` and `w`."""

SUBCOMMANDS: dict[tuple[str, ...], Evaluator] = {
    ("deno", "eval"): Evaluator(JAVASCRIPT, rest=0),
    ("npm", "exec"): Evaluator(SHELL, ("-c", "--call")),
    ("npx",): Evaluator(SHELL, ("-c", "--call")),
    ("pnpm", "exec"): Evaluator(SHELL, ("-c",)),
    ("git", "submodule", "foreach"): _SHELL_LINE,
    ("git", "rebase"): Evaluator(SHELL, ("-x", "--exec")),
    ("git", "filter-branch"): Evaluator(
        SHELL,
        (
            "--setup",
            "--env-filter",
            "--tree-filter",
            "--index-filter",
            "--parent-filter",
            "--msg-filter",
            "--commit-filter",
            "--tag-name-filter",
        ),
    ),
    ("tmux", "new-session"): Evaluator(SHELL, rest=0, valued=("-s", "-n", "-c", "-x", "-y")),
    ("tmux", "new"): Evaluator(SHELL, rest=0, valued=("-s", "-n", "-c", "-x", "-y")),
    ("tmux", "send-keys"): Evaluator(SHELL, rest=0, valued=("-t",)),
    ("tmux", "run-shell"): Evaluator(SHELL, rest=0, valued=("-t",)),
    ("gcloud", "compute", "ssh"): Evaluator(SHELL, ("--command",)),
    ("az", "vm", "run-command", "invoke"): Evaluator(SHELL, ("--scripts",)),
    ("aws", "ssm", "send-command"): Evaluator(SHELL, ("--parameters",)),
    ("heroku", "run"): Evaluator(SHELL, rest=0, valued=("-a", "--app", "-r")),
    ("fly", "ssh", "console"): Evaluator(SHELL, ("-C", "--command")),
    ("flyctl", "ssh", "console"): Evaluator(SHELL, ("-C", "--command")),
    ("vagrant", "ssh"): Evaluator(SHELL, ("-c", "--command")),
    ("ansible",): Evaluator(SHELL, ("-a", "--args"), valued=("-m", "-i", "-u")),
    ("wp", "eval"): Evaluator(PHP, rest=0),
    ("rails", "runner"): Evaluator(RUBY, first=True),
    ("nix", "eval"): Evaluator(OTHER, ("--expr",)),
}
"""By a program and its subcommands."""

CONTAINERS: dict[tuple[str, ...], tuple[int, frozenset[str]]] = {
    **dict.fromkeys(
        [
            (tool, *words)
            for tool in ("docker", "podman", "nerdctl")
            for words in (("run",), ("exec",), ("container", "run"), ("container", "exec"))
        ],
        (
            1,
            frozenset(
                [
                    "-e",
                    "--env",
                    "-v",
                    "--volume",
                    "-w",
                    "--workdir",
                    "-u",
                    "--user",
                    "--name",
                    "--network",
                    "--net",
                    "-p",
                    "--publish",
                    "--entrypoint",
                    "--env-file",
                    "--platform",
                    "--mount",
                    "-l",
                    "--label",
                    "-m",
                    "--memory",
                    "--cpus",
                    "--add-host",
                    "--gpus",
                    "--shm-size",
                    "-h",
                    "--hostname",
                    "--cap-add",
                    "--security-opt",
                    "--device",
                    "--ulimit",
                    "--tmpfs",
                    "--pull",
                    "--restart",
                    "--ipc",
                    "--pid",
                ]
            ),
        ),
    ),
    **dict.fromkeys(
        [("docker", "compose", word) for word in ("run", "exec")]
        + [("docker-compose", "run"), ("docker-compose", "exec")],
        (
            1,
            frozenset(
                ["-e", "--env", "-v", "--volume", "-w", "--workdir", "-u", "--user", "--name", "--entrypoint"]
            ),
        ),
    ),
    **dict.fromkeys(
        [("kubectl", "exec"), ("oc", "exec"), ("oc", "rsh"), ("k3s", "kubectl", "exec")],
        (1, frozenset(["-n", "--namespace", "-c", "--container", "--context", "--kubeconfig", "-f"])),
    ),
    ("lxc", "exec"): (1, frozenset(["--env", "--cwd", "--user"])),
    ("chroot",): (1, frozenset[str]()),
    ("nsenter",): (0, frozenset(["-t", "--target"])),
    ("multipass", "exec"): (1, frozenset(["-d"])),
    ("wsl",): (0, frozenset(["-d", "-u"])),
    ("git", "bisect", "run"): (0, frozenset[str]()),
    ("setarch",): (1, frozenset[str]()),
    ("doas",): (0, frozenset(["-u"])),
    ("gosu",): (1, frozenset[str]()),
    ("setsid",): (0, frozenset[str]()),
    ("strace",): (0, frozenset(["-o", "-e", "-s", "-p"])),
    ("dbus-run-session",): (0, frozenset[str]()),
    ("sshpass",): (0, frozenset(["-p", "-f", "-P"])),
    ("doppler", "run"): (0, frozenset(["-p", "-c", "--project", "--config", "--token"])),
    ("op", "run"): (0, frozenset(["--env-file", "--account"])),
    ("aws-vault", "exec"): (1, frozenset[str]()),
    ("dotenv",): (0, frozenset(["-e", "-f", "-c"])),
}
"""Programs that start the command which follows: how many arguments stand before it, and the options that
take a value. The commands that only wrap one on the same machine stand in `WRAPPERS`."""
