import pytest

from jimin.foundation.access.scope import System
from jimin.foundation.audit.models import Entry
from jimin.foundation.audit.services import GENESIS, Line, differences, first_broken, log_many

pytestmark = pytest.mark.django_db
ACTOR = System("test")


def write(*verbs: str) -> list[Entry]:
    return log_many(actor=ACTOR, lines=[Line(verb, "people.person", "1") for verb in verbs])


def test_each_line_carries_the_hash_of_the_one_before() -> None:
    first, second = write("created", "changed")
    (third,) = write("exported")
    assert first.previous == GENESIS
    assert (second.previous, third.previous) == (first.hash, second.hash)
    assert first_broken() is None


def test_a_changed_line_is_found() -> None:
    _, second, _ = write("created", "changed", "exported")
    Entry.objects.filter(pk=second.pk).update(values={"amount": ["1", "2"]})
    assert first_broken() == f"第 {second.pk} 条留痕的内容被改动过。"


def test_a_removed_line_is_found() -> None:
    _, second, third = write("created", "changed", "exported")
    Entry.objects.filter(pk=second.pk).delete()
    assert first_broken() == f"第 {third.pk} 条留痕与上一条不相接：其间有记录被删除或调换。"


def test_a_line_rehashed_after_a_change_breaks_the_next() -> None:
    from jimin.foundation.audit.services import digest_of

    first, second = write("created", "changed")
    first.verb = "never"
    Entry.objects.filter(pk=first.pk).update(verb="never", hash=digest_of(first))
    assert first_broken() == f"第 {second.pk} 条留痕与上一条不相接：其间有记录被删除或调换。"


def test_differences_name_only_what_changed() -> None:
    assert differences({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == {"b": [2, 3]}
