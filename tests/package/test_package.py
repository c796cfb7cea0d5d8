"""The package on a bare root filesystem: nothing of this machine but the kernel."""
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def package() -> pathlib.Path:
    version = re.search(r"^project\(aqua VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE).group(1)
    return ROOT / "dist" / f"aqua-{version}-linux-{platform.machine()}"


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package = package()

    def test_every_library_has_its_notice(self):
        notices = self.package / "share/doc/notices"
        package_of = dict(line.split() for line in (notices / "LIBRARIES").read_text().splitlines())
        for library in (self.package / "lib").iterdir():
            with self.subTest(library=library.name):
                if library.name.startswith(("libopenvino", "libtbb")):
                    self.assertTrue(any((notices / "openvino").iterdir()))
                else:
                    self.assertGreater((notices / package_of[library.name] / "copyright").stat().st_size, 100)
        self.assertTrue((self.package / "share/doc/THIRD_PARTY.md").exists())
        self.assertTrue((self.package / "samples/README.md").exists())

    def test_nothing_but_the_c_library_comes_from_the_system(self):
        listing = subprocess.run(["ldd", self.package / "bin/aqua"], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}).stdout
        for line in listing.splitlines():
            name, _, place = line.strip().partition(" => ")
            if place and not place.startswith(str(self.package)):
                self.assertRegex(name, r"^(libc|libm|libdl|libpthread|librt)\.so|^linux-vdso|^/lib64/ld-linux")

    def test_the_archive_holds_the_folder(self):
        archive = self.package.parent / (self.package.name + ".tar.gz")
        names = subprocess.run(["tar", "-tzf", archive], capture_output=True, text=True, check=True).stdout.split()
        self.assertIn(f"{self.package.name}/bin/aqua", names)
        self.assertIn(f"{self.package.name}/models/fish_species/v1.0.0/model.onnx", names)


@unittest.skipUnless(os.getuid() == 0, "needs root for chroot")
class BareSystemTest(unittest.TestCase):
    """Unpacks the archive in a Debian that holds essential packages only."""

    @classmethod
    def setUpClass(cls):
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix="aqua-bare-"))
        cls.root.chmod(0o755)
        subprocess.run(["mmdebstrap", "--quiet", "--variant=essential", "bookworm", cls.root / "debian"], check=True, capture_output=True)
        cls.system = cls.root / "debian"
        subprocess.run(["tar", "-xzf", f"{package()}.tar.gz", "-C", cls.system / "opt"], check=True)
        cls.home = pathlib.Path("/opt") / package().name

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.root, ignore_errors=True)

    def run_inside(self, *arguments):
        """Runs as nobody, with nothing mounted but /proc, by which the loader finds the libraries beside a program."""
        script = f'mount -t proc proc {self.system}/proc && exec chroot --userspec=65534:65534 {self.system} "$@"'
        command = ["unshare", "-m", "-p", "-f", "bash", "-c", script, "bash", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, timeout=120)

    def test_it_classifies_the_samples(self):
        run = self.run_inside(self.home / "bin/aqua", "classify", "--json", self.home / "samples")
        self.assertEqual(run.returncode, 0, run.stderr)
        answers = [json.loads(line) for line in run.stdout.splitlines()]
        self.assertEqual(len(answers), len(list((ROOT / "samples").rglob("*.jpg"))))
        self.assertEqual([answer["path"] for answer in answers if answer["rejected"]], [str(self.home / "samples/unknown_fish.jpg")])

    def test_the_doctor_finds_it_well(self):
        run = self.run_inside(self.home / "bin/aqua", "doctor")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("ok       model", run.stdout)


if __name__ == "__main__":
    unittest.main()
