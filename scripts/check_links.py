#!/usr/bin/env python3
"""Checks that relative links in Markdown files lead to files that exist, and that no path of one machine is written down."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MACHINE_PATH = re.compile(r"(?<![A-Za-z0-9_.])/(?:home|root|work|mnt)/\w")


def main() -> int:
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    faults = []
    for name in listed.split():
        path = ROOT / name
        text = path.read_text()
        for target in LINK.findall(text):
            if not re.match(r"[a-z]+:", target) and not (path.parent / target).exists():
                faults.append(f"{name}: the link to {target} leads nowhere")
        faults += [f"{name}: a path of one machine: {match.group(0)}…" for match in MACHINE_PATH.finditer(text)]
    print("\n".join(faults) or "all links lead somewhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
