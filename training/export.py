"""Exports a trained classifier: ONNX file, model.json, card, golden results."""

import csv
import hashlib
import json
import math
import os
import re
import shutil
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch

import card
import dataset
import metrics
from licences import SOURCE_LICENCES, SOURCE_NAMES
from network import ARCHITECTURE, Classifier
from onnx_graph import operators
from preprocess import PREPROCESS, SIZE, preprocess
from species import label_rows

NAME = "fish_species"
VERSION = "v1.0.0"
OPSET = 13
OPERATORS = {"Conv", "Relu", "Add", "Mul", "Sigmoid", "MaxPool", "GlobalAveragePool", "Flatten",
             "Gemm"}
SAMPLE_CONFIDENCE = 0.9
UNKNOWN_PARTS = {"reef": ("f4k",), "river": ("fishcam",), "all": dataset.SOURCES}


@dataclass
class Results:
    """What the shipped model answers on one list of photos."""

    photos: list[dataset.Photo]
    logits: np.ndarray
    probabilities: np.ndarray

    @property
    def confidence(self) -> np.ndarray:
        return self.probabilities.max(1)

    @property
    def predicted(self) -> np.ndarray:
        return self.probabilities.argmax(1)

    def of_sources(self, sources: tuple[str, ...]) -> np.ndarray:
        return np.array([photo.source in sources for photo in self.photos], bool)


@torch.no_grad()
def evaluate(model: Classifier, folder: Path, photos: list[dataset.Photo],
             temperature: float) -> Results:
    """fp32, through the reference preprocessing."""
    parts = []
    for start in range(0, len(photos), 32):
        images = np.stack([preprocess(folder / photo.path) for photo in photos[start:start + 32]])
        parts.append(model(torch.from_numpy(images)).numpy())
    logits = np.concatenate(parts)
    return Results(photos, logits, metrics.softmax(logits, temperature))


def write_onnx(model: Classifier, path: Path) -> None:
    """Folds the normalisation into the convolutions; the batch is the only dynamic axis."""
    torch.onnx.export(
        model, torch.zeros(1, 3, *SIZE), str(path), opset_version=OPSET, do_constant_folding=True,
        input_names=["images"], output_names=["logits"],
        dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}})
    unexpected = operators(path.read_bytes()) - OPERATORS
    if unexpected:
        raise RuntimeError(f"operators beyond the agreed ones in the graph: {sorted(unexpected)}")


def rounded(value):
    """Figures to four digits, recursively."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 4) if isinstance(value, float) else value


def to_json(sidecar: dict) -> str:
    """Indented, with lists of plain values on one line."""
    text = json.dumps(sidecar, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]",
                  lambda match: "[" + re.sub(r"\s*\n\s*", " ", match[1]) + "]", text) + "\n"


def per_source(photos: list[dataset.Photo], probabilities: np.ndarray, target: np.ndarray,
               threshold: float) -> dict[str, dict]:
    figures = {}
    for source in dataset.SOURCES:
        chosen = np.array([photo.source == source for photo in photos], bool)
        if chosen.any():
            part = metrics.summary(probabilities[chosen], target[chosen], threshold)
            figures[source] = {key: part[key] for key in ("images", "accuracy", "macro_recall")}
    return figures


def test_figures(test: Results, unknown: Results, labels: list[str], threshold: float) -> dict:
    target = dataset.targets(test.photos, labels).numpy()
    figures = metrics.summary(test.probabilities, target, threshold)
    figures["per_source"] = per_source(test.photos, test.probabilities, target, threshold)
    figures["unknown"] = {
        part: metrics.unknown_summary(test.confidence[test.of_sources(sources)],
                                      unknown.confidence[unknown.of_sources(sources)], threshold)
        for part, sources in UNKNOWN_PARTS.items()
        if test.of_sources(sources).any() and unknown.of_sources(sources).any()}
    return figures


def choose_sample(test: Results, labels: list[str], folder: Path) -> int:
    """Index of the largest sure and right reef photo (its licence lets us ship it)."""
    target = dataset.targets(test.photos, labels).numpy()
    reef = test.of_sources(("f4k",))
    right = reef & (test.predicted == target) & (test.confidence > SAMPLE_CONFIDENCE)
    if not right.any():  # a smoke run
        return int(np.where(reef, test.confidence, 0).argmax())
    return max(np.flatnonzero(right),
               key=lambda index: ((folder / test.photos[index].path).stat().st_size, -index))


def write_golden(path: Path, results: Results, labels: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "label", "confidence", "logit_max"])
        for photo, logits, confidence, index in zip(
                results.photos, results.logits, results.confidence, results.predicted):
            writer.writerow([photo.path, labels[index], f"{confidence:.6f}", f"{logits.max():.5f}"])


def created_at() -> str:
    """Now, or SOURCE_DATE_EPOCH for a reproducible file."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(seconds), timezone.utc) if seconds \
        else datetime.now(timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def data_entries(folder: Path, photos: list[dataset.Photo], unknown_folder: Path,
                 unknown: list[dataset.Photo]) -> list[dict[str, str]]:
    entries = []
    for source in dataset.SOURCES:
        for name, splits in (("train + val", ("train", "val")), ("test", ("test",))):
            part = [photo for photo in photos if photo.source == source and photo.split in splits]
            entries.append({"name": f"{SOURCE_NAMES[source]}, {name}",
                            "sha256": dataset.data_digest(folder, part),
                            "licence": SOURCE_LICENCES[source]})
    entries.append({"name": "unknown fish (Fish4Knowledge, FishCam), evaluation only",
                    "sha256": dataset.data_digest(unknown_folder, unknown),
                    "licence": f"{SOURCE_LICENCES['f4k']}; {SOURCE_LICENCES['fishcam']}"})
    return entries


def export(model: Classifier, labels: list[str], selected: dict, settings: dict, data: Path,
           root: Path) -> Path:
    """Writes root/models/<name>/<version>/ and root/training/golden/. Returns the model's folder.

    selected: what stage one settled on val (temperature, threshold, val logits).
    """
    folder, unknown_folder = data / "species", data / "species_ood"
    photos = dataset.read_table(folder / "SPLIT.csv")
    unknown_photos = dataset.read_table(unknown_folder / "LIST.csv")
    limit = settings["limit"]
    model = model.cpu().to(memory_format=torch.contiguous_format).eval()
    temperature = round(selected["temperature"], 6)
    threshold = math.floor(selected["threshold"] * 1e6) / 1e6
    test = evaluate(model, folder, dataset.select(photos, ("test",), limit), temperature)
    unknown = evaluate(model, unknown_folder,
                       dataset.select(unknown_photos, ("ood",), limit), temperature)
    val_photos = dataset.select(photos, ("val",), limit)
    val_target = dataset.targets(val_photos, labels).numpy()
    val_probabilities = metrics.softmax(selected["val_logits"], temperature)
    val = metrics.summary(val_probabilities, val_target, threshold)
    val["per_source"] = per_source(val_photos, val_probabilities, val_target, threshold)
    test_metrics = test_figures(test, unknown, labels, threshold)

    target_folder = root / "models" / NAME / VERSION
    target_folder.mkdir(parents=True, exist_ok=True)
    onnx = target_folder / "model.onnx"
    write_onnx(model, onnx)
    sample = choose_sample(test, labels, folder)
    shutil.copyfile(folder / test.photos[sample].path, target_folder / "sample.jpg")
    sidecar = {
        "schema": 1, "name": NAME, "version": VERSION, "task": "classification",
        "architecture": ARCHITECTURE,
        "num_parameters": sum(weight.numel() for weight in model.parameters()),
        "created_at": created_at(),
        "files": [{
            "path": onnx.name, "sha256": hashlib.sha256(onnx.read_bytes()).hexdigest(),
            "bytes": onnx.stat().st_size, "precision": "fp32",
            "engines": ["openvino", "onnxruntime"], "default_for": ["openvino", "onnxruntime"],
            "metrics": {key: test_metrics[key]
                        for key in ("images", "accuracy", "macro_recall", "macro_f1", "ece")}}],
        "inputs": [{"name": "images", "datatype": "FP32", "shape": [-1, 3, *SIZE]}],
        "outputs": [{"name": "logits", "datatype": "FP32", "shape": [-1, len(labels)]}],
        "preprocess": PREPROCESS,
        "labels": label_rows(labels),
        "calibration": {"temperature": temperature},
        "rejection": {"method": "max_probability", "parameters": {}, "threshold": threshold,
                      "known_refused": val["rejected_fraction"]},
        "warmup": {"image": "sample.jpg", "label": labels[test.predicted[sample]],
                   "confidence": float(test.confidence[sample]), "tolerance": 0.02},
        "metrics": {"val": val, "test": test_metrics},
        "data": data_entries(folder, photos, unknown_folder, unknown_photos),
        "licence": "MIT",
    }
    exact = {key: sidecar[key] for key in ("calibration", "rejection", "preprocess")}
    sidecar = {**rounded(sidecar), **exact}
    sidecar["rejection"]["known_refused"] = rounded(val["rejected_fraction"])
    (target_folder / "model.json").write_text(to_json(sidecar), encoding="utf-8")
    target = dataset.targets(test.photos, labels).numpy()
    text = card.model_card(sidecar, settings, test.photos, target, test.predicted, test.confidence)
    (target_folder / "CARD.md").write_text(text, encoding="utf-8")
    golden = root / "training" / "golden"
    write_golden(golden / f"{NAME}-{VERSION}-test.csv", test, labels)
    write_golden(golden / f"{NAME}-{VERSION}-unknown.csv", unknown, labels)
    return target_folder
