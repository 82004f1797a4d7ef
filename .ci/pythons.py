"""The supported Pythons of this machine beside the one that runs this: version and path, a line each.

They are looked for on PATH and among those that pyenv keeps. Of each version there is one. The standard error
says which of those that pyproject.toml names are not there.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMED = re.findall(r"Python :: (3\.\d+)\"", Path("pyproject.toml").read_text(encoding="utf-8"))
ASK = "import sys; print(*sys.version_info[:3], sep='.'); print(sys._base_executable)"


def _candidates() -> Iterator[Path]:
    kept = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    folders = [Path(folder) for folder in os.environ["PATH"].split(os.pathsep)]
    for folder in (*folders, *sorted(kept.glob("*/bin"))):
        yield from (folder / f"python{version}" for version in ("3", *NAMED))


def _found() -> dict[str, str]:
    found: dict[str, str] = {}
    for python in _candidates():
        if os.access(python, os.X_OK):
            said = subprocess.run([python, "-c", ASK], capture_output=True, text=True, check=False)  # noqa: S603
            version, _, path = said.stdout.strip().partition("\n")
            if version.rpartition(".")[0] in NAMED:
                found.setdefault(version, path)
    return found


found = _found()
for lacking in sorted(set(NAMED) - {version.rpartition(".")[0] for version in found}):
    print(f"no Python {lacking} is here", file=sys.stderr)  # noqa: T201
found.pop(".".join(map(str, sys.version_info[:3])), None)
for version, path in found.items():
    print(version, path)  # noqa: T201
