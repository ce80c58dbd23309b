"""A job from asking to its end, whatever that is."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jimin.foundation.access.models import User
from jimin.foundation.access.scope import acting, acting_as
from jimin.foundation.audit.models import Entry
from jimin.foundation.jobs import services, worker
from jimin.foundation.jobs.declare import Kind, Schedule, schedules
from jimin.foundation.jobs.models import Job, Worker
from jimin.foundation.jobs.run import WORK, LostError, Run, stopping
from jimin.foundation.jobs.worker import work
from jimin.kernel.areas.tests.few import HERE, THERE, TOWNSHIP, few_areas

MakeUser = Callable[..., User]
Declare = Callable[..., Kind]
CITY = "220200000000"


@pytest.fixture
def clerk(make_user: MakeUser) -> User:
    few_areas()
    return make_user("township_clerk", TOWNSHIP)


@pytest.fixture
def plain(tmp_path: Path, settings: Any) -> Path:
    """A file that jobs keep as their result, beside the folder of sealed ones."""
    settings.MEDIA_ROOT = tmp_path / "files"
    path = tmp_path / "plain.csv"
    path.write_text("姓名\n", encoding="utf-8")
    return path


def now(job: Job) -> Job:
    return Job._base_manager.get(pk=job.pk)


def make_due() -> None:
    DBTaskResult.objects.update(run_after=timezone.now())


def test_a_job_is_done_in_the_name_of_who_asked(clerk: User, declared: Declare) -> None:
    seen: list[Any] = []

    def count(run: Run) -> None:
        seen.append(acting())
        for n in range(1, 4):
            run.tell(n, 3, f"第 {n} 步")
            seen.append((now(run.job).done, now(run.job).total))

    job = services.ask(actor=clerk, kind=declared(count))
    assert (job.state, job.area_id) == (Job.State.WAITING, TOWNSHIP)
    work(batch=True)
    assert seen == [clerk, (1, 3), (2, 3), (3, 3)]
    done = now(job)
    assert (done.state, done.done, done.message, done.attempt) == ("done", 3, "第 3 步", 1)
    assert done.ended_at is not None


def test_a_job_asked_for_in_vain_is_not_done(clerk: User, declared: Declare) -> None:
    seen: list[str] = []
    kind = declared(lambda run: seen.append("worked"))
    with transaction.atomic():
        services.ask(actor=clerk, kind=kind)
        transaction.set_rollback(True)
    work(batch=True)
    assert seen == []
    assert not Job._base_manager.exists()


def test_two_clicks_are_one_job(clerk: User, declared: Declare) -> None:
    seen: list[str] = []
    kind = declared(lambda run: seen.append("worked"))
    first = services.ask(actor=clerk, kind=kind, once="import 1")
    second = services.ask(actor=clerk, kind=kind, once="import 1")
    assert first == second
    work(batch=True)
    assert seen == ["worked"]
    assert services.ask(actor=clerk, kind=kind, once="import 1").state == Job.State.DONE
    work(batch=True)
    assert seen == ["worked"]


def test_a_failure_is_tried_again_after_a_growing_pause(clerk: User, declared: Declare) -> None:
    def fail(run: Run) -> None:
        raise ZeroDivisionError

    kind = declared(fail, attempts=3, pause=dt.timedelta(seconds=10))
    job = services.ask(actor=clerk, kind=kind)
    pauses = []
    for _ in range(2):
        before = timezone.now()
        work(batch=True)
        waiting = now(job)
        assert (waiting.state, waiting.message) == ("waiting", "程序出错，稍后自动重试。")
        assert waiting.due_at is not None
        pauses.append(round((waiting.due_at - before).total_seconds()))
        work(batch=True)  # not due yet
        assert now(job).attempt == waiting.attempt
        make_due()
    assert pauses == [10, 40]
    work(batch=True)
    failed = now(job)
    assert (failed.state, failed.attempt) == ("failed", 3)
    assert "联系管理员" in failed.message


@pytest.mark.parametrize(
    "refusal", [ValidationError("这个月已核定。"), PermissionDenied("这个月已核定。")]
)
def test_what_is_refused_is_not_tried_again(
    clerk: User, declared: Declare, refusal: Exception
) -> None:
    def refuse(run: Run) -> None:
        raise refusal

    job = services.ask(actor=clerk, kind=declared(refuse))
    work(batch=True)
    assert (now(job).state, now(job).message) == ("failed", "这个月已核定。")
    assert not DBTaskResult.objects.ready().exists()


def test_a_job_whose_process_was_killed_is_picked_up_where_it_was(
    clerk: User, declared: Declare
) -> None:
    seen: list[int] = []

    def count(run: Run) -> None:
        for n in range(run.bookmark.get("next", 0), 4):
            with run.step() as job:
                job.bookmark = {"next": n + 1}
            seen.append(n)
            if len(seen) == 2:
                raise KeyboardInterrupt  # taken for the kill: nothing more is written

    job = services.ask(actor=clerk, kind=declared(count))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jimin.foundation.jobs.run._again", lambda run: "killed")
        work(batch=True)
    assert (now(job).state, now(job).bookmark) == ("running", {"next": 2})
    Job._base_manager.update(worker="elsewhere:1:1")
    Worker.objects.create(name="elsewhere:1:1", seen_at=timezone.now())
    assert worker.sweep() == 0  # still heard of
    Worker.objects.update(seen_at=timezone.now() - worker.SILENT)
    assert worker.sweep() == 1
    assert worker.sweep() == 0
    work(batch=True)
    assert seen == [0, 1, 2, 3]
    assert (now(job).state, now(job).attempt, now(job).failures) == ("done", 2, 0)


def test_a_process_of_this_host_is_known_by_its_beginning() -> None:
    own = worker.own_name()
    assert worker.is_alive(own, None)
    assert not worker.is_alive(f"{own}0", timezone.now())


def test_an_entry_taken_and_never_begun_is_queued_again(clerk: User, declared: Declare) -> None:
    seen: list[str] = []
    job = services.ask(actor=clerk, kind=declared(lambda run: seen.append("worked")))
    long_ago = timezone.now() - 2 * worker.GRACE
    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago)
    assert worker.sweep() == 0  # not at once
    Job._base_manager.update(at=long_ago)
    assert worker.sweep() == 1
    work(batch=True)
    assert seen == ["worked"]
    assert now(job).state == Job.State.DONE


def test_of_two_workers_at_one_job_the_slower_writes_nothing(
    clerk: User, declared: Declare
) -> None:
    """The first was slow, taken for dead, and goes on after the second has finished."""
    seen: list[Any] = []

    def slow(run: Run) -> None:
        if run.attempt > 1:
            with run.step() as job:
                job.bookmark = {"by": "second"}
            return
        Job._base_manager.update(worker="elsewhere:1:1")
        assert worker.sweep() == 1
        work(batch=True)
        with pytest.raises(LostError) as lost, run.step() as job:
            job.bookmark = {"by": "first"}
        seen.append(lost.type)
        raise lost.value

    job = services.ask(actor=clerk, kind=declared(slow))
    work(batch=True)
    assert seen == [LostError]
    assert (now(job).state, now(job).bookmark) == ("done", {"by": "second"})


def test_a_job_that_kills_its_process_each_time_is_given_up(clerk: User, declared: Declare) -> None:
    job = services.ask(actor=clerk, kind=declared(lambda run: None))
    Job._base_manager.update(state="running", worker="gone:1:1", attempt=worker.MOST_DEATHS)
    assert worker.sweep() == 1
    assert now(job).state == Job.State.FAILED
    assert "多次中断" in now(job).message


def test_a_worker_told_to_end_gives_its_job_back(clerk: User, declared: Declare) -> None:
    def told(run: Run) -> None:
        if run.attempt == 1:
            stopping.set()
        run.tell(1, 2)

    job = services.ask(actor=clerk, kind=declared(told))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopping, "set", lambda: patch.setattr(stopping, "is_set", lambda: True))
        patch.setattr("jimin.foundation.jobs.run.queue", lambda job: job.save())
        work(batch=True)
    assert (now(job).state, now(job).failures) == ("running", 0)


def test_a_waiting_job_is_stopped_at_once_and_a_running_one_at_its_next_step(
    clerk: User, declared: Declare
) -> None:
    steps: list[int] = []

    def count(run: Run) -> None:
        for n in range(3):
            with run.step():
                steps.append(n)
            if n == 0:
                services.stop(actor=clerk, job=run.job)

    kind = declared(count)
    waiting = services.ask(actor=clerk, kind=kind)
    services.stop(actor=clerk, job=waiting)
    work(batch=True)
    assert (steps, now(waiting).state) == ([], "cancelled")
    with pytest.raises(ValidationError):
        services.stop(actor=clerk, job=waiting)

    running = services.ask(actor=clerk, kind=kind)
    work(batch=True)
    assert (steps, now(running).state) == ([0], "cancelled")
    assert "保留" in now(running).message
    assert [e.verb for e in Entry.objects.order_by("pk")] == ["stop", "stop"]


def test_a_failed_job_is_tried_again_by_hand(clerk: User, declared: Declare) -> None:
    outcomes = [ValidationError("没有。"), None]

    def sometimes(run: Run) -> None:
        if outcome := outcomes.pop(0):
            raise outcome

    job = services.ask(actor=clerk, kind=declared(sometimes))
    work(batch=True)
    services.retry(actor=clerk, job=job)
    work(batch=True)
    assert (now(job).state, now(job).message) == ("done", "")
    with pytest.raises(ValidationError):
        services.retry(actor=clerk, job=job)


def test_whoever_left_has_nothing_done_any_more(clerk: User, declared: Declare) -> None:
    seen: list[str] = []
    job = services.ask(actor=clerk, kind=declared(lambda run: seen.append("worked")))
    User.objects.update(is_active=False)
    work(batch=True)
    assert (seen, now(job).state) == ([], "failed")


def test_scheduled_work_is_started_once(clerk: User, declared: Declare) -> None:
    seen: list[str] = []
    kind = declared(lambda run: seen.append("worked"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(schedules, kind.name, Schedule(kind, dt.time(3), dt.timedelta(hours=6)))
        for name in set(schedules) - {kind.name}:
            patch.delitem(schedules, name)
        zone = timezone.get_current_timezone()
        at = dt.datetime(2016, 7, 1, 2, 59, tzinfo=zone)
        started = [len(services.start_due(at + dt.timedelta(minutes=m))) for m in (0, 0, 2, 5, 361)]
        schedules.pop(kind.name)
    work(batch=True)
    assert started == [1, 0, 1, 0, 1]
    assert seen == ["worked"] * 3


def test_results_and_jobs_are_deleted_after_their_time(
    clerk: User, declared: Declare, plain: Path
) -> None:
    job = services.ask(actor=clerk, kind=declared(lambda run: run.keep(plain, "名册.csv")))
    work(batch=True)
    kept = Path(now(job).result.path)
    assert kept.exists()
    assert "姓名".encode() not in kept.read_bytes()
    services.tidy_up()
    assert kept.exists()
    Job._base_manager.update(ended_at=timezone.now() - services.RESULT_KEPT)
    services.tidy_up()
    assert not kept.exists()
    assert now(job).result_name == ""
    Job._base_manager.update(ended_at=timezone.now() - services.JOB_KEPT)
    services.tidy_up()
    assert not Job._base_manager.exists()


def test_a_result_nobody_can_fetch_is_deleted_by_the_next_attempt(
    clerk: User, declared: Declare, plain: Path
) -> None:
    """A killed process leaves a sealed file that no job names."""

    def write(run: Run) -> None:
        with run.folder():
            run.keep(plain, "名册.csv")

    kind = declared(write)
    jobs = [services.ask(actor=clerk, kind=kind) for _ in range(2)]
    month = plain.parent / f"files/jobs/{timezone.localdate():%Y/%m}"
    month.mkdir(parents=True)
    (month / f"{jobs[0].pk}-deadbeef").touch()
    work(batch=True)
    assert {str(path) for path in month.iterdir()} == {now(job).result.path for job in jobs}
    Job._base_manager.update(state=Job.State.RUNNING)
    with Run(now(jobs[0]), "again").folder():
        assert Path(now(jobs[0]).result.path).exists()


@pytest.mark.parametrize("end", ["given up", "stopped", "stopped before it went on"])
def test_nothing_is_left_of_a_job_that_is_not_gone_on_with(
    clerk: User, declared: Declare, plain: Path, end: str
) -> None:
    """What a killed attempt had opened is in plain text, and no other attempt deletes it."""

    def open_and_die(run: Run) -> None:
        with run.step():
            pass
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("shutil.rmtree", lambda *args, **more: None)
            with run.folder() as folder:
                shutil.copy(plain, folder)
                raise KeyboardInterrupt  # taken for the kill: nothing more is written

    job = services.ask(actor=clerk, kind=declared(open_and_die))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jimin.foundation.jobs.run._again", lambda run: "killed")
        work(batch=True)
    left = plain.parent / f"files/{WORK}/{job.pk}/1/{plain.name}"
    sealed = plain.parent / f"files/jobs/{timezone.localdate():%Y/%m}/{job.pk}-deadbeef"
    sealed.parent.mkdir(parents=True)
    sealed.touch()
    assert left.exists()
    Job._base_manager.update(worker="gone:1:1")
    if end == "given up":
        Job._base_manager.update(attempt=worker.MOST_DEATHS)
    if end == "stopped before it went on":
        services.stop(actor=clerk, job=job)
    assert worker.sweep() == 1
    if end == "stopped":
        services.stop(actor=clerk, job=job)
    work(batch=True)
    assert now(job).state == (Job.State.FAILED if end == "given up" else Job.State.CANCELLED)
    assert not left.parent.parent.exists()
    assert not sealed.exists()


# Who sees what


@pytest.fixture
def several(clerk: User, make_user: MakeUser, declared: Declare) -> dict[str, Any]:
    users = {
        "clerk": clerk,
        "colleague": make_user("township_clerk", TOWNSHIP),
        "elsewhere": make_user("community_worker", THERE),
        "operator": make_user("administrator", CITY),
    }
    kind = declared(lambda run: None, title=lambda job: "某某名册")
    jobs = {name: services.ask(actor=user, kind=kind) for name, user in users.items()}
    return {"users": users, "jobs": jobs}


def test_one_sees_ones_own_jobs_and_the_operator_all(several: dict[str, Any]) -> None:
    users, jobs = several["users"], several["jobs"]
    with acting_as(users["clerk"]):
        assert list(Job.objects.all()) == [jobs["clerk"]]
    with acting_as(users["operator"]):
        assert Job.objects.count() == 4
    assert Job.objects.count() == 0


def test_only_the_owner_and_the_operator_stop_a_job(several: dict[str, Any]) -> None:
    users, jobs = several["users"], several["jobs"]
    for name in ("colleague", "elsewhere"):
        with pytest.raises(PermissionDenied):
            services.stop(actor=users[name], job=jobs["clerk"])
    assert now(jobs["clerk"]).state == Job.State.WAITING
    assert services.stop(actor=users["operator"], job=jobs["clerk"]).state == "cancelled"


def test_the_pages_show_and_act(several: dict[str, Any], client: Client) -> None:
    users, jobs = several["users"], several["jobs"]
    client.force_login(users["clerk"])
    page = client.get("/jobs/?all=1")
    assert [line["job"] for line in page.context["lines"]] == [jobs["clerk"]]
    assert "某某名册" in page.content.decode()
    assert "没有运行" in page.content.decode()
    for name in ("colleague", "operator"):
        assert client.get(f"/jobs/{jobs[name].pk}/").status_code == 404
        assert client.post(f"/jobs/{jobs[name].pk}/stop/").status_code == 404
    assert client.get(f"/jobs/{jobs['clerk'].pk}/result/").status_code == 404

    Worker.objects.create(name="here", seen_at=timezone.now())
    client.force_login(users["operator"])
    page = client.get("/jobs/?all=1")
    assert len(page.context["lines"]) == 4
    assert "没有运行" not in page.content.decode()
    assert client.get(f"/jobs/{jobs['clerk'].pk}/result/").status_code == 403
    assert client.post(f"/jobs/{jobs['clerk'].pk}/stop/").status_code == 302
    assert client.post(f"/jobs/{jobs['clerk'].pk}/stop/", follow=True).status_code == 200
    assert now(jobs["clerk"]).state == Job.State.CANCELLED
    work(batch=True)
    lines = client.get("/jobs/?all=1&state=done", headers={"HX-Request": "true"})
    assert len(lines.context["lines"]) == 3
    assert "hx-trigger" not in lines.content.decode()
    over = client.get(f"/jobs/{jobs['colleague'].pk}/", headers={"HX-Request": "true"})
    assert over.headers["HX-Refresh"] == "true"


def test_a_result_is_fetched_by_its_owner_alone(
    clerk: User,
    make_user: MakeUser,
    declared: Declare,
    client: Client,
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    plain = tmp_path / "plain.csv"
    plain.write_bytes(b"x" * 3_000_000)
    job = services.ask(actor=clerk, kind=declared(lambda run: run.keep(plain, "名册.csv")))
    work(batch=True)
    client.force_login(clerk)
    got = client.get(f"/jobs/{job.pk}/result/")
    assert b"".join(got.streaming_content) == plain.read_bytes()  # type: ignore[attr-defined]
    assert "filename*=utf-8''%E5%90%8D%E5%86%8C.csv" in got.headers["Content-Disposition"]
    client.force_login(make_user("township_clerk", TOWNSHIP))
    assert client.get(f"/jobs/{job.pk}/result/").status_code == 404
    assert HERE
