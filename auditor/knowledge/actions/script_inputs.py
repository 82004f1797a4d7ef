"""Inputs of actions that are run as code, so that an expression in them is spliced into a program.

Source: the actions' own `action.yml` and documentation, read 2026-11.
"""

SCRIPT_INPUTS: dict[str, tuple[str, ...]] = {
    "actions/github-script": ("script",),
    "addnab/docker-run-action": ("run",),
    "amadevus/pwsh-script": ("script",),
    "appleboy/ssh-action": ("script",),
    "azure/cli": ("inlinescript",),
    "azure/powershell": ("inlinescript",),
    "cardinalby/js-eval-action": ("expression",),
    "jannekem/run-python-script-action": ("script",),
    "cross-platform-actions/action": ("run",),
    "nick-fields/retry": ("command", "on_retry_command", "new_command_on_retry"),
    "reactivecircus/android-emulator-runner": ("script", "pre-emulator-launch-script"),
    "uraimo/run-on-arch-action": ("install", "run"),
    "wandalen/wretry.action": ("command",),
}
"""By `owner/name` in lower case."""

DOCKER_INPUTS = ("args", "entrypoint")
"""The command line of a `docker://` step."""
