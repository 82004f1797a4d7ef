"""A resource or data source, one of its instances, and what others may read of it."""

from __future__ import annotations

from auditor.cloud.partial_values import by_part, hole, joined, text
from auditor.cloud.terraform.evaluation import Scope
from auditor.cloud.terraform.policy_document import policy_document
from auditor.cloud.terraform.section import Made, Section
from auditor.cloud.values import Datum, Encoded, Hole, Part, Value
from auditor.finding import Location
from auditor.languages.hcl import Block

PROVIDER = "aws_iam_openid_connect_provider"
DOCUMENT = "aws_iam_policy_document"

_PLAIN_DATA = frozenset(
    {
        "aws_caller_identity",
        "aws_iam_account_alias",
        "aws_iam_openid_connect_provider",
        "aws_organizations_organization",
        "aws_partition",
        "aws_region",
        "azurerm_client_config",
        "azurerm_subscription",
        "google_client_config",
        "google_project",
    }
)
"""Data sources that read what a cloud has given: numbers and names, in which no wildcard can be."""

_BY_DEFAULT = {"dns_suffix": "amazonaws.com", "id": "aws", "partition": "aws"}
"""Attributes of `aws_partition`, which are others in China and GovCloud only."""


class Resource(Section):
    """One instance. `address` is how Terraform calls it: `module.ci.aws_iam_role.deploy["prod"]`."""

    def __init__(self, block: Block, scope: Scope, made: Made) -> None:
        super().__init__(block, block.body, scope, made.only_if)
        self.made = made
        self.is_data = block.kind == "data"
        self.type, self.name = block.labels
        kind = "data." if self.is_data else ""
        module = f"{scope.module.address}." if scope.module.address else ""
        key = "" if made.key is None else f"[{made.key}]"
        self.address = f"{module}{kind}{self.type}.{self.name}{key}"
        self._read: dict[str, Datum] = {}

    def reference(self, name: str, at: Location) -> Datum:
        """What an expression at `at` gets of it: an attribute that is set, or that the cloud fills in."""
        if self.type == DOCUMENT and name in ("json", "minified_json"):
            return self.document(at)
        if self.type == PROVIDER and name in ("arn", "id", "url"):
            return self._provider(name, at)
        found = self.get(name)
        if found is not None:
            return found
        plain = not self.is_data or self.type in _PLAIN_DATA
        default = _BY_DEFAULT.get(name) if self.is_data and self.type == "aws_partition" else None
        return hole(f"{self.address}.{name}", at, default=default, is_plain=plain)

    def document(self, at: Location) -> Datum:
        """The JSON of a policy document."""
        if "json" not in self._read:
            self._read["json"] = hole(f"{self.address}.json", at)
            found = policy_document(self)
            self._read["json"] = Value((Encoded(f"{self.address}.json", datum=found),), self.location)
        return self._read["json"]

    def _provider(self, name: str, at: Location) -> Datum:
        """Of an identity provider the URL loses its scheme, and the ARN ends with what is left."""
        arn = self.text("arn") if self.is_data else None
        url = self.text("url")
        if name != "url" and arn is not None:
            return arn
        if url is None:
            return hole(f"{self.address}.{name}", at, is_plain=True)
        host = by_part(lambda part: part.removeprefix("https://"), url, url.location)
        if name == "url":
            return host
        known = text(host.by_default, at) if host.by_default is not None else host
        start: tuple[Part, ...] = (Hole(f"{self.address}.arn", is_plain=True), ":oidc-provider/")
        return joined([Value(start, at), known], at)
