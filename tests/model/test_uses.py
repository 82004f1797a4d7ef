import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.languages.yaml import Scalar
from auditor.model.reader import MappingReader
from auditor.model.uses import Uses, UsesKind, read_uses
from auditor.source import Source

SHA = "0123456789abcdef" * 2 + "01234567"


def uses(text: str) -> Uses:
    return read_uses(Scalar(Source("w.yml", text), 0, len(text), text), MappingReader("w.yml"))


@pytest.mark.parametrize(
    ("text", "kind", "slug", "path", "ref"),
    [
        ("Actions/Checkout@v4", UsesKind.REMOTE, "actions/checkout", "", "v4"),
        ("a/b/c/d@main", UsesKind.REMOTE, "a/b", "c/d", "main"),
        ("a/b/.github/x.yml@refs/heads/m", UsesKind.REMOTE, "a/b", ".github/x.yml", "refs/heads/m"),
        (" a/b@v1 ", UsesKind.REMOTE, "a/b", "", "v1"),
        ("a/b@c@d", UsesKind.REMOTE, "a/b", "", "c@d"),
        ("./x/y/", UsesKind.LOCAL, "", "x/y", ""),
        (".", UsesKind.LOCAL, "", "", ""),
        ("$/x/y", UsesKind.SELF, "", "x/y", ""),
        ("docker://alpine:3", UsesKind.DOCKER, "", "alpine:3", ""),
        ("a/b", UsesKind.UNKNOWN, "", "", ""),
        ("a@b", UsesKind.UNKNOWN, "", "", ""),
        ("/a/b@c", UsesKind.UNKNOWN, "", "", ""),
        ("a/b@${{ x }}", UsesKind.UNKNOWN, "", "", ""),
        ("a /b@c", UsesKind.UNKNOWN, "", "", ""),
        ("../x", UsesKind.UNKNOWN, "", "", ""),
        ("", UsesKind.UNKNOWN, "", "", ""),
    ],
)  # fmt: skip
def test_parts(text: str, kind: UsesKind, slug: str, path: str, ref: str) -> None:
    found = uses(text)
    assert (found.kind, found.slug, found.path, found.ref) == (kind, slug, path, ref)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        (f"a/b@{SHA}", True),
        (f"a/b@{SHA.upper()}", True),
        (f"a/b@{SHA[:39]}", False),
        (f"a/b@{SHA}0", False),
        ("a/b@v4", False),
        ("docker://a@sha256:" + "0" * 64, True),
        ("docker://a:1", False),
        ("./x", True),
        ("$/x", True),
        ("nothing", False),
    ],
)
def test_what_can_not_be_moved(text: str, pinned: bool) -> None:
    assert uses(text).is_pinned is pinned


@given(st.text(st.sampled_from("ab/@. $é\n{}"), max_size=20))
def test_any_text_is_read(text: str) -> None:
    found = uses(text)
    if found.kind is UsesKind.REMOTE:
        parts = "/".join(filter(None, (found.owner, found.name, found.path)))
        assert f"{parts}@{found.ref}" == text.strip().replace("/@", "@")
