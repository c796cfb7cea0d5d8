"""Runs every command of docs/api.md against a real server and looks for what it says it prints."""
import re
import subprocess
import unittest

from aqua_server import ROOT, ServerTest


class TourTest(ServerTest):
    def test_every_command_prints_what_the_page_says(self):
        server = self.start()
        blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs/api.md").read_text(), re.MULTILINE | re.DOTALL)
        script, expected = f"BASE=http://127.0.0.1:{server.client.port}\n", []
        for line in "".join(blocks).splitlines():
            if line.startswith("# prints: "):
                expected.append(line.removeprefix("# prints: "))
                script += "echo; echo ---\n"
            elif not line.startswith("BASE="):
                script += line + "\n"
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertGreater(len(expected), 20)
        for wanted, printed in zip(expected, run.stdout.split("\n---\n")):
            self.assertIn(wanted, printed)


if __name__ == "__main__":
    unittest.main()
