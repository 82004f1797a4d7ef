"""Programs that print what they are given, and how they change it on the way.

Sources: the manuals of GNU coreutils, grep, sed, jq and OpenSSL, read 2026-11. GitHub's masking: the value
encoders that actions/runner registers in `HostContext.cs`, read 2026-11.
"""

PRINTERS = frozenset({"echo", "printf"})
"""They print their arguments."""

WHOLE = frozenset({"cat", "sort", "tee", "uniq"})
"""They print their standard input, and a secret in it stays whole."""

CHANGES: dict[str, str] = {
    "awk": "a part of it, by `awk`",
    "base32": "encoded by `base32`",
    "base64": "encoded by `base64`",
    "basenc": "encoded by `basenc`",
    "cut": "a part of it, by `cut`",
    "fold": "broken into lines by `fold`",
    "gawk": "a part of it, by `gawk`",
    "grep": "a part of it, by `grep`",
    "gzip": "packed by `gzip`",
    "head": "a part of it, by `head`",
    "hexdump": "encoded by `hexdump`",
    "iconv": "encoded by `iconv`",
    "jq": "a field of it, by `jq`",
    "od": "encoded by `od`",
    "openssl": "encoded by `openssl`",
    "paste": "joined by `paste`",
    "rev": "turned round by `rev`",
    "sed": "changed by `sed`",
    "tail": "a part of it, by `tail`",
    "tr": "changed by `tr`",
    "xxd": "encoded by `xxd`",
    "yq": "a field of it, by `yq`",
}
"""They print their standard input, and GitHub no longer knows a secret in it. Hashes aren't here."""

PARTLY_MASKED = frozenset({"base64", "openssl"})
"""GitHub masks a secret's base64, too, but not with the newline that `echo` adds, nor broken into lines."""

HARMLESS_FIELDS = frozenset(
    {
        "account_id",
        "client_email",
        "clientid",
        "email",
        "project",
        "project_id",
        "region",
        "subscriptionid",
        "tenantid",
        "type",
        "username",
    }
)
"""Fields of credential files (Google's, Azure's) that name an account and don't authenticate it."""
