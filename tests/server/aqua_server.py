"""Starts the built server as an operator would and talks to it from outside; shared by the tests of this folder."""
import base64
import dataclasses
import gzip
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cli"))

from aqua_cli import BINARY, MODELS, NOBODY, SAMPLES, environment, known_samples  # noqa: E402,F401

PAGE = ROOT / "web" / "dist"
DEADLINE_S = 30
CLASSIFY = "/api/v1/predictions/classify"
PREDICT = "/api/v1/ml/predict"
HISTORY = "/api/v1/predictions/history"


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self):
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        return self.headers.get(name)

    def reason(self) -> str:
        return self.json()["error"]["type"]


def poll(condition, what: str, deadline_s: float = DEADLINE_S, pause_s: float = 0.02):
    """Asks until the answer is true, and returns it; fails when the time is up."""
    end = time.monotonic() + deadline_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(pause_s)


def multipart(*parts: tuple[str, bytes], boundary: str = "aqua-boundary") -> tuple[bytes, str]:
    """A form with one file a part; returns body and media type."""
    body = b""
    for name, content in parts:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="image.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
        body += content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


class KeptStream:
    """A stream that stays open when the answer read from it is closed, so that several can follow each other."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def makefile(self, *_arguments):
        return self

    def close(self):
        pass


def read_answer(source, method: str = "GET") -> Answer:
    """Reads one answer from a socket, or the next one from a file made of a socket."""
    if isinstance(source, socket.socket):
        with source.makefile("rb") as stream:
            return read_answer(stream, method)
    response = http.client.HTTPResponse(KeptStream(source), method=method)
    response.begin()
    return Answer(response.status, response.headers, response.read())


class Client:
    """Requests to a server on loopback, each on a connection of its own."""

    def __init__(self, port: int, timeout_s: float = DEADLINE_S):
        self.port = port
        self.timeout_s = timeout_s

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        return Answer(response.status, response.headers, content)

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post_json(self, path: str, content, **headers: str) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.request("POST", path, body, {"Content-Type": "application/json"} | headers)

    def classify(self, image: bytes, **headers: str) -> Answer:
        body, media_type = multipart(("file", image))
        return self.request("POST", CLASSIFY, body, {"Content-Type": media_type} | headers)

    def predict(self, image: bytes, **fields) -> Answer:
        return self.post_json(PREDICT, {"image_base64": base64.b64encode(image).decode()} | fields)

    def socket(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=self.timeout_s)

    def raw(self, content: bytes, end: bool = False) -> bytes:
        """Sends bytes, ends the sending side if asked to, and returns all that comes until the server closes."""
        with self.socket() as connection:
            try:
                connection.sendall(content)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            except OSError:
                pass  # refused while still sending; the answer may be there all the same
            answer = b""
            try:
                while piece := connection.recv(65536):
                    answer += piece
            except ConnectionResetError:
                pass
            return answer

    def raw_status(self, content: bytes, end: bool = False) -> int:
        answer = self.raw(content, end)
        if not answer.startswith(b"HTTP/1.1 "):
            raise AssertionError(f"no answer but {answer[:80]!r} to {content[:80]!r}")
        return int(answer[9:12])

    def history_ids(self, **query: str) -> list[str]:
        """Walks the whole history by cursor."""
        ids: list[str] = []
        path = HISTORY + "?limit=100" + "".join(f"&{name}={value}" for name, value in query.items())
        cursor = ""
        while True:
            answer = self.get(path + cursor)
            if answer.status != 200:
                raise AssertionError((answer.status, answer.body))
            ids += [row["id"] for row in answer.json()]
            following = answer.header("X-Next-Cursor")
            if following is None:
                return ids
            cursor = f"&cursor={following}"


class Server:
    """A server process with a state folder of its own. stop() and kill() may be called more than once."""

    def __init__(self, *flags: str, folder: pathlib.Path, state: pathlib.Path | None = None, role: str = "all-in-one", **settings: str):
        self.folder = folder
        self.state = state or folder / "state"
        self.flags = flags
        self.role = role
        self.settings = settings
        self.process: subprocess.Popen | None = None
        self.client = Client(0)
        self.name = f"server-{uuid.uuid4().hex[:8]}"
        self.log_path = folder / f"{self.name}.log"
        self.ports_path = folder / f"{self.name}.ports"

    def launch(self, user: int | None = None) -> subprocess.Popen:
        """Starts the process and does not wait for it."""
        self.ports_path.unlink(missing_ok=True)
        defaults = ["--log.format=json", "--log.requests=false", "--server.drain_grace=0s"]
        chosen = {flag.split("=")[0] for flag in self.flags}
        command = [BINARY, f"--role={self.role}", f"--ports-file={self.ports_path}"]
        command += [flag for flag in defaults if flag.split("=")[0] not in chosen] + list(self.flags)
        settings = {"AQUA_STATE_DIR": str(self.state), "ML_MODEL_BASE_PATH": str(MODELS), "API_PORT": "0"}
        settings |= {"AQUA_SAMPLES_DIR": str(SAMPLES)} | ({"AQUA_WEB_DIR": str(PAGE)} if PAGE.exists() else {}) | self.settings
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, user=user, env=environment(**settings))
        return self.process

    def start(self) -> "Server":
        self.launch()
        return self.wait_ready()

    def wait_ready(self, deadline_s: float = DEADLINE_S) -> "Server":
        def ports():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}: {self.log()}")
            return self.ports_path.exists() and json.loads(self.ports_path.read_text())

        try:
            self.client = Client(poll(ports, "ports file", deadline_s)["api"])
            poll(lambda: self.is_ready(), "ready", deadline_s)
        except BaseException:
            self.kill()
            raise
        return self

    def is_ready(self) -> bool:
        try:
            return self.client.get("/ready").status == 200
        except OSError:
            return False

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def signal(self, number: int):
        self.process.send_signal(number)

    def wait(self, deadline_s: float = DEADLINE_S) -> int:
        return self.process.wait(timeout=deadline_s)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.wait()
        finally:
            self.kill()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def resident_bytes(self) -> int:
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")


class ServerTest(unittest.TestCase):
    """Gives each test a folder of its own and ends the servers it started."""

    maxDiff = None

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.folder.chmod(0o755)

    def make(self, *flags: str, **options) -> Server:
        server = Server(*flags, folder=self.folder, **options)
        self.addCleanup(server.kill)
        return server

    def start(self, *flags: str, **options) -> Server:
        return self.make(*flags, **options).start()

    def refuse_start(self, *flags: str, user: int | None = None, **options) -> tuple[int, str]:
        """Starts a server that must end by itself; returns its exit code and what it said."""
        server = self.make(*flags, **options)
        server.launch(user)
        return server.wait(), server.log()

    def assert_error(self, answer: Answer, status: int, *types: str):
        """The envelope of every error, whole."""
        self.assertEqual(answer.status, status, answer.body)
        body = answer.json()
        self.assertEqual(set(body), {"error", "detail"})
        error = body["error"]
        self.assertLessEqual({"type", "message", "status_code", "path", "timestamp", "details"}, set(error))
        self.assertEqual(error["status_code"], status)
        self.assertTrue(error["message"])
        self.assertEqual(body["detail"], error["message"])
        self.assertEqual(error["request_id"], answer.header("X-Request-ID"))
        if types:
            self.assertIn(error["type"], types, error)
        if status == 503:
            self.assertTrue(int(answer.header("Retry-After")) >= 1)


class SharedServerTest(ServerTest):
    """One server for all tests of a class; `flags` and `settings` of the class choose how it runs."""

    flags: tuple[str, ...] = ()
    settings: dict[str, str] = {}

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(holder.cleanup)
        cls.server = Server(*cls.flags, folder=pathlib.Path(holder.name), **cls.settings)
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()
        cls.client = cls.server.client

    def assert_alive(self):
        self.assertIsNone(self.server.process.poll(), self.server.log())
        self.assertEqual(self.client.classify(known_samples()[0].read_bytes()).status, 201)
