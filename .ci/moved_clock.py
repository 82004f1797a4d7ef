"""The clock of all Python processes, so many days ahead as `CI_AUDIT_TEST_DAYS_AHEAD` says.

`.ci/run` puts it beside the packages of an environment, with a `.pth` file that imports it: so it holds for
the processes that a test starts, too. Only Python's own clock moves: `sleep` and timeouts are as ever.
"""

import os
import time

if days := os.environ.get("CI_AUDIT_TEST_DAYS_AHEAD"):
    import time_machine

    # It is a plugin of pytest, too, which warns of what it can't rewrite any more, but for such a docstring.
    time_machine.__doc__ = "PYTEST_DONT_REWRITE"
    time_machine.travel(time.time() + int(days) * 86_400).start()
