#!/usr/bin/env python3
"""Builds and runs the whole suite, stage by stage, and closes with one counted line.

    run_tests.py [--only STAGE[,STAGE…]] [--skip STAGE[,STAGE…]] [--list]

Each stage says how long it took. Output of a stage is shown only when it fails (all of it is in build/logs/).
Exit code 0 when everything passed. Needs what scripts/install_dependencies.sh build test train installs.
"""
import argparse
import dataclasses
import os
import pathlib
import re
import subprocess
import sys
import time
import traceback
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build" / "logs"
CORES = str(len(os.sched_getaffinity(0)))
PYTHON = "/usr/bin/python3"
FUZZ_SECONDS = os.environ.get("FUZZ_SECONDS", "20")
# Suites that start threads and hold no vendor library: those are built without the sanitizer and would be blamed.
THREAD_SUITES = "^(OrderedWork|Uuid|Log|Metrics|Trace|Performance|Health|DirectClassifier|InstrumentedClassifier|Reference/|.*Classifier|.*Server|.*Connection|.*WorkerPool|.*CommitQueue|.*Pool|MemoryStore|TieredStore|SingleFlight|MemoryLimiter|KeyRing|TokenCache|PasswordWorkers|Lockout)"

ENVIRONMENT = os.environ | {
    "CCACHE_BASEDIR": str(ROOT),
    "CCACHE_NOHASHDIR": "1",
    "CCACHE_COMPILERCHECK": "content",
    "AQUA_DATA": os.environ.get("AQUA_DATA", str(ROOT.parent / "shared" / "data")),
    "ASAN_OPTIONS": "detect_leaks=1:strict_string_checks=1:detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1",
    "LSAN_OPTIONS": f"suppressions={ROOT}/tests/lsan.supp:print_suppressions=0",
}


@dataclasses.dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


class Stage:
    """Runs commands with their output in one log file."""

    def __init__(self, name: str):
        self.name = name
        self.log = LOGS / f"{name}.log"
        self.log.write_bytes(b"")

    def run(self, *command: str, environment: dict | None = None) -> bool:
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT | (environment or {}), stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode == 0

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def one(self, *command: str) -> Counts:
        return Counts(passed=1) if self.run(*command) else Counts(failed=1)

    def build(self, preset: str, *targets: str) -> bool:
        return self.run("cmake", "--preset", preset) and self.run("cmake", "--build", f"build/{preset}", "-j", CORES, *(["--target", *targets] if targets else []))

    def ctest(self, preset: str, *arguments: str) -> Counts:
        report = LOGS / f"{self.name}.xml"
        report.unlink(missing_ok=True)
        good = self.run("ctest", "--test-dir", f"build/{preset}", "--output-on-failure", "-j", CORES, "--output-junit", str(report), *arguments)
        if not report.exists():
            return Counts(failed=1)
        counts = Counts()
        for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
            status = case.get("status")
            counts += Counts(passed=status == "run", failed=status == "fail", skipped=status not in ("run", "fail"))
        if counts.passed + counts.failed == 0 or (not good and counts.failed == 0):
            counts.failed += 1
        return counts

    def unittest(self, folder: str, top: str) -> Counts:
        good = self.run(PYTHON, "-m", "unittest", "discover", "-v", "-s", folder, "-t", top)
        ran = re.findall(r"^Ran (\d+) tests?", self.text(), re.MULTILINE)
        summary = re.findall(r"^(?:OK|FAILED)(?: \((.*)\))?$", self.text(), re.MULTILINE)
        numbers = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", summary[-1] if summary else "")}
        failed = numbers.get("failures", 0) + numbers.get("errors", 0)
        total = int(ran[-1]) if ran else 0
        if total == 0 or (not good and failed == 0):
            return Counts(failed=1)
        skipped = numbers.get("skipped", 0)
        # An error in setting up a class counts as a failure without a test that ran.
        return Counts(passed=max(0, total - failed - skipped), failed=failed, skipped=skipped)


def sources(*patterns: str) -> list[str]:
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split() if (ROOT / name).exists()]


def check_format(stage: Stage) -> Counts:
    return stage.one("clang-format-14", "--dry-run", "--Werror", *sources("*.cpp", "*.hpp"))


def check_dependencies(stage: Stage) -> Counts:
    return stage.one(PYTHON, "scripts/check_includes.py")


def check_build(stage: Stage) -> Counts:
    """The release build with warnings as errors, and every public header compiled alone."""
    return Counts(passed=1) if stage.build("release") and stage.build("release", "all_verify_interface_header_sets") else Counts(failed=1)


def check_documents(stage: Stage) -> Counts:
    """Generated documents are what the binary prints; relative links in documents lead somewhere; the contract broke nothing."""
    return (stage.one("bash", "-c", "build/release/bin/aqua --config-reference | diff -u docs/config.md -") + stage.one(PYTHON, "scripts/check_links.py")
            + stage.one("bash", "-c", "build/release/bin/aqua --openapi | diff -u api/openapi.json -") + stage.one(PYTHON, "scripts/check_contract.py"))


def check_units(stage: Stage) -> Counts:
    return stage.ctest("release")


def check_training(stage: Stage) -> Counts:
    return stage.unittest("training/tests", "training")


def check_program(stage: Stage) -> Counts:
    return stage.unittest("tests/cli", "tests/cli")


def check_contract(stage: Stage) -> Counts:
    """The check for breaking changes, and a client made from the contract alone that tries to break the server."""
    counts = stage.unittest("tests/contract", "tests/contract")
    return counts + stage.one("scripts/fuzz_api.sh", os.environ.get("API_CASES", "30"))


def check_server(stage: Stage) -> Counts:
    """The server from outside: routes, hostile clients, faults of disks and databases, kill -9."""
    return stage.unittest("tests/server", "tests/server")


def check_load(stage: Stage) -> Counts:
    """Clients of the old system, by locust: with the rate limit off nothing fails, with it on all that is refused says for how long."""
    return stage.one("scripts/load_test.sh")


def check_page(stage: Stage) -> Counts:
    """The page: types and client as generated, checks, unit tests, the build, and a walk in a real browser."""
    counts = stage.one("scripts/build_web.sh")
    return counts if counts.failed else counts + stage.one("scripts/test_web.sh")


def check_parity(stage: Stage) -> Counts:
    return stage.unittest("tests/parity", "tests/parity")


def check_addresses(stage: Stage) -> Counts:
    """AddressSanitizer and UBSan. Without OpenVINO: its TBB opens libraries in a way that the sanitizer refuses."""
    targets = [f"aqua_{module}_test" for module in ("base", "contract", "config", "observe", "sql", "sql_sqlite", "cache", "ratelimit", "auth", "imaging", "inference", "inference_reference", "storage", "audit", "identity", "serving", "http", "api")]
    return stage.ctest("asan", "-LE", "inference_openvino", "-E", "NOT_BUILT|/postgres") if stage.build("asan", *targets) else Counts(failed=1)


def check_threads(stage: Stage) -> Counts:
    targets = ["aqua_base_test", "aqua_observe_test", "aqua_serving_test", "aqua_inference_reference_test", "aqua_http_test", "aqua_storage_test", "aqua_cache_test", "aqua_ratelimit_test", "aqua_auth_test"]
    return stage.ctest("tsan", "-R", THREAD_SUITES) if stage.build("tsan", *targets) else Counts(failed=1)


def check_fuzzing(stage: Stage) -> Counts:
    good = stage.run("scripts/fuzz.sh", FUZZ_SECONDS)
    passed = len(re.findall(r"^\[fuzz\] ok ", stage.text(), re.MULTILINE))
    failed = len(re.findall(r"^\[fuzz\] FAILED ", stage.text(), re.MULTILINE))
    return Counts(passed, failed if failed or good else 1)


def check_package(stage: Stage) -> Counts:
    return stage.one("scripts/package.sh") + stage.unittest("tests/package", "tests/package")


def check_tidy(stage: Stage) -> Counts:
    if not stage.run("cmake", "--preset", "release"):
        return Counts(failed=1)
    return stage.one("run-clang-tidy-14", "-quiet", "-j", CORES, "-p", "build/release", *[str(ROOT / name) for name in sources("src/**/*.cpp", "bench/*.cpp", "bench/**/*.cpp") if "/tests/" not in name])


STAGES = {
    "format": check_format,
    "dependencies": check_dependencies,
    "build": check_build,
    "documents": check_documents,
    "units": check_units,
    "program": check_program,
    "contract": check_contract,
    "page": check_page,
    "server": check_server,
    "load": check_load,
    "parity": check_parity,
    "training": check_training,
    "addresses": check_addresses,
    "threads": check_threads,
    "fuzzing": check_fuzzing,
    "package": check_package,
    "tidy": check_tidy,
}


def main() -> int:
    parser = argparse.ArgumentParser(description="Builds and runs the whole suite.")
    parser.add_argument("--only", default="", help="stages to run, comma-separated")
    parser.add_argument("--skip", default="", help="stages to leave out, comma-separated")
    parser.add_argument("--list", action="store_true", help="list the stages")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(STAGES))
        return 0
    chosen = [name for name in STAGES if (not arguments.only or name in arguments.only.split(",")) and name not in arguments.skip.split(",")]
    if not pathlib.Path(ENVIRONMENT["AQUA_DATA"]).is_dir():
        print(f"[test] NO DATA at {ENVIRONMENT['AQUA_DATA']}: tests on real photos {'FAIL' if os.environ.get('CI') else 'are skipped'}; set AQUA_DATA", flush=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    total, began = Counts(), time.monotonic()
    for name in chosen:
        print(f"[test] {name} …", flush=True)
        start, stage = time.monotonic(), Stage(name)
        try:
            counts = STAGES[name](stage)
        except Exception:  # the line that counts must come whatever breaks
            with stage.log.open("a") as log:
                traceback.print_exc(file=log)
            counts = Counts(failed=1)
        if counts.failed:
            print(stage.text()[-12000:])
        print(f"[test] {name}: {counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped in {time.monotonic() - start:.0f} s", flush=True)
        total += counts
    print(f"[test] all stages took {(time.monotonic() - began) / 60:.1f} minutes; logs in build/logs")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
