"""Actions and API calls that check whether somebody has access, and so may hold an outsider's run back.

Sources: the actions' own `action.yml`, README and sources; Octokit's method names and GitHub's REST routes
for collaborators, members and teams ("Collaborators", "Organization members", "Team members"). Read 2026-11.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

STRONG = frozenset({"admin", "maintain", "write"})
"""The levels that nobody outside has. Everybody may read a public repository."""

WEAK = frozenset({"none", "read", "triage"})
"""The levels that somebody outside may have."""


@dataclass(frozen=True, slots=True)
class CheckAction:
    """An action that checks a permission or a membership.

    `level` is the input that says which level is required (None: a membership is), `default` what
    it is without it. `needs` is an input without which it checks nothing. It fails where access lacks if
    the input in `fails` has that value (None: always; `NEVER`: it only reports), but for the input and value
    in `unless`. `user` is the input that says whose access is looked up; without it that of `github.actor`.
    `refusal` are the outputs by which an outsider is refused; `levels` are those that hold a person's level.
    """

    level: str | None = None
    default: str | None = None
    needs: str | None = None
    fails: tuple[str, str] | None = None
    unless: tuple[str, str] | None = None
    user: str | None = None
    refusal: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = ()


NEVER = ("", "")
"""An action that only reports."""

CHECK_ACTIONS: dict[str, CheckAction] = {
    "actions-cool/check-user-permission": CheckAction(
        level="require",
        fails=("error-if-missing", "true"),
        user="username",
        refusal={"require-result": "false"},
        levels=("user-permission",),
    ),
    "lannonbr/repo-permission-check-action": CheckAction(level="permission"),
    "prince-chrismc/check-actor-permissions-action": CheckAction(
        level="permission", refusal={"permitted": "false"}
    ),
    "scherermichael-oss/action-has-permission": CheckAction(
        level="required-permission",
        default="write",
        fails=NEVER,
        user="username",
        refusal={"has-permission": ""},
    ),
    "skjnldsv/check-actor-permission": CheckAction(
        level="require", user="username", refusal={"result": "false"}, levels=("user-permission",)
    ),
    "sushichop/action-repository-permission": CheckAction(
        level="required-permission",
        default="admin",
        unless=("relax", "true"),
        refusal={"permitted": "false"},
        levels=("actual-permission",),
    ),
    "themoddinginquisition/actions-team-membership": CheckAction(
        needs="team", unless=("exit", "false"), refusal={"permitted": "false"}
    ),
    "tspascoal/get-user-teams-membership": CheckAction(
        needs="team", fails=NEVER, user="username", refusal={"isteammember": "false"}
    ),
}
"""By `owner/name` in lower case; outputs, too."""

# The name of an organisation that it lived under before.
CHECK_ACTIONS["qlik-oss/action-has-permission"] = CHECK_ACTIONS["scherermichael-oss/action-has-permission"]

MEMBER_CALLS = (
    r"(?:repos\.checkCollaborator|orgs\.check(?:Public)?MembershipForUser|orgs\.getMembershipForUser"
    r"|teams\.getMembershipForUserInOrg)"
)
"""Octokit's methods that fail by themselves for somebody outside: GitHub answers 404."""

LEVEL_CALL = r"repos\.getCollaboratorPermissionLevel"
"""Octokit's method that answers everybody's level, in a public repository "read" at least."""
