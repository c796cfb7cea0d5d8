"""The limit on requests, the addresses that it counts by, and answers that are kept."""
import os
import threading
import time
import unittest
import uuid

from accounts import (AUDIT, KEYS, ME, MODE, PASSWORD, SESSIONS, USERS, Accounts, AccountsTest, Caller, Redis, expect, login, sample, try_request, with_key,
                      with_token)
from aqua_server import HISTORY, PAGE, Client, ServerTest, poll

OUTAGES = int(os.environ.get("AQUA_REDIS_OUTAGES", "2"))
BURST = 20
PER_MINUTE = 100
SPECIES = "/api/v1/predictions/species"
STATS = "/api/v1/predictions/stats"
ACTIVE = "/api/v1/models/active"
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class LimitTest(AccountsTest):
    """The limit as it is by default; a trusted proxy gives each test addresses of its own."""

    flags = ("--auth.mode=required", "--api.trusted_proxies=127.0.0.1")
    addresses = iter(range(1, 1 << 16))

    def address(self) -> Caller:
        number = next(self.addresses)
        return Caller(self.client.port, {"X-Forwarded-For": f"198.19.{number >> 8}.{number & 255}"})

    def fresh(self, role: str = "admin") -> Caller:
        """A new account that made no request yet."""
        name = f"user-{uuid.uuid4().hex[:8]}"
        self.accounts.ask("user", "create", "--username", name, "--role", role, password=PASSWORD)
        caller = with_token(self.client.port, self.accounts.ask("token", "create", "--username", name)[0]["access_token"])
        caller.username = name
        return caller

    def fresh_key(self, caller: Caller) -> Caller:
        return with_key(self.client.port, self.accounts.ask("key", "create", "--username", caller.username, "--name", "robot")[0]["secret"])

    def spend(self, *callers: Client, path: str = ACTIVE, times: int = 60, spent: int = 0) -> list:
        """Asks without a pause, the callers in turn; checks that not too many and not too few are admitted after those that are spent."""
        began = time.monotonic()
        answers = [callers[turn % len(callers)].get(path) for turn in range(times)]
        admitted = sum(answer.status != 429 for answer in answers)
        self.assertGreaterEqual(admitted, BURST - spent)
        self.assertLessEqual(admitted, BURST + (time.monotonic() - began) * PER_MINUTE / 60 + 1)
        self.assertLess(admitted, times)
        return answers

    def assert_not_spent(self, caller: Client, path: str = ACTIVE):
        answer = caller.get(path)
        self.assertEqual((answer.status, answer.header("X-RateLimit-Remaining")), (200, str(BURST - 1)), answer.body)

    def test_so_many_are_admitted_and_the_rest_is_told_when(self):
        caller = self.fresh()
        answers = self.spend(caller)
        self.assertEqual([answer.status for answer in answers[:BURST]], [200] * BURST)
        remaining = [int(answer.header("X-RateLimit-Remaining")) for answer in answers[:10]]
        self.assertEqual(remaining[0], BURST - 1)
        self.assertEqual(sorted(remaining, reverse=True), remaining)
        refused = next(answer for answer in answers if answer.status == 429)
        self.assert_error(refused, 429, "rate_limited")
        self.assertEqual((refused.header("X-RateLimit-Limit"), refused.header("X-RateLimit-Remaining"), refused.header("Retry-After")),
                         (str(PER_MINUTE), "0", "1"))
        time.sleep(int(refused.header("Retry-After")))
        self.assertEqual(caller.get(ACTIVE).status, 200)

    def test_every_counted_answer_has_the_headers_whatever_it_says(self):
        admin, viewer = self.fresh(), self.fresh("viewer")
        key = self.fresh_key(admin)
        absent = f"/api/v1/predictions/{uuid.uuid4()}"
        for status, answer in ((200, admin.get(ME)), (404, admin.get(absent)), (422, admin.get(f"{HISTORY}?limit=0")), (403, viewer.get(USERS)),
                               (200, key.get(KEYS)),
                               (401, self.address().get(HISTORY)), (401, login(self.address(), "nobody", "wrong")), (422, admin.post_json(USERS, {})),
                               (415, admin.request("POST", USERS, b"x", {"Content-Type": "text/xml"})), (200, self.address().get(SPECIES)),
                               (200, admin.get(STATS)), (200, admin.get("/api/v1/predictions/history.csv")), (200, admin.request("HEAD", HISTORY))):
            with self.subTest(status=status):
                self.assertEqual(answer.status, status, answer.body)
                values = [int(answer.header(name)) for name in HEADERS]
                self.assertEqual(values[0], PER_MINUTE)
                self.assertTrue(0 <= values[1] < BURST and 0 <= values[2] <= 60, values)

    def test_users_keys_and_addresses_are_counted_apart(self):
        one, other = self.fresh(), self.fresh()
        key, address = self.fresh_key(one), self.address()
        self.spend(one)
        for caller in (other, key, address):
            self.assert_not_spent(caller)
        self.spend(key, spent=1)
        self.assert_not_spent(self.fresh_key(one))
        self.assert_not_spent(self.address())

    def test_a_user_is_one_wherever_and_however_he_signed_in(self):
        user = self.fresh()
        again = with_token(self.client.port, self.accounts.ask("token", "create", "--username", user.username)[0]["access_token"])
        self.spend(user, again, user.with_headers(X_Forwarded_For="203.0.113.1"), again.with_headers(X_Forwarded_For="203.0.113.2"))

    def test_bad_credentials_count_for_the_address(self):
        address = self.address()
        bad = [address.with_headers(Authorization=f"Bearer garbage{turn}") for turn in range(5)]
        bad += [address.with_headers(X_API_Key=f"aqua_{'A' * 8}_{turn:043}") for turn in range(5)]
        answers = self.spend(*bad, path=HISTORY)
        self.assertEqual({answer.status for answer in answers}, {401, 429})

    def test_all_operations_spend_the_same_budget(self):
        user = self.fresh()
        paths = (ACTIVE, HISTORY, ME, KEYS, USERS, AUDIT, SESSIONS, SPECIES)
        statuses = [user.get(paths[turn % len(paths)]).status for turn in range(40)]
        self.assertIn(429, statuses[BURST:])

    def test_probes_pictures_and_the_page_are_not_counted(self):
        user = self.fresh()
        prediction = expect(user.classify(sample()), 201)
        self.spend(user, spent=1)
        page = next((f"/assets/{path.name}" for path in (PAGE / "assets").glob("*.js")), "/")
        for path in ("/health", "/ready", "/live", "/", page, MODE, "/.well-known/jwks.json", "/metrics", prediction["thumbnail_url"], "/api/v1/openapi.json"):
            for _ in range(30 if path in ("/ready", page) else 3):
                answer = user.get(path)
                self.assertEqual(answer.status, 200, (path, answer.body[:200]))
            self.assertIsNone(answer.header("X-RateLimit-Limit"), path)

    def test_what_a_proxy_adds_counts_and_what_the_client_wrote_before_it_does_not(self):
        real = f"198.51.100.{next(self.addresses) % 250}"
        spoofed = [Caller(self.client.port, {"X-Forwarded-For": f"10.0.0.{turn}, {real}"}) for turn in range(30)]
        self.spend(*spoofed)
        self.assertEqual(Caller(self.client.port, {"X-Forwarded-For": f"nonsense, {real}, 127.0.0.1"}).get(ACTIVE).status, 429)
        for nonsense in ("", ",", "nonsense", "300.1.1.1", "::1%lo", "x" * 2000, "127.0.0.1"):
            with self.subTest(nonsense=nonsense):
                self.assertIn(Caller(self.client.port, {"X-Forwarded-For": nonsense}).get(ACTIVE).status, (200, 429))


class OwnLimitTest(ServerTest):
    def test_without_a_trusted_proxy_nobody_chooses_his_address(self):
        server = self.start("--auth.mode=required")
        statuses = [server.client.get(ACTIVE, X_Forwarded_For=f"203.0.113.{turn}", Forwarded=f"for=203.0.113.{turn}",
                                      X_Real_IP=f"203.0.113.{turn}").status for turn in range(60)]
        self.assertIn(429, statuses)
        accounts = Accounts(server)
        accounts.create_admin()
        token = accounts.ask("token", "create", "--username", "anna")[0]["access_token"]
        self.assertEqual(with_token(server.client.port, token).get(AUDIT, X_Forwarded_For="203.0.113.9").status, 200)
        export = accounts.command("audit", "export").stdout.decode()
        self.assertNotIn("203.0.113", export)

    def test_zero_switches_it_off(self):
        server = self.start("--auth.mode=required", RATE_LIMIT_PER_MINUTE="0")
        answers = [server.client.get(ACTIVE) for _ in range(150)]
        self.assertEqual({answer.status for answer in answers}, {200})
        self.assertIsNone(answers[-1].header("X-RateLimit-Limit"))

    def test_the_user_of_this_machine_is_not_counted(self):
        server = self.start()
        self.assertEqual({server.client.get(ACTIVE).status for _ in range(60)}, {200})

    def test_rate_and_burst_are_settings(self):
        server = self.start("--auth.mode=required", RATE_LIMIT_PER_MINUTE="6", RATE_LIMIT_BURST="3")
        answers = [server.client.get(ACTIVE) for _ in range(6)]
        self.assertEqual([answer.status for answer in answers[:3]] + [answers[5].status], [200] * 3 + [429])
        self.assertTrue(5 <= int(answers[5].header("Retry-After")) <= 10, answers[5].header("Retry-After"))
        server = self.start("--auth.mode=required", state=self.folder / "b", RATE_LIMIT_PER_MINUTE="30", RATE_LIMIT_BURST="0")
        statuses = [server.client.get(ACTIVE).status for _ in range(50)]
        self.assertEqual((set(statuses[:30]), statuses[-1]), ({200}, 429))

    def test_without_a_proxy_the_session_shows_the_peer(self):
        server = self.start("--auth.mode=required", AQUA_TRUSTED_PROXIES="127.0.0.0/8")
        accounts = Accounts(server)
        accounts.create_admin()
        caller = with_token(server.client.port, accounts.tokens("anna", X_Forwarded_For="2001:db8::7")["access_token"])
        self.assertEqual(expect(caller.get(SESSIONS), 200)[0]["ip_address"], "2001:db8::7")


class KeptAnswerTest(AccountsTest):
    """Answers with a tag, kept for each organisation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts.ask("organisation", "create", "North farm")
        cls.accounts.create_admin("nora", "North farm")
        cls.nora = cls.accounts.sign_in("nora")

    def test_an_unchanged_answer_is_not_sent_again(self):
        for path in (STATS, SPECIES, "/api/v1/models/stats", "/api/v1/models/all"):
            with self.subTest(path=path):
                first = self.admin.get(path)
                tag = first.header("ETag")
                self.assertTrue(first.status == 200 and tag, first.body)
                again = self.admin.get(path, If_None_Match=tag)
                self.assertEqual((again.status, again.body, again.header("ETag")), (304, b"", tag))
                self.assertEqual(self.admin.get(path, If_None_Match='W/"other"').status, 200)
                self.assertNotIn("public", again.header("Cache-Control"))

    def test_a_new_prediction_is_seen_at_once_and_by_its_organisation_only(self):
        before = {name: caller.get(STATS) for name, caller in (("ours", self.admin), ("theirs", self.nora))}
        expect(self.admin.classify(sample()), 201)
        after = self.admin.get(STATS, If_None_Match=before["ours"].header("ETag"))
        self.assertEqual(expect(after, 200)["total_predictions"], before["ours"].json()["total_predictions"] + 1)
        self.assertNotEqual(after.header("ETag"), before["ours"].header("ETag"))
        self.assertEqual(self.nora.get(STATS, If_None_Match=before["theirs"].header("ETag")).status, 304)
        self.assertEqual(expect(self.nora.get(STATS), 200)["total_predictions"], 0)
        self.assertEqual(self.nora.get(STATS, If_None_Match=after.header("ETag")).status, 200)

    def test_a_kept_answer_is_for_those_who_may_have_it(self):
        tag = self.admin.get(STATS).header("ETag")
        self.assert_error(self.client.get(STATS), 401, "credentials_missing")
        self.assert_error(self.client.get(STATS, If_None_Match=tag), 401, "credentials_missing")
        self.assertIn("no-store", self.client.get(STATS).header("Cache-Control"))

    def test_answers_of_the_two_have_ids_of_their_own(self):
        ours, theirs = ({row["id"] for row in expect(caller.get(SPECIES), 200)} for caller in (self.admin, self.nora))
        self.assertTrue(ours and theirs)
        self.assertEqual(ours & theirs, set())


@unittest.skipUnless(Redis.is_there(), "needs Redis")
class RedisTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.redis = Redis(self.folder)
        self.addCleanup(self.redis.kill)
        self.redis.start()

    def start_on_redis(self, *flags: str, name: str = "a", **settings: str):
        return self.start("--auth.mode=required", *flags, state=self.folder / name, REDIS_URL=self.redis.url, **settings)

    def local_decisions(self, server) -> float:
        """Decisions that a process made without Redis, as where the machine is so busy that Redis does not answer in time."""
        lines = server.client.get("/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("aqua_ratelimit_local_decisions_total"))

    def test_two_instances_share_one_limit(self):
        servers = [self.start_on_redis("--rate_limit.instances=2", "--api.trusted_proxies=127.0.0.1", name=name) for name in ("a", "b")]
        for turn in range(8):
            before = [self.local_decisions(server) for server in servers]
            callers = [Caller(server.client.port, {"X-Forwarded-For": f"203.0.113.{turn}"}) for server in servers]
            began = time.monotonic()
            answers = [callers[turn % 2].get(ACTIVE) for turn in range(80)]
            admitted = sum(answer.status == 200 for answer in answers)
            took_s = time.monotonic() - began
            self.assertLessEqual({answer.status for answer in answers}, {200, 429})
            self.assertGreaterEqual(int(next(answer for answer in answers if answer.status == 429).header("Retry-After")), 1)
            if [self.local_decisions(server) for server in servers] == before:
                break
        else:
            self.fail("Redis never answered in time")
        self.assertGreaterEqual(admitted, BURST - 2)
        self.assertLessEqual(admitted, BURST + took_s * PER_MINUTE / 60 + 1)
        self.assertIn(b"ratelimit:", self.redis.command("KEYS", "ratelimit:*"))
        for server in servers:
            self.assertNotIn(Redis.PASSWORD, server.log())

    def test_kept_answers_and_limits_stand_under_their_names(self):
        server = self.start_on_redis()
        accounts = Accounts(server)
        admin = accounts.begin()
        self.assertEqual(admin.get(STATS).status, 200)
        self.assertEqual(accounts.browser("anna").caller.me().status, 200)
        self.assertIn(b"cache:", self.redis.command("KEYS", "cache:*"))
        names = self.redis.command("KEYS", "*")
        self.assertNotIn(admin.headers["Authorization"].split()[1].encode(), names)

    def test_outages_are_outlived_and_nobody_sees_a_failure(self):
        server = self.start_on_redis("--rate_limit.per_minute=1000000", "--rate_limit.burst=1000000")
        accounts = Accounts(server)
        admin = accounts.begin()
        browser = accounts.browser("anna").caller
        statuses: list[tuple[str, int]] = []
        over = threading.Event()

        def ask():
            while not over.is_set():
                for caller, path in ((admin, HISTORY), (browser, ME), (server.client, SPECIES), (admin, STATS)):
                    statuses.append((path, try_request(caller, "GET", path)))
                statuses.append(("login", login(server.client, "anna").status))

        crowd = [threading.Thread(target=ask) for _ in range(2)]
        for thread in crowd:
            thread.start()
        try:
            for _ in range(OUTAGES):
                before = len(statuses)
                poll(lambda before=before: len(statuses) > before + 20, "requests")
                self.redis.kill()
                before = len(statuses)
                poll(lambda before=before: len(statuses) > before + 20, "requests while Redis is away")
                self.assertEqual(server.client.get("/ready").status, 200)
                check = lambda: server.client.get("/health/detailed").json()["checks"]["redis"]  # noqa: E731
                poll(lambda: check()["status"] != "ok", "that Redis is away")  # checks are run once a second
                self.assertFalse(check()["required"])
                self.redis.start()
                poll(lambda: server.client.get("/health/detailed").json()["checks"]["redis"]["status"] == "ok", "Redis is used again")
        finally:
            over.set()
            for thread in crowd:
                thread.join()
        self.assertEqual({status for _, status in statuses}, {200}, sorted(set(statuses)))
        self.assertNotIn(Redis.PASSWORD, server.log())

    def test_while_redis_is_away_the_limit_still_holds(self):
        server = self.start_on_redis()
        self.redis.kill()
        statuses = [server.client.get(ACTIVE).status for _ in range(60)]
        self.assertEqual(set(statuses), {200, 429})
        self.assertLessEqual(statuses.count(200), BURST + 15)

    def test_a_redis_that_is_not_there_at_the_start(self):
        self.redis.kill()
        server = self.start_on_redis()
        self.assertEqual(expect(Accounts(server).begin().get(HISTORY), 200), [])
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
