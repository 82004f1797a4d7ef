"""Infrastructure code of a repository, worked out as far as its text allows.

    terraform = read_terraform(sources)
    for provider in terraform.resources("google_iam_workload_identity_pool_provider"):
        provider.address  # `module.ci.google_iam_workload_identity_pool_provider.github["a"]`
        provider.text("attribute_condition")  # a Value: its parts are texts and Holes; it has a location
        provider.texts("allowed_audiences")  # the Values of a list, or of one text
        provider.get("attribute_mapping")  # any Datum: Value, List, Fields (.get(key)), Choice, or None
        provider.place_of("display_name")  # where `display_name = …` stands
        for oidc in provider.sections("oidc"):  # nested blocks, those that `dynamic` makes among them
            oidc.text("issuer_uri")

Every folder is a module, worked out with the arguments of each call of it in the tree, or as a root module.
Locals, variables with what `.tfvars` files give or their defaults, references between resources, data
sources, modules by local paths, `for_each`, `count`, `dynamic`, templates and the usual functions are
followed. What is not known is a `Hole` that names what it depends on: `var.org`, or the attribute of a
resource that only the cloud fills in, by its address (`google_iam_workload_identity_pool.ci.name`), so two
resources can be joined by it. `Hole.default` is a variable's default, which a deployment may change.
A conditional that isn't decided is a `Choice`; `texts` gives the texts of all arms, and those that only a
changed default would give say so (`Value.only_if`). `Section.only_if` names what decides whether a block
or resource is there at all, where that isn't known.
"""

from auditor.cloud.terraform.configuration import Terraform, read_terraform
from auditor.cloud.terraform.relying_parties import read_relying_parties
from auditor.cloud.terraform.resource import Resource
from auditor.cloud.terraform.section import Section

__all__ = ["Resource", "Section", "Terraform", "read_relying_parties", "read_terraform"]
