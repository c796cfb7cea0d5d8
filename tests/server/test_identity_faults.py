"""Accounts on PostgreSQL: outages that are told and outlived, two instances, and rows that the database itself keeps apart."""
import os
import pathlib
import subprocess
import tempfile
import threading
import time
import unittest

from accounts import AUDIT, KEYS, LOGOUT, ME, PASSWORD, SESSIONS, SLACK_S, SOON_S, USERS, Accounts, Caller, expect, login, sample, with_key, with_token
from aqua_server import HISTORY, Client, Server, ServerTest, poll
from test_postgres import PostgresTest, tools

OUTAGES = int(os.environ.get("AQUA_DATABASE_OUTAGES", "2"))
SECRET = "2f6e0d94b7a15c83d9f04e6a718bc352"
STATS = "/api/v1/predictions/stats"
FLAGS = ("--auth.mode=required", "--rate_limit.per_minute=0")


class AccountsOnPostgresTest(PostgresTest):
    def start_instance(self, *flags: str, name: str = "a", url: str | None = None) -> Server:
        return self.start(*FLAGS, *flags, state=self.folder / name, DATABASE_URL=url or self.postgres.url, SECRET_KEY=SECRET)


class OutageTest(AccountsOnPostgresTest):
    def test_outages_are_told_to_those_who_sign_in_and_predict_and_outlived(self):
        server = self.start_instance("--database.statement_timeout=2s")
        accounts = Accounts(server)
        admin = accounts.begin()
        user = accounts.create()
        caller = accounts.sign_in(user["username"])
        browser = accounts.browser(user["username"]).caller
        key, _ = accounts.key(caller)
        statuses: set[tuple[str, int]] = set()
        ids: list[str] = []
        over = threading.Event()

        def ask():
            while not over.is_set():
                statuses.add(("login", login(Client(server.client.port), user["username"]).status))
                answer = caller.classify(sample())
                statuses.add(("classify", answer.status))
                if answer.status == 201:
                    ids.append(answer.json()["id"])
                statuses.add(("key", key.get(HISTORY).status))
                statuses.add(("browser", browser.get(ME).status))
                statuses.add(("admin", admin.get(USERS).status))

        crowd = [threading.Thread(target=ask) for _ in range(2)]
        for thread in crowd:
            thread.start()
        try:
            for _ in range(OUTAGES):
                before = len(ids)
                poll(lambda before=before: len(ids) > before + 2, "predictions")
                self.postgres.stop("immediate")
                refused = login(server.client, user["username"])
                self.assert_error(refused, 503, "database_unavailable")
                self.assertNotIn(str(self.postgres.port), refused.body.decode())
                self.assert_error(caller.classify(sample()), 503, "database_unavailable")
                self.assertEqual(server.client.get("/live").status, 200)
                self.postgres.start()
                poll(lambda: login(server.client, user["username"]).status == 200, "signing in again")
                poll(lambda: admin.get(USERS).status == 200, "administrators again")
        finally:
            over.set()
            for thread in crowd:
                thread.join()
        self.assertLessEqual({status for _, status in statuses}, {200, 201, 503}, statuses)
        self.assertLessEqual({("login", 200), ("login", 503), ("classify", 201), ("classify", 503)}, statuses)
        self.assertEqual(set(ids) - set(caller.history_ids()), set())
        self.assertIsNone(server.process.poll())
        self.assertNotIn(SECRET, server.log())
        run = accounts.command("audit", "verify")
        self.assertEqual(run.returncode, 0, run)
        self.assertEqual(server.stop(), 0)

    def test_administrators_wait_while_revocations_cannot_be_learned(self):
        server = self.start_instance()
        accounts = Accounts(server)
        admin = accounts.begin()
        self.postgres.stop("immediate")
        answer = poll(lambda: (answer := admin.get("/api/v1/metrics/performance")).status == 503 and answer, "administrators must wait", 12, 0.2)
        self.assert_error(answer, 503, "revocations_unknown")
        self.assert_error(server.client.get(ME), 401, "credentials_missing")
        self.postgres.start()
        poll(lambda: admin.get("/api/v1/metrics/performance").status == 200, "administrators again")


class TwoInstancesTest(AccountsOnPostgresTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        folder, servers = pathlib.Path(holder.name), []
        for name in ("a", "b"):
            servers.append(Server(*FLAGS, folder=folder, state=folder / name, DATABASE_URL=cls.postgres.url, SECRET_KEY=SECRET))
            cls.addClassCleanup(servers[-1].kill)
            servers[-1].start()
        cls.here, cls.there = servers
        cls.accounts = Accounts(cls.here)
        cls.admin = cls.accounts.begin()

    def setUp(self):
        ServerTest.setUp(self)  # the database stays as the instances made it

    def elsewhere(self, caller: Caller) -> Caller:
        return Caller(self.there.client.port, caller.headers)

    def assert_ends_elsewhere(self, caller: Caller, end):
        other = self.elsewhere(caller)
        self.assertEqual(other.get(ME).status, 200)
        end()
        began = time.monotonic()
        answer = poll(lambda: (answer := other.get(ME)).status == 401 and answer, "refused by the other instance", SOON_S + SLACK_S)
        self.assertLess(time.monotonic() - began, SOON_S + SLACK_S)
        self.assert_error(answer, 401)

    def test_what_one_ends_the_other_refuses_within_a_second(self):
        user = self.accounts.create()
        token = self.accounts.sign_in(user["username"])
        self.assert_ends_elsewhere(token, lambda: self.assertEqual(token.request("POST", LOGOUT, b"").status, 204))
        browser = self.accounts.browser(user["username"])
        self.assert_ends_elsewhere(browser.caller, lambda: self.assertEqual(browser.post(LOGOUT).status, 204))
        token = self.accounts.sign_in(user["username"])
        key, told = self.accounts.key(token)
        self.assert_ends_elsewhere(key, lambda: self.assertEqual(token.delete(f"{KEYS}/{told['id']}").status, 204))
        session = next(row["id"] for row in expect(token.get(SESSIONS), 200) if row["is_current"])
        self.assert_ends_elsewhere(token, lambda: self.assertEqual(self.admin.delete(f"{SESSIONS}/{session}").status, 204))
        token = self.accounts.sign_in(user["username"])
        change = {"role": "viewer"}
        self.assert_ends_elsewhere(token, lambda: expect(self.admin.send_json("PATCH", f"{USERS}/{user['id']}", change), 200))
        token = self.accounts.sign_in(user["username"])
        key, _ = self.accounts.key(token)
        self.assert_ends_elsewhere(key, lambda: expect(self.admin.send_json("PATCH", f"{USERS}/{user['id']}", {"is_active": False}), 200))
        self.assertEqual(self.elsewhere(token).get(ME).status, 401)

    def test_what_one_makes_the_other_takes(self):
        user = self.accounts.create()
        self.assertEqual(login(self.there.client, user["username"]).status, 200)
        tokens = self.accounts.tokens(user["username"])
        self.assertEqual(with_token(self.there.client.port, tokens["access_token"]).me().status, 200)
        key, _ = self.accounts.key(self.admin)
        self.assertEqual(with_key(self.there.client.port, key.headers["X-API-Key"]).me().status, 200)
        self.assertEqual(self.elsewhere(self.accounts.browser("anna").caller).get(ME).status, 200)
        refreshed = self.there.client.post_json("/api/v1/auth/refresh", {"refresh_token": tokens["refresh_token"]})
        self.assertEqual(refreshed.status, 200)

    def test_both_write_one_chain(self):
        for turn in range(12):
            expect(self.elsewhere(self.admin).get(USERS), 200)
            self.accounts.create(by=self.admin if turn % 2 else self.elsewhere(self.admin))
            login((self.here, self.there)[turn % 2].client, "nobody-of-this-name", "x")
        run = self.accounts.command("audit", "verify", "--json")
        self.assertEqual(run.returncode, 0, run)


class SecretTest(AccountsOnPostgresTest):
    def test_an_instance_with_another_secret_is_refused_and_spoils_nothing(self):
        server = self.start_instance()
        accounts = Accounts(server)
        accounts.begin()
        code, said = self.refuse_start(state=self.folder / "c", DATABASE_URL=self.postgres.url, SECRET_KEY=SECRET[::-1])
        self.assertEqual(code, 1, said)
        self.assertIn("need the same", said)
        self.assertEqual(accounts.command("user", "list", SECRET_KEY=SECRET[::-1]).returncode, 1)
        run = accounts.command("audit", "verify", "--json")
        self.assertEqual(run.returncode, 0, run)


class RowTest(AccountsOnPostgresTest):
    """An ordinary role is bound by the rules of the rows even where a query forgets the organisation."""

    ROLE = "fish_keeper"

    def setUp(self):
        super().setUp()
        exists = self.postgres.query(f"SELECT count(*) FROM pg_roles WHERE rolname = '{self.ROLE}'") == "1"
        if not exists:
            self.postgres.query(f"CREATE ROLE {self.ROLE} LOGIN PASSWORD '{PASSWORD.replace(' ', '-')}'")
        self.postgres.query(f"GRANT ALL ON SCHEMA public TO {self.ROLE}")
        self.url = f"postgresql://{self.ROLE}:{PASSWORD.replace(' ', '-')}@127.0.0.1:{self.postgres.port}/postgres"

    def ask(self, sql: str) -> str:
        command = [tools() / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url]
        run = subprocess.run(command, capture_output=True, cwd="/", timeout=60)
        return run.stdout.decode().strip() if run.returncode == 0 else f"refused: {run.stderr.decode()}"

    def test_rows_of_other_organisations_are_out_of_reach(self):
        server = self.start_instance(url=self.url)
        accounts = Accounts(server)
        admin = accounts.begin()
        accounts.ask("organisation", "create", "North farm")
        accounts.create_admin("nora", "North farm")
        nora = accounts.sign_in("nora")
        for caller in (admin, nora):
            expect(caller.classify(sample()), 201)
            accounts.key(caller)
        self.assertNotIn("row-level security does not bind", server.log())
        ours, theirs = (expect(caller.me(), 200)["organisation_id"] for caller in (admin, nora))
        tables = self.ask("SELECT string_agg(DISTINCT table_name, ' ') FROM information_schema.columns WHERE column_name = 'tenant_id'"
                          " AND table_schema = 'public'").split()
        self.assertLessEqual({"users", "sessions", "api_keys", "predictions", "audit_logs", "refresh_tokens"}, set(tables))
        for table in tables:
            with self.subTest(table=table):
                self.assertEqual(self.ask(f"SELECT count(*) FROM {table}"), "0", "no row without a name")
                for tenant, other in ((ours, theirs), (theirs, ours)):
                    self.assertEqual(self.ask(f"SET aqua.tenant = '{tenant}'; SELECT count(*) FROM {table} WHERE tenant_id = '{other}'"), "0")
        for table in ("users", "predictions", "api_keys", "audit_logs"):
            self.assertNotEqual(self.ask(f"SET aqua.tenant = '{ours}'; SELECT count(*) FROM {table}"), "0")
        self.assertIn("row-level security", self.ask(f"SET aqua.tenant = '{ours}'; UPDATE users SET tenant_id = '{theirs}'"))
        self.assertEqual(self.ask(f"SET aqua.tenant = '{ours}'; DELETE FROM predictions WHERE tenant_id = '{theirs}'; SELECT count(*) FROM predictions"), "1")
        self.assertEqual(len(expect(nora.get(HISTORY), 200)), 1)
        self.assertIn("only appended", self.ask("SET aqua.tenant = 'all'; DELETE FROM audit_logs"))
        self.assertEqual(expect(nora.get(STATS), 200)["total_predictions"], 1)
        self.assertEqual(accounts.command("audit", "verify").returncode, 0)

    def test_a_superuser_is_warned_of(self):
        self.assertIn("row-level security does not bind", self.start_instance().log())


if __name__ == "__main__":
    unittest.main()
