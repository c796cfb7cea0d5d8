#!/usr/bin/env python3
"""The server against its limits, as ratios from pairs measured in one run: server_bench.py --aqua PATH --bare PATH --json FILE [--pairs N] [--seconds S]

Server on core 0, clients on core 1, limits on core 0; pairs in ABBA order; medians with 95 % bootstrap intervals (seed 7).
  upload     JPEG over HTTP, classified, thumbnail made, recorded durably (8 clients, closed loop) ÷ the bare loop of decoding, resizing and inference on the same photo
  empty_get  GET /live ÷ the same requests to a bare Boost.Beast server, when --echo names one
  latency    p99 at half of the bare rate, planned Poisson arrivals, latency from the planned instant; beside it the ideal queue: the
             same plan through one server that takes the bare times; and the time of one fdatasync of a record on the same disk
  peer       the usual Python stack (usual_stack.py, when --peer names the Python that has its packages) on the same photo and core
  start      time from start to ready − the same of the bare process; memory − that of the bare process; idle processor time
  history    p99 of a history page at 10^6 rows ÷ at 10^4 rows (SQLite)
Pairs whose limit is more than 10 % off its best are void; with more than 30 % void only the CPU ratio counts.
"""
import argparse
import http.client
import json
import os
import pathlib
import queue
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PHOTO = ROOT / "samples/milkfish.jpg"
NETWORK = ROOT / "models/fish_species/v1.0.0/model.onnx"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def interval(values: list[float]) -> tuple[float, float, float]:
    draw = random.Random(7)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(2000))
    return statistics.median(values), medians[50], medians[1949]


class Server:
    def __init__(self, binary: str, state: pathlib.Path, core: str | None = "0", flags: tuple[str, ...] = ()):
        self.ports = state / "ports"
        self.ports.unlink(missing_ok=True)
        settings = os.environ | {"AQUA_STATE_DIR": str(state), "ML_MODEL_BASE_PATH": str(ROOT / "models"), "AQUA_SAMPLES_DIR": str(ROOT / "samples")}
        pin = ["taskset", "-c", core] if core else []
        started = time.monotonic()
        self.process = subprocess.Popen([*pin, binary, "--role=all-in-one", "--api.port=0", "--log.requests=false", "--server.drain_grace=0s", f"--ports-file={self.ports}", *flags], env=settings, stderr=subprocess.DEVNULL)
        while not (self.ports.exists() and self.ports.read_text().strip()):
            time.sleep(0.001)
            if self.process.poll() is not None:
                raise SystemExit("the server did not start")
        self.url = f"http://127.0.0.1:{json.loads(self.ports.read_text())['api']}"
        while True:
            try:
                OPENER.open(self.url + "/ready").read()
                break
            except OSError:
                time.sleep(0.001)
        self.start_s = time.monotonic() - started

    def cpu_s(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{self.process.pid}/status").read_text()).group(1)) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def wrk(url: str, seconds: float, connections: int, script: str | None = None) -> tuple[float, dict]:
    """Requests a second, and what failed."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "10s", *(["-s", script] if script else []), url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    refused = int(m.group(1)) if (m := re.search(r"Non-2xx or 3xx responses: (\d+)", text)) else 0
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), {"refused": refused}


def upload_script(folder: pathlib.Path, headers: dict[str, str] | None = None) -> str:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="p"\r\n\r\n' + PHOTO.read_bytes() + b"\r\n--b--\r\n"
    (folder / "body").write_bytes(body)
    return wrk_script(folder / "post.lua", {"Content-Type": "multipart/form-data; boundary=b"} | (headers or {}), folder / "body")


def wrk_script(file: pathlib.Path, headers: dict[str, str], body: pathlib.Path | None = None) -> str:
    """What wrk sends: a GET, or a POST of a file's content."""
    post = f'wrk.method = "POST"\nlocal f = io.open("{body}", "rb")\nwrk.body = f:read("*a")\n' if body else ""
    file.write_text(post + "".join(f'wrk.headers["{name}"] = "{value}"\n' for name, value in headers.items()))
    return str(file)


def bare_run(binary: str, seconds: float) -> tuple[float, float, list[float]]:
    """Images a second, processor seconds an image, and the milliseconds of each."""
    lines = subprocess.run(["taskset", "-c", "0", binary, NETWORK, PHOTO, str(seconds)], capture_output=True, text=True, check=True).stdout.splitlines()
    count, wall, cpu = lines[1].split()
    return int(count) / float(wall), float(cpu) / int(count), [float(each) for each in lines[2].split()]


def bare(binary: str, seconds: float) -> tuple[float, float]:
    return bare_run(binary, seconds)[:2]


def measure_upload(arguments, folder: pathlib.Path) -> dict:
    server = Server(arguments.aqua, folder / "upload")
    try:
        return compare_upload(arguments, server, upload_script(folder))
    finally:
        server.stop()


def compare_upload(arguments, server: Server, script: str) -> dict:
    """Uploads to that server ÷ the bare loop."""
    wrk(server.url + "/api/v1/predictions/classify", 1, 8, script)
    pairs, refused = [], 0
    for pair in range(arguments.pairs):
        results = {}
        for side in ("ours", "limit") if pair % 2 == 0 else ("limit", "ours"):
            if side == "limit":
                results[side] = bare(arguments.bare, arguments.seconds)
            else:
                before = server.cpu_s()
                rate, outcome = wrk(server.url + "/api/v1/predictions/classify", arguments.seconds, 8, script)
                refused += outcome["refused"]
                results[side] = (rate, (server.cpu_s() - before) / (rate * arguments.seconds))
        pairs.append(results)
    best = max(pair["limit"][0] for pair in pairs)
    good = [pair for pair in pairs if pair["limit"][0] >= 0.9 * best]
    wall = interval([pair["ours"][0] / pair["limit"][0] for pair in good])
    cpu = interval([pair["limit"][1] / pair["ours"][1] for pair in pairs])
    measurable = len(good) >= 0.7 * len(pairs)
    return {"wall_ratio": wall if measurable else None, "cpu_ratio": cpu, "ours_per_s": statistics.median(pair["ours"][0] for pair in pairs), "limit_per_s": statistics.median(pair["limit"][0] for pair in pairs),
            "cpu_ms_per_request": 1000 * statistics.median(pair["ours"][1] for pair in pairs), "pairs": len(pairs), "void": len(pairs) - len(good), "refused": refused}


def percentile(values: list[float], fraction: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(fraction * len(ordered)))]


def plan_arrivals(rate: float, seconds: float) -> list[float]:
    draw, at, plan = random.Random(7), 0.0, []
    while (at := at + draw.expovariate(rate)) < seconds:
        plan.append(at)
    return plan


def ideal_queue(plan: list[float], service_ms: list[float]) -> list[float]:
    """Milliseconds of each arrival in a queue with one server and nothing between."""
    draw, free, times = random.Random(8), 0.0, []
    for arrival in plan:
        free = max(arrival, free) + draw.choice(service_ms) / 1000
        times.append(1000 * (free - arrival))
    return times


class Caller(threading.Thread):
    """Sends what is put into its queue over one connection."""

    def __init__(self, url: str, body: bytes, work: queue.SimpleQueue, times: list[float], late: list[float], headers: dict[str, str]):
        super().__init__(daemon=True)
        self.headers = {"Content-Type": "multipart/form-data; boundary=b"} | headers
        self.host, self.body, self.work, self.times, self.late, self.failed = url.removeprefix("http://"), body, work, times, late, 0

    def run(self):
        connection = http.client.HTTPConnection(self.host, timeout=30)
        while (planned := self.work.get()) is not None:
            self.late.append(time.monotonic() - planned)
            connection.request("POST", "/api/v1/predictions/classify", self.body, self.headers)
            answer = connection.getresponse()
            answer.read()
            self.failed += answer.status != 201
            self.times.append(1000 * (time.monotonic() - planned))


def open_loop(url: str, body: bytes, plan: list[float], warm_up_s: float, headers: dict[str, str] | None = None) -> dict:
    """Milliseconds from the planned instants on; never waits for answers."""
    work, times, late = queue.SimpleQueue(), [], []
    callers = [Caller(url, body, work, times, late, headers or {}) for _ in range(32)]
    for caller in callers:
        caller.start()
    began = time.monotonic() + 0.1
    for arrival in plan:
        time.sleep(max(0.0, began + arrival - time.monotonic()))
        work.put(began + arrival)
    for _ in callers:
        work.put(None)
    for caller in callers:
        caller.join()
    skip = int(len(times) * warm_up_s / plan[-1])
    return {"times": times[skip:], "late": sum(each > 0.001 for each in late) / len(late), "failed": sum(caller.failed for caller in callers)}


def flush_ms(folder: pathlib.Path) -> list[float]:
    """Times of writing and flushing what one record takes in the log of the database: twelve pages."""
    times = []
    with open(folder / "flush", "wb", buffering=0) as file:
        for _ in range(200):
            began = time.monotonic()
            file.write(bytes(12 * 4096))
            os.fdatasync(file.fileno())
            times.append(1000 * (time.monotonic() - began))
    return times


def measure_latency(arguments, folder: pathlib.Path) -> dict:
    os.sched_setaffinity(0, {1})
    upload_script(folder)
    body = (folder / "body").read_bytes()
    server = Server(arguments.aqua, folder / "latency")
    runs = []
    for _ in range(max(3, arguments.pairs // 3)):
        rate, _, service = bare_run(arguments.bare, arguments.seconds)
        plan = plan_arrivals(0.5 * rate, 5 * arguments.seconds)
        ours = open_loop(server.url, body, plan, 2)
        ideal = ideal_queue(plan, service)
        flush = flush_ms(folder)
        runs.append({"ours_p50_ms": percentile(ours["times"], 0.5), "ours_p99_ms": percentile(ours["times"], 0.99), "ideal_p50_ms": percentile(ideal, 0.5), "ideal_p99_ms": percentile(ideal, 0.99),
                     "flush_p50_ms": percentile(flush, 0.5), "flush_p99_ms": percentile(flush, 0.99), "late_fraction": ours["late"], "failed": ours["failed"], "requests": len(plan)})
    server.stop()
    os.sched_setaffinity(0, set(range(os.cpu_count())))
    over = [run["ours_p99_ms"] - run["ideal_p99_ms"] - run["flush_p99_ms"] for run in runs]
    return {"over_ideal_and_flush_p99_ms": statistics.median(over), "void": sum(run["late_fraction"] > 0.01 for run in runs), "runs": runs}


def start_peer(python: str, folder: pathlib.Path) -> tuple[subprocess.Popen, str]:
    """The usual stack on port 18094, when it answers, and a token that it takes."""
    peer = subprocess.Popen(["taskset", "-c", "0", python, ROOT / "bench/usual_stack.py", NETWORK, "18094", folder / "peer.db"], stdout=subprocess.PIPE, text=True)
    token = json.loads(peer.stdout.readline())["token"]
    while True:
        try:
            OPENER.open("http://127.0.0.1:18094/live").read()
            return peer, token
        except OSError:
            if peer.poll() is not None:
                raise SystemExit("the usual stack did not start")
            time.sleep(0.1)


def measure_peer(arguments, folder: pathlib.Path) -> dict:
    """The peer and ours in turns, closed loop, 8 clients."""
    peer, token = start_peer(arguments.peer, folder)
    script = upload_script(folder, {"Authorization": f"Bearer {token}"})
    server = Server(arguments.aqua, folder / "ours")
    own = upload_script(folder / "ours")
    rates = {"ours": [], "peer": []}
    for _ in range(max(3, arguments.pairs // 2)):
        rates["peer"].append(wrk("http://127.0.0.1:18094/api/v1/predictions/classify", arguments.seconds, 8, script)[0])
        rates["ours"].append(wrk(server.url + "/api/v1/predictions/classify", arguments.seconds, 8, own)[0])
    peer.terminate()
    server.stop()
    return {"ratio": interval([ours / theirs for ours, theirs in zip(rates["ours"], rates["peer"])]), "ours_per_s": statistics.median(rates["ours"]), "peer_per_s": statistics.median(rates["peer"])}


def measure_empty(arguments, folder: pathlib.Path) -> dict:
    server = Server(arguments.aqua, folder / "empty")
    echo = subprocess.Popen(["taskset", "-c", "0", arguments.echo, "18093"])
    time.sleep(0.2)
    ratios = []
    for pair in range(arguments.pairs):
        rates = {}
        for side in ("ours", "limit") if pair % 2 == 0 else ("limit", "ours"):
            rates[side] = wrk(server.url + "/live" if side == "ours" else "http://127.0.0.1:18093/", 1, 8)[0]
        ratios.append(rates["ours"] / rates["limit"])
    echo.terminate()
    server.stop()
    return {"ratio": interval(ratios), "pairs": arguments.pairs}


def measure_start(arguments, folder: pathlib.Path) -> dict:
    Server(arguments.aqua, folder / "start").stop()
    ours, limit = [], []
    for _ in range(max(5, arguments.pairs // 2)):
        server = Server(arguments.aqua, folder / "start")
        ours.append(server.start_s)
        memory = server.rss_mb()
        server.stop()
        began = time.monotonic()
        subprocess.run(["taskset", "-c", "0", arguments.bare, NETWORK, PHOTO], capture_output=True, check=True)
        limit.append(time.monotonic() - began)
    server = Server(arguments.aqua, folder / "start")
    before = server.cpu_s()
    time.sleep(5)
    idle = (server.cpu_s() - before) / 5
    server.stop()
    engine = subprocess.Popen(["taskset", "-c", "0", arguments.bare, NETWORK, PHOTO, "2"], stdout=subprocess.DEVNULL)
    time.sleep(1.5)
    engine_memory = int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{engine.pid}/status").read_text()).group(1)) / 1024
    engine.wait()
    return {"start_ms": 1000 * statistics.median(ours), "bare_process_ms": 1000 * statistics.median(limit), "difference_ms": 1000 * (statistics.median(ours) - statistics.median(limit)), "rss_mb": memory, "rss_over_engine_mb": memory - engine_memory, "idle_cpu_fraction": idle}


def fill(state: pathlib.Path, rows: int) -> None:
    """Adds predictions with times a second apart, straight into the file."""
    database = sqlite3.connect(state / "aqua.db")
    tenant, model = database.execute("SELECT tenant_id, id FROM models").fetchone()
    species = [row[0] for row in database.execute("SELECT id FROM fish_species ORDER BY id")]
    draw = random.Random(7)
    metadata = '{"preprocess_id":"p","candidates":[{"label":"a","species":"A","scientific_name":"","confidence":0.9}],"image":{"width":1,"height":1,"format":"JPEG","bytes":1}}'

    def values():
        for i in range(rows):
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(1_600_000_000 + i)) + ".000000Z"
            identifier = f"{(1_600_000_000_000 + 1000 * i) >> 16:08x}-{(1_600_000_000_000 + 1000 * i) & 0xFFFF:04x}-7000-8000-{i:012x}"
            yield identifier, tenant, model, draw.choice(species), "a", 0.9, 4.0, 0, 0.9, 0, metadata, stamp

    database.executemany("INSERT INTO predictions (id, tenant_id, model_id, predicted_species_id, label, confidence, inference_time_ms, rejected, rejection_score, low_confidence, metadata, created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", values())
    database.commit()
    database.close()


def measure_history(arguments, folder: pathlib.Path) -> dict:
    percentiles = {}
    for rows in (10_000, 1_000_000):
        state = folder / f"history{rows}"
        Server(arguments.aqua, state).stop()
        fill(state, rows)
        server = Server(arguments.aqua, state)
        times, cursor, draw = [], "", random.Random(7)
        for _ in range(400):
            began = time.monotonic()
            with OPENER.open(f"{server.url}/api/v1/predictions/history?limit=20{cursor}") as answer:
                answer.read()
                following = answer.headers.get("X-Next-Cursor")
            times.append(time.monotonic() - began)
            cursor = f"&cursor={following}" if following and draw.random() < 0.95 else ""
        server.stop()
        percentiles[rows] = 1000 * statistics.quantiles(times, n=100)[98]
    return {"p99_ms": percentiles, "ratio": percentiles[1_000_000] / percentiles[10_000]}


def circumstances(arguments) -> dict:
    return {"machine": {"cores": os.cpu_count(), "processor": re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text()).group(1)},
            "commit": subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip(), "seconds": arguments.seconds}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--aqua", required=True)
    parser.add_argument("--bare", required=True)
    parser.add_argument("--json", required=True)
    parser.add_argument("--echo")
    parser.add_argument("--peer")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--only", default="upload,latency,peer,empty,start,history")
    arguments = parser.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="aqua-server-bench-"))
    report = circumstances(arguments)
    for name, measure in (("upload", measure_upload), ("latency", measure_latency), ("peer", measure_peer), ("empty", measure_empty), ("start", measure_start), ("history", measure_history)):
        if name not in arguments.only.split(",") or (name == "empty" and not arguments.echo) or (name == "peer" and not arguments.peer):
            continue
        (folder / name).mkdir(exist_ok=True)
        report[name] = measure(arguments, folder)
        print(f"[bench] {name}: {json.dumps(report[name])}", flush=True)
    pathlib.Path(arguments.json).write_text(json.dumps(report, indent=1) + "\n")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
