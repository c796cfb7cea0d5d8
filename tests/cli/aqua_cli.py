"""Runs the built binary as a user would; shared by the tests of this folder."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("AQUA_BINARY", ROOT / "build/release/bin/aqua"))
SAMPLES = ROOT / "samples"
MODELS = ROOT / "models"
MODEL = MODELS / "fish_species" / "v1.0.0"
NOBODY = 65534


def environment(**changes: str) -> dict[str, str]:
    """The environment without settings of ours, so that the machine's own do not matter."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return clean | changes


def aqua(*arguments, stdin=subprocess.DEVNULL, cwd=None, user=None, **settings) -> subprocess.CompletedProcess:
    if isinstance(stdin, bytes):
        return subprocess.run([BINARY, *arguments], input=stdin, capture_output=True, cwd=cwd, user=user, env=environment(**settings), timeout=120)
    return subprocess.run([BINARY, *arguments], stdin=stdin, capture_output=True, cwd=cwd, user=user, env=environment(**settings), timeout=120)


def json_lines(run: subprocess.CompletedProcess) -> list[dict]:
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def known_samples() -> list[pathlib.Path]:
    return sorted(path for path in SAMPLES.glob("*.jpg") if not path.name.startswith("unknown"))


class CliTest(unittest.TestCase):
    """Gives each test a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.folder.chmod(0o755)

    def write(self, name: str, content: bytes) -> pathlib.Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def copy_models(self) -> pathlib.Path:
        """A copy of the shipped models that a test may spoil; returns the folder of the species model."""
        shutil.copytree(MODELS, self.folder / "models")
        return self.folder / "models" / "fish_species" / "v1.0.0"

    def classify_one(self, path, **settings) -> dict:
        run = aqua("classify", "--json", path, **settings)
        lines = json_lines(run)
        self.assertEqual(len(lines), 1, run)
        return lines[0]

    def assert_advice(self, run: subprocess.CompletedProcess, code: int, *words: str):
        text = run.stderr.decode()
        self.assertEqual(run.returncode, code, text)
        for word in words:
            self.assertIn(word, text)
        self.assertNotIn("internal error", text)
