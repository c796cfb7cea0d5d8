"""Clients of the old system, unchanged: each registers, signs in by form and works with the old names. scripts/load_test.sh runs it.

LOAD_LIMIT=on|off says whether the server limits its callers; LOAD_PHOTO names the photo to send."""
import base64
import itertools
import os
import pathlib
import sys
import time
import uuid

from locust import HttpUser, between, constant, task

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from check_load import REFUSED, fault  # noqa: E402

LIMITED = os.environ["LOAD_LIMIT"] == "on"
PHOTO = base64.b64encode(pathlib.Path(os.environ["LOAD_PHOTO"]).read_bytes()).decode()
PASSWORD = "old-pass"
NUMBERS = itertools.count()


class Farmer(HttpUser):
    wait_time = between(0.02, 0.1)

    def on_start(self):
        self.username = f"farmer-{next(NUMBERS)}-{uuid.uuid4().hex[:8]}"
        self.headers = {}
        account = {"email": f"{self.username}@farm.example", "username": self.username, "password": PASSWORD, "full_name": "A Farmer"}
        self.insist(lambda: self.call("POST", "/api/v1/auth/register", 201, lambda body: body["username"] == self.username, json=account))
        self.insist(self.login)

    def insist(self, attempt) -> None:
        """Waits as told while the limit refuses; gives up after any other failure."""
        for _ in range(20):
            refused_for = attempt()
            if not refused_for:
                return
            time.sleep(refused_for)

    def call(self, method: str, path: str, expected: int, good, **arguments) -> int:
        """Sends it; a refusal by the limit goes under a name of its own. Returns the seconds to wait then, else 0."""
        with self.client.request(method, path, catch_response=True, headers=self.headers, **arguments) as answer:
            retry_after = answer.headers.get("Retry-After")
            wrong = fault(answer.status_code, expected, retry_after, LIMITED)
            if wrong:
                answer.failure(f"{wrong}: {answer.text[:200]}")
            elif answer.status_code == 429:
                answer.request_meta["name"] = REFUSED + path
                answer.success()
                return int(retry_after)
            elif not good(answer.json()):
                answer.failure(f"unexpected content: {answer.text[:200]}")
            else:
                answer.success()
        return 0

    @task(1)
    def login(self) -> int:
        def keep(body) -> bool:
            self.headers = {"Authorization": f"Bearer {body['access_token']}"}
            return body["token_type"] == "bearer"

        return self.call("POST", "/api/v1/auth/login", 200, keep, data={"username": self.username, "password": PASSWORD})

    @task(5)
    def health(self):
        self.call("GET", "/health", 200, lambda body: body["status"] == "healthy")

    @task(10)
    def predict(self):
        self.call("POST", "/api/v1/ml/predict", 200, lambda body: body["species"] and 0 <= body["confidence"] <= 1, json={"image_base64": PHOTO})

    @task(5)
    def models(self):
        self.call("GET", "/api/v1/models/all", 200, lambda body: len(body) > 0)

    @task(5)
    def active_model(self):
        self.call("GET", "/api/v1/models/active", 200, lambda body: body["total_species"] > 0)

    @task(5)
    def history(self):
        self.call("GET", "/api/v1/predictions/history", 200, lambda body: isinstance(body, list))

    @task(5)
    def me(self):
        self.call("GET", "/api/v1/auth/me", 200, lambda body: body["username"] == self.username)


class Hasty(Farmer):
    """Asks without pause, so that the limit has something to refuse on slow machines too."""

    abstract = not LIMITED
    fixed_count = 1
    wait_time = constant(0)
    tasks = [Farmer.me]
