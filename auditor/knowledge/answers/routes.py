"""What GitHub's REST routes answer, and which method of `github.rest` asks which route.

Source: GitHub REST API reference, version 2026-03-10; the methods as `@octokit/plugin-rest-endpoint-methods`
generates them from it; read 2026-12-01. A call that changes an object gives the object back, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.knowledge.provenance import Provenance

_SOURCE = Provenance("GitHub REST API reference, version 2026-03-10", "2026-12-01")


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `of` names the object of `OBJECTS`, `under` the field that holds the list of them.

    In `pattern` a `*` is one part of the path and `**` one or more; what begins with `/` alone lies in a
    repository. `methods` are those of `github.rest` which ask it.
    """

    pattern: str
    of: str
    methods: tuple[str, ...] = ()
    under: str = ""
    source: Provenance = _SOURCE


def _route(pattern: str, of: str, methods: str = "", under: str = "") -> Route:
    return Route(pattern, of, tuple(methods.split()), under)


ROUTES: tuple[Route, ...] = (
    _route("/", "repository", "repos.get"),
    _route("/issues", "issue", "issues.listForRepo issues.create"),
    _route("/issues/*", "issue", "issues.get issues.update"),
    _route("/issues/*/sub_issues", "issue", "issues.listSubIssues"),
    _route("/issues/*/parent", "issue", "issues.getParent"),
    _route("/issues/*/dependencies/blocked_by", "issue", "issues.listDependenciesBlockedBy"),
    _route("/issues/*/dependencies/blocking", "issue", "issues.listDependenciesBlocking"),
    _route("/issues/*/comments", "comment", "issues.listComments issues.createComment"),
    _route("/issues/*/timeline", "comment", "issues.listEventsForTimeline"),
    _route("/issues/comments", "comment", "issues.listCommentsForRepo"),
    _route("/issues/comments/*", "comment", "issues.getComment issues.updateComment"),
    _route("/issues/*/labels", "label", "issues.listLabelsOnIssue issues.addLabels issues.setLabels"),
    _route("/labels", "label", "issues.listLabelsForRepo issues.createLabel"),
    _route("/labels/*", "label", "issues.getLabel issues.updateLabel"),
    _route("/milestones/*/labels", "label", "issues.listLabelsForMilestone"),
    _route("/milestones", "milestone", "issues.listMilestones"),
    _route("/milestones/*", "milestone", "issues.getMilestone"),
    _route("/assignees", "login", "issues.listAssignees"),
    _route("/pulls", "pull", "pulls.list pulls.create"),
    _route("/pulls/*", "pull", "pulls.get pulls.update"),
    _route("/pulls/*/files", "pull_file", "pulls.listFiles"),
    _route("/pulls/*/commits", "pull_commit", "pulls.listCommits"),
    _route("/pulls/*/comments", "comment", "pulls.listReviewComments"),
    _route("/pulls/comments", "comment", "pulls.listReviewCommentsForRepo"),
    _route("/pulls/comments/*", "comment", "pulls.getReviewComment"),
    _route("/pulls/*/reviews", "review", "pulls.listReviews pulls.createReview"),
    _route("/pulls/*/reviews/*", "review", "pulls.getReview"),
    _route("/pulls/*/reviews/*/comments", "comment", "pulls.listCommentsForReview"),
    _route("/pulls/*/requested_reviewers", "login", "pulls.listRequestedReviewers", "users"),
    _route("/commits", "commit", "repos.listCommits"),
    _route("/commits/*", "commit", "repos.getCommit"),
    _route("/commits/*/pulls", "pull", "repos.listPullRequestsAssociatedWithCommit"),
    _route("/commits/*/comments", "comment", "repos.listCommentsForCommit"),
    _route("/comments", "comment", "repos.listCommitCommentsForRepo"),
    _route("/comments/*", "comment", "repos.getCommitComment"),
    _route("/compare/**", "comparison", "repos.compareCommits repos.compareCommitsWithBasehead"),
    _route("/contents", "content"),
    _route("/contents/**", "content", "repos.getContent"),
    _route("/readme", "content", "repos.getReadme"),
    _route("/readme/**", "content", "repos.getReadmeInDirectory"),
    _route("/git/blobs/*", "content", "git.getBlob"),
    _route("/git/commits/*", "git_commit", "git.getCommit git.createCommit"),
    _route("/git/commits", "git_commit"),
    _route("/git/ref/**", "ref", "git.getRef"),
    _route("/git/refs", "ref", "git.createRef"),
    _route("/git/refs/**", "ref", "git.updateRef"),
    _route("/git/matching-refs/**", "ref", "git.listMatchingRefs"),
    _route("/git/trees/**", "tree", "git.getTree"),
    _route("/branches", "branch", "repos.listBranches"),
    _route("/branches/**", "branch", "repos.getBranch"),
    _route("/tags", "tag", "repos.listTags"),
    _route("/forks", "fork", "repos.listForks"),
    _route("/releases", "release", "repos.listReleases repos.createRelease"),
    _route("/releases/latest", "release", "repos.getLatestRelease"),
    _route("/releases/tags/*", "release", "repos.getReleaseByTag"),
    _route("/releases/*", "release", "repos.getRelease repos.updateRelease"),
    _route("/actions/runs", "run", "actions.listWorkflowRunsForRepo", "workflow_runs"),
    _route("/actions/workflows/*/runs", "run", "actions.listWorkflowRuns", "workflow_runs"),
    _route("/actions/runs/*", "run", "actions.getWorkflowRun"),
    _route("/actions/runs/*/attempts/*", "run", "actions.getWorkflowRunAttempt"),
    _route("/actions/runs/*/jobs", "job", "actions.listJobsForWorkflowRun", "jobs"),
    _route("/actions/runs/*/attempts/*/jobs", "job", "actions.listJobsForWorkflowRunAttempt", "jobs"),
    _route("/actions/artifacts", "artifact", "actions.listArtifactsForRepo", "artifacts"),
    _route("/actions/runs/*/artifacts", "artifact", "actions.listWorkflowRunArtifacts", "artifacts"),
    _route("/actions/artifacts/*", "artifact", "actions.getArtifact"),
    _route("/deployments", "deployment", "repos.listDeployments repos.createDeployment"),
    _route("/deployments/*", "deployment", "repos.getDeployment"),
    _route("/deployments/*/statuses", "deployment", "repos.listDeploymentStatuses"),
    _route("/deployments/*/statuses/*", "deployment", "repos.getDeploymentStatus"),
    _route("/collaborators", "login", "repos.listCollaborators"),
    _route("/collaborators/*/permission", "permission", "repos.getCollaboratorPermissionLevel"),
    _route("/discussions", "discussion"),
    _route("/discussions/*", "discussion"),
    _route("search/issues", "issue", "search.issuesAndPullRequests", "items"),
    _route("search/commits", "commit", "search.commits", "items"),
    _route("search/repositories", "fork", "search.repos", "items"),
    _route("search/users", "login", "search.users", "items"),
    _route("search/labels", "label", "search.labels", "items"),
    _route("users/*", "user", "users.getByUsername"),
    _route("user", "user", "users.getAuthenticated"),
    _route("orgs/*/members", "login", "orgs.listMembers"),
    _route("orgs/*/repos", "fork", "repos.listForOrg"),
    _route("users/*/repos", "fork", "repos.listForUser"),
    _route("repositories/*/pulls/*", "pull"),
    _route("repositories/*/issues/*", "issue"),
)
"""A route of a repository also serves the forms `repos/{owner}/{repo}/…` and `repositories/ID/…`."""

METHODS: dict[str, Route] = {method: route for route in ROUTES for method in route.methods}

GRAPHQL = {
    "title": ("gh_pr", "title"),
    "body": ("gh_pr", "body"),
    "bodyText": ("gh_pr", "body"),
    "bodyHTML": ("gh_pr", "body"),
    "headRefName": ("gh_pr", "headRefName"),
    "headline": ("gh_pr", "commits.messageHeadline"),
    "message": ("gh_pr", "commits.messageBody"),
    "messageHeadline": ("gh_pr", "commits.messageHeadline"),
    "messageBody": ("gh_pr", "commits.messageBody"),
    "path": ("gh_pr", "files.path"),
    "email": ("gh_pr", "commits.authors.email"),
    "name": ("gh_person", "name"),
}
"""Fields that a query of GraphQL can name: an object and the field of it that tells its kind. The least
trusted of the objects that have a field of this name counts."""
