import argparse
import csv
import hashlib
import json
import tempfile
import unittest
from pathlib import Path

import torch

import dataset
from export import OPERATORS, export
from onnx_graph import operators
from tests.data_required import require_data
from train import Trainer


class Interrupted(Trainer):
    """Stops after the first epoch's checkpoint."""

    def save(self) -> None:
        super().save()
        raise KeyboardInterrupt


class SmokeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_data()
        torch.set_num_threads(1)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.trainer = Trainer(cls.arguments("whole"))
        cls.trainer.run(32)

    @classmethod
    def arguments(cls, out: str) -> argparse.Namespace:
        return argparse.Namespace(
            data=dataset.default_data(), out=Path(cls.folder.name) / out, epochs=1,
            finetune_epochs=1, batch=32, limit=64, seed=3)

    def test_resuming_equals_an_uninterrupted_run(self) -> None:
        with self.assertRaises(KeyboardInterrupt):
            Interrupted(self.arguments("parts")).run(32)
        resumed = Trainer(self.arguments("parts"))
        self.assertEqual(resumed.epoch, 1)
        resumed.run(32)
        for name, value in self.trainer.average.state_dict().items():
            self.assertTrue(torch.equal(value, resumed.average.state_dict()[name]), name)
        self.assertEqual(self.trainer.selected["threshold"], resumed.selected["threshold"])

    def test_other_settings_start_anew(self) -> None:
        arguments = self.arguments("whole")
        arguments.seed = 4
        self.assertEqual(Trainer(arguments).epoch, 0)

    def test_export_is_complete_and_consistent(self) -> None:
        root = Path(self.folder.name) / "root"
        folder = export(self.trainer.average, self.trainer.labels, self.trainer.selected,
                        self.trainer.settings, dataset.default_data(), root)
        sidecar = json.loads((folder / "model.json").read_text("utf-8"))
        onnx = (folder / "model.onnx").read_bytes()
        self.assertEqual(sidecar["files"][0]["sha256"], hashlib.sha256(onnx).hexdigest())
        self.assertEqual(sidecar["files"][0]["bytes"], len(onnx))
        self.assertLessEqual(operators(onnx), OPERATORS)
        self.assertEqual([row["label"] for row in sidecar["labels"]], self.trainer.labels)
        self.assertLessEqual(sidecar["rejection"]["known_refused"], 0.05)
        self.assertTrue((folder / sidecar["warmup"]["image"]).exists())
        self.assertIn("smoke run", (folder / "CARD.md").read_text("utf-8"))
        golden = root / "training" / "golden" / "fish_species-v1.0.0-test.csv"
        with golden.open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 64)
        self.assertLessEqual({row["label"] for row in rows}, set(self.trainer.labels))


if __name__ == "__main__":
    unittest.main()
