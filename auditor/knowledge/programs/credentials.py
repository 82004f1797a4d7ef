"""Credentials that commands print, that the runner sets, and that files hold after a login.

Sources: the manual of each program, and GitHub docs, "OpenID Connect reference" (the request's variables);
`actions/runner` and `@actions/artifact` (the runtime's); as known in 2026-11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from auditor.knowledge.provenance import Provenance

_MANUAL = Provenance("manual of the program", "2026-11")
_OIDC = Provenance("GitHub docs, OpenID Connect reference", "2026-11")
_TOOLKIT = Provenance("source of actions/toolkit", "2026-11")


@dataclass(frozen=True, slots=True)
class Minted:
    """A command that prints a credential; with one of `needs`, if there are any, else always."""

    what: str
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    source: Provenance = _MANUAL


_GOOGLE = Minted("an access token of Google Cloud")
_SECRET_KEY = Minted("a secret of a vault")

MINTED: dict[tuple[str, ...], Minted] = {
    ("gcloud", "auth", "print-access-token"): _GOOGLE,
    ("gcloud", "auth", "application-default", "print-access-token"): _GOOGLE,
    ("gcloud", "auth", "print-identity-token"): Minted("an identity token of Google Cloud"),
    ("gcloud", "secrets", "versions", "access"): Minted("a secret of Google Cloud"),
    ("gcloud", "iam", "service-accounts", "keys", "create"): Minted("a key of a service account", ("-",)),
    ("gcloud", "config", "config-helper"): _GOOGLE,
    ("aws", "sts", "assume-role"): Minted("keys of an AWS role"),
    ("aws", "sts", "assume-role-with-web-identity"): Minted("keys of an AWS role"),
    ("aws", "sts", "assume-role-with-saml"): Minted("keys of an AWS role"),
    ("aws", "sts", "get-session-token"): Minted("keys of an AWS session"),
    ("aws", "sts", "get-federation-token"): Minted("keys of an AWS session"),
    ("aws", "configure", "export-credentials"): Minted("keys of an AWS session"),
    ("aws", "configure", "get"): Minted("a key of AWS", ("aws_secret_access_key", "aws_session_token")),
    ("aws", "ecr", "get-login-password"): Minted("a password of a registry"),
    ("aws", "ecr-public", "get-login-password"): Minted("a password of a registry"),
    ("aws", "ecr", "get-authorization-token"): Minted("a password of a registry"),
    ("aws", "ecr", "get-login"): Minted("a password of a registry"),
    ("aws", "codeartifact", "get-authorization-token"): Minted("a token of a package registry"),
    ("aws", "eks", "get-token"): Minted("a token of a cluster"),
    ("aws", "rds", "generate-db-auth-token"): Minted("a password of a database"),
    ("aws", "iam", "create-access-key"): Minted("keys of an AWS user"),
    ("aws", "secretsmanager", "get-secret-value"): Minted("a secret of AWS"),
    ("aws", "secretsmanager", "batch-get-secret-value"): Minted("secrets of AWS"),
    ("aws", "ssm", "get-parameter"): Minted("a secret parameter of AWS", ("--with-decryption",)),
    ("aws", "ssm", "get-parameters"): Minted("secret parameters of AWS", ("--with-decryption",)),
    ("aws", "ssm", "get-parameters-by-path"): Minted("secret parameters of AWS", ("--with-decryption",)),
    ("aws", "kms", "decrypt"): Minted("what a key of AWS decrypts"),
    ("aws", "lambda", "get-function-configuration"): Minted("the environment of a function"),
    ("az", "account", "get-access-token"): Minted("an access token of Azure"),
    ("az", "keyvault", "secret", "show"): Minted("a secret of Azure"),
    ("az", "acr", "login"): Minted("a token of a registry", ("--expose-token",)),
    ("az", "acr", "credential", "show"): Minted("a password of a registry"),
    ("az", "ad", "sp", "create-for-rbac"): Minted("a password of an Azure application"),
    ("az", "ad", "app", "credential", "reset"): Minted("a password of an Azure application"),
    ("az", "storage", "account", "keys", "list"): Minted("keys of a storage account"),
    ("az", "storage", "account", "show-connection-string"): Minted("a connection string with its key"),
    ("az", "storage", "container", "generate-sas"): Minted("a signed address of a storage account"),
    ("az", "webapp", "deployment", "list-publishing-profiles"): Minted("a password of a web application"),
    ("az", "cosmosdb", "keys", "list"): Minted("keys of a database"),
    ("az", "aks", "get-credentials"): Minted("a configuration of a cluster", ("-",)),
    ("gh", "auth", "token"): Minted("a token of GitHub"),
    ("gh", "auth", "status"): Minted("a token of GitHub", ("--show-token", "-t")),
    ("git", "credential", "fill"): Minted("a credential of git"),
    ("vault", "kv", "get"): _SECRET_KEY,
    ("vault", "read"): _SECRET_KEY,
    ("vault", "login"): Minted("a token of a vault", ("-token-only", "-field=token", "-format=json")),
    ("vault", "token", "create"): Minted("a token of a vault"),
    ("vault", "print", "token"): Minted("a token of a vault"),
    ("vault", "write"): Minted("a credential that a vault issues", ("-field=token", "-field=client_token")),
    ("bao", "kv", "get"): _SECRET_KEY,
    ("bao", "read"): _SECRET_KEY,
    ("op", "read"): _SECRET_KEY,
    ("op", "item", "get"): _SECRET_KEY,
    ("op", "inject"): _SECRET_KEY,
    ("op", "document", "get"): _SECRET_KEY,
    ("bw", "get"): _SECRET_KEY,
    ("bws", "secret", "get"): _SECRET_KEY,
    ("bws", "secret", "list"): _SECRET_KEY,
    ("pass", "show"): _SECRET_KEY,
    ("gopass", "show"): _SECRET_KEY,
    ("lpass", "show"): _SECRET_KEY,
    ("doppler", "secrets"): _SECRET_KEY,
    ("infisical", "secrets"): _SECRET_KEY,
    ("infisical", "export"): _SECRET_KEY,
    ("chamber", "export"): _SECRET_KEY,
    ("chamber", "read"): _SECRET_KEY,
    ("sops", "-d"): Minted("the secrets of an encrypted file"),
    ("sops", "--decrypt"): Minted("the secrets of an encrypted file"),
    ("sops", "decrypt"): Minted("the secrets of an encrypted file"),
    ("ansible-vault", "view"): Minted("the secrets of an encrypted file"),
    ("ansible-vault", "decrypt"): Minted("the secrets of an encrypted file", ("--output=-",)),
    ("age", "-d"): Minted("the text of an encrypted file"),
    ("age", "--decrypt"): Minted("the text of an encrypted file"),
    ("gpg", "--export-secret-keys"): Minted("a secret key"),
    ("gpg", "--export-secret-key"): Minted("a secret key"),
    ("gpg", "-d"): Minted("the text of an encrypted file"),
    ("gpg", "--decrypt"): Minted("the text of an encrypted file"),
    ("kubectl", "create", "token"): Minted("a token of a cluster"),
    ("kubectl", "get", "secret"): Minted("a secret of a cluster", ("-o", "--output", "--template")),
    ("kubectl", "get", "secrets"): Minted("secrets of a cluster", ("-o", "--output", "--template")),
    ("kubectl", "config", "view"): Minted("a configuration of a cluster", ("--raw",)),
    ("oc", "whoami"): Minted("a token of a cluster", ("-t", "--show-token")),
    ("oc", "create", "token"): Minted("a token of a cluster"),
    ("oc", "sa", "get-token"): Minted("a token of a cluster"),
    ("oc", "get", "secret"): Minted("a secret of a cluster", ("-o", "--output")),
    ("helm", "get", "values"): Minted("the values of a release, which may hold secrets"),
    ("terraform", "output"): Minted("outputs of Terraform, sensitive ones too", ("-raw", "-json")),
    ("tofu", "output"): Minted("outputs of OpenTofu, sensitive ones too", ("-raw", "-json")),
    ("terraform", "state", "pull"): Minted("the state of Terraform, with its secrets"),
    ("pulumi", "config", "get"): Minted("a value of Pulumi's configuration"),
    ("pulumi", "stack", "output"): Minted("outputs of Pulumi", ("--show-secrets",)),
    ("npm", "token", "create"): Minted("a token of npm"),
    ("npm", "config", "get"): Minted("a token of npm", ("//registry.npmjs.org/:_authToken", "_authToken")),
    ("heroku", "auth:token"): Minted("a token of Heroku"),
    ("heroku", "config:get"): Minted("a variable of an application"),
    ("heroku", "config"): Minted("the variables of an application"),
    ("fly", "auth", "token"): Minted("a token of Fly"),
    ("flyctl", "auth", "token"): Minted("a token of Fly"),
    ("fly", "tokens", "create"): Minted("a token of Fly"),
    ("firebase", "login:ci"): Minted("a token of Firebase"),
    ("doctl", "auth", "token"): Minted("a token of DigitalOcean"),
    ("doctl", "kubernetes", "cluster", "kubeconfig", "show"): Minted("a configuration of a cluster"),
    ("linode-cli", "lke", "kubeconfig-view"): Minted("a configuration of a cluster"),
    ("eksctl", "get", "token"): Minted("a token of a cluster"),
    ("argocd", "account", "generate-token"): Minted("a token of Argo CD"),
    ("argocd", "admin", "initial-password"): Minted("a password of Argo CD"),
    ("jf", "access-token-create"): Minted("a token of Artifactory"),
    ("jf", "atc"): Minted("a token of Artifactory"),
    ("ibmcloud", "iam", "oauth-tokens"): Minted("a token of IBM Cloud"),
    ("ibmcloud", "iam", "api-key-create"): Minted("a key of IBM Cloud"),
    ("cf", "oauth-token"): Minted("a token of Cloud Foundry"),
    ("databricks", "auth", "token"): Minted("a token of Databricks"),
    ("databricks", "tokens", "create"): Minted("a token of Databricks"),
    ("snowsql", "--generate-jwt"): Minted("a token of Snowflake"),
    ("supabase", "projects", "api-keys"): Minted("keys of a project"),
    ("stripe", "config"): Minted("keys of Stripe", ("--list",)),
    ("tailscale", "cert"): Minted("a certificate's key", ("-",)),
    ("security", "find-generic-password"): Minted("a password of the key chain", ("-w", "-g")),
    ("security", "find-internet-password"): Minted("a password of the key chain", ("-w", "-g")),
    ("wg", "genkey"): Minted("a private key"),
    ("openssl", "genrsa"): Minted("a private key", (), ("-out",)),
    ("openssl", "genpkey"): Minted("a private key", (), ("-out",)),
    ("docker-credential-ecr-login", "get"): Minted("a password of a registry"),
    ("docker-credential-gcr", "get"): Minted("a password of a registry"),
    ("docker-credential-desktop", "get"): Minted("a password of a registry"),
    ("step", "ca", "token"): Minted("a token of a certificate authority"),
    ("spire-agent", "api", "fetch"): Minted("an identity of a workload"),
    ("teleport", "tokens"): Minted("a token of Teleport"),
    ("tctl", "tokens", "add"): Minted("a token of Teleport"),
    ("nomad", "acl", "token"): Minted("a token of Nomad"),
    ("consul", "acl", "token"): Minted("a token of Consul"),
}
"""By a program and its subcommands; the longest that fits counts."""

FETCHED: tuple[tuple[str, Minted], ...] = (
    ("ACTIONS_ID_TOKEN_REQUEST_URL", Minted("an id-token of the run", source=_OIDC)),
    ("169.254.169.254", Minted("credentials of the machine's cloud account")),
    ("metadata.google.internal", Minted("credentials of the machine's cloud account")),
    ("169.254.170.2", Minted("credentials of the container's cloud account")),
    ("/access_tokens", Minted("a token of a GitHub App")),
    ("/registration-token", Minted("a token that registers a runner")),
    ("/oauth/token", Minted("a token of the service")),
    ("/oauth2/token", Minted("a token of the service")),
    ("/v1/auth/", Minted("a token of a vault")),
)
"""Parts of an address, or of a variable's name, whose answer to `curl` or `wget` is a credential."""

VARIABLES: dict[str, Provenance] = {
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN": _OIDC,
    "ACTIONS_RUNTIME_TOKEN": _TOOLKIT,
    "ACTIONS_CACHE_SERVICE_TOKEN": _TOOLKIT,
}
"""Variables that the runner sets for actions and that are credentials: for an id-token, artifacts, caches.

`run` steps see the first where the job may request an id-token; the others only through an action."""

_LONGEST = 6


def minted(program: str, words: tuple[str | None, ...]) -> Minted | None:
    """The credential that a command prints; None where it prints none that is known.

    A word that the script computes is None; `needs` are then taken to be given.
    """
    own = [word or "" for word in words[:40]]
    if program in ("curl", "wget", "http", "xh"):
        return next((row for mark, row in FETCHED if any(mark in word for word in own)), None)
    for names in (own, [word for word in own if not word.startswith("-")]):
        for length in range(_LONGEST, 0, -1):
            row = MINTED.get((program, *names[: length - 1]))
            if row is not None:
                return row if _holds(row, words) else None
    return None


def _holds(row: Minted, words: tuple[str | None, ...]) -> bool:
    written = [word for word in words if word is not None]
    if any(word.partition("=")[0] in row.unless for word in written):
        return False
    given = any(word in row.needs or word.partition("=")[0] in row.needs for word in written)
    glued = any(word.startswith("-o") and "-o" in row.needs for word in written)
    return not row.needs or given or glued or None in words


@dataclass(frozen=True, slots=True)
class CredentialFile:
    """Files that hold a credential, by a pattern of their path, and what writes them.

    `actions` are by `owner/name` in lower case, `commands` by program and subcommands.
    """

    pattern: str
    actions: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    source: Provenance = _MANUAL

    def matches(self, path: str) -> bool:
        """Whether a path, as the script or an artifact names it, is such a file."""
        return _compiled(self.pattern).search(path[-_LONGEST_PATH:]) is not None


_LONGEST_PATH = 1_000


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[/\\])(?:{pattern})$")


FILES: tuple[CredentialFile, ...] = (
    CredentialFile(
        r"\.docker/config\.json",
        (
            "docker/login-action",
            "aws-actions/amazon-ecr-login",
            "azure/docker-login",
            "redhat-actions/podman-login",
        ),
        (
            "docker login",
            "podman login",
            "oras login",
            "crane auth login",
            "az acr login",
            "gcloud auth configure-docker",
        ),
    ),
    CredentialFile(
        r"\.kube/config",
        ("azure/k8s-set-context", "azure/aks-set-context", "google-github-actions/get-gke-credentials"),
        ("aws eks update-kubeconfig", "az aks get-credentials", "gcloud container clusters get-credentials"),
    ),
    CredentialFile(r"gha-creds-[0-9a-f*]+\.json", ("google-github-actions/auth",)),
    CredentialFile(r"\.aws/credentials", (), ("aws configure", "aws configure set")),
    CredentialFile(r"\.npmrc", ("actions/setup-node",), ("npm config set", "npm login", "pnpm config set")),
    CredentialFile(r"\.yarnrc\.yml", (), ("yarn config set",)),
    CredentialFile(r"\.pypirc"),
    CredentialFile(r"[._]netrc", ("extractions/netrc",)),
    CredentialFile(
        r"\.git-credentials", (), ("git credential approve", "git config credential.helper store")
    ),
    CredentialFile(r"\.ssh/[^/]+", ("shimataro/ssh-key-action",), ("ssh-keygen",)),
    CredentialFile(
        r"\.git/config", ("actions/checkout",), ("git config http.extraheader", "git remote set-url")
    ),
    CredentialFile(r"\.config/gcloud/.+", ("google-github-actions/setup-gcloud",), ("gcloud auth login",)),
    CredentialFile(r"\.azure/(?:msal_token_cache\.\w+|accessTokens\.json)", ("azure/login",), ("az login",)),
    CredentialFile(r"\.config/gh/hosts\.yml", (), ("gh auth login",)),
    CredentialFile(r"\.terraformrc", ("hashicorp/setup-terraform",)),
    CredentialFile(r"\.terraform\.d/credentials\.tfrc\.json", (), ("terraform login",)),
    CredentialFile(r"[^/]*\.tfstate(?:\.backup)?", (), ("terraform apply", "terraform init", "tofu apply")),
    CredentialFile(r"tfplan|[^/]*\.tfplan", (), ("terraform plan",)),
    CredentialFile(r"\.env(?:\.[\w-]+)?"),
    CredentialFile(r"\.m2/settings\.xml", ("actions/setup-java", "whelk-io/maven-settings-xml-action")),
    CredentialFile(r"\.gradle/gradle\.properties"),
    CredentialFile(
        r"\.nuget/nuget\.config|nuget\.config", ("actions/setup-dotnet",), ("dotnet nuget add source",)
    ),
    CredentialFile(r"\.cargo/credentials(?:\.toml)?", (), ("cargo login",)),
    CredentialFile(r"\.gem/credentials", ("rubygems/configure-rubygems-credentials",), ("gem signin",)),
    CredentialFile(r"\.composer/auth\.json|auth\.json", (), ("composer config",)),
    CredentialFile(r"\.vault-token", (), ("vault login",)),
    CredentialFile(r"\.gnupg/.+", ("crazy-max/ghaction-import-gpg",), ("gpg --import",)),
    CredentialFile(r"\.config/rclone/rclone\.conf", (), ("rclone config",)),
    CredentialFile(r"\.fly/config\.yml", (), ("fly auth login",)),
    CredentialFile(r"\.config/doctl/config\.yaml", ("digitalocean/action-doctl",), ("doctl auth init",)),
    CredentialFile(r"\.databrickscfg", (), ("databricks configure",)),
    CredentialFile(r"\.kaggle/kaggle\.json"),
    CredentialFile(r"\.cache/huggingface/token", (), ("hf auth login", "huggingface-cli login")),
    CredentialFile(r"[^/]*\.(?:pem|p12|pfx|jks|keystore|p8|key)"),
)
"""What a path to an artifact, a cache or a print must not name while it holds a credential."""
