"""Accounts for the tests of this folder: made by the command line as an operator does, or by the API as an administrator does."""
import base64
import dataclasses
import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import tempfile
import uuid

from aqua_server import HISTORY, Answer, Client, Server, SharedServerTest, known_samples, poll

from aqua_cli import aqua  # found by aqua_server

PASSWORD = "a pond full of bream"
ROLES = ("viewer", "operator", "scientist", "admin", "service")
LOGIN = "/api/v1/auth/login"
SESSION = "/api/v1/auth/session"
REFRESH = "/api/v1/auth/refresh"
LOGOUT = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"
MODE = "/api/v1/auth/mode"
REGISTER = "/api/v1/auth/register"
SESSIONS = "/api/v1/auth/sessions"
OWN_PASSWORD = "/api/v1/auth/password"
RESET_REQUEST = "/api/v1/auth/password/reset-request"
RESET = "/api/v1/auth/password/reset"
KEYS = "/api/v1/keys"
USERS = "/api/v1/users"
AUDIT = "/api/v1/audit"
ABSENT = "01a00000-0000-7000-8000-000000000000"
SOON_S = 1.0  # what is ended somewhere is refused everywhere after this time
SLACK_S = 0.5  # for a machine that does something else, too


def sample() -> bytes:
    return known_samples()[0].read_bytes()


class Caller(Client):
    """A client that sends the same headers with every request: credentials, or an address behind a proxy."""

    def __init__(self, port: int, headers: dict[str, str] | None = None):
        super().__init__(port)
        self.headers = headers or {}

    def request(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        return super().request(method, path, body, self.headers | (headers or {}))

    def send_json(self, method: str, path: str, content, **headers: str) -> Answer:
        return self.request(method, path, json.dumps(content).encode(), {"Content-Type": "application/json"} | headers)

    def delete(self, path: str) -> Answer:
        return self.request("DELETE", path)

    def with_headers(self, **headers: str) -> "Caller":
        return Caller(self.port, self.headers | {name.replace("_", "-"): value for name, value in headers.items()})

    def me(self) -> Answer:
        return self.get(ME)


def with_token(port: int, token: str) -> Caller:
    return Caller(port, {"Authorization": f"Bearer {token}"})


def with_key(port: int, key: str) -> Caller:
    return Caller(port, {"X-API-Key": key})


def expect(answer: Answer, status: int):
    """The content of an answer that must be of a status."""
    if answer.status != status:
        raise AssertionError(f"{answer.status} instead of {status}: {answer.body!r}")
    return answer.json() if answer.body else None


def login(client: Client, username: str, password: str = PASSWORD) -> Answer:
    return client.post_json(LOGIN, {"username": username, "password": password})


@dataclasses.dataclass
class Browser:
    """A page that signed in: its cookie, and the token that it sends with writes."""

    caller: Caller
    csrf: str
    cookie: str
    answer: Answer

    def post(self, path: str, content=None, csrf: str | None = "own", **headers: str) -> Answer:
        token = self.csrf if csrf == "own" else csrf
        given = headers | ({} if token is None else {"X-CSRF-Token": token})
        return self.caller.request("POST", path, b"" if content is None else json.dumps(content).encode(), {"Content-Type": "application/json"} | given)


class Accounts:
    """The accounts of one server."""

    def __init__(self, server: Server):
        self.server = server
        self.admin: Caller | None = None

    def command(self, *arguments: str, password: str | None = None, **settings: str) -> subprocess.CompletedProcess:
        """Runs the command line on the state and the settings of the server."""
        stdin = subprocess.DEVNULL if password is None else password.encode() + b"\n"
        given = {"AQUA_STATE_DIR": str(self.server.state)} | self.server.settings | settings
        return aqua(*arguments, *(["--password-stdin"] if password is not None else []), stdin=stdin, cwd=self.server.folder, **given)

    def ask(self, *arguments: str, password: str | None = None) -> list[dict]:
        """What a command prints with --json; it must succeed."""
        run = self.command(*arguments, "--json", password=password)
        if run.returncode != 0:
            raise AssertionError((run.returncode, run.stdout, run.stderr))
        return [json.loads(line) for line in run.stdout.splitlines()]

    def create_admin(self, username: str = "anna", organisation: str | None = None, password: str = PASSWORD) -> dict:
        belongs = ["--organisation", organisation] if organisation else []
        return self.ask("user", "create-admin", "--username", username, *belongs, password=password)[0]

    def begin(self, username: str = "anna") -> Caller:
        """Makes the first administrator and signs him in."""
        self.create_admin(username)
        poll(lambda: expect(self.server.client.get(MODE), 200)["sign_in_required"], "sign-in required")
        self.admin = self.sign_in(username)
        return self.admin

    def create(self, role: str = "operator", username: str | None = None, by: Caller | None = None) -> dict:
        """Makes an account by the API; the password is PASSWORD."""
        name = username or f"{role}-{uuid.uuid4().hex[:8]}"
        content = {"username": name, "email": f"{name}@farm.example", "password": PASSWORD, "role": role}
        return expect((by or self.admin).post_json(USERS, content), 201)

    def tokens(self, username: str, password: str = PASSWORD, **headers: str) -> dict:
        return expect(Caller(self.server.client.port, {name.replace("_", "-"): value for name, value in headers.items()}).post_json(
            LOGIN, {"username": username, "password": password}), 200)

    def sign_in(self, username: str, password: str = PASSWORD) -> Caller:
        return with_token(self.server.client.port, self.tokens(username, password)["access_token"])

    def newcomer(self, role: str = "operator", by: Caller | None = None) -> Caller:
        """A new account, signed in."""
        return self.sign_in(self.create(role, by=by)["username"])

    def browser(self, username: str, password: str = PASSWORD) -> Browser:
        answer = self.server.client.post_json(SESSION, {"username": username, "password": password})
        content = expect(answer, 201)
        cookie = answer.header("Set-Cookie").split(";")[0]
        return Browser(Caller(self.server.client.port, {"Cookie": cookie}), content["csrf_token"], cookie, answer)

    def key(self, owner: Caller, *scopes: str, **more) -> tuple[Caller, dict]:
        """A new API key of somebody who is signed in: who calls with it, and what the server tells of it."""
        made = expect(owner.post_json(KEYS, {"name": "robot", "scopes": list(scopes)} | more), 201)
        return with_key(owner.port, made["secret"]), made["key"]


class AccountsTest(SharedServerTest):
    """One server that asks callers to sign in, with the administrator anna; the limit is off unless a class says otherwise."""

    flags = ("--auth.mode=required", "--rate_limit.per_minute=0")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accounts = Accounts(cls.server)
        cls.admin = cls.accounts.begin()

    def start_with_accounts(self, *flags: str, **options) -> tuple[Server, Accounts]:
        """Another server, with an administrator of its own."""
        server = self.start("--auth.mode=required", *flags, **options)
        accounts = Accounts(server)
        accounts.begin()
        return server, accounts

    def assert_refused_soon(self, caller: Caller, *types: str, path: str = ME):
        """The credentials are no longer taken after the time in which that must be known everywhere."""
        answer = poll(lambda: (answer := caller.get(path)).status == 401 and answer, "credentials are refused", SOON_S + SLACK_S)
        self.assert_error(answer, 401, *types)


def browse_history(caller: Client) -> list[str]:
    return [row["id"] for row in expect(caller.get(HISTORY + "?limit=100"), 200)]


def encode(content) -> str:
    """Base64url without padding, of bytes or of JSON."""
    raw = content if isinstance(content, bytes) else json.dumps(content, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """A Redis of its own, on a free port, with a password and nothing on disk."""

    PROGRAM = "/usr/bin/redis-server"
    PASSWORD = "a-word-for-redis-tests"

    def __init__(self, folder: pathlib.Path):
        self._folder = folder
        self._process: subprocess.Popen | None = None
        self.port = free_port()

    @classmethod
    def is_there(cls) -> bool:
        return os.access(cls.PROGRAM, os.X_OK)

    @property
    def url(self) -> str:
        return f"redis://:{self.PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> "Redis":
        command = [self.PROGRAM, "-", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self._folder)]
        # The password comes by standard input, so that it stands in no list of processes.
        with tempfile.TemporaryFile() as settings, open(self._folder / "redis.log", "ab") as log:
            settings.write(f"requirepass {self.PASSWORD}\n".encode())
            settings.seek(0)
            self._process = subprocess.Popen(command, stdin=settings, stdout=log, stderr=log)
        poll(self.answers, "Redis answers")
        return self

    def command(self, *words: str) -> bytes:
        """Sends a command and returns the beginning of the reply."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            for line in (("AUTH", self.PASSWORD), words):
                parts = [part.encode() for part in line]
                connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))
                reply = connection.recv(65536)
            return reply

    def answers(self) -> bool:
        try:
            return self.command("PING").startswith(b"+PONG")
        except OSError:
            return False

    def kill(self):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()


def change_row(path: pathlib.Path, *statements: str):
    """Alters a database behind the back of its server."""
    database = sqlite3.connect(path, timeout=10)
    try:
        with database:
            for statement in statements:
                database.execute(statement)
    finally:
        database.close()


def try_request(client: Client, method: str, path: str, **headers: str) -> int:
    """The status, or 0 when nobody answers."""
    try:
        return client.request(method, path, headers=headers).status
    except (OSError, http.client.HTTPException):
        return 0
