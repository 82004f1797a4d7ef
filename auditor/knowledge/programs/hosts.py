"""Which hosts a secret is meant for, by its name.

Source: the services' documentation of their interfaces, as known in 2026-11.
"""

from __future__ import annotations

OWN_HOSTS = frozenset(
    {"api.github.com", "github.com", "ghcr.io", "githubusercontent.com", "localhost", "uploads.github.com"}
)
"""GitHub's own hosts, and the machine's."""

SERVICES: dict[str, tuple[str, ...]] = {
    "AWS": ("amazonaws.com", "aws.amazon.com"),
    "AZURE": ("azure.com", "microsoftonline.com", "windows.net", "azure.net"),
    "CARGO": ("crates.io",),
    "CODECOV": ("codecov.io",),
    "DATADOG": ("datadoghq.com", "datadoghq.eu"),
    "DISCORD": ("discord.com", "discordapp.com"),
    "DOCKER": ("docker.com", "docker.io"),
    "GCP": ("googleapis.com", "google.com"),
    "GITHUB": ("github.com", "githubusercontent.com", "ghcr.io"),
    "GITLAB": ("gitlab.com",),
    "GOOGLE": ("googleapis.com", "google.com"),
    "HF": ("huggingface.co", "hf.co"),
    "HUGGINGFACE": ("huggingface.co", "hf.co"),
    "NPM": ("npmjs.org", "npmjs.com"),
    "NUGET": ("nuget.org",),
    "OPENAI": ("openai.com",),
    "ANTHROPIC": ("anthropic.com",),
    "PYPI": ("pypi.org", "pythonhosted.org"),
    "RUBYGEMS": ("rubygems.org",),
    "SENTRY": ("sentry.io",),
    "SLACK": ("slack.com",),
    "SNYK": ("snyk.io",),
    "SONAR": ("sonarcloud.io", "sonarqube.org"),
    "TELEGRAM": ("telegram.org",),
    "VERCEL": ("vercel.com",),
    "WANDB": ("wandb.ai",),
}
"""A word in a secret's name, and the hosts of the service that it names."""


def is_meant(name: str, host: str) -> bool:
    """Whether a secret of that name may be for the host: its name speaks of no other service."""
    words = name.upper().replace("-", "_").split("_")
    named = [hosts for word in words if (hosts := SERVICES.get(word)) is not None]
    if not named:
        return True
    return any(host == each or host.endswith(f".{each}") for hosts in named for each in hosts)
