"""What asks GitHub whether somebody has access, and so may hold an outsider's run back.

Sources: the actions' own `action.yml` and README; Octokit's method names and GitHub's REST routes for
collaborators, members and teams ("Collaborators", "Organization members", "Team members"). Read 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckAction:
    """An action that checks a permission. It fails where access lacks, unless an input says otherwise.

    `fails` is whether it does without inputs; `unless` is an input with the value that stops it from
    failing; `only_with` one without which it checks nothing.
    """

    fails: bool
    unless: tuple[str, str] | None = None
    only_with: str | None = None


CHECK_ACTIONS: dict[str, CheckAction] = {
    "actions-cool/check-user-permission": CheckAction(fails=False),
    "lannonbr/repo-permission-check-action": CheckAction(fails=True),
    "prince-chrismc/check-actor-permissions-action": CheckAction(fails=False),
    "qlik-oss/action-has-permission": CheckAction(fails=False),
    "scherermichael-oss/action-has-permission": CheckAction(fails=False),
    "skjnldsv/check-actor-permission": CheckAction(fails=True, only_with="require"),
    "sushichop/action-repository-permission": CheckAction(fails=True, unless=("relax", "true")),
    "themoddinginquisition/actions-team-membership": CheckAction(fails=True, unless=("exit", "false")),
    "tspascoal/get-user-teams-membership": CheckAction(fails=False),
}
"""By `owner/name` in lower case."""

ASKS = re.compile(
    r"getCollaboratorPermissionLevel|checkCollaborator|check(?:Public)?MembershipForUser"
    r"|getMembershipForUserInOrg|collaborators/[^\s\"']{1,100}|teams/[^\s\"']{1,100}/memberships"
    r"|(?:orgs/[^\s\"'/]{1,100}/)?(?:public_)?members(?:hips)?/"
)
"""In a script: a call that asks for a permission or a membership."""

REFUSES = re.compile(
    r"core\.setFailed|\bthrow\b|process\.exit\(\s*[1-9]|\bexit\s+[1-9]|checkCollaborator|MembershipForUser"
)
"""What makes the script fail. The last two fail by themselves: GitHub answers 404."""
