"""Sessions: the cookie of a page, refresh tokens, signing out, and those who guess passwords."""
import statistics
import threading
import time
import unittest
import uuid

from accounts import (LOGIN, LOGOUT, ME, PASSWORD, REFRESH, SESSION, SESSIONS, USERS, AccountsTest, Caller, expect, login, with_token)
from aqua_server import HISTORY, Client

WRONG = "this is not the password"
FOREIGN = "https://evil.example"


class CookieTest(AccountsTest):
    """A page that signed in."""

    def setUp(self):
        super().setUp()
        self.user = self.accounts.create()
        self.browser = self.accounts.browser(self.user["username"])

    def new_key(self, csrf="own", **headers: str):
        return self.browser.post("/api/v1/keys", {"name": "robot"}, csrf, **headers)

    def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(self):
        cookie = self.browser.answer.header("Set-Cookie")
        value, *flags = [part.strip() for part in cookie.split(";")]
        self.assertRegex(value, r"^aqua_session=[A-Za-z0-9_-]{43}$")
        self.assertLessEqual({"HttpOnly", "SameSite=Strict", "Path=/"}, set(flags))
        self.assertEqual([flag for flag in flags if flag.startswith("Domain")], [])
        self.assertEqual(self.browser.answer.header("Cache-Control"), "no-store")
        self.assertNotIn(value.split("=")[1].encode(), self.browser.answer.body)
        me = self.browser.caller.me()
        self.assertEqual((expect(me, 200)["csrf_token"], me.header("Cache-Control")), (self.browser.csrf, "no-store"))
        self.assertNotIn(value.split("=")[1].encode(), me.body)

    def test_a_write_needs_the_token_of_its_own_session(self):
        other = self.accounts.browser("anna")
        same = self.accounts.browser(self.user["username"])
        for csrf in (None, "", "x", "A" * 43, other.csrf, same.csrf, self.browser.csrf[:-1], self.browser.csrf + "x", self.browser.csrf.swapcase()):
            with self.subTest(csrf=csrf):
                self.assert_error(self.new_key(csrf), 403, "csrf_token_missing")
        self.assertEqual(expect(self.browser.caller.get("/api/v1/keys"), 200), [])
        self.assertEqual(self.new_key().status, 201)

    def test_reading_needs_none(self):
        self.assertEqual(self.browser.caller.get(HISTORY).status, 200)

    def test_signing_out_needs_one_too(self):
        self.assert_error(self.browser.post(LOGOUT, csrf=None), 403, "csrf_token_missing")
        self.assertEqual(self.browser.caller.me().status, 200)
        answer = self.browser.post(LOGOUT)
        self.assertEqual(answer.status, 204)
        self.assertIn("Max-Age=0", answer.header("Set-Cookie"))
        self.assert_error(self.browser.caller.me(), 401)

    def test_a_page_of_another_origin_can_do_nothing(self):
        cookies_that_a_browser_would_not_send = self.browser.caller
        answer = cookies_that_a_browser_would_not_send.get(HISTORY, Origin=FOREIGN)
        self.assertIsNone(answer.header("Access-Control-Allow-Origin"))
        self.assert_error(self.new_key(None, Origin=FOREIGN), 403)
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"):
            with self.subTest(kind=kind):  # what a form of another page can send without asking first
                body = b'{"username":"anna","password":"%s"}' % PASSWORD.encode()
                answer = self.client.request("POST", SESSION, body, {"Content-Type": kind, "Origin": FOREIGN})
                self.assertIn(answer.status, (403, 415))
                self.assertIsNone(answer.header("Set-Cookie"))
        preflight = self.client.request("OPTIONS", "/api/v1/keys", headers={"Origin": FOREIGN, "Access-Control-Request-Method": "POST"})
        self.assertIsNone(preflight.header("Access-Control-Allow-Origin"))
        self.assertIsNone(preflight.header("Access-Control-Allow-Methods"))

    def test_a_token_in_a_header_needs_no_csrf_token(self):
        self.assertEqual(self.accounts.sign_in(self.user["username"]).post_json("/api/v1/keys", {"name": "robot"}).status, 201)

    def test_a_header_with_a_bad_token_is_not_made_good_by_a_cookie(self):
        self.assert_error(self.browser.caller.get(ME, Authorization="Bearer garbage"), 401)

    def test_other_cookies_beside_it_do_not_matter(self):
        for cookie in (f"a=b; {self.browser.cookie}", f"{self.browser.cookie}; aqua=1", f"xaqua_session=1;{self.browser.cookie}"):
            with self.subTest(cookie=cookie):
                self.assertEqual(Caller(self.client.port, {"Cookie": cookie}).me().status, 200)
        self.assertEqual(Caller(self.client.port, {"Cookie": "x" + self.browser.cookie}).me().status, 401)

    def test_each_sign_in_is_a_session_of_its_own(self):
        again = self.client.request("POST", SESSION, b'{"username":"%s","password":"%s"}' % (self.user["username"].encode(), PASSWORD.encode()),
                                    {"Content-Type": "application/json", "Cookie": self.browser.cookie})
        self.assertEqual(again.status, 201)
        self.assertNotEqual(again.header("Set-Cookie").split(";")[0], self.browser.cookie)
        chosen = self.client.request("POST", SESSION, b'{"username":"%s","password":"%s"}' % (self.user["username"].encode(), PASSWORD.encode()),
                                     {"Content-Type": "application/json", "Cookie": "aqua_session=" + "A" * 43})
        self.assertNotIn("A" * 43, chosen.header("Set-Cookie"))

    def test_sessions_are_listed_and_ended_one_by_one(self):
        token = self.accounts.sign_in(self.user["username"])
        rows = expect(token.get(SESSIONS), 200)
        self.assertEqual([(row["kind"], row["is_current"]) for row in rows], [("token", True), ("browser", False)])
        self.assertEqual({row["ip_address"] for row in rows}, {"127.0.0.1"})
        self.assertEqual(token.delete(f"{SESSIONS}/{rows[1]['id']}").status, 204)
        self.assert_refused_soon(self.browser.caller)
        self.assertEqual(token.me().status, 200)
        self.assert_error(token.delete(f"{SESSIONS}/{uuid.uuid4()}"), 404)
        self.assertEqual(self.admin.delete(f"{SESSIONS}/{rows[0]['id']}").status, 204)  # administrators may end anybody's
        self.assert_refused_soon(token)


class RefreshTest(AccountsTest):
    flags = AccountsTest.flags + ("--api.trusted_proxies=127.0.0.1",)

    def setUp(self):
        super().setUp()
        self.user = self.accounts.create()
        self.first = self.accounts.tokens(self.user["username"])

    def refresh(self, token: str, **headers: str):
        return self.client.post_json(REFRESH, {"refresh_token": token}, **headers)

    def caller(self, tokens: dict) -> Caller:
        return with_token(self.client.port, tokens["access_token"])

    def test_it_gives_new_tokens_of_the_same_session(self):
        second = expect(self.refresh(self.first["refresh_token"]), 200)
        self.assertEqual(set(second), set(self.first))
        self.assertNotIn(second["refresh_token"], self.first.values())
        self.assertNotEqual(second["access_token"], self.first["access_token"])
        ids = [expect(self.caller(tokens).me(), 200)["session_id"] for tokens in (self.first, second)]
        self.assertEqual(ids[0], ids[1])

    def test_the_same_client_gets_the_same_successor_for_a_moment(self):
        second = expect(self.refresh(self.first["refresh_token"]), 200)
        again = expect(self.refresh(self.first["refresh_token"]), 200)
        self.assertEqual(again["refresh_token"], second["refresh_token"])
        self.assertEqual(self.refresh(second["refresh_token"]).status, 200)

    def test_the_same_token_from_elsewhere_ends_the_session(self):
        for headers in ({"User-Agent": "another program"}, {"X-Forwarded-For": "203.0.113.9"}):
            with self.subTest(headers=headers):
                first = self.accounts.tokens(self.user["username"])
                second = expect(self.refresh(first["refresh_token"]), 200)
                self.assert_error(self.refresh(first["refresh_token"], **headers), 401, "refresh_reused")
                self.assert_error(self.refresh(second["refresh_token"]), 401)
                self.assert_refused_soon(self.caller(second))
        self.assertEqual(self.caller(self.first).me().status, 200, "other sessions of the user go on")

    def test_a_spent_token_whose_successor_is_spent_ends_the_session(self):
        second = expect(self.refresh(self.first["refresh_token"]), 200)
        third = expect(self.refresh(second["refresh_token"]), 200)
        self.assert_error(self.refresh(self.first["refresh_token"]), 401, "refresh_reused")
        for tokens in (second, third):
            self.assert_error(self.refresh(tokens["refresh_token"]), 401)
        self.assert_refused_soon(self.caller(third))

    def test_many_at_once_make_one_successor(self):
        for _ in range(3):
            tokens = self.accounts.tokens(self.user["username"])
            answers = []
            start = threading.Barrier(6)

            def ask(token=tokens["refresh_token"], answers=answers, start=start):
                start.wait()
                answers.append(self.refresh(token))

            crowd = [threading.Thread(target=ask) for _ in range(6)]
            for thread in crowd:
                thread.start()
            for thread in crowd:
                thread.join()
            self.assertEqual([answer.status for answer in answers], [200] * 6, [answer.body for answer in answers])
            self.assertEqual(len({answer.json()["refresh_token"] for answer in answers}), 1)
            self.assertEqual(self.refresh(answers[0].json()["refresh_token"]).status, 200)

    def test_many_at_once_from_two_places_never_make_two_families(self):
        tokens = self.accounts.tokens(self.user["username"])
        answers = []
        crowd = [threading.Thread(target=lambda name=f"client {turn % 2}": answers.append(self.refresh(tokens["refresh_token"], **{"User-Agent": name})))
                 for turn in range(6)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        self.assertLessEqual({answer.status for answer in answers}, {200, 401})
        self.assertIn(401, {answer.status for answer in answers})
        successors = {answer.json()["refresh_token"] for answer in answers if answer.status == 200}
        self.assertLessEqual(len(successors), 1)
        for successor in successors:
            self.assert_error(self.refresh(successor), 401)

    def test_what_is_no_refresh_token_is_refused(self):
        for bad in ("x", "A" * 43, self.first["access_token"][:512], self.first["refresh_token"][:-1], self.first["refresh_token"] + "A",
                    self.first["refresh_token"].swapcase(), "' OR 1=1 --"):
            with self.subTest(token=bad):
                self.assert_error(self.refresh(bad), 401)
        self.assert_error(with_token(self.client.port, self.first["refresh_token"]).me(), 401)
        self.assertEqual(self.refresh(self.first["refresh_token"]).status, 200)

    def test_signing_out_ends_both_tokens(self):
        self.assertEqual(self.caller(self.first).request("POST", LOGOUT, b"").status, 204)
        self.assert_refused_soon(self.caller(self.first))
        self.assert_error(self.refresh(self.first["refresh_token"]), 401)

    def test_a_changed_role_is_in_the_next_tokens_only_after_a_new_sign_in(self):
        expect(self.admin.send_json("PATCH", f"{USERS}/{self.user['id']}", {"role": "viewer"}), 200)
        self.assert_error(self.refresh(self.first["refresh_token"]), 401)
        self.assertEqual(expect(self.accounts.sign_in(self.user["username"]).me(), 200)["role"], "viewer")

    def test_the_database_holds_no_token(self):
        second = expect(self.refresh(self.first["refresh_token"]), 200)
        browser = self.accounts.browser(self.user["username"])
        content = b"".join(path.read_bytes() for path in self.server.state.glob("aqua.db*"))
        for secret in (self.first["refresh_token"], second["refresh_token"], second["access_token"], browser.cookie.split("=")[1], PASSWORD):
            self.assertNotIn(secret.encode(), content)
            self.assertNotIn(secret, self.server.log())


class GuessingTest(AccountsTest):
    """Wrong passwords. Addresses are those that a trusted proxy names, so that a test has many."""

    flags = AccountsTest.flags + ("--api.trusted_proxies=127.0.0.1",)
    addresses = iter(range(1, 1 << 16))

    def address(self) -> Caller:
        number = next(self.addresses)
        return Caller(self.client.port, {"X-Forwarded-For": f"198.18.{number >> 8}.{number & 255}"})

    def guess(self, caller: Client, username: str, times: int) -> list:
        return [login(caller, username, WRONG) for _ in range(times)]

    def test_guessing_at_a_user_is_delayed_and_the_delay_ends(self):
        user = self.accounts.create()
        thief = self.address()
        answers = self.guess(thief, user["username"], 8)
        self.assertEqual([answer.status for answer in answers[:5]], [401] * 5)
        refused = [answer for answer in answers if answer.status == 429]
        self.assertTrue(refused, [answer.status for answer in answers])
        self.assert_error(refused[0], 429, "login_delayed")
        wait = int(refused[-1].header("Retry-After"))
        self.assertTrue(1 <= wait <= 4, wait)
        self.assert_error(login(thief, user["username"]), 429, "login_delayed")  # not the right one either
        time.sleep(wait)
        self.assertEqual(login(thief, user["username"]).status, 200)

    def test_a_user_is_not_locked_out_where_he_signed_in_before(self):
        user, home = self.accounts.create(), self.address()
        self.assertEqual(login(home, user["username"]).status, 200)
        for _ in range(6):
            self.guess(self.address(), user["username"], 6)
        self.assertEqual(login(self.address(), user["username"]).status, 429, "guessing from many places is delayed")
        self.assertEqual(login(home, user["username"]).status, 200)

    def test_guessing_at_one_does_not_delay_others(self):
        user, other = self.accounts.create(), self.accounts.create()
        thief = self.address()
        self.guess(thief, user["username"], 8)
        self.assertEqual(login(self.address(), other["username"]).status, 200)
        self.assertEqual(login(thief, other["username"]).status, 200)

    def test_one_password_at_many_users_is_delayed_too(self):
        thief = self.address()
        statuses = [login(thief, f"user-{turn}", WRONG).status for turn in range(40)]
        self.assertEqual(set(statuses[:25]), {401})
        self.assertIn(429, statuses)

    def test_a_page_is_delayed_as_a_program_is(self):
        user, thief = self.accounts.create(), self.address()
        statuses = [thief.post_json(SESSION, {"username": user["username"], "password": WRONG}).status for _ in range(8)]
        self.assertIn(429, statuses)
        self.assertEqual(login(thief, user["username"]).status, 429)

    def test_other_spellings_of_a_name_share_one_count(self):
        user, thief = self.accounts.create(), self.address()
        names = (user["username"], user["username"].upper(), user["email"], user["email"].upper())
        self.assertIn(429, [login(thief, names[turn % 4], WRONG).status for turn in range(10)])

    def test_nobody_learns_who_has_an_account(self):
        known = [self.accounts.create()["username"] for _ in range(5)]
        took, told = {True: [], False: []}, {True: set(), False: set()}
        for turn in range(20):
            for exists in (True, False):
                caller, name = self.address(), known[turn % 5] if exists else f"user-{uuid.uuid4().hex[:8]}"
                began = time.perf_counter()
                answer = login(caller, name, WRONG)
                took[exists].append(time.perf_counter() - began)
                content = answer.json()
                told[exists].add((answer.status, content["error"]["type"], content["detail"], answer.header("WWW-Authenticate"), answer.header("Content-Type")))
        self.assertEqual(told[True], told[False])
        self.assertEqual(len(told[True]), 1)
        medians = [statistics.median(took[exists]) for exists in (True, False)]
        self.assertLess(max(medians) / min(medians), 1.5, medians)

    def test_a_storm_of_wrong_passwords_is_bounded_and_others_are_served(self):
        statuses, kept = [], []
        over = threading.Event()

        def storm():
            while not over.is_set():
                answer = login(self.address(), f"user-{uuid.uuid4().hex[:8]}", WRONG)
                statuses.append(answer.status)
                if answer.status == 503:
                    self.assertTrue(int(answer.header("Retry-After")) >= 1)

        crowd = [threading.Thread(target=storm) for _ in range(40)]
        for thread in crowd:
            thread.start()
        try:
            end = time.monotonic() + 2
            while time.monotonic() < end:
                kept.append(self.admin.get(HISTORY).status)
                kept.append(self.client.get("/ready").status)
        finally:
            over.set()
            for thread in crowd:
                thread.join()
        self.assertLessEqual(set(statuses), {401, 429, 503})
        self.assertGreater(len(statuses), 40)
        self.assertGreater(len(kept), 20)
        self.assertEqual(set(kept), {200})
        self.assertEqual(login(self.address(), "anna").status, 200)

    def test_long_and_strange_names_cost_no_more(self):
        for name in ("x" * 254, "\u202e", "a\u0000b", "ﬀ" * 100, "İ" * 50):
            with self.subTest(name=name[:10]):
                self.assertIn(login(self.address(), name, WRONG).status, (401, 422))
        self.assert_error(self.client.post_json(LOGIN, {"username": "x" * 255, "password": WRONG}), 422)


if __name__ == "__main__":
    unittest.main()
