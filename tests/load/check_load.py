#!/usr/bin/env python3
"""What a load test may answer: check_load.py CSV_PREFIX off|on reads locust's tables and exits 1 on any breach; check_load.py --self-check
proves on good and bad samples that it would."""
import csv
import pathlib
import sys
import tempfile

#: What every run must have called, by method and name.
CALLS = {("POST", "/api/v1/auth/register"), ("POST", "/api/v1/auth/login"), ("GET", "/api/v1/auth/me"), ("GET", "/health"), ("POST", "/api/v1/ml/predict"),
         ("GET", "/api/v1/models/all"), ("GET", "/api/v1/models/active"), ("GET", "/api/v1/predictions/history")}
#: Begins the name of a call that was refused by the limit, as it should be.
REFUSED = "429 "


def fault(status: int, expected: int, retry_after: str | None, limited: bool) -> str:
    """Why this answer is a breach; empty when it is none."""
    if status == expected:
        return ""
    if status != 429:
        return f"answered {status} instead of {expected}"
    if not limited:
        return "429 though the limit is off"
    if not (retry_after or "").isdecimal() or int(retry_after) < 1:
        return f"429 with Retry-After {retry_after!r}"
    return ""


def rows(file: pathlib.Path) -> list[dict]:
    with open(file, newline="") as table:
        return list(csv.DictReader(table))


def check(prefix: str, limited: bool) -> tuple[str, list[str]]:
    """A line about the run, and its breaches."""
    stats = rows(pathlib.Path(f"{prefix}_stats.csv"))
    total = next((row for row in stats if row["Name"] == "Aggregated"), None)
    if total is None:
        return "no requests", ["the table has no sum"]
    calls = [row for row in stats if row is not total]
    refused = sum(int(row["Request Count"]) for row in calls if row["Name"].startswith(REFUSED))
    answered = {(row["Type"], row["Name"]) for row in calls if int(row["Request Count"]) > int(row["Failure Count"])}
    breaches = [f"{row['Method']} {row['Name']}: {row['Error']} ({row['Occurrences']} times)" for row in rows(pathlib.Path(f"{prefix}_failures.csv"))]
    breaches += [f"the client broke: {row['Message']}" for row in rows(pathlib.Path(f"{prefix}_exceptions.csv"))]
    if int(total["Failure Count"]) and not breaches:
        breaches.append(f"{total['Failure Count']} failures")
    breaches += [f"{method} {name} was never answered" for method, name in sorted(CALLS - answered)]
    if limited and refused == 0:
        breaches.append("the limit is on, and nothing was refused")
    if not limited and refused > 0:
        breaches.append("the limit is off, and something was refused")
    line = f"{total['Request Count']} requests, {float(total['Requests/s']):.0f}/s, {refused} refused by the limit, {total['Failure Count']} failed, median {total['50%']} ms, p99 {total['99%']} ms"
    return line, breaches


def sample(folder: str, *, failed: int = 0, refused: int = 0, left_out: str = "", raised: str = "") -> str:
    """Writes what locust would, and returns its prefix."""
    prefix = f"{folder}/sample"
    head = ["Type", "Name", "Request Count", "Failure Count", "Requests/s", "50%", "99%"]
    calls = [[method, name, 10, 0, 1, 5, 9] for method, name in sorted(CALLS) if name != left_out]
    calls[-1][3] = failed
    if refused:
        calls.append(["GET", f"{REFUSED}/api/v1/auth/me", refused, 0, 1, 5, 9])
    calls.append(["", "Aggregated", sum(call[2] for call in calls), failed, 8, 5, 9])
    for table, content in (("stats", [head, *calls]), ("failures", [["Method", "Name", "Error", "Occurrences"], *([["GET", "/health", "answered 500 instead of 200", failed]] if failed else [])]),
                           ("exceptions", [["Message"], *([[raised]] if raised else [])])):
        with open(f"{prefix}_{table}.csv", "w", newline="") as file:
            csv.writer(file).writerows(content)
    return prefix


def self_check() -> list[str]:
    """What was judged wrongly."""
    wrong = []
    for name, limited, good, content in (("good, limit off", False, True, {}), ("good, limit on", True, True, {"refused": 3}), ("a failure", False, False, {"failed": 1}), ("a failure beside refusals", True, False, {"failed": 1, "refused": 3}),
                                         ("a call left out", False, False, {"left_out": "/api/v1/ml/predict"}), ("refused without limit", False, False, {"refused": 1}), ("limit without effect", True, False, {}), ("a broken client", False, False, {"raised": "KeyError"})):
        with tempfile.TemporaryDirectory() as folder:
            if (check(sample(folder, **content), limited)[1] == []) != good:
                wrong.append(name)
    for status, retry_after, limited, good in ((200, None, False, True), (500, None, True, False), (401, None, False, False), (429, "1", False, False), (429, "1", True, True), (429, "0", True, False), (429, None, True, False), (429, "soon", True, False), (429, "-1", True, False)):
        if (fault(status, 200, retry_after, limited) == "") != good:
            wrong.append(f"{status} with Retry-After {retry_after}, limit {'on' if limited else 'off'}")
    return wrong


def main() -> int:
    if sys.argv[1:] == ["--self-check"]:
        wrong = self_check()
        print("\n".join(f"judged wrongly: {each}" for each in wrong) or "good samples pass, bad ones do not")
        return 1 if wrong else 0
    line, breaches = check(sys.argv[1], sys.argv[2] == "on")
    print(f"limit {sys.argv[2]}: {line}")
    for breach in breaches:
        print(f"  breach: {breach}")
    return 1 if breaches else 0


if __name__ == "__main__":
    raise SystemExit(main())
