"""Expressions, functions and references: to texts, lists and objects, with named holes for the rest."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.cloud.terraform import Terraform
from auditor.cloud.values import Datum, Fields, Hole, Value
from auditor.source import Source

Load = Callable[..., Terraform]
Plain = Callable[[Datum | None], object]
WorkedOut = Callable[..., object]

BLOCKS = """
variable "unset" {}
variable "flag" { type = bool }
variable "org" { default = "acme" }
variable "glob" { default = "*" }
variable "empty" { default = [] }
variable "on" { default = true }
variable "names" { default = ["a", "b"] }
locals {
  name  = "shop"
  many  = ["x", "y"]
  table = { p = "1", q = "2" }
}
"""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('"repo:${var.org}/${local.name}:*"', "repo:${var.org}/shop:*"),
        ('"${local.many}"', ["x", "y"]),
        ("local.many[1]", "y"),
        ("local.table.q", "2"),
        ('local.table["p"]', "1"),
        ("local.table[var.unset]", ("1", "2", None)),
        ("[for x in local.many : upper(x)]", ["X", "Y"]),
        ('[for i, x in local.many : "${i}${x}" if x != "x"]', ["1y"]),
        ('{ for k, v in local.table : v => "${k}!" }', {"1": "p!", "2": "q!"}),
        ('{ for x in ["a", "b", "a"] : x => 1... }', {"a": ["1", "1"], "b": ["1"]}),
        ('[for x in var.unset : "repo:${x}"]', ["repo:${var.unset}"]),
        ("[for x in var.empty : x.name]", ["${var.empty.name}"]),
        ("var.names[*]", ["a", "b"]),
        ("[{a = 1}, {a = 2}][*].a", ["1", "2"]),
        ("true ? 1 : 2", "1"),
        ("var.on ? 1 : 2", ("1", "2", "var.on")),
        ("!var.on ? 1 : 2", ("2", "1", "var.on")),
        ("var.flag ? 1 : 2", ("1", "2", None)),
        ('var.unset == "x" ? "a" : "a"', "a"),
        ('local.name == "shop" && true ? 1 : 2', "1"),
        ('local.name != "shop" || var.flag ? 1 : 2', ("1", "2", None)),
        ("null == null ? 1 : 2", "1"),
        ("local.name == null ? 1 : 2", "2"),
        ("length(local.many) > 1 ? 1 : 2", "1"),
        ('"${var.flag ? "a" : "b"}-c"', ("a-c", "b-c", None)),
        ("var.undeclared", "${var.undeclared}"),
        ("local.undeclared", "${local.undeclared}"),
        ("data.aws_caller_identity.current.account_id", "${data.aws_caller_identity.current.account_id}"),
        ("module.elsewhere.arn", "${module.elsewhere.arn}"),
        ("5 % 2", "${`%`}"),
        ("2 + 3", "5"),
    ],
)
def test_expressions(worked_out: WorkedOut, expression: str, expected: object) -> None:
    assert worked_out(expression, BLOCKS) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('format("repo:%s/%s:%%", var.org, "x")', "repo:${var.org}/x:%"),
        ('format("%[2]s-%[1]s %q", "a", "b")', 'b-a "b"'),
        ('format("%5d", 1)', "${format()}"),
        ('formatlist("repo:%s/%s", "acme", local.many)', ["repo:acme/x", "repo:acme/y"]),
        ('join(",", local.many, ["z"])', "x,y,z"),
        ('join("/", ["a", var.unset])', "a/${var.unset}"),
        ('split("/", "a/b")[1]', "b"),
        ('split("/", var.unset)[0]', "${var.unset}"),
        ('replace("https://x", "https://", "")', "x"),
        ('replace("https://x", "/^https:../", "")', "${replace()}"),
        ('trimprefix("https://x", "https://")', "x"),
        ('trimsuffix("x/", "/")', "x"),
        ('lower("ABC")', "abc"),
        ('substr("abcdef", 1, 2)', "bc"),
        ('trimspace(" a ")', "a"),
        ('concat(["a"], var.unset, ["b"])', ["a", "${var.unset}", "b"]),
        ('toset(["a", "a", "b"])', ["a", "b"]),
        ('flatten([["a"], [["b"], "c"]])', ["a", "b", "c"]),
        ('compact(["a", "", null])', ["a"]),
        ("merge({ a = 1 }, { b = 2, a = 3 })", {"a": "3", "b": "2"}),
        ("merge({ a = 1 }, var.unset)", "${var.unset}"),
        ('lookup(local.table, "p", "z")', "1"),
        ('lookup(local.table, "n", "z")', "z"),
        ("keys(local.table)", ["p", "q"]),
        ("values(local.table)", ["1", "2"]),
        ('zipmap(["a"], ["b"])', {"a": "b"}),
        ('coalesce("", null, "a")', "a"),
        ("coalesce(var.unset, local.many)", ("${var.unset}", ["x", "y"], None)),
        ("try(var.unset.x, local.many)", ("${var.unset.x}", ["x", "y"], None)),
        ("one([])", None),
        ('one(["a"])', "a"),
        ('element(["a", "b"], 3)', "b"),
        ('slice(["a", "b", "c"], 1, 3)', ["b", "c"]),
        ('sort(["b", "a"])', ["a", "b"]),
        ('setproduct(["a", "b"], ["c"])', [["a", "c"], ["b", "c"]]),
        ('contains(["a"], "a")', "true"),
        ('startswith("abc", "ab")', "true"),
        ("length(local.table)", "2"),
        ("jsondecode(jsonencode({ a = [1] }))", {"a": ["1"]}),
        ("""jsondecode("{\\"a\\": [\\"${var.unset}\\", true]}")""", {"a": ["${var.unset}", "true"]}),
        ("sha256(var.unset)", "${var.unset}"),
        ("nonsense(var.unset)", "${var.unset}"),
        ("upper()", "${upper()}"),
        ("merge([{ a = 1 }, { b = 2 }]...)", {"a": "1", "b": "2"}),
    ],
)
def test_functions(worked_out: WorkedOut, expression: str, expected: object) -> None:
    assert worked_out(expression, BLOCKS) == expected


@pytest.mark.parametrize(
    ("expression", "hole"),
    [
        ("var.unset", Hole("var.unset")),
        ("var.flag", Hole("var.flag", is_plain=True)),
        ("var.org", Hole("var.org", "acme", is_plain=True)),
        ("var.glob", Hole("var.glob", "*")),
        ("var.empty", Hole("var.empty")),
        ("lower(upper(var.glob))", Hole("var.glob", "*")),
        ('replace(var.org, "ac", "x")', Hole("var.org", "xme", is_plain=True)),
        ('coalesce(var.unset, "a")', Hole("var.unset", "a", is_plain=True)),
        ('try(var.unset.x, var.unset.y, "a*")', Hole("var.unset.x", "a*")),
        ('lookup(var.unset, "x", "a")', Hole("var.unset", "a", is_plain=True)),
        ("md5(var.unset)", Hole("var.unset", is_plain=True)),
        ("aws_iam_role.r.arn", Hole("aws_iam_role.r.arn", is_plain=True)),
        ("data.aws_partition.p.dns_suffix", Hole("data.aws_partition.p.dns_suffix", "amazonaws.com", True)),
        ("data.aws_ssm_parameter.p.value", Hole("data.aws_ssm_parameter.p.value")),
        ("var.on && true", Hole("var.on", "true", is_plain=True)),
        ("data.external.x.result.y", Hole("data.external.x.result.y")),
    ],
)
def test_holes_know_their_defaults(load: Load, expression: str, hole: Hole) -> None:
    more = 'resource "aws_iam_role" "r" {}\ndata "aws_ssm_parameter" "p" {}\n'
    more += 'data "aws_partition" "p" {}\n'
    terraform = load(main=f'resource "a" "b" {{\n  x = {expression}\n}}\n{BLOCKS}{more}')
    (resource,) = terraform.resources("a")
    value = resource.text("x")
    assert value is not None
    assert value.parts == (hole,)


def test_values_point_at_where_they_are_written(load: Load) -> None:
    text = 'locals {\n  a = "x"\n}\nresource "a" "b" {\n  x = [local.a, "y-${local.a}"]\n}\n'
    (resource,) = load(main=text).resources("a")
    first, second = resource.texts("x")
    assert (first.location.span.start.line, first.location.span.start.column) == (2, 7)
    assert (second.location.span.start.line, second.location.span.start.column) == (5, 17)
    assert resource.place_of("x").span.start.line == 5


def test_the_texts_of_an_undecided_list(load: Load, plain: Plain) -> None:
    text = 'resource "a" "b" {\n  x = var.on ? ["a", "b"] : ["c"]\n}\nvariable "on" { default = false }\n'
    (resource,) = load(main=text).resources("a")
    assert [plain(value) for value in resource.texts("x")] == ["c", "a if var.on", "b if var.on"]


def test_a_cycle_is_a_problem_and_a_hole(load: Load, plain: Plain) -> None:
    text = 'locals {\n  a = local.b\n  b = [local.a]\n}\nresource "a" "b" {\n  x = local.a\n  y = a.b.y\n}\n'
    terraform = load(main=text)
    (resource,) = terraform.resources("a")
    assert plain(resource.get("x")) == ["${local.a}"]
    assert plain(resource.get("y")) == "${y}"
    assert [problem.message for problem in terraform.problems] == [
        "`local.a` depends on itself",
        "`y` depends on itself",
    ]


HOSTILE = {
    "doubling texts": "".join(f'a{n + 1} = "${{local.a{n}}}${{local.a{n}}}"\n' for n in range(60))
    + 'a0 = "x"',
    "doubling lists": "".join(f"a{n + 1} = [local.a{n}, local.a{n}]\n" for n in range(60)) + 'a0 = "x"',
    "flattened lists": "".join(f"a{n + 1} = flatten([local.a{n}, local.a{n}])\n" for n in range(60))
    + 'a0 = ["x"]',
    "a long chain": "".join(f"a{n + 1} = local.a{n}\n" for n in range(3_000)) + 'a0 = "x"\na60 = local.a3000',
    "doubling choices": "".join(f"a{n + 1} = var.u ? local.a{n} : [local.a{n}]\n" for n in range(60))
    + "a0 = 1",
    "loops in loops": "a60 = " + "[for x in local.l : " * 6 + "x" + "]" * 6 + "\nl = [" + "1," * 900 + "]\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_take_bounded_time(load: Load, name: str) -> None:
    start = time.thread_time()
    terraform = load(main=f'locals {{\n{HOSTILE[name]}\n}}\nresource "a" "b" {{\n  x = local.a60\n}}\n')
    for resource in terraform.resources("a"):
        assert resource.get("x") is not None
        assert resource.text("x") is None or len(resource.text("x").shown) < 200_000
    assert time.thread_time() - start < 3.5


NAMES = st.sampled_from(["var.a", "var.b", "local.c", "local.d", '"x"', "[]", "null", "each.key", "a.b.x"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("[{}, {}]".format, inner, inner),
        st.builds('{{ k = {}, ("l") = {} }}'.format, inner, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds('"x-${{{}}}"'.format, inner),
        st.builds("[for k, v in {} : {} if v == {}]".format, inner, inner, inner),
        st.builds("({}).k[0][*].z".format, inner),
        st.builds(
            "{}({}, {})".format,
            st.sampled_from(
                ["merge", "concat", "join", "lookup", "format", "element", "one", "slice", "split"]
            ),
            inner,
            inner,
        ),
        st.builds("{}({})".format, st.sampled_from(["flatten", "keys", "jsonencode", "toset", "try"]), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["==", "&&", "+", "<"]), inner),
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, EXPRESSIONS)
@settings(max_examples=300, deadline=None)
def test_every_expression_comes_to_something(load: Load, one: str, other: str) -> None:
    resource = f'resource "a" "b" {{\n  x = {one}\n}}\n'
    local = f"locals {{\n  c = {other}\n  d = {one}\n}}\n"
    variables = 'variable "a" {}\nvariable "b" {\n  default = ["p"]\n}\n'
    terraform = load(main=resource + local + variables)
    for resource in terraform.resources("a"):
        found = resource.get("x")
        assert found is None or found.location.path == "main.tf"
        if isinstance(found, Value):
            assert isinstance(found.shown, str)


def test_a_file_that_is_read(load: Load, plain: Plain) -> None:
    text = 'resource "a" "b" {\n  x = jsondecode(file("${path.module}/x.json"))\n}\n'
    other = Source("child/x.json", '{"a": "b"}')
    (resource,) = load(other, child__main=text).resources("a")
    found = resource.get("x")
    assert plain(found) == {"a": "b"}
    inner = found.get("a") if isinstance(found, Fields) else None
    assert inner is not None
    assert inner.location.path == "child/x.json"
    assert inner.location.span.start.column == 7


def test_a_template_that_is_filled_in(load: Load, plain: Plain) -> None:
    text = 'resource "a" "b" {\n  x = templatefile("x.tpl", { org = "acme" })\n}\n'
    (resource,) = load(Source("x.tpl", "repo:${org}/${name}"), main=text).resources("a")
    assert plain(resource.get("x")) == "repo:acme/${name}\n"
