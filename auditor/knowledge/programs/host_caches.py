"""Variables that name the folder in which a tool keeps what it fetched or built.

Source: each tool's documentation of its environment variables (read 2026-11).
"""

CACHE_VARIABLES = frozenset(
    {
        "AGENT_TOOLSDIRECTORY", "BAZELISK_HOME", "CARGO_HOME", "CCACHE_DIR", "CONDA_PKGS_DIRS", "GOCACHE",
        "GOMODCACHE", "GRADLE_USER_HOME", "HF_DATASETS_CACHE", "HF_HOME", "HF_HUB_CACHE",
        "HUGGINGFACE_HUB_CACHE", "MODELSCOPE_CACHE", "NPM_CONFIG_CACHE", "PIP_CACHE_DIR", "RUNNER_TOOL_CACHE",
        "SCCACHE_DIR", "TORCHINDUCTOR_CACHE_DIR", "TORCH_EXTENSIONS_DIR", "TORCH_HOME", "TRANSFORMERS_CACHE",
        "TRITON_CACHE_DIR", "UV_CACHE_DIR", "VLLM_CACHE_ROOT", "XDG_CACHE_HOME", "YARN_CACHE_FOLDER",
    }
)  # fmt: skip
"""In upper case."""
