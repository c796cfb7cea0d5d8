"""What was acknowledged is kept: through kill -9, a locked database, a full disk and starts at the same time."""
import contextlib
import http.client
import os
import random
import sqlite3
import subprocess
import threading
import unittest

from aqua_server import BINARY, HISTORY, MODELS, ROOT, Client, Server, ServerTest, environment, known_samples, poll

KILL_POINTS = int(os.environ.get("AQUA_KILL_POINTS", "6"))
CLIENTS = 8


def sample() -> bytes:
    return known_samples()[0].read_bytes()


class Crowd:
    """Clients that classify without a pause, and correct every third answer, until their server is gone."""

    def __init__(self, port: int, size: int = CLIENTS):
        self.ids: list[str] = []
        self.corrected: list[str] = []
        self.refused: list[bytes] = []
        self._port = port
        self._threads = [threading.Thread(target=self._run) for _ in range(size)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        client, image = Client(self._port), sample()
        with contextlib.suppress(OSError, http.client.HTTPException):
            for turn in range(100_000):
                answer = client.classify(image)
                if answer.status != 201:
                    self.refused.append(answer.body)
                    return
                id = answer.json()["id"]
                self.ids.append(id)
                if turn % 3 == 0 and client.post_json(f"/api/v1/predictions/{id}/label", {"label": "bream"}).status == 201:
                    self.corrected.append(id)

    def wait(self):
        for thread in self._threads:
            thread.join()


class KillTest(ServerTest):
    def assert_kept(self, server: Server, ids: list[str], corrected: list[str]):
        kept = server.client.history_ids()
        self.assertEqual(len(kept), len(set(kept)), "the history shows a prediction twice")
        self.assertEqual(set(ids) - set(kept), set())
        self.assertEqual(set(corrected) - set(server.client.history_ids(corrected="true")), set())
        for id in ids[-20:]:
            self.assertEqual(server.client.get(f"/api/v1/predictions/{id}").status, 200)

    def test_every_acknowledged_prediction_outlives_kill_9(self):
        seed = int(os.environ.get("AQUA_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"\nAQUA_KILL_SEED={seed} AQUA_KILL_POINTS={KILL_POINTS}")
        chance = random.Random(seed)
        server = self.start()
        ids: list[str] = []
        corrected: list[str] = []
        for _ in range(KILL_POINTS):
            enough, pause_s = chance.randrange(1, 120), chance.random() * 0.01
            crowd = Crowd(server.client.port)
            poll(lambda crowd=crowd, enough=enough: len(crowd.ids) >= enough, "predictions", pause_s=pause_s)
            server.kill()
            crowd.wait()
            self.assertEqual(crowd.refused, [])
            ids += crowd.ids
            corrected += crowd.corrected
            server.launch()
            server.wait_ready(deadline_s=3)
            self.assert_kept(server, ids, corrected)
        self.assertEqual(server.stop(), 0)
        with contextlib.closing(sqlite3.connect(server.state / "aqua.db")) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])

    def test_a_first_start_that_was_killed_is_made_good(self):
        for turn, name in enumerate(("keys", "keys/secret.key", "aqua.db", "aqua.db-wal") * 3):
            with self.subTest(killed_when_there_is=name, turn=turn):
                server = self.make(state=self.folder / f"state{turn}")
                server.launch()
                poll(lambda server=server, name=name: (server.state / name).exists() or server.process.poll() is not None, name, pause_s=0)
                server.kill()
                server.start()
                self.assertEqual(server.client.classify(sample()).status, 201)
                self.assertEqual(server.stop(), 0)


class LockedTest(ServerTest):
    def test_a_locked_database_is_told_and_nothing_is_recorded(self):
        server = self.start("--database.statement_timeout=300ms")
        first = server.client.classify(sample()).json()["id"]
        with contextlib.closing(sqlite3.connect(server.state / "aqua.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.assert_error(server.client.classify(sample()), 503, "database_busy", "database_unavailable")
            self.assert_error(server.client.post_json(f"/api/v1/predictions/{first}/label", {"label": "bream"}), 503, "database_busy", "database_unavailable")
            self.assertEqual(server.client.history_ids(), [first])
            self.assertEqual(server.client.get("/live").status, 200)
            other.execute("ROLLBACK")
        second = server.client.classify(sample())
        self.assertEqual(second.status, 201)
        self.assertEqual(server.client.history_ids(), [second.json()["id"], first])
        self.assertIsNone(server.client.get(f"/api/v1/predictions/{first}").json()["correction"])

    def test_a_lock_that_is_soon_gone_is_waited_for(self):
        server = self.start()
        with contextlib.closing(sqlite3.connect(server.state / "aqua.db", isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            answers = []
            asking = threading.Thread(target=lambda: answers.append(server.client.classify(sample())))
            asking.start()
            poll(lambda: b"\ndatabase_connections_active 1\n" in server.client.get("/metrics").body, "a write that waits")
            self.assertEqual(answers, [])
            other.execute("ROLLBACK")
            asking.join()
        self.assertEqual(answers[0].status, 201)


@unittest.skipUnless(os.getuid() == 0, "needs root to mount a small file system")
class FullDiskTest(ServerTest):
    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", self.disk], capture_output=True).returncode != 0:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)

    def fill(self):
        with open(self.disk / "filler", "ab", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(bytes(4096))

    def test_a_full_disk_is_told_and_later_it_works_again(self):
        server = self.start("--inference.cache_compiled=false", state=self.disk / "state")
        ids = [server.client.classify(sample()).json()["id"]]
        self.fill()
        refused = None
        for _ in range(400):  # until what the write-ahead log had in reserve is used up
            answer = server.client.classify(sample())
            if answer.status != 201:
                refused = answer
                break
            ids.append(answer.json()["id"])
        self.assertIsNotNone(refused, "the disk never became full")
        self.assert_error(refused, 503, "disk_full")
        self.assertIn("disk", refused.json()["detail"])
        self.assertEqual(server.client.history_ids(), ids[::-1])
        poll(lambda: server.client.get("/health/detailed").json()["checks"]["disk"]["status"] == "failed", "a failed check of the disk")
        (self.disk / "filler").unlink()
        poll(lambda: server.client.classify(sample()).status == 201, "a prediction after room was made")
        self.assertEqual(server.client.history_ids()[1:], ids[::-1])
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual(server.client.history_ids()[1:], ids[::-1])

    def test_a_start_on_a_full_disk_ends_with_words(self):
        self.fill()
        code, said = self.refuse_start("--inference.cache_compiled=false", state=self.disk / "state")
        self.assertEqual(code, 1, said)
        self.assertRegex(said, "(?i)full|space")


class DamagedTest(ServerTest):
    def used_state(self) -> Server:
        server = self.start()
        for _ in range(3):
            server.client.classify(sample())
        self.assertEqual(server.stop(), 0)
        return server

    def assert_refused(self, server: Server, *words: str):
        server.launch()
        self.assertEqual(server.wait(), 1, server.log())
        for word in words:
            self.assertIn(word, server.log())

    def test_a_database_of_a_newer_version_is_left_alone(self):
        server = self.used_state()
        path = server.state / "aqua.db"
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            step = ("99991231000000", "of_the_future", "x", "9999-12-31T00:00:00Z")
            database.execute("INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES (?, ?, ?, ?)", step)
        self.assert_refused(server, "newer", "99991231000000")
        run = migrate("--plan", state=server.state)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"newer", run.stderr)
        with contextlib.closing(sqlite3.connect(path)) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM predictions").fetchone(), (3,))

    def test_a_step_with_another_text_is_told(self):
        server = self.used_state()
        with contextlib.closing(sqlite3.connect(server.state / "aqua.db")) as database, database:
            database.execute("UPDATE schema_migrations SET sha256 = 'x'")
        self.assert_refused(server, "another text")

    def test_a_damaged_database_ends_the_start_with_words(self):
        for name, at, content in (("header", 0, os.urandom(100)), ("first page", 100, os.urandom(3900)), ("all of it", 0, os.urandom(200_000))):
            with self.subTest(damaged=name):
                server = self.used_state()
                with open(server.state / "aqua.db", "r+b") as database:
                    database.seek(at)
                    database.write(content)
                self.assert_refused(server, "aqua.db")
                self.assertNotIn("internal error", server.log())
                for file in server.state.glob("aqua.db*"):
                    file.unlink()

    def test_a_damaged_secret_key_is_told(self):
        server = self.used_state()
        (server.state / "keys" / "secret.key").write_bytes(b"short")
        self.assert_refused(server, "secret.key")


class TwoInstancesTest(ServerTest):
    def test_starts_at_the_same_time_on_one_new_folder(self):
        for turn in range(3):
            with self.subTest(turn=turn):
                state = self.folder / f"state{turn}"
                servers = [self.make(state=state) for _ in range(3)]
                for server in servers:
                    server.launch()
                for server in servers:
                    server.wait_ready()
                ids = [server.client.classify(sample()).json()["id"] for server in servers]
                for server in servers:
                    self.assertEqual(sorted(server.client.history_ids()), sorted(ids))
                cursor = servers[0].client.get(HISTORY + "?limit=1").header("X-Next-Cursor")
                self.assertEqual(servers[1].client.get(f"{HISTORY}?cursor={cursor}").status, 200)
                self.assertEqual({len(server.client.get("/api/v1/models/all").json()) for server in servers}, {1})
                for server in servers:
                    self.assertEqual(server.stop(), 0)


class PrivacyTest(ServerTest):
    def test_what_is_kept_is_for_the_owner_only(self):
        server = self.start()
        server.client.classify(sample())
        for path in [server.state, *server.state.rglob("*")]:
            if path.is_dir() and path.parent != server.state and path != server.state:
                continue
            if path.name.startswith("aqua.db") or "keys" in path.parts or path == server.state:
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)


def migrate(*arguments, state) -> subprocess.CompletedProcess:
    settings = environment(AQUA_STATE_DIR=str(state), ML_MODEL_BASE_PATH=str(MODELS))
    return subprocess.run([BINARY, "migrate", *arguments], capture_output=True, stdin=subprocess.DEVNULL, env=settings, timeout=60)


class MigrateTest(ServerTest):
    def tables(self) -> set[str]:
        with contextlib.closing(sqlite3.connect(self.folder / "state" / "aqua.db")) as database:
            return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def test_a_plan_changes_nothing_and_a_run_does_what_it_says(self):
        state = self.folder / "state"
        plan = migrate("--plan", state=state)
        self.assertEqual(plan.returncode, 0, plan.stderr)
        steps = len(list((ROOT / "migrations/sqlite").glob("*.sql")))
        self.assertIn(f"0 of {steps} steps applied".encode(), plan.stdout)
        self.assertIn(b"CREATE TABLE predictions", plan.stdout)
        self.assertNotIn("predictions", self.tables())
        run = migrate(state=state)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"applied 2", run.stdout)
        self.assertLessEqual({"users", "fish_species", "predictions", "models", "audit_logs", "api_keys", "schema_migrations"}, self.tables())
        again = migrate(state=state)
        self.assertEqual((again.returncode, b"applied" in again.stdout), (0, False))
        self.assertIn(b"nothing to do", migrate("--plan", state=state).stdout)
        self.assertEqual(self.start().client.classify(sample()).status, 201)


if __name__ == "__main__":
    unittest.main()
