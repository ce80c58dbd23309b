import pytest


@pytest.fixture
def places(db: None) -> None:
    """The few areas these tests need, quicker than all of the city."""
    from jimin.kernel.areas.tests.few import few_areas

    few_areas()
