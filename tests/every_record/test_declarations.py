"""Every declaration is sound and has an example."""

from jimin.foundation.records.checks import faults_of
from jimin.foundation.records.declare import RecordType, registry

from ..factories import EXEMPT, FACTORIES
from .walk import every


def test_every_register_has_an_example_or_a_reason() -> None:
    assert set(registry) == set(FACTORIES) | set(EXEMPT)
    assert not set(FACTORIES) & set(EXEMPT)
    assert all(len(reason) > 20 for reason in EXEMPT.values())


@every
def test_the_declaration_is_sound(record: RecordType) -> None:
    assert faults_of(record) == []
