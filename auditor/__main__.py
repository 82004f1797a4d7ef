"""`python -m auditor` and the `ci-audit` command."""

from auditor.cli import main

if __name__ == "__main__":
    main()
