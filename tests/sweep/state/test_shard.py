"""The parts of a sweep hold every repository once, and always the same ones."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.sweep.state.shard import Shard, parsed


@given(id=st.integers(1, 2**40), count=st.integers(1, 256))
def test_each_repository_is_in_one_part(id: int, count: int) -> None:
    owners = [number for number in range(1, count + 1) if Shard(number, count).owns(id)]
    assert len(owners) == 1


def test_parts_are_the_same_everywhere_and_at_any_time() -> None:
    # By hand: the first 16 digits of `printf 1 | sha256sum`, by 4, leave 1.
    wanted = {1: 2, 2: 3, 3: 4, 1296269: 3, 724712: 2, 10**12: 3}
    assert {id: next(n for n in range(1, 5) if Shard(n, 4).owns(id)) for id in wanted} == wanted


@pytest.mark.parametrize("count", [2, 7, 16])
@pytest.mark.parametrize("step", [1, 2, 16, 256])
def test_parts_are_about_as_large(count: int, step: int) -> None:
    parts = [Shard(number, count) for number in range(1, count + 1)]
    sizes = Counter(part for id in range(1, 8_000 * step, step) for part in parts if part.owns(id))
    assert all(0.8 < sizes[part] * count / 8_000 < 1.2 for part in parts)
    assert sum(part.share for part in parts) == pytest.approx(1)


@pytest.mark.parametrize("text", ["1/1", "2/8", "8/8", "256/256", "003/010"])
def test_what_names_a_part(text: str) -> None:
    number, count = map(int, text.split("/"))
    assert parsed(text) == Shard(number, count)
    assert parsed(str(parsed(text))) == parsed(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "0/4",
        "5/4",
        "1/0",
        "-1/4",
        "1/257",
        "1/4/8",
        "1 /4",
        "1/4\n",
        "a/b",
        "\u0663/\u0664",
        "1/1000000000",
    ],
)
def test_what_names_none(text: str) -> None:
    with pytest.raises(UsageError, match="no part of a sweep"):
        parsed(text)
