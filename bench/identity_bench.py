#!/usr/bin/env python3
"""What signing in costs, as ratios from pairs measured in one run: identity_bench.py --aqua PATH --bare PATH --json FILE [--echo PATH] [--peer PYTHON] [--pairs N] [--seconds S]

The server asks for a token, and its limit counts every request but is too wide to refuse one. Cores, ABBA order, void pairs and intervals are those of server_bench.py.
  upload        JPEG with token, limit and durable record (8 clients, closed loop) ÷ the bare loop of decoding, resizing and inference on the same photo
  cached_get    GET of the species with token and limit, no If-None-Match ÷ the same requests to a bare Boost.Beast server, when --echo names one
  wrong_logins  p99 of uploads with a token at 0.3 of the bare rate (planned Poisson arrivals) while 50 wrong passwords come every second, each from another address and for another user ÷ without them
  stack         the usual Python stack (usual_stack.py, when --peer names the Python that has its packages): login, classify and history, in turns on the same core
"""
import argparse
import collections
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import queue
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request

from server_bench import OPENER, ROOT, Server, bare_run, circumstances, compare_upload, interval, open_loop, percentile, plan_arrivals, start_peer, upload_script, wrk, wrk_script

USER, PASSWORD = "bench-user", "correct horse battery"
FLAGS = ("--auth.mode=required", "--rate_limit.per_minute=600000000", "--rate_limit.burst=100000000", "--api.trusted_proxies=127.0.0.1")
WRONG_LOGINS_A_SECOND = 50
SPECIES, LOGIN, CLASSIFY, HISTORY = "/api/v1/predictions/species", "/api/v1/auth/login", "/api/v1/predictions/classify", "/api/v1/predictions/history"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def start(arguments, state: pathlib.Path) -> Server:
    """A server with an account, whose limit was seen to count."""
    server = Server(arguments.aqua, state, flags=FLAGS)
    subprocess.run([arguments.aqua, "user", "create", f"--username={USER}", "--role=operator", "--password-stdin"], input=PASSWORD + "\n", text=True, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | {"AQUA_STATE_DIR": str(state)})
    request = OPENER.open(urllib.request.Request(server.url + SPECIES, headers=sign_in(server.url)))
    if "X-RateLimit-Limit" not in request.headers:
        raise SystemExit("the limit does not count")
    return server


def login_form() -> bytes:
    return urllib.parse.urlencode({"username": USER, "password": PASSWORD}).encode()


def sign_in(url: str) -> dict[str, str]:
    """The header of somebody who is signed in, for the next 15 minutes."""
    return {"Authorization": f"Bearer {json.load(OPENER.open(url + LOGIN, login_form()))['access_token']}"}


def in_turns(pairs: int, ours, limit) -> list[tuple[float, float]]:
    """Results of both, the pairs in ABBA order."""
    results = []
    for pair in range(pairs):
        if pair % 2 == 0:
            first = ours()
            results.append((first, limit()))
        else:
            second = limit()
            results.append((ours(), second))
    return results


def measure_upload(arguments, folder: pathlib.Path) -> dict:
    server = start(arguments, folder)
    try:
        return compare_upload(arguments, server, upload_script(folder, sign_in(server.url)))
    finally:
        server.stop()


def measure_cached_get(arguments, folder: pathlib.Path) -> dict:
    server = start(arguments, folder)
    echo = subprocess.Popen(["taskset", "-c", "0", arguments.echo, "18093"])
    script = wrk_script(folder / "get.lua", sign_in(server.url))
    time.sleep(0.2)
    failed = 0

    def ours() -> float:
        nonlocal failed
        rate, outcome = wrk(server.url + SPECIES, arguments.seconds, 8, script)
        failed += outcome["refused"]
        return rate

    try:
        wrk(server.url + SPECIES, 1, 8, script)
        rates = in_turns(arguments.pairs, ours, lambda: wrk("http://127.0.0.1:18093/", arguments.seconds, 8)[0])
    finally:
        echo.terminate()
        server.stop()
    return {"ratio": interval([mine / theirs for mine, theirs in rates]), "ours_per_s": statistics.median(mine for mine, _ in rates), "echo_per_s": statistics.median(theirs for _, theirs in rates), "pairs": len(rates), "failed": failed}


class Guesser(threading.Thread):
    """Sends a wrong password for each number put into its queue."""

    def __init__(self, url: str, work: queue.SimpleQueue, statuses: collections.Counter):
        super().__init__(daemon=True)
        self.host, self.work, self.statuses = url.removeprefix("http://"), work, statuses

    def run(self):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        while (number := self.work.get()) is not None:
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            try:
                connection.request("POST", LOGIN, f"username=guess-{number}&password=wrong", FORM | {"X-Forwarded-For": address})
                answer = connection.getresponse()
                answer.read()
                self.statuses[answer.status] += 1
            except (OSError, http.client.HTTPException):
                self.statuses["no answer"] += 1
                connection.close()


class Storm:
    """Wrong passwords at a steady rate until left, at most 32 under way; what could not be sent by then is counted as unsent."""

    numbers = itertools.count(1)

    def __init__(self, url: str):
        self.work, self.statuses, self.over = queue.SimpleQueue(), collections.Counter(), threading.Event()
        self.guessers = [Guesser(url, self.work, self.statuses) for _ in range(32)]
        self.pace = threading.Thread(target=self.send, daemon=True)

    def send(self):
        due = time.monotonic()
        while not self.over.wait(max(0.0, due - time.monotonic())):
            self.work.put(next(self.numbers))
            due += 1 / WRONG_LOGINS_A_SECOND

    def __enter__(self):
        for thread in (*self.guessers, self.pace):
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.pace.join()
        with contextlib.suppress(queue.Empty):
            while self.work.get_nowait():
                self.statuses["unsent"] += 1
        for _ in self.guessers:
            self.work.put(None)
        for guesser in self.guessers:
            guesser.join()


def measure_wrong_logins(arguments, folder: pathlib.Path) -> dict:
    os.sched_setaffinity(0, {1})
    server = start(arguments, folder)
    upload_script(folder)
    body = (folder / "body").read_bytes()
    plan = plan_arrivals(0.3 * bare_run(arguments.bare, arguments.seconds)[0], 5 * arguments.seconds)
    statuses, runs = collections.Counter(), []

    def calm() -> float:
        runs.append(open_loop(server.url, body, plan, 2, sign_in(server.url)))
        return percentile(runs[-1]["times"], 0.99)

    def stormy() -> float:
        headers = sign_in(server.url)
        with Storm(server.url) as storm:
            runs.append(open_loop(server.url, body, plan, 2, headers))
        statuses.update(storm.statuses)
        return percentile(runs[-1]["times"], 0.99)

    try:
        results = in_turns(arguments.pairs, stormy, calm)
    finally:
        server.stop()
        os.sched_setaffinity(0, set(range(os.cpu_count())))
    return {"p99_ratio": interval([storm / quiet for storm, quiet in results]), "with_p99_ms": statistics.median(storm for storm, _ in results), "without_p99_ms": statistics.median(quiet for _, quiet in results), "pairs": len(results),
            "void": sum(run["late"] > 0.01 for run in runs), "failed": sum(run["failed"] for run in runs), "uploads": len(plan) * len(runs), "login_statuses": dict(statuses)}


def measure_stack(arguments, folder: pathlib.Path) -> dict:
    (folder / "form").write_bytes(login_form())
    peer, peer_token = start_peer(arguments.peer, folder)
    server = start(arguments, folder)
    (folder / "theirs").mkdir()
    sides = {}
    for side, url, headers in (("ours", server.url, sign_in(server.url)), ("theirs", "http://127.0.0.1:18094", {"Authorization": f"Bearer {peer_token}"})):
        where = folder / "theirs" if side == "theirs" else folder
        sides[side] = {"classify": (url + CLASSIFY, upload_script(where, headers)), "login": (url + LOGIN, wrk_script(where / "login.lua", FORM, folder / "form")), "history": (url + HISTORY, wrk_script(where / "history.lua", headers))}
    report, failed = {}, collections.Counter()

    def rate(side: str, name: str) -> float:
        address, script = sides[side][name]
        result, outcome = wrk(address, arguments.seconds, 8, script)
        failed[side] += outcome["refused"]
        return result

    try:
        for name in ("classify", "login", "history"):
            wrk(sides["theirs"][name][0], 1, 8, sides["theirs"][name][1])
            rates = in_turns(max(2, arguments.pairs // 2), lambda: rate("ours", name), lambda: rate("theirs", name))
            report[name] = {"ratio": interval([mine / theirs for mine, theirs in rates]), "ours_per_s": statistics.median(mine for mine, _ in rates), "peer_per_s": statistics.median(theirs for _, theirs in rates), "pairs": len(rates)}
    finally:
        peer.terminate()
        server.stop()
    return report | {"failed": {side: failed[side] for side in sides}}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--aqua", "--bare", "--json"):
        parser.add_argument(name, required=True)
    parser.add_argument("--echo")
    parser.add_argument("--peer")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="upload,cached_get,wrong_logins,stack")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aqua-identity-bench-"))
    report = circumstances(arguments)
    for name, measure in (("upload", measure_upload), ("cached_get", measure_cached_get), ("wrong_logins", measure_wrong_logins), ("stack", measure_stack)):
        if name not in arguments.only.split(",") or (name == "cached_get" and not arguments.echo) or (name == "stack" and not arguments.peer):
            continue
        (folder / name).mkdir()
        report[name] = measure(arguments, folder / name)
        print(f"[bench] {name}: {json.dumps(report[name])}", flush=True)
    pathlib.Path(arguments.json).write_text(json.dumps(report, indent=1) + "\n")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
