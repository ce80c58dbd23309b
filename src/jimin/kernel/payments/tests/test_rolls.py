"""Every award due is on the roll once; who prepares does not release; the bank gets one file."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System, acting_as_system
from jimin.foundation.audit.models import Entry
from jimin.foundation.sealed.rules import sm3
from jimin.kernel.areas.models import Area
from jimin.kernel.awards.rules import next_month
from jimin.kernel.awards.services import Change, Grant, change_award, grant_award, stop_award
from jimin.kernel.payments.models import PayeeAccount, Roll, RollLine
from jimin.kernel.payments.services import (
    NewAccount,
    export_roll,
    prepare_roll,
    register_account,
    register_accounts,
    release_roll,
    return_roll,
)
from jimin.kernel.people.models import Household

from .conftest import COUNTY, HERE, THERE, make_areas, make_household

JUNE, JULY = dt.date(2016, 6, 1), dt.date(2016, 7, 1)
SYSTEM = System("test")
Make = Callable[..., Household]
Staff = Callable[..., User]
ACCOUNT = "6222020000001234567"


def receiving(household: Household, amount: str = "300", account: str = ACCOUNT) -> Household:
    """The household with an award from June and an account."""
    award_only(household, amount)
    assert household.head is not None
    register_account(actor=SYSTEM, new=NewAccount(household, household.head, "吉林银行", account))
    return household


def award_only(household: Household, amount: str = "300") -> None:
    people = [{"person": household.head_id, "name": "王建国"}]
    grant_award(
        actor=SYSTEM,
        benefit="dibao",
        grant=Grant(household, Decimal(amount), JUNE, people, "测试"),
    )


def county() -> Area:
    return Area.objects.get(pk=COUNTY)


def prepared(actor: User | System = SYSTEM, month: dt.date = JUNE, **options: Any) -> Roll:
    return prepare_roll(actor=actor, area=county(), month=month, **options)


def test_a_roll_holds_every_award_of_the_county_due_once(household: Make) -> None:
    receiving(household())
    receiving(household(), "250.50")
    receiving(household(area=THERE))
    changed, stopped = receiving(household()), receiving(household())
    change_award(actor=SYSTEM, change=Change(changed.awards.get(), Decimal(350), JULY, "标准提高"))
    stop_award(actor=SYSTEM, award=stopped.awards.get(), from_month=JULY, reason="不再符合")

    june, july = prepared(), prepared(month=dt.date(2016, 7, 15))

    assert (june.households, june.persons, june.amount) == (4, 4, Decimal("1150.50"))
    assert (july.households, july.amount, july.month) == (3, Decimal("900.50"), JULY)
    assert list(july.lines.values_list("order", "household_number", "amount")) == [
        (1, "H0001", Decimal("300.00")),
        (2, "H0002", Decimal("250.50")),
        (3, "H0004", Decimal("350.00")),
    ]


def test_a_household_without_an_account_is_held_and_not_lost(household: Make) -> None:
    receiving(household())
    award_only(household(), "200")
    roll = prepared()
    assert (roll.households, roll.amount, roll.held, roll.held_amount) == (
        1, Decimal(300), 1, Decimal(200),
    )  # fmt: skip
    assert roll.lines.get(order=2).get_held_display() == "缺少收款账户"

    family = Household.objects.get(number="H0002")
    assert family.head is not None
    register_account(actor=SYSTEM, new=NewAccount(family, family.head, "农行", "622848000001"))
    again = prepared(again=True)
    assert (again.pk, again.households, again.amount, again.held) == (
        roll.pk, 2, Decimal(500), 0,
    )  # fmt: skip


def test_no_roll_is_made_for_a_month_further_ahead_than_the_next(household: Make) -> None:
    receiving(household())
    ahead = next_month(timezone.localdate())
    with pytest.raises(ValidationError, match="最多提前一个月"):
        prepared(month=next_month(ahead))
    assert not Roll.objects.exists()
    assert prepared(month=ahead).households == 1


def test_preparing_twice_doubles_nothing(household: Make, staff: Staff) -> None:
    receiving(household())
    first, second = prepared(staff("county_paymaster")), prepared(staff("county_paymaster"))
    assert first.pk == second.pk
    assert second.prepared_by == first.prepared_by
    assert RollLine.objects.count() == 1


def test_the_line_keeps_the_household_as_it_was(household: Make) -> None:
    family = receiving(household())
    roll = prepared()
    head = family.head
    assert head is not None
    head.name = "改名"
    head.save()
    register_account(actor=SYSTEM, new=NewAccount(family, head, "农行", "622848000001"))
    line = roll.lines.get()
    assert (line.payee, line.bank, line.account) == ("王建国", "吉林银行", ACCOUNT)
    assert line.members == [{"person": head.pk, "name": "王建国"}]


def test_who_prepared_does_not_release(household: Make, staff: Staff) -> None:
    receiving(household())
    paymaster, director = staff("county_paymaster"), staff("county_director")
    roll = prepared(paymaster)
    with pytest.raises(PermissionDenied):
        release_roll(actor=paymaster, roll=roll)
    Roll.objects.update(preparers=[paymaster.pk, director.pk])
    with pytest.raises(PermissionDenied, match="另一人"):
        release_roll(actor=director, roll=roll)
    with pytest.raises(IntegrityError), transaction.atomic():
        Roll.objects.update(state="released", released_by=paymaster)
    assert Roll.objects.get().state == "prepared"

    released = release_roll(actor=staff("county_director"), roll=roll)
    assert released.state == "released"


def test_a_returned_roll_is_made_anew_and_its_first_preparer_still_does_not_release(
    household: Make, staff: Staff
) -> None:
    receiving(household())
    director = staff("county_director")
    roll = prepared(staff("county_paymaster"))
    with pytest.raises(ValidationError, match="请填写退回的原因"):
        return_roll(actor=director, roll=roll, reason=" ")
    assert return_roll(actor=director, roll=roll, reason="金额有疑问").state == "draft"
    with pytest.raises(ValidationError, match="不在待发放审批状态"):
        release_roll(actor=director, roll=roll)
    award_only(household(), "100")
    second = prepared(staff("county_paymaster"))
    assert (second.state, second.held, len(second.preparers)) == ("prepared", 1, 2)


def test_a_released_roll_stands(household: Make, staff: Staff) -> None:
    receiving(household())
    roll = prepared()
    director = staff("county_director")
    release_roll(actor=director, roll=roll)
    receiving(household())
    assert prepared().households == 1
    with pytest.raises(ValidationError, match="不能重新编制"):
        prepared(again=True)
    with pytest.raises(ValidationError, match="可以退回"):
        return_roll(actor=director, roll=roll, reason="再看")
    with pytest.raises(ValidationError, match="不能批准"):
        release_roll(actor=director, roll=roll)
    assert RollLine.objects.count() == 1


def test_a_line_altered_behind_the_program_is_neither_released_nor_exported(
    household: Make, staff: Staff
) -> None:
    receiving(household())
    director = staff("county_director")
    roll = prepared()
    RollLine.objects.update(amount=Decimal(9999))
    with pytest.raises(ValidationError, match="与编制时不一致"):
        release_roll(actor=director, roll=roll)
    roll = prepared(again=True)
    release_roll(actor=director, roll=roll)
    line = RollLine.objects.get()
    line.account = "622848000002"
    line.save()
    with pytest.raises(ValidationError, match="与批准时不一致"):
        export_roll(actor=SYSTEM, roll=roll)
    assert Roll.objects.get().state == "released"


def test_an_empty_roll_is_not_released(household: Make, staff: Staff) -> None:
    award_only(household())
    with pytest.raises(ValidationError, match="没有可发放的家庭"):
        release_roll(actor=staff("county_director"), roll=prepared())


def test_rights_are_those_of_the_county(household: Make, staff: Staff) -> None:
    receiving(household())
    elsewhere = staff("county_paymaster", "220203000000")
    for actor in (elsewhere, staff("county_director"), staff("township_clerk")):
        with pytest.raises(PermissionDenied):
            prepared(actor)
    assert not Roll.objects.exists()
    roll = prepared()
    for actor in (staff("county_director", "220203000000"), staff("county_officer")):
        with pytest.raises(PermissionDenied):
            release_roll(actor=actor, roll=roll)
    with pytest.raises(ValidationError, match="尚未批准发放"):
        export_roll(actor=staff("county_paymaster"), roll=roll)
    release_roll(actor=staff("county_director"), roll=roll)
    with pytest.raises(PermissionDenied):
        export_roll(actor=staff("county_director"), roll=roll)
    with pytest.raises(ValidationError, match="按县"):
        prepare_roll(actor=SYSTEM, area=Area.objects.get(pk=HERE), month=JUNE)


def test_the_bank_file_is_text_sums_up_and_runs_nothing(household: Make, staff: Staff) -> None:
    receiving(household(), "300.25")
    formula = '=HYPERLINK("http://x")'
    receiving(household(name=formula), "200")
    award_only(household(), "100")
    roll = prepared()
    release_roll(actor=staff("county_director"), roll=roll)

    name, content = export_roll(actor=SYSTEM, roll=roll)
    export_roll(actor=SYSTEM, roll=roll)

    assert name == "昌邑区最低生活保障2016-06.xlsx"
    book = load_workbook(BytesIO(content))
    rows = list(book["发放明细"].iter_rows(values_only=True))
    assert rows[1:] == [
        (1, "H0001", "王建国", "22020219700101001X", "吉林银行", ACCOUNT, 300.25, 1),
        (2, "H0002", '\'=HYPERLINK("http://x")', "22020219700101002X", "吉林银行", ACCOUNT, 200, 1),
        (None, "合计", None, None, None, None, 500.25, 2),
    ]
    sheet = book["发放明细"]
    assert {sheet.cell(2, column).data_type for column in (4, 6)} == {"s"}
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
    control = {str(row[0]): row[1] for row in book["核对"].iter_rows(values_only=True)}
    assert (control["笔数"], control["合计金额（元）"]) == ("2", "500.25")
    assert control["名册校验值（SM3）"] == roll.digest
    exports = Entry.objects.filter(subject="payments.roll", verb="export")
    assert exports.count() == 2
    assert exports.first().values["file"] == sm3(content)  # type: ignore[union-attr]
    assert Roll.objects.get().state == "exported"
    assert Roll.objects.get().exported_at is not None


def test_a_new_account_replaces_the_last_and_the_same_again_changes_nothing(
    household: Make, staff: Staff
) -> None:
    family = receiving(household())
    head = family.head
    assert head is not None
    same = register_account(actor=SYSTEM, new=NewAccount(family, head, "吉林银行", ACCOUNT))
    assert PayeeAccount.objects.count() == 1
    other = register_account(actor=SYSTEM, new=NewAccount(family, head, "农行", "622848000001"))
    assert same.pk != other.pk
    assert PayeeAccount.objects.get(replaced_at=None) == other
    for wrong in ("12345", "6222 0200 0000 1234", "62220200000012341234"):
        with pytest.raises(ValidationError, match="12 至 19 位数字"):
            register_account(actor=SYSTEM, new=NewAccount(family, head, "农行", wrong))
    with pytest.raises(PermissionDenied):
        register_account(
            actor=staff("county_officer"), new=NewAccount(family, head, "农行", ACCOUNT)
        )
    with connection.cursor() as cursor:
        cursor.execute("SELECT account FROM payments_payeeaccount")
        stored = [row[0] for row in cursor.fetchall()]
    assert not any(ACCOUNT in text for text in stored)
    logged = Entry.objects.filter(subject="payments.payeeaccount")
    assert ACCOUNT not in str(list(logged.values("values")))


def test_accounts_in_bulk_are_first_accounts(household: Make, staff: Staff) -> None:
    one, two = household(), household(area=THERE)
    assert one.head is not None
    assert two.head is not None
    new = [NewAccount(one, one.head, "农行", ACCOUNT), NewAccount(two, two.head, "农行", ACCOUNT)]
    with pytest.raises(PermissionDenied):
        register_accounts(actor=staff("county_paymaster"), accounts=new)
    assert not PayeeAccount.objects.exists()
    register_accounts(actor=SYSTEM, accounts=new)
    with pytest.raises(IntegrityError), transaction.atomic():
        register_accounts(actor=SYSTEM, accounts=new)
    assert PayeeAccount.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_paymasters_at_once_make_one_roll() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer anyway")
    with acting_as_system("test"):
        make_areas()
        for number in range(1, 21):
            receiving(make_household(number))
    together, rolls, problems = Barrier(4), list[int](), list[BaseException]()

    def work(again: bool) -> None:
        try:
            with acting_as_system("test"):
                together.wait()
                rolls.append(prepared(again=again).pk)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    threads = [Thread(target=work, args=[again]) for again in (False, False, True, True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert len(set(rolls)) == 1
    with acting_as_system("test"):
        roll = Roll.objects.get()
        assert (roll.households, roll.amount) == (20, Decimal(6000))
        assert roll.lines.count() == 20


def test_the_pages_prepare_release_and_export(household: Make, staff: Staff, settings: Any) -> None:
    settings.DEMO = True  # no second factor
    receiving(household())
    paymaster, director = Client(), Client()
    paymaster.force_login(staff("county_paymaster"))
    director.force_login(staff("county_director"))

    assert director.get("/payments/prepare/").status_code == 403
    wrong = paymaster.post(
        "/payments/prepare/", {"area": COUNTY, "benefit": "dibao", "month": "六月"}
    )
    assert wrong.status_code == 422
    assert "2016-07" in wrong.content.decode()
    sent = {"area": COUNTY, "benefit": "dibao", "month": "2016-06"}
    assert paymaster.post("/payments/prepare/", sent).status_code == 302
    roll = Roll.objects.get()
    page = paymaster.get(f"/records/roll/{roll.pk}/").content.decode()
    assert "王建国" in page
    assert "批准发放后可以导出" in page

    assert paymaster.post(f"/payments/{roll.pk}/export/").status_code == 302
    assert Roll.objects.get().state == "prepared"
    release_roll(actor=staff("county_director"), roll=roll)
    answer = paymaster.post(f"/payments/{roll.pk}/export/")
    assert answer.status_code == 200
    assert answer.content[:2] == b"PK"
    assert paymaster.get(f"/payments/{roll.pk}/export/").status_code == 405
    assert director.post(f"/payments/{roll.pk}/export/").status_code == 403
    elsewhere = Client()
    elsewhere.force_login(staff("county_paymaster", "220203000000"))
    assert elsewhere.post(f"/payments/{roll.pk}/export/").status_code == 404
