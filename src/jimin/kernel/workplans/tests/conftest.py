"""The city and its counties are areas enough for a plan."""

import pytest

from jimin.kernel.areas.models import Area

COUNTIES = {
    "220202": "昌邑区",
    "220203": "龙潭区",
    "220204": "船营区",
    "220211": "丰满区",
    "220221": "永吉县",
    "220281": "蛟河市",
    "220282": "桦甸市",
    "220283": "舒兰市",
    "220284": "磐石市",
}


@pytest.fixture
def counties(db: None) -> None:
    province = Area.objects.create(
        code="220000000000", name="吉林省", level="province", kind="province"
    )
    city = Area.objects.create(
        code="220200000000", name="吉林市", level="city", kind="prefecture_city", parent=province
    )
    Area.objects.bulk_create(
        Area(code=f"{code}000000", name=name, level="county", kind="county", parent=city)
        for code, name in COUNTIES.items()
    )
