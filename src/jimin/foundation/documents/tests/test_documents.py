"""Numbers without gaps, and papers that say what they were given and nothing else."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from docx import Document as Word

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import System
from jimin.foundation.documents import rules
from jimin.foundation.documents.models import Counter, Document
from jimin.foundation.documents.services import Unit, fill, issue, read, take_numbers

CHANGYI = Unit("220202000000", "昌邑")
SYSTEM = System("test")


def words(path: Any) -> str:
    return "\n".join(line.text for line in Word(path).paragraphs)


@pytest.fixture
def form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> rules.Form:
    template = Word()
    template.add_paragraph("{{ number }} {{ name }}")
    template.save(str(tmp_path / "paper.docx"))
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(rules, "FORMS", {})
    made = rules.Form(
        name="paper",
        label="告知书",
        template=tmp_path / "paper.docx",
        series="paper",
        number="{unit}告〔{year}〕{serial:03d}号",
        content=lambda about: {"name": about},
    )
    monkeypatch.setattr("jimin.foundation.documents.services.FORMS", {"paper": made})
    return made


def paper(about: str = "王建国", area: str = "220202001001") -> Document:
    return issue(
        actor=SYSTEM,
        form="paper",
        record=User.objects.create_user(f"u{User.objects.count()}", "甲"),
        about=about,
        unit=CHANGYI,
        scope="dibao",
        area=area,
        on=dt.date(2016, 7, 4),
    )


def test_numbers_run_per_unit_and_year(db: None) -> None:
    assert list(take_numbers(series="s", unit="1", year=2016, count=3)) == [1, 2, 3]
    assert list(take_numbers(series="s", unit="1", year=2016)) == [4]
    assert list(take_numbers(series="s", unit="2", year=2016)) == [1]
    assert list(take_numbers(series="s", unit="1", year=2017)) == [1]
    with pytest.raises(ValueError, match="cannot give out 0"):
        take_numbers(series="s", unit="1", year=2016, count=0)


def test_a_number_taken_in_vain_is_given_out_again(db: None) -> None:
    class Stop(Exception):
        pass

    take_numbers(series="s", unit="1", year=2016)

    def fail() -> None:
        with transaction.atomic():
            take_numbers(series="s", unit="1", year=2016)
            raise Stop

    with pytest.raises(Stop):
        fail()
    assert list(take_numbers(series="s", unit="1", year=2016)) == [2]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap_and_no_double() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL: SQLite has one writer anyway")
    clerks, each = 6, 10
    together, taken = Barrier(clerks), list[int]()

    def work() -> None:
        together.wait()
        for _ in range(each):
            with transaction.atomic():
                taken.extend(take_numbers(series="s", unit="1", year=2016))
        connection.close()

    in_threads(work, clerks)
    assert sorted(taken) == list(range(1, clerks * each + 1))
    assert Counter.objects.get().last == clerks * each


def in_threads(work: Callable[[], None], count: int) -> None:
    threads = [Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_what_is_printed_is_never_markup(form: rules.Form, tmp_path: Path) -> None:
    name = "甲<w:br/>&乙 {{ number }} <b>丙</b>"
    content = fill(form, {"number": "1", "name": name})
    (tmp_path / "out.docx").write_bytes(content)
    assert words(tmp_path / "out.docx") == f"1 {name}"


def test_a_paper_is_numbered_filed_and_read_back(
    form: rules.Form, divisions: None, as_system: None
) -> None:
    first, second = paper(), paper("李秀英")
    assert [first.number, second.number] == ["昌邑告〔2016〕001号", "昌邑告〔2016〕002号"]
    with second.file.open("rb") as file:
        assert words(file) == "昌邑告〔2016〕002号 李秀英"
    assert read(actor=SYSTEM, document=first)[:2] == b"PK"


def test_a_paper_changed_on_the_disk_is_not_handed_out(
    form: rules.Form, divisions: None, as_system: None
) -> None:
    document = paper()
    Path(document.file.path).write_bytes(b"changed")
    with pytest.raises(ValidationError, match="与制发时不一致"):
        read(actor=SYSTEM, document=document)


def test_papers_are_read_by_those_who_may_see_the_case(
    form: rules.Form, divisions: None, make_user: Any, as_system: None
) -> None:
    document = paper()
    client = Client()

    client.force_login(make_user("township_clerk", "220202001000"))
    answer = client.get(f"/documents/{document.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"].endswith("wordprocessingml.document")

    client.force_login(make_user("township_clerk", "220203001000"))
    assert client.get(f"/documents/{document.pk}/").status_code == 404
    paymaster = make_user("county_paymaster", "220202000000")
    client.force_login(paymaster)
    assert client.get(f"/documents/{document.pk}/").status_code == 404
    with pytest.raises(PermissionDenied):
        read(actor=paymaster, document=document)


def test_a_form_declared_twice_or_without_template_is_refused(form: rules.Form) -> None:
    rules.register(form)
    rules.register(form)
    from dataclasses import replace

    with pytest.raises(rules.FormError, match="declared twice"):
        rules.register(replace(form, label="另一种"))
    with pytest.raises(rules.FormError, match="there is no template"):
        rules.register(replace(form, name="other", template=Path("/nowhere.docx")))
