"""Clerks at work: each a thread that signs in, lists, opens, and saves, with pauses to read.

`python -m tests.bench.clerks N` registers N of them, all for one county, in the database of the
environment.
"""

import json
import os
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from urllib.parse import quote, urlencode

COUNTY = "220202000000"
PASSWORD = "jimin-demo"
PAUSE = (1.0, 3.0)
SEARCHES = ("", "?q=zhang", "?q=wf", f"?q={quote('王')}", "?sort=-birth")


@dataclass
class Found:
    times: list[tuple[str, float]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.times)

    def p95(self, kind: str = "") -> float:
        spent = sorted(ms for k, ms in self.times if not kind or k == kind)
        return spent[int(len(spent) * 0.95)] if spent else float("inf")

    def p95_of_kinds(self) -> dict[str, float]:
        return {kind: self.p95(kind) for kind in sorted({kind for kind, _ in self.times})}


class Browser:
    """One connection kept open, with cookies, that remembers how long each answer took."""

    def __init__(self, address: tuple[str, int], found: Found, lock: threading.Lock) -> None:
        self.connection = HTTPConnection(*address, timeout=60)
        self.cookies: dict[str, str] = {}
        self.found, self.lock = found, lock
        self.is_counted = False

    def ask(
        self, kind: str, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, str, str]:
        """Status, text and ETag of the answer."""
        sent = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        begun = time.perf_counter()
        self.connection.request(method, path, body or None, sent)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        spent = (time.perf_counter() - begun) * 1000
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if self.is_counted:
            with self.lock:
                self.found.times.append((kind, spent))
                if answer.status >= 400:
                    self.found.errors.append(f"{method} {path}: {answer.status} {text[:80]}")
        return answer.status, text, answer.headers.get("ETag") or ""

    def sign_in(self, name: str) -> None:
        _, page, _ = self.ask("", "GET", "/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        form = {"username": name, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        kind = "application/x-www-form-urlencoded"
        status, _, _ = self.ask("", "POST", "/sign-in/", urlencode(form), Content_Type=kind)
        assert status == 302, status


def work(address: tuple[str, int], number: int, seconds: float) -> Found:
    """What all of them waited for in so many seconds, after everybody has signed in."""
    found, lock = Found(), threading.Lock()
    ready = threading.Barrier(number)
    until = [0.0]

    def one(order: int) -> None:
        try:
            browser = Browser(address, found, lock)
            browser.sign_in(f"clerk{order}")
            mine = _persons(browser)[order::number]
            dice = random.Random(order)
            if ready.wait(300) == 0:
                until[0] = time.monotonic() + seconds
            while not until[0]:
                time.sleep(0.01)
            browser.is_counted = True
            time.sleep(dice.uniform(0, PAUSE[1]))
            while time.monotonic() < until[0]:
                _click(browser, dice, mine)
                time.sleep(dice.uniform(*PAUSE))
        except (OSError, HTTPException, AssertionError, threading.BrokenBarrierError) as error:
            ready.abort()
            with lock:
                found.errors.append(repr(error))

    threads = [threading.Thread(target=one, args=(n,)) for n in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def _persons(browser: Browser) -> list[int]:
    _, text, _ = browser.ask("", "GET", "/api/person/?limit=200")
    return [item["id"] for item in json.loads(text)["items"]]


def _click(browser: Browser, dice: random.Random, mine: list[int]) -> None:
    """Five of ten clicks are lists, three are pages, two save; nobody saves what another opens."""
    chosen = dice.random()
    if chosen < 0.5:
        register = dice.choice(("person", "person", "household"))
        search = dice.choice(SEARCHES) if register == "person" else ""
        browser.ask("list", "GET", f"/records/{register}/{search}")
    elif chosen < 0.8:
        browser.ask("page", "GET", f"/records/person/{dice.choice(mine)}/")
    else:
        address = f"/api/person/{dice.choice(mine)}"
        _, _, tag = browser.ask("read", "GET", address)
        body = json.dumps({"address": f"{dice.randint(1, 9999)} 号"})
        kind = "application/json"
        browser.ask("save", "PATCH", address, body, Content_Type=kind, If_Match=tag)


def hire(number: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jimin.project.settings")
    import django

    django.setup()
    from django.contrib.auth.hashers import make_password

    from jimin.foundation.access.models import Post, User

    password = make_password(PASSWORD)
    for order in range(number):
        user = User.objects.create(username=f"clerk{order}", name=f"经办{order}", password=password)
        Post.objects.create(
            user=user, role="township_clerk", area_id=COUNTY, valid_from="2016-01-01"
        )


if __name__ == "__main__":
    hire(int(sys.argv[1]))
