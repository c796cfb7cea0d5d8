"""The audit log: what happened is in it, whatever happens to the server, and what was altered is found."""
import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import tempfile
import threading
import unittest
import uuid

from accounts import AUDIT, KEYS, LOGOUT, OWN_PASSWORD, PASSWORD, REFRESH, USERS, Accounts, AccountsTest, Caller, change_row, expect, login, sample, with_token
from aqua_server import HISTORY, Server, ServerTest, poll

KILL_POINTS = int(os.environ.get("AQUA_KILL_POINTS", "2"))
FIELDS = {"sequence", "created_at", "user_id", "action", "resource_type", "resource_id", "outcome", "details", "ip_address", "user_agent", "request_id", "hash"}
CSV = "/api/v1/predictions/history.csv"


class EntryTest(AccountsTest):
    """What is recorded, and who may read it."""

    def entries(self, **query: str) -> list[dict]:
        return expect(self.admin.get(f"{AUDIT}?limit=500" + "".join(f"&{name}={value}" for name, value in query.items())), 200)

    def find(self, request_id: str, action: str) -> dict:
        """The entry of a request; those of refusals are written behind the answer."""
        found = poll(lambda: [entry for entry in self.entries(action=action) if entry["request_id"] == request_id], f"an entry {action}", 5)
        self.assertEqual(len(found), 1)
        self.assertEqual(set(found[0]), FIELDS)
        return found[0]

    def test_signing_in_and_out_is_recorded(self):
        user = self.accounts.create()
        answer = self.client.post_json("/api/v1/auth/login", {"username": user["username"], "password": PASSWORD}, **{"User-Agent": "feeder/1.0"})
        entry = self.find(answer.header("X-Request-ID"), "auth.login")
        self.assertEqual((entry["outcome"], entry["user_id"], entry["resource_type"], entry["ip_address"], entry["user_agent"]),
                         ("ok", user["id"], "session", "127.0.0.1", "feeder/1.0"))
        caller = with_token(self.client.port, expect(answer, 200)["access_token"])
        answer = caller.request("POST", LOGOUT, b"")
        self.assertEqual(self.find(answer.header("X-Request-ID"), "auth.logout")["user_id"], user["id"])

    def test_failed_and_delayed_sign_ins_are_recorded_without_what_was_typed(self):
        user = self.accounts.create()
        answers = [login(self.client, user["username"], f"wrong-{turn}-secret") for turn in range(8)]
        failed = self.find(answers[0].header("X-Request-ID"), "auth.login")
        self.assertEqual((failed["outcome"], failed["resource_id"]), ("failed", user["id"]))
        delayed = next(answer for answer in answers if answer.status == 429)
        self.assertEqual(self.find(delayed.header("X-Request-ID"), "auth.login")["outcome"], "delayed")
        typed = f"my-password-{uuid.uuid4().hex}"  # into the field of the name
        login(self.client, typed, "x")
        text = json.dumps(self.entries())
        self.assertNotIn(typed, text)
        self.assertNotIn("-secret", text)

    def test_refused_requests_are_recorded(self):
        viewer = self.accounts.newcomer("viewer")
        answer = viewer.get(USERS)
        self.assert_error(answer, 403)
        entry = self.find(answer.header("X-Request-ID"), "access.refused")
        self.assertEqual((entry["outcome"], entry["resource_id"], entry["user_id"]), ("refused", "listUsers", expect(viewer.me(), 200)["id"]))
        self.assertEqual(entry["details"], {"reason": "role_not_allowed"})

    def test_changes_of_accounts_and_keys_are_recorded(self):
        made = self.admin.post_json(USERS, {"username": "karl", "email": "karl@farm.example", "password": PASSWORD, "role": "viewer"})
        user, me = expect(made, 201), expect(self.admin.me(), 200)["id"]
        entry = self.find(made.header("X-Request-ID"), "user.create")
        self.assertEqual((entry["outcome"], entry["user_id"], entry["resource_id"]), ("ok", me, user["id"]))
        changed = self.admin.send_json("PATCH", f"{USERS}/{user['id']}", {"role": "operator"})
        entry = self.find(changed.header("X-Request-ID"), "user.update")
        self.assertEqual((entry["user_id"], entry["resource_id"]), (me, user["id"]))
        self.assertIn("operator", json.dumps(entry["details"]))
        caller = self.accounts.sign_in("karl")
        key = caller.post_json(KEYS, {"name": "robot", "scopes": ["keys:read"]})
        entry = self.find(key.header("X-Request-ID"), "key.create")
        self.assertEqual((entry["resource_id"], entry["details"]["scopes"]), (expect(key, 201)["key"]["id"], ["keys:read"]))
        ended = caller.delete(f"{KEYS}/{key.json()['key']['id']}")
        self.assertEqual(self.find(ended.header("X-Request-ID"), "key.revoke")["outcome"], "ok")
        wrong = caller.post_json(OWN_PASSWORD, {"old_password": "is wrong for sure", "new_password": "a wholly new secret"})
        self.assertEqual(self.find(wrong.header("X-Request-ID"), "auth.password_change")["outcome"], "failed")
        right = caller.post_json(OWN_PASSWORD, {"old_password": PASSWORD, "new_password": "a wholly new secret"})
        self.assertEqual(self.find(right.header("X-Request-ID"), "auth.password_change")["outcome"], "ok")
        text = json.dumps(self.entries()) + self.accounts.command("audit", "export").stdout.decode()
        for secret in (PASSWORD, "a wholly new secret", "is wrong for sure", key.json()["secret"]):
            self.assertNotIn(secret, text)

    def test_a_spent_refresh_token_is_recorded(self):
        user = self.accounts.create()
        first = self.accounts.tokens(user["username"])["refresh_token"]
        expect(self.client.post_json(REFRESH, {"refresh_token": first}), 200)
        answer = self.client.post_json(REFRESH, {"refresh_token": first}, **{"User-Agent": "thief"})
        self.assertEqual(self.find(answer.header("X-Request-ID"), "auth.refresh_reuse")["user_agent"], "thief")

    def test_an_export_is_recorded(self):
        expect(self.admin.classify(sample()), 201)
        answer = self.admin.get(CSV)
        self.assertEqual(answer.status, 200)
        found = poll(lambda: [entry for entry in self.entries() if entry["request_id"] == answer.header("X-Request-ID")], "an entry of the export", 3)
        self.assertIn("export", found[0]["action"])

    def test_what_the_command_line_does_is_recorded(self):
        made = self.accounts.ask("user", "create", "--username", "by-hand", "--role", "viewer", password=PASSWORD)[0]
        self.accounts.ask("token", "create", "--username", "by-hand")
        entries = [entry for entry in self.entries() if entry["resource_id"] == made["id"]]
        self.assertEqual({(entry["action"], entry["user_id"], entry["ip_address"]) for entry in entries},
                         {("user.create", None, None), ("token.create", None, None)})

    def test_it_is_read_by_pages_and_filters(self):
        for _ in range(5):
            login(self.client, "nobody-of-this-name", "x")
        everything = self.entries()
        sequences = [entry["sequence"] for entry in everything]
        self.assertEqual(sequences, sorted(sequences, reverse=True))
        walked, before = [], ""
        for _ in range(500):
            page = expect(self.admin.get(f"{AUDIT}?limit=3{before}"), 200)
            walked += [entry["sequence"] for entry in page]
            if len(page) < 3:
                break
            before = f"&before={page[-1]['sequence']}"
        self.assertEqual(walked[-len(sequences):], sequences)
        self.assertTrue(all(entry["action"].startswith("auth.") for entry in self.entries(action="auth.")))
        me = expect(self.admin.me(), 200)["id"]
        self.assertEqual({entry["user_id"] for entry in self.entries(user_id=me)}, {me})
        middle = everything[len(everything) // 2]["created_at"]
        self.assertTrue(all(entry["created_at"] < middle for entry in self.entries(to=middle)))
        self.assertTrue(all(entry["created_at"] >= middle for entry in self.entries(**{"from": middle})))
        for bad in ("limit=0", "limit=501", "before=0", "user_id=7", "from=yesterday", "action=", "order=asc", "limit=1&limit=2"):
            with self.subTest(query=bad):
                self.assert_error(self.admin.get(f"{AUDIT}?{bad}"), 422)


class TamperTest(ServerTest):
    """Whoever can write the database cannot alter the log unseen. Each test spoils a copy of the same state."""

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        server = Server("--auth.mode=required", "--rate_limit.per_minute=0", folder=pathlib.Path(holder.name))
        cls.addClassCleanup(server.kill)
        accounts = Accounts(server.start())
        accounts.begin()
        for _ in range(6):
            accounts.create()
        while_it_runs = accounts.command("audit", "verify", "--json")
        cls.while_it_runs = (while_it_runs.returncode, json.loads(while_it_runs.stdout))
        if server.stop() != 0:
            raise AssertionError(server.log())
        cls.kept = server.state

    def setUp(self):
        super().setUp()
        shutil.copytree(self.kept, self.folder / "state")
        self.accounts = Accounts(self.make())
        self.database = self.folder / "state" / "aqua.db"

    def verify(self) -> tuple[int, dict]:
        run = self.accounts.command("audit", "verify", "--json")
        return run.returncode, json.loads(run.stdout)

    def assert_found(self, sequence: int):
        code, report = self.verify()
        self.assertEqual((code, report["first_bad"]["sequence"]), (1, sequence), report)
        self.assertTrue(report["first_bad"]["what"])
        self.assertIn(f"entry {sequence}", self.accounts.command("audit", "verify").stdout.decode())

    def alter(self, *statements: str):
        change_row(self.database, "DROP TRIGGER IF EXISTS audit_logs_no_update", "DROP TRIGGER IF EXISTS audit_logs_no_delete", *statements)

    def test_a_whole_log_is_whole_while_the_server_runs_and_afterwards(self):
        for code, report in (self.while_it_runs, self.verify()):
            self.assertEqual((code, report["first_bad"]), (0, None))
            self.assertGreaterEqual(report["entries"], 8)
        self.assertEqual(report["signed_entries"], report["entries"], "a server that stops signs what it wrote")
        self.assertIn("whole", self.accounts.command("audit", "verify").stdout.decode())

    def test_the_tables_are_only_appended_to(self):
        for statement in ("UPDATE audit_logs SET outcome = 'ok'", "DELETE FROM audit_logs", "DELETE FROM audit_checkpoints",
                          "UPDATE audit_checkpoints SET hash = 'x'"):
            with self.subTest(statement=statement), self.assertRaisesRegex(Exception, "only appended"):
                change_row(self.database, statement)

    def test_an_altered_entry_is_found(self):
        for sequence, change in ((7, "user_id = NULL"), (6, "outcome = 'failed'"), (5, "created_at = '2020-01-01T00:00:00.000000Z'"),
                                 (4, "details = '{\"a\":1}'"), (3, "tenant_id = id")):
            self.alter(f"UPDATE audit_logs SET {change} WHERE sequence = {sequence}")
            self.assert_found(sequence)

    def test_an_entry_with_a_new_hash_is_found_at_the_next(self):
        self.alter(f"UPDATE audit_logs SET hash = '{'a' * 64}' WHERE sequence = 4")
        self.assert_found(4)

    def test_a_removed_entry_is_found(self):
        self.alter("DELETE FROM audit_logs WHERE sequence = 5")
        self.assert_found(5)

    def test_a_log_that_was_cut_off_is_found(self):
        last = self.verify()[1]["entries"]
        self.alter(f"DELETE FROM audit_logs WHERE sequence = {last}",
                   f"UPDATE audit_head SET sequence = {last - 1}, hash = (SELECT hash FROM audit_logs WHERE sequence = {last - 1})",
                   "DROP TRIGGER audit_checkpoints_no_delete", f"DELETE FROM audit_checkpoints WHERE sequence >= {last}")
        code, report = self.verify()
        self.assertEqual(code, 1, report)

    def test_entries_that_change_places_are_found(self):
        self.alter("UPDATE audit_logs SET sequence = 1000 WHERE sequence = 4", "UPDATE audit_logs SET sequence = 4 WHERE sequence = 5",
                   "UPDATE audit_logs SET sequence = 5 WHERE sequence = 1000")
        self.assert_found(4)


class Crowd:
    """Administrators that make accounts without a pause until the server is gone."""

    def __init__(self, server: Server, admin: Caller, size: int = 4):
        self.names: list[str] = []
        self.refused: list[bytes] = []
        self._server, self._admin = server, admin
        self._threads = [threading.Thread(target=self._run) for _ in range(size)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                name = f"user-{uuid.uuid4().hex[:12]}"
                answer = self._admin.post_json(USERS, {"username": name, "email": f"{name}@farm.example", "password": PASSWORD})
                if answer.status != 201:
                    self.refused.append(answer.body)
                    return
                self.names.append(name)

    def wait(self):
        for thread in self._threads:
            thread.join()


class KillTest(ServerTest):
    def test_acknowledged_accounts_outlive_kill_9_and_the_chain_is_whole(self):
        seed = int(os.environ.get("AQUA_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"\nAQUA_KILL_SEED={seed} AQUA_KILL_POINTS={KILL_POINTS}")
        chance = random.Random(seed)
        server = self.start("--auth.mode=required", "--rate_limit.per_minute=0")
        accounts = Accounts(server)
        accounts.begin()
        names: list[str] = []
        for _ in range(KILL_POINTS):
            enough, pause_s = chance.randrange(1, 15), chance.random() * 0.01
            crowd = Crowd(server, accounts.sign_in("anna"))
            poll(lambda crowd=crowd, enough=enough: len(crowd.names) >= enough, "accounts", pause_s=pause_s)
            server.kill()
            crowd.wait()
            self.assertEqual(crowd.refused, [])
            names += crowd.names
            run = accounts.command("audit", "verify", "--json")
            self.assertEqual((run.returncode, json.loads(run.stdout)["first_bad"]), (0, None), run)
            server.start()
            users = {user["username"]: user["id"] for user in accounts.ask("user", "list")}
            self.assertEqual(set(names) - set(users), set())
            told = [json.loads(line) for line in accounts.command("audit", "export").stdout.splitlines()]
            recorded = {line["resource_id"] for line in told if line["action"] == "user.create"}
            self.assertEqual({users[name] for name in names} - recorded, set(), "accounts that were acknowledged without an entry")
            self.assertEqual(login(server.client, names[-1]).status, 200)
        self.assertEqual(accounts.sign_in("anna").get(HISTORY).status, 200)


if __name__ == "__main__":
    unittest.main()
