"""Inputs of actions that are run as code, so that an expression in them is spliced into a program.

Source: the actions' own `action.yml` and documentation, as known in 2026-11; rows with a commit were read at
it on 2026-12-01.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.knowledge.provenance import Provenance


@dataclass(frozen=True, slots=True)
class ScriptInput:
    """Inputs of one action that are code of a language; `shell` is run by a shell, here or elsewhere.

    `ARGUMENTS` are split into words and given to one program: text in them can add options, no commands.
    """

    names: tuple[str, ...]
    language: str
    source: Provenance


SHELL, JAVASCRIPT, PYTHON, POWERSHELL = "shell", "javascript", "python", "powershell"
OTHER, ARGUMENTS = "other", "arguments"

_KNOWN = Provenance("README and action.yml of the action", "2026-11")


def _row(names: str, language: str = SHELL, commit: str = "") -> tuple[ScriptInput, ...]:
    source = Provenance(f"action.yml at {commit}", "2026-12-01") if commit else _KNOWN
    return (ScriptInput(tuple(names.split()), language, source),)


_VM = _row("run prepare")

SCRIPTS: dict[str, tuple[ScriptInput, ...]] = {
    # JavaScript, Python, PowerShell, MATLAB.
    "actions/github-script": _row("script", JAVASCRIPT),
    "amadevus/pwsh-script": _row("script", POWERSHELL),
    "azure/powershell": _row("inlinescript", POWERSHELL),
    "cardinalby/js-eval-action": _row("expression", JAVASCRIPT),
    "jannekem/run-python-script-action": _row("script", PYTHON),
    "matlab-actions/run-command": _row("command", OTHER, "027b705d"),
    # A shell on this machine.
    "aganders3/headless-gui": _row("run linux-setup linux-teardown", commit="14e09f96"),
    "andresz1/size-limit-action": _row("build_script script"),
    "artiomtr/jest-coverage-report-action": (
        *_row("test_script", commit="05f9c3a3"),
        *_row("test-script"),
    ),
    "azure/cli": _row("inlinescript"),
    "bahmutov/npm-install": _row("install-command"),
    "changesets/action": _row("publish version"),
    "cloudflare/wrangler-action": _row("precommands postcommands"),
    "coactions/setup-xvfb": _row("run", commit="0ec8ed7f"),
    "cypress-io/github-action": _row(
        "command start start-windows build install-command command-prefix", commit="00d78c2a"
    ),
    "gabrielbb/xvfb-action": _row("run"),
    "jarvusinnovations/background-action": _row("run", commit="07f0307d"),
    "malinskiy/action-android": _row("cmd", commit="298cdbfd"),
    "mathiasvr/command-output": _row("run", commit="59e76569"),
    "mikefarah/yq": _row("cmd", commit="115c87e2"),
    "nick-fields/retry": _row("command on_retry_command new_command_on_retry", commit="0842359a"),
    "nick-invision/retry": _row("command on_retry_command new_command_on_retry"),
    "paambaati/codeclimate-action": _row("coveragecommand", commit="0b3fc9de"),
    "pyo3/maturin-action": _row("before-script-linux"),
    "pyvista/setup-headless-display-action": _row("command"),
    "reactivecircus/android-emulator-runner": _row("script pre-emulator-launch-script"),
    "sergeysova/jq-action": _row("cmd"),
    "wandalen/wretry.action": _row("command", commit="01e08af1"),
    "wangyoucao577/go-release-action": _row("pre_command build_command post_command", commit="03cc0c72"),
    # A shell in a container, in a virtual machine or on another machine.
    "addnab/docker-run-action": (
        *_row("run", commit="2358843f"),
        *_row("options", ARGUMENTS, "2358843f"),
    ),
    "appleboy/ssh-action": _row("script", commit="03b440e4"),
    "cross-platform-actions/action": _row("run"),
    "cross-the-world/ssh-pipeline": _row("script", commit="49be71f3"),
    "cross-the-world/ssh-scp-ssh-pipelines": _row("first_ssh last_ssh", commit="04da671c"),
    "d3rhase/ssh-command-action": _row("command", commit="5337a718"),
    "easingthemes/ssh-deploy": _row("script_before script_after"),
    "fifsky/ssh-action": _row("command", commit="04de1741"),
    "garygrossgarten/github-action-ssh": _row("command", commit="1598ebb1"),
    "google-github-actions/ssh-compute": _row("command", commit="083d4445"),
    "jimcronqvist/action-ssh": _row("command", commit="06f155a1"),
    "pguyot/arm-runner-action": _row("commands", commit="0693235e"),
    "uraimo/run-on-arch-action": _row("install run setup", commit="13832e4f"),
    "vmactions/dragonflybsd-vm": _VM,
    "vmactions/freebsd-vm": _row("run prepare", commit="061db508"),
    "vmactions/haiku-vm": _VM,
    "vmactions/netbsd-vm": _VM,
    "vmactions/omnios-vm": _VM,
    "vmactions/openbsd-vm": _VM,
    "vmactions/openindiana-vm": _VM,
    "vmactions/solaris-vm": _VM,
    # Arguments of one program.
    "actions-hub/gcloud": _row("args", ARGUMENTS),
    "actions-hub/kubectl": _row("args", ARGUMENTS),
    "actions-rs/cargo": _row("command args", ARGUMENTS),
    "borales/actions-yarn": _row("cmd", ARGUMENTS),
    "burnett01/rsync-deployments": _row("switches", ARGUMENTS),
    "dawidd6/action-ansible-playbook": _row("options", ARGUMENTS),
    "docker/bake-action": _row("set", ARGUMENTS),
    "endbug/add-and-commit": _row("add commit fetch pull push tag", ARGUMENTS),
    "golangci/golangci-lint-action": _row("args", ARGUMENTS),
    "goreleaser/goreleaser-action": _row("args", ARGUMENTS),
    "lycheeverse/lychee-action": _row("args", ARGUMENTS),
    "preactjs/compressed-size-action": _row("build-script clean-script", ARGUMENTS, "0a11ff75"),
    "stefanzweifel/git-auto-commit-action": _row("commit_options add_options push_options", ARGUMENTS),
    "w9jds/firebase-action": _row("args", ARGUMENTS),
}
"""By `owner/name`, whatever folder of it is used; names and inputs in lower case."""

SCRIPT_INPUTS: dict[str, tuple[str, ...]] = {
    action: names
    for action, rows in SCRIPTS.items()
    if (names := tuple(name for row in rows if row.language != ARGUMENTS for name in row.names))
}
"""Of each action, the inputs that are run as code."""

DOCKER_INPUTS = ("args", "entrypoint")
"""The command line of a `docker://` step."""
