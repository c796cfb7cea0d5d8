"""The same server on PostgreSQL: the same answers, and outages that are told and outlived."""
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from aqua_server import HISTORY, SAMPLES, Client, Server, ServerTest, known_samples, poll

OUTAGES = int(os.environ.get("AQUA_DATABASE_OUTAGES", "3"))
PASSWORD = "not-a-secret-of-anyone"


def sample() -> bytes:
    return known_samples()[0].read_bytes()


def tools() -> pathlib.Path | None:
    """The folder of initdb and its like, the newest version where there are several."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return pathlib.Path(on_path).parent if on_path else None


class Postgres:
    """A PostgreSQL of its own, on a free port. Root runs it as the user postgres, which refuses to run as root."""

    def __init__(self):
        self._folder = pathlib.Path(tempfile.mkdtemp())
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        password = self._folder / "password"
        password.write_text(PASSWORD)
        if self._user:
            owner = pwd.getpwnam("postgres")
            for path in (self._folder, password):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        self._data = self._folder / "data"
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    def _run(self, tool: str, *arguments):
        with open(self._folder / "tools.log", "ab") as log:
            run = subprocess.run([*self._user, tools() / tool, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", timeout=60)
        if run.returncode != 0:
            raise AssertionError(f"{tool} ended with {run.returncode}: {(self._folder / 'tools.log').read_text()}")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} -c max_connections=60"
        self._run("pg_ctl", "-w", "-t", "60", "-D", self._data, "-l", self._folder / "server.log", "-o", options, "start")

    def stop(self, mode: str = "immediate"):
        self._run("pg_ctl", "-w", "-D", self._data, "-m", mode, "stop")

    def is_running(self) -> bool:
        return (self._data / "postmaster.pid").exists()

    def remove(self):
        if self.is_running():
            self.stop()
        shutil.rmtree(self._folder)

    def query(self, sql: str) -> str:
        command = [tools() / "psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.url]
        return subprocess.run(command, capture_output=True, check=True, cwd="/", timeout=60).stdout.decode().strip()

    def make_empty(self):
        self.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public")


@unittest.skipUnless(tools(), "needs PostgreSQL")
class PostgresTest(ServerTest):
    """Each test begins with an empty database."""

    @classmethod
    def setUpClass(cls):
        cls.postgres = Postgres()
        cls.addClassCleanup(cls.postgres.remove)
        cls.postgres.start()

    def setUp(self):
        super().setUp()
        if not self.postgres.is_running():
            self.postgres.start()
        self.postgres.make_empty()

    def start_on_postgres(self, *flags: str, **options) -> Server:
        return self.start(*flags, DATABASE_URL=self.postgres.url, **options)


def told(client: Client) -> list:
    """A session of a user: everything that it is answered, without ids and times."""
    images = [*known_samples(), SAMPLES / "unknown_fish.jpg", known_samples()[0]]
    answers = [client.classify(path.read_bytes()).json() for path in images]
    number = {row["id"]: f"prediction {index}" for index, row in enumerate(answers)}
    number |= {row["id"]: f"species {row['label']}" for row in client.get("/api/v1/predictions/species").json()}
    note = "Döbel, „groß“ 🐟; '\" \\ DROP TABLE predictions"
    bodies = [client.post_json(f"/api/v1/predictions/{answers[1]['id']}/label", {"label": "chub", "note": note})]
    bodies.append(client.post_json(f"/api/v1/predictions/{answers[2]['id']}/label", {"label": None}))
    queries = ("limit=100", "limit=2&offset=3", "rejected=true", "corrected=true", "low_confidence=false", "label=bream", "cursor=x", "label='")
    paths = [f"{HISTORY}?{query}" for query in queries]
    paths += [f"{HISTORY}?from={answers[3]['created_at']}&to={answers[6]['created_at']}", f"{HISTORY}?species_id={answers[0]['species_id']}"]
    paths += ["/api/v1/predictions/stats", "/api/v1/predictions/species", "/api/v1/models/stats", "/api/v1/models/all"]
    paths += [f"/api/v1/predictions/{id}" for id in (answers[1]["id"], answers[0]["id"][:-1] + "x", "00000000-0000-7000-8000-000000000000")]
    bodies += [client.get(path) for path in paths]
    walked = [number[id] for id in client.history_ids()]
    thumbnail = client.get(answers[0]["thumbnail_url"])
    csv = client.get("/api/v1/predictions/history.csv").body.decode().count("\r\n")
    return [plain(answers, number), [(answer.status, plain(answer.json(), number)) for answer in bodies], walked, (thumbnail.status, thumbnail.body), csv]


def plain(value, number: dict[str, str]):
    if isinstance(value, list):
        return [plain(item, number) for item in value]
    if isinstance(value, dict):
        of_the_moment = {"created_at", "inference_time_ms", "timestamp", "request_id", "thumbnail_url", "path"}
        kept = {name: item for name, item in value.items() if name not in of_the_moment}
        return {name: number.get(item, "an id") if name.endswith("id") and isinstance(item, str) else plain(item, number) for name, item in kept.items()}
    return round(value, 5) if isinstance(value, float) else value


class SameAnswersTest(PostgresTest):
    def test_a_session_is_answered_as_on_sqlite(self):
        on_postgres = told(self.start_on_postgres(state=self.folder / "a").client)
        on_sqlite = told(self.start(state=self.folder / "b").client)
        for here, there in zip(on_postgres, on_sqlite):
            self.assertEqual(here, there)
        self.assertFalse((self.folder / "a" / "aqua.db").exists())

    def test_what_is_kept_outlives_kill_9(self):
        server = self.start_on_postgres()
        ids = [server.client.classify(sample()).json()["id"] for _ in range(10)]
        server.kill()
        server.start()
        self.assertEqual(server.client.history_ids(), ids[::-1])

    def test_metadata_is_jsonb_and_keys_are_uuids(self):
        self.start_on_postgres().client.classify(sample())
        types = self.postgres.query("SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY column_name) FROM information_schema.columns"
                                    " WHERE table_name = 'predictions' AND column_name IN ('id', 'model_id', 'metadata')")
        self.assertEqual(types, "id uuid,metadata jsonb,model_id uuid")

    def test_two_instances_on_one_new_database(self):
        servers = [self.make(DATABASE_URL=self.postgres.url, SECRET_KEY="one key for all instances of a farm", state=self.folder / name) for name in ("a", "b")]
        for server in servers:
            server.launch()
        for server in servers:
            server.wait_ready()
        ids = [server.client.classify(sample()).json()["id"] for server in servers * 3]
        for server in servers:
            self.assertEqual(sorted(server.client.history_ids()), sorted(ids))
        self.assertEqual(self.postgres.query("SELECT count(*) FROM models"), "1")
        self.assertEqual(servers[0].client.post_json(f"/api/v1/predictions/{ids[1]}/label", {"label": "bream"}).status, 201)
        self.assertEqual(servers[1].client.get(f"/api/v1/predictions/{ids[1]}").json()["correction"]["label"], "bream")

    def test_a_newer_database_is_left_alone(self):
        server = self.start_on_postgres()
        self.assertEqual(server.stop(), 0)
        self.postgres.query("INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES ('99991231000000', 'x', 'x', 'x')")
        code, said = self.refuse_start(DATABASE_URL=self.postgres.url)
        self.assertEqual(code, 1, said)
        self.assertIn("newer", said)


class OutageTest(PostgresTest):
    def test_outages_are_told_and_outlived_without_a_restart(self):
        server = self.start_on_postgres("--database.statement_timeout=2s")
        client, ids, crowd_ids, statuses = server.client, [], [], set()
        over = threading.Event()

        def classify():
            while not over.is_set():
                answer = Client(client.port).classify(sample())
                statuses.add(answer.status)
                if answer.status == 201:
                    crowd_ids.append(answer.json()["id"])

        crowd = [threading.Thread(target=classify) for _ in range(2)]
        for thread in crowd:
            thread.start()
        try:
            for _ in range(OUTAGES):
                before = len(crowd_ids)
                poll(lambda before=before: len(crowd_ids) > before + 5, "predictions")
                self.postgres.stop("immediate")
                self.assert_error(client.classify(sample()), 503, "database_unavailable")
                self.assert_error(client.get(HISTORY), 503, "database_unavailable")
                ready = poll(lambda: (answer := client.get("/ready")).status == 503 and answer, "not ready")
                self.assertEqual(ready.header("Retry-After"), "1")
                self.assertEqual(client.get("/live").status, 200)
                detailed = client.get("/health/detailed")
                self.assertEqual((detailed.status, detailed.json()["checks"]["database"]["status"]), (503, "failed"))
                self.assertNotIn(str(self.postgres.port), detailed.body.decode())
                self.postgres.start()
                poll(server.is_ready, "ready again")
                ids.append(poll(lambda: (answer := client.classify(sample())).status == 201 and answer.json()["id"], "a prediction"))
        finally:
            over.set()
            for thread in crowd:
                thread.join()
        self.assertLessEqual(statuses, {201, 503})
        kept = client.history_ids()
        self.assertEqual(len(kept), len(set(kept)))
        self.assertEqual({*ids, *crowd_ids} - set(kept), set())
        self.assertIsNone(server.process.poll())
        self.assertNotIn(PASSWORD, server.log())
        self.assertEqual(server.stop(), 0)

    def test_sessions_that_are_ended_are_replaced(self):
        server = self.start_on_postgres()
        ids = []
        for _ in range(5):
            ids.append(server.client.classify(sample()).json()["id"])
            self.postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'aqua'")
            answer = poll(lambda: (answer := server.client.get(HISTORY)).status == 200 and answer, "a history")
            self.assertEqual(answer.json()[0]["id"], ids[-1])

    def test_a_locked_table_is_told_and_nothing_is_recorded(self):
        server = self.start_on_postgres("--database.statement_timeout=300ms")
        before = server.client.classify(sample()).json()["id"]
        command = [tools() / "psql", "-X", "-q", "-A", "-t", self.postgres.url]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as other:
            other.stdin.write(b"BEGIN; LOCK TABLE predictions IN EXCLUSIVE MODE; SELECT 'locked';\n")
            other.stdin.flush()
            self.assertEqual(other.stdout.readline(), b"locked\n")
            answer = server.client.classify(sample())
            self.assertIn(answer.status, (503, 504), answer.body)
            self.assertEqual(server.client.history_ids(), [before])
            other.communicate(b"ROLLBACK;\n", timeout=30)
        after = server.client.classify(sample())
        self.assertEqual(after.status, 201)
        self.assertEqual(server.client.history_ids(), [after.json()["id"], before])

    def test_a_start_without_the_database_ends_with_words(self):
        self.postgres.stop("fast")
        code, said = self.refuse_start(DATABASE_URL=self.postgres.url)
        self.assertEqual(code, 1, said)
        self.assertIn("PostgreSQL", said)
        self.assertNotIn(PASSWORD, said)

    def test_a_wrong_password_ends_the_start_with_words(self):
        code, said = self.refuse_start(DATABASE_URL=self.postgres.url.replace(PASSWORD, "wrong-password"))
        self.assertEqual(code, 1, said)
        self.assertIn("password authentication failed", said)
        self.assertNotIn("wrong-password", said)


if __name__ == "__main__":
    unittest.main()
