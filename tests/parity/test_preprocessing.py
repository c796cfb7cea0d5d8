"""The C++ preprocessing against the Python reference that training uses, tensor by tensor, and answers on the test split."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import numpy as np
from PIL import Image, ImageOps

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("AQUA_DATA", ROOT / "../shared/data"))
MODEL = ROOT / "models/fish_species/v1.0.0"
BINARY_FOLDER = ROOT / "build/release/bin"
PYTHON = "/usr/bin/python3"

sys.path.insert(0, str(ROOT / "training"))
from preprocess import fitted_size  # noqa: E402


def setUpModule():
    if DATA.is_dir():
        return
    if os.environ.get("CI"):
        raise AssertionError(f"there is no data at {DATA}; set AQUA_DATA")
    raise unittest.SkipTest(f"NO DATA at {DATA}; set AQUA_DATA")


class PreprocessingParityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        folder = pathlib.Path(cls.folder.name)
        subprocess.run([PYTHON, ROOT / "training/make_parity_images.py", folder], check=True, stdout=subprocess.DEVNULL)
        with open(folder / "list.csv", newline="") as file:
            cls.rows = list(csv.DictReader(file))
        paths = folder / "paths.txt"
        paths.write_text("".join(f"{folder / row['path']}\n" for row in cls.rows))
        subprocess.run([PYTHON, ROOT / "training/preprocess.py", "--list", paths, "--out", folder / "python.bin"], check=True)
        subprocess.run([BINARY_FOLDER / "preprocess_dump", MODEL / "model.json", paths, folder / "ours.bin"], check=True)
        shape = (len(cls.rows), -1)
        # Back to the 0–255 scale of the pixels.
        std = np.array(json.loads((MODEL / "model.json").read_text())["preprocess"]["std"], np.float32)
        scale = np.repeat(std, 128 * 128) * 255
        cls.python = np.fromfile(folder / "python.bin", "<f4").reshape(shape) * scale
        cls.ours = np.fromfile(folder / "ours.bin", "<f4").reshape(shape) * scale

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def scaled_by_decoder(self, row) -> bool:
        """Whether the JPEG decoder hands out 1/2 or less: both sides are then at least twice those of the model input."""
        with Image.open(pathlib.Path(self.folder.name) / row["path"]) as image:
            if image.format != "JPEG":
                return False
            width, height = ImageOps.exif_transpose(image).size
        out_width, out_height = fitted_size(width, height)
        return width >= 2 * out_width and height >= 2 * out_height

    def differences(self, scaled: bool) -> dict[str, float]:
        """Largest mean absolute difference of an image, in grey levels of 255, by kind."""
        worst = {}
        for index, row in enumerate(self.rows):
            if self.scaled_by_decoder(row) == scaled:
                difference = float(np.abs(self.python[index] - self.ours[index]).mean())
                worst[row["kind"]] = max(difference, worst.get(row["kind"], 0))
        return worst

    def test_there_are_200_images_of_every_kind(self):
        self.assertEqual(len(self.rows), 200)
        self.assertEqual({row["kind"] for row in self.rows}, {"plain", "phone", "exif", "cmyk", "crop25", "grey", "progressive", "png"})

    def test_images_that_the_decoder_does_not_scale_agree_within_half_a_grey_level(self):
        worst = self.differences(scaled=False)
        print(f"not scaled by the decoder: {worst}", file=sys.stderr)
        self.assertTrue({"plain", "exif", "cmyk", "crop25", "grey", "progressive", "png"} <= set(worst), worst)
        self.assertLessEqual(max(worst.values()), 0.5)

    def test_images_that_the_decoder_scales_agree_within_two_grey_levels(self):
        # The decoder averages blocks of pixels, where Pillow's filter weighs single ones.
        worst = self.differences(scaled=True)
        print(f"scaled by the decoder: {worst}", file=sys.stderr)
        self.assertIn("phone", worst)
        self.assertLessEqual(max(worst.values()), 2.0)


class AnswerParityTest(unittest.TestCase):
    """The binary against PyTorch on the whole test split; training wrote the latter down."""

    @classmethod
    def setUpClass(cls):
        with open(ROOT / "training/golden/fish_species-v1.0.0-test.csv", newline="") as file:
            cls.golden = list(csv.DictReader(file))
        run = subprocess.run([BINARY_FOLDER / "aqua", "classify", "--json", *[DATA / "species" / row["path"] for row in cls.golden]], capture_output=True, text=True)
        cls.answers = [json.loads(line) for line in run.stdout.splitlines()]

    def test_every_photo_was_answered_in_order(self):
        self.assertEqual([answer["path"] for answer in self.answers], [str(DATA / "species" / row["path"]) for row in self.golden])

    def test_classes_agree_on_99_5_percent_at_least(self):
        agreeing = sum(answer["label"] == row["label"] for answer, row in zip(self.answers, self.golden))
        print(f"same class as PyTorch: {agreeing} of {len(self.golden)}", file=sys.stderr)
        self.assertGreaterEqual(agreeing / len(self.golden), 0.995)

    def test_confidences_agree_within_two_points_nearly_always(self):
        far = sum(abs(answer["confidence"] - float(row["confidence"])) > 0.02 for answer, row in zip(self.answers, self.golden) if answer["label"] == row["label"])
        self.assertLessEqual(far / len(self.golden), 0.01)

    def test_evaluate_reports_what_training_measured(self):
        run = subprocess.run([BINARY_FOLDER / "aqua", "model", "evaluate", "fish_species@v1.0.0", "--data", DATA / "species", "--split", "test", "--unknown", DATA / "species_ood", "--json"],
                             capture_output=True, text=True, check=True)
        report = json.loads(run.stdout)
        stored = json.loads((MODEL / "model.json").read_text())["metrics"]["test"]
        self.assertEqual(report["images"], stored["images"])
        for name in ("accuracy", "macro_recall", "macro_f1", "ece", "rejected_fraction"):
            with self.subTest(figure=name):
                self.assertAlmostEqual(report[name], stored[name], delta=0.005)
        self.assertAlmostEqual(report["unknown"]["auroc"], stored["unknown"]["all"]["auroc"], delta=0.005)


if __name__ == "__main__":
    unittest.main()
