"""Signing in and out, and who is kept from trying too often."""

import asyncio
import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerSecond
from starlette.testclient import TestClient

from assistant.logins import Logins
from assistant.passwords import DEMO_PASSWORD
from assistant.web.login import COOKIE, Throttle, TooManyAttempts
from assistant.web.server import create_app, serve
from assistant.workspace import Workspace
from ingest.errors import BadRequest
from tests.visitors import PASSWORD, Visitor, served


def test_who_is_not_signed_in_comes_to_the_sign_in_page(address: str) -> None:
    answer = Visitor(address).http.get("/")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/login"


def test_the_sign_in_page_needs_no_script_and_speaks_the_browsers_language(address: str) -> None:
    texts = {
        language: Visitor(address).http.get("/login", headers={"accept-language": language}).text
        for language in ("en", "de-AT,de;q=0.9,en;q=0.5", "zh-CN", "es", "fr", "en;q=0.1,es;q=0.9", "*;q=x")
    }

    assert all("<script" not in text for text in texts.values())
    assert "Sign in" in texts["en"]
    assert "Anmelden" in texts["de-AT,de;q=0.9,en;q=0.5"]
    assert "登录" in texts["zh-CN"]
    assert "Iniciar sesión" in texts["es"]
    assert texts["fr"] == texts["*;q=x"] == texts["en"]
    assert texts["en;q=0.1,es;q=0.9"] == texts["es"]


def test_signing_in_gives_a_cookie_that_no_script_and_no_other_site_can_use(address: str) -> None:
    visitor = Visitor(address)
    answer = visitor.sign_in("Ana Reyes")

    cookie = answer.headers["set-cookie"]
    assert answer.headers["location"] == "/"
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie  # there is no TLS on the loopback
    assert visitor.http.get("/").status_code == 200
    assert visitor.http.get("/login").headers["location"] == "/"


def test_behind_tls_the_cookie_is_secure(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace), base_url="https://localhost")
    answer = client.post("/login", data={"username": "ana", "password": PASSWORD}, follow_redirects=False)

    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_signing_out_ends_the_login_on_the_server(address: str) -> None:
    visitor = Visitor(address, "ana@hotlist.test")
    kept = visitor.http.cookies[COOKIE]

    assert visitor.http.post("/logout").headers["location"] == "/login"

    visitor.http.cookies.set(COOKIE, kept)
    assert visitor.http.get("/config").status_code == 401


def test_signing_in_again_ends_the_login_before(address: str) -> None:
    visitor = Visitor(address, "ana@hotlist.test")
    before = visitor.http.cookies[COOKIE]
    visitor.sign_in("bo@hotlist.test")

    assert visitor.http.cookies[COOKIE] != before
    visitor.http.cookies.clear()
    visitor.http.cookies.set(COOKIE, before)
    assert visitor.http.get("/config").status_code == 401


def test_a_new_password_ends_logins_and_a_restart_does_not(workspace: Workspace) -> None:
    with served(workspace) as address:
        ana, bo = Visitor(address, "ana@hotlist.test"), Visitor(address, "bo@hotlist.test")
        Logins(workspace.records).set_password(workspace.records.user("ana"), "battery staple")

        assert ana.http.get("/config").status_code == 401
    with served(workspace) as address:
        again = Visitor(address)
        again.http.cookies.set(COOKIE, bo.http.cookies[COOKIE])
        assert again.http.get("/config").json()["username"] == "bo"


def test_a_wrong_password_and_an_unknown_user_look_the_same(address: str) -> None:
    wrong = Visitor(address).sign_in("ana@hotlist.test", "wrong horse")
    unknown = Visitor(address).sign_in("zoe@hotlist.test", "wrong horse")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("ana@", "zoe@") == unknown.text
    assert "set-cookie" not in wrong.headers


def test_what_was_typed_comes_back_as_text(address: str) -> None:
    answer = Visitor(address).sign_in('"><script>alert(1)</script>', "x")

    assert "<script" not in answer.text
    assert "&quot;&gt;&lt;script&gt;" in answer.text


def test_a_form_that_is_none_is_a_wrong_sign_in(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace), base_url="http://localhost")
    headers = {"content-type": "application/x-www-form-urlencoded"}

    for body in ("", "username=ana", "x" * 9000, "&".join("a=1" for _ in range(50)), "%ff=%fe"):
        assert client.post("/login", content=body, headers=headers).status_code == 401


def test_of_a_hundred_wrong_passwords_ten_are_looked_at(workspace: Workspace) -> None:
    ways = ["ana@hotlist.test", "ANA@hotlist.test", "ana", "Ana Reyes"]  # one account, however it is called
    with served(workspace) as address, ThreadPoolExecutor(10) as pool:
        tries = [pool.submit(Visitor(address).sign_in, ways[n % 4], f"wrong {n}") for n in range(100)]
        statuses = [each.result().status_code for each in tries]
        now_right = Visitor(address).sign_in("ana@hotlist.test")

    assert statuses.count(401) <= 10
    assert statuses.count(401) + statuses.count(429) == 100
    assert now_right.status_code == 429
    print(f"wrong passwords evaluated in a minute: {statuses.count(401)} of 100")


def test_the_right_password_works_after_the_wait_and_other_accounts_meanwhile() -> None:
    async def story() -> list[object]:
        throttle = Throttle(RateLimitItemPerSecond(3, 2))
        seen: list[object] = []

        async def attempt(account: str, address: str, found: str | None) -> None:
            try:
                seen.append(await throttle.attempt(account, address, lambda: found))
            except TooManyAttempts:
                seen.append("throttled")

        await asyncio.gather(*(attempt("ana", "10.0.0.1", None) for _ in range(5)))
        await attempt("ana", "10.0.0.2", "in")  # from elsewhere: the account is still being guessed at
        await attempt("bo", "10.0.0.1", "in")  # another account, from where the guesses come
        await attempt("bo", "10.0.0.2", "in")
        await asyncio.sleep(2.2)
        await attempt("ana", "10.0.0.1", "in")
        return seen

    assert asyncio.run(story()) == [
        None,
        None,
        None,
        "throttled",
        "throttled",
        "throttled",
        "throttled",
        "in",
        "in",
    ]


def test_signing_in_rightly_is_never_too_often() -> None:
    async def story() -> list[str | None]:
        throttle = Throttle(RateLimitItemPerSecond(3, 60))
        return [await throttle.attempt(f"user {n}", "10.0.0.1", lambda: "in") for n in range(40)]

    assert asyncio.run(story()) == ["in"] * 40


@pytest.mark.slow
def test_the_time_tells_nobody_who_has_an_account(workspace: Workspace) -> None:
    logins = Logins(workspace.records)
    took: dict[str, list[float]] = {"ana@hotlist.test": [], "zoe@hotlist.test": []}
    logins.check("warm", "up")
    for _ in range(21):
        for who, times in took.items():
            started = time.perf_counter()
            logins.check(who, "wrong horse")
            times.append(time.perf_counter() - started)

    known, unknown = (statistics.median(times) for times in took.values())
    assert abs(known - unknown) / known < 0.2
    print(f"median time, known / unknown user: {1000 * known:.1f} / {1000 * unknown:.1f} ms")


def test_the_demo_password_is_not_served_to_a_network(workspace: Workspace) -> None:
    Logins(workspace.records).set_password(workspace.records.user("bo"), DEMO_PASSWORD)

    for host in ("0.0.0.0", "::", "192.168.1.20", "hotlist.example"):
        with pytest.raises(BadRequest, match="Bo Lind has the password of the demo"):
            serve(workspace, host=host, port=0)


def test_a_port_that_is_taken_is_one_sentence(workspace: Workspace, address: str) -> None:
    with pytest.raises(BadRequest, match="cannot be had"):
        serve(workspace, port=int(address.rpartition(":")[2]))
