#!/usr/bin/env python3
"""Keeps a server busy for a while and looks whether it stays as it was: soak.py AQUA MINUTES.

Four clients upload, read the history and page through it without pause. Fails when an answer is none of those expected, when a recorded
prediction is missing at the end, or when memory still grows: the median of the last quarter must be within 10 % + 5 MB of the second.
"""
import http.client
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PHOTOS = sorted((ROOT / "samples/species").glob("*.jpg"))


def memory_mb(pid: int) -> float:
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


class Client(threading.Thread):
    def __init__(self, port: int, until: float, start: int):
        super().__init__()
        self.port, self.until, self.at = port, until, start
        self.recorded: list[str] = []
        self.requests, self.faults = 0, []

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < self.until:
            photo = PHOTOS[self.at % len(PHOTOS)].read_bytes()
            self.at += 1
            body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="p"\r\n\r\n' + photo + b"\r\n--b--\r\n"
            answer = self.ask(connection, "POST", "/api/v1/predictions/classify", 201, body)
            if answer:
                self.recorded.append(json.loads(answer)["id"])
            if self.at % 20 == 0:
                self.ask(connection, "GET", "/api/v1/predictions/history?limit=50", 200)
                self.ask(connection, "GET", "/api/v1/metrics/performance", 200)

    def ask(self, connection, method: str, path: str, expected: int, body: bytes | None = None) -> bytes | None:
        try:
            connection.request(method, path, body, {"Content-Type": "multipart/form-data; boundary=b"} if body else {})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.faults.append(repr(error))
            connection.close()
            return None
        self.requests += 1
        if answer.status != expected:
            self.faults.append(f"{method} {path}: {answer.status} {content[:200]!r}")
            return None
        return content


def main() -> int:
    binary, minutes = sys.argv[1], float(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        ports = pathlib.Path(folder) / "ports"
        settings = os.environ | {"AQUA_STATE_DIR": folder + "/var", "ML_MODEL_BASE_PATH": str(ROOT / "models")}
        server = subprocess.Popen([binary, "--role=all-in-one", "--api.port=0", "--log.requests=false", "--server.drain_grace=0s", f"--ports-file={ports}"], env=settings)
        while not (ports.exists() and ports.read_text().strip()):
            time.sleep(0.05)
            if server.poll() is not None:
                return 1
        port = json.loads(ports.read_text())["api"]
        until = time.monotonic() + 60 * minutes
        clients = [Client(port, until, 5 * i) for i in range(4)]
        for client in clients:
            client.start()
        memory = []
        while time.monotonic() < until:
            memory.append(memory_mb(server.pid))
            time.sleep(1)
        for client in clients:
            client.join()
        recorded = {one for client in clients for one in client.recorded}
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        found, cursor = set(), ""
        while cursor is not None:
            connection.request("GET", f"/api/v1/predictions/history?limit=500{cursor}")
            answer = connection.getresponse()
            found |= {row["id"] for row in json.loads(answer.read())}
            following = answer.headers.get("X-Next-Cursor")
            cursor = f"&cursor={following}" if following else None
        server.send_signal(signal.SIGTERM)
        code = server.wait()
    faults = [fault for client in clients for fault in client.faults]
    quarter = len(memory) // 4
    before, after = statistics.median(memory[quarter : 2 * quarter]), statistics.median(memory[3 * quarter :])
    steady = after <= 1.1 * before + 5
    for fault in faults[:20]:
        print(fault)
    print(f"{sum(client.requests for client in clients)} requests, {len(faults)} faults, {len(recorded)} recorded, {len(recorded - found)} missing, "
          f"memory {before:.0f} then {after:.0f} MB, exit code {code}")
    return 0 if not faults and recorded <= found and steady and code == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
