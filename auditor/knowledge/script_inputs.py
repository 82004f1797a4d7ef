"""Inputs of actions that are run as code, so that an expression in them is spliced into a program.

Source: the actions' own `action.yml` and documentation, read 2026-11.
"""

SCRIPT_INPUTS: dict[str, tuple[str, ...]] = {
    "actions/github-script": ("script",),
    "amadevus/pwsh-script": ("script",),
    "appleboy/ssh-action": ("script",),
    "azure/cli": ("inlinescript",),
    "azure/powershell": ("inlinescript",),
    "cardinalby/js-eval-action": ("expression",),
    "jannekem/run-python-script-action": ("script",),
    "nick-fields/retry": ("command",),
    "reactivecircus/android-emulator-runner": ("script",),
}
"""By `owner/name` in lower case."""
