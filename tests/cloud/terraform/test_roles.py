"""Trust policies out of Terraform: what they ask, where it stands, and whose they are."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.cloud.aws import TrustPolicy, provider_of
from auditor.cloud.terraform import Terraform, read_terraform
from auditor.cloud.terraform.roles import read_roles
from auditor.cloud.values import Hole
from auditor.collect.coverage import Kind
from auditor.collect.worktree import collect
from auditor.source import Source

Load = Callable[..., Terraform]

PROVIDER = """
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}
"""
DOCUMENT = """
data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "GitHub"
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringLike"
      variable = "${aws_iam_openid_connect_provider.github.url}:sub"
      values   = ["repo:acme/shop:*"]
    }
  }
}
"""
ROLE = """
resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"""
INLINE = """
resource "aws_iam_role" "deploy" {
  name_prefix        = "deploy-"
  assume_role_policy = %s
}
"""
STATEMENT = """{
    "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
    "Principal": {"Federated": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"},
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:${var.org}/shop:ref:x"}}
}"""


def only(load: Load, *others: Source, **files: str) -> TrustPolicy:
    terraform = load(*others, **files)
    found = read_roles(terraform)
    assert not terraform.problems
    assert not found.problems
    (policy,) = found.policies
    return policy


def subjects(policy: TrustPolicy) -> list[str]:
    return [
        value.shown
        for statement in policy.statements
        for condition in statement.conditions
        for value in condition.values
        if condition.key.endswith(":sub")
    ]


def test_a_role_and_its_document(load: Load) -> None:
    policy = only(load, main=PROVIDER + DOCUMENT + ROLE)
    (statement,) = policy.statements
    (condition,) = statement.conditions
    assert (policy.role, policy.version, statement.sid) == ("deploy", "2012-10-17", "GitHub")
    assert policy.name.address == "aws_iam_role.deploy"
    assert [provider_of(value) for value in statement.federated] == ["token.actions.githubusercontent.com"]
    assert (condition.operator, condition.key) == ("StringLike", "token.actions.githubusercontent.com:sub")
    assert condition.location.span.start.line == PROVIDER.count("\n") + 13
    assert condition.values[0].location.span.start.column == 19
    assert statement.location.span.start.line == PROVIDER.count("\n") + 3


@pytest.mark.parametrize(
    "document",
    [
        f'jsonencode({{ Version = "2012-10-17", Statement = [{STATEMENT}] }})',
        f'<<EOT\n{{"Version": "2012-10-17", "Statement": {STATEMENT}}}\nEOT',
        f'<<-EOT\n    {{"Statement": [{STATEMENT}],\n    "Version": "2012-10-17"}}\n  EOT',
        f'"{{\\"Statement\\": ${{jsonencode({STATEMENT})}}}}"',
        f"var.none ? null : jsonencode({{ Statement = [{STATEMENT}] }})",
    ],
)
def test_documents_inside_a_role(load: Load, document: str) -> None:
    policy = only(load, main=INLINE % document)
    (statement,) = policy.statements
    (condition,) = statement.conditions
    assert condition.values[0].parts == ("repo:", Hole("var.org"), "/shop:ref:x")
    assert policy.role == "aws_iam_role.deploy"
    assert policy.name.prefix is not None
    assert policy.name.prefix.text == "deploy-"
    text = INLINE % document
    line = text.splitlines()[condition.location.span.start.line - 1]
    assert ":sub" in line
    place = condition.values[0].location.span.start
    if not document.startswith('"'):
        assert text.splitlines()[place.line - 1][place.column :].startswith("repo:${var.org}")


def test_a_document_in_a_file(load: Load) -> None:
    trust = Source("trust.json", f'{{"Statement": [{STATEMENT}]}}')
    policy = only(load, trust, main=INLINE % 'file("${path.module}/trust.json")')
    assert subjects(policy) == ["repo:${var.org}/shop:ref:x"]
    assert policy.location.path == "trust.json"


def test_two_conditions_on_one_key_widen_each_other(load: Load) -> None:
    more = 'condition {\n test = "StringLike"\n variable = "token.actions.githubusercontent.com:sub"\n'
    more += ' values = ["repo:acme/site:*"]\n}\n'
    document = DOCUMENT.replace("    condition {", f"{more}    condition {{", 1)
    policy = only(load, main=PROVIDER + document + ROLE)
    (condition,) = policy.statements[0].conditions
    assert [value.text for value in condition.values] == ["repo:acme/site:*", "repo:acme/shop:*"]


def test_a_document_that_no_role_in_sight_uses(load: Load) -> None:
    call = (
        'module "role" {\n  source = "acme/role/aws"\n  policy = data.aws_iam_policy_document.trust.json\n}\n'
    )
    policy = only(load, main=PROVIDER + DOCUMENT + call)
    assert policy.role == "data.aws_iam_policy_document.trust"


def test_documents_of_documents(load: Load) -> None:
    outer = """
data "aws_iam_policy_document" "all" {
  source_policy_documents   = [data.aws_iam_policy_document.trust.json, var.more]
  override_policy_documents = [jsonencode({ Statement = { Sid = "Other", Effect = "Deny" } })]
  statement {
    sid     = "Other"
    actions = ["sts:TagSession"]
  }
}
"""
    role = ROLE.replace("document.trust", "document.all")
    policy = only(load, main=PROVIDER + DOCUMENT + outer + role)
    assert [(statement.sid, statement.effect) for statement in policy.statements] == [
        ("GitHub", "Allow"),
        ("Other", "Deny"),
    ]


def test_each_instance_is_a_role(load: Load) -> None:
    loops = """
locals { repos = { shop = "main", site = "prod" } }
data "aws_iam_policy_document" "trust" {
  for_each = local.repos
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.me.account_id}:oidc-provider/${var.issuer}"]
    }
    dynamic "condition" {
      for_each = { sub = ["repo:acme/${each.key}:ref:refs/heads/${each.value}"], aud = ["sts.amazonaws.com"] }
      content {
        test     = "StringEquals"
        variable = "${var.issuer}:${condition.key}"
        values   = condition.value
      }
    }
  }
}
resource "aws_iam_role" "deploy" {
  for_each           = local.repos
  name               = "${each.key}-${var.stage}"
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
}
variable "issuer" { default = "token.actions.githubusercontent.com" }
"""
    found = read_roles(load(main=loops)).policies
    assert [(policy.name.address, subjects(policy)) for policy in found] == [
        ('aws_iam_role.deploy["shop"]', ["repo:acme/shop:ref:refs/heads/main"]),
        ('aws_iam_role.deploy["site"]', ["repo:acme/site:ref:refs/heads/prod"]),
    ]
    assert [policy.name.name.shown for policy in found if policy.name.name] == [
        "shop-${var.stage}",
        "site-${var.stage}",
    ]


def test_a_module_is_worked_out_with_the_arguments_of_its_calls(load: Load) -> None:
    child = (
        'variable "repo" {}\nvariable "wide" { default = false }\n'
        + PROVIDER
        + DOCUMENT.replace('["repo:acme/shop:*"]', 'var.wide ? ["*"] : ["repo:acme/${var.repo}:*"]')
        + ROLE
    )
    root = "".join(
        f'module "{name}" {{\n  source = "./modules/role"\n  repo = "{name}"\n  wide = {wide}\n}}\n'
        for name, wide in (("shop", "false"), ("site", "true"))
    )
    found = read_roles(load(main=root, modules__role__main=child)).policies
    assert [(policy.name.address, subjects(policy)) for policy in found] == [
        ("module.shop.aws_iam_role.deploy", ["repo:acme/shop:*"]),
        ("module.site.aws_iam_role.deploy", ["*"]),
    ]
    alone = read_roles(load(modules__role__main=child)).policies
    (values,) = [condition.values for condition in alone[0].statements[0].conditions]
    assert [(value.shown, value.only_if) for value in values] == [
        ("repo:acme/${var.repo}:*", None),
        ("*", "var.wide"),
    ]


def test_what_a_module_gives_back(load: Load) -> None:
    child = PROVIDER + 'output "arn" { value = aws_iam_openid_connect_provider.github.arn }\n'
    root = 'module "oidc" { source = "../oidc" }\n' + ROLE
    root += DOCUMENT.replace("aws_iam_openid_connect_provider.github.arn", "module.oidc.arn").replace(
        "${aws_iam_openid_connect_provider.github.url}", '${trimprefix(module.oidc.url, "https://")}'
    )
    policy = only(load, live__main=root, oidc__main=child)
    assert [provider_of(value) for value in policy.statements[0].federated] == [
        "token.actions.githubusercontent.com"
    ]
    assert subjects(policy) == ["repo:acme/shop:*"]


def test_a_condition_that_may_not_be_there_is_not_known(load: Load) -> None:
    document = DOCUMENT.replace(
        "    condition {", '    dynamic "condition" {\n      for_each = var.subs\n      content {', 1
    )
    document = document.replace(
        'values   = ["repo:acme/shop:*"]\n    }', "values = condition.value\n }\n }", 1
    )
    policy = only(load, main=PROVIDER + document + ROLE)
    (condition,) = policy.statements[0].conditions
    assert (condition.operator, condition.key) == ("var.subs", "")


def test_an_operator_that_is_not_known_is_no_problem(load: Load) -> None:
    policy = only(load, main=PROVIDER + DOCUMENT.replace('"StringLike"', "var.test") + ROLE)
    (condition,) = policy.statements[0].conditions
    assert (condition.operator, condition.key) == ("var.test", "token.actions.githubusercontent.com:sub")


@pytest.mark.parametrize(
    ("identifier", "subject", "key"),
    [
        ("aws_iam_openid_connect_provider.github.arn", "x", "token.actions.githubusercontent.com:sub"),
        ("var.arn", "repo:acme/shop:*", "token.actions.githubusercontent.com:sub"),
    ],
)
def test_a_key_whose_provider_is_not_spelled_out(load: Load, identifier: str, subject: str, key: str) -> None:
    document = DOCUMENT.replace("aws_iam_openid_connect_provider.github.arn", identifier)
    document = document.replace("aws_iam_openid_connect_provider.github.url", "var.url")
    policy = only(load, main=PROVIDER + document.replace("repo:acme/shop:*", subject) + ROLE)
    assert [condition.key for condition in policy.statements[0].conditions] == [key]


def test_alternatives_of_a_condition_are_statements_each(load: Load) -> None:
    other = '{ StringLike = { "token.actions.githubusercontent.com:sub" = "*" } }'
    condition = STATEMENT[STATEMENT.index('{"StringEquals"') : STATEMENT.rindex("}")]
    statement = STATEMENT.replace(condition, f"var.wide ? {other} : {condition}")
    policy = only(load, main=INLINE % f"jsonencode({{ Statement = [{statement}] }})")
    assert subjects(policy) == ["*", "repo:${var.org}/shop:ref:x"]
    assert len(policy.statements) == 2


def test_a_variable_has_the_value_of_its_file(load: Load) -> None:
    variables = Source("terraform.tfvars", 'org = "acme"\n')
    policy = only(load, variables, main=INLINE % f"jsonencode({{ Statement = [{STATEMENT}] }})")
    assert subjects(policy) == ["repo:acme/shop:ref:x"]


def test_a_document_that_is_no_json_is_a_problem(load: Load) -> None:
    found = read_roles(load(main=INLINE % '<<EOT\n{"Statement": [\nEOT'))
    (problem,) = found.problems
    assert "not JSON" in problem.message
    assert problem.location.span.start.line in (5, 6, 7)


def test_roles_for_others_are_left_out(load: Load) -> None:
    other = DOCUMENT.replace('"Federated"', '"Service"').replace(
        "aws_iam_openid_connect_provider.github.arn", '"ec2.amazonaws.com"'
    )
    assert not read_roles(load(main=PROVIDER + other + ROLE)).policies


SECONDS = 2
PATIENCE = 3
"""How much slower than ours a machine may be, or how full of what other tests left behind."""


@pytest.mark.parametrize("every", [20, 1])
def test_a_tree_of_four_hundred_files(tmp_path: Path, every: int) -> None:
    """Folders that concern no tokens aren't parsed, resources that nobody asks for aren't worked out."""
    buckets = "".join(
        f'resource "aws_s3_bucket" "b{n}" {{\n  bucket = "x-${{var.n}}"\n}}\n' for n in range(60)
    )
    for number in range(100):
        folder = tmp_path / f"stack{number}"
        folder.mkdir()
        for part in range(4):
            (folder / f"part{part}.tf").write_text(buckets, encoding="utf-8")
        if number % every == 0:
            (folder / "part0.tf").write_text(PROVIDER + DOCUMENT + ROLE, encoding="utf-8")
    start = time.thread_time()
    (checkout,) = collect([tmp_path])
    terraform = [file for file in checkout.files if file.kind is Kind.TERRAFORM]
    found = read_roles(read_terraform(file.source for file in terraform))
    assert time.thread_time() - start < SECONDS * PATIENCE
    assert (len(terraform), len(found.policies)) == (400 // every, 100 // every)
    assert checkout.notes.get("Terraform files that concern no tokens", 0) == 400 - 400 // every
