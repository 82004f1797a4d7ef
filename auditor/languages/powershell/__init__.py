"""PowerShell to what it does with values."""

from auditor.languages.powershell.reader import read

__all__ = ["read"]
