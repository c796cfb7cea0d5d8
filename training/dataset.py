"""The species photos: split table, image cache, sampling weights."""

import csv
import hashlib
import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from preprocess import SIZE, letterbox, load_rgb

SOURCES = ("f4k", "fishcam", "milkfish")


def default_data() -> Path:
    """AQUA_DATA, or the shared data folder beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("AQUA_DATA") or beside)


@dataclass(frozen=True)
class Photo:
    path: str  # relative to the data set's folder
    label: str
    split: str
    group: str
    source: str


def read_table(path: Path) -> list[Photo]:
    """Reads SPLIT.csv or LIST.csv (which has no groups)."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Photo(row["path"], row["class"], row["split"], row.get("group", ""), row["source"])
                for row in csv.DictReader(file)]


def class_labels(photos: list[Photo]) -> list[str]:
    """Labels in class-index order."""
    return sorted({photo.label for photo in photos})


def select(photos: list[Photo], splits: tuple[str, ...], limit: int = 0) -> list[Photo]:
    """Photos of the splits; limit > 0 keeps that many, evenly spaced so that all classes stay."""
    chosen = [photo for photo in photos if photo.split in splits]
    if 0 < limit < len(chosen):
        chosen = [chosen[index * len(chosen) // limit] for index in range(limit)]
    return chosen


def load_pixels(folder: Path, photos: list[Photo]) -> torch.Tensor:
    """Letterboxed images, [N, 3, 128, 128] uint8."""
    pixels = np.empty((len(photos), 3, *SIZE), np.uint8)
    for index, photo in enumerate(photos):
        pixels[index] = letterbox(load_rgb(folder / photo.path)).transpose(2, 0, 1)
    return torch.from_numpy(pixels)


def targets(photos: list[Photo], labels: list[str]) -> torch.Tensor:
    index_of = {label: index for index, label in enumerate(labels)}
    return torch.tensor([index_of[photo.label] for photo in photos])


def sampling_weights(photos: list[Photo]) -> torch.Tensor:
    """Class total = square root of its photo count; within it 1 / sqrt(photos of the group)."""
    class_sizes = Counter(photo.label for photo in photos)
    group_sizes = Counter((photo.label, photo.group) for photo in photos)
    shares = [group_sizes[photo.label, photo.group] ** -0.5 for photo in photos]
    totals: Counter = Counter()
    for photo, share in zip(photos, shares):
        totals[photo.label] += share
    return torch.tensor([share / totals[photo.label] * class_sizes[photo.label] ** 0.5
                         for photo, share in zip(photos, shares)], dtype=torch.float64)


def data_digest(folder: Path, photos: list[Photo]) -> str:
    """SHA-256 over the lines `path sha256\\n`, sorted by path."""
    digest = hashlib.sha256()
    for path in sorted(photo.path for photo in photos):
        content = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        digest.update(f"{path} {content}\n".encode())
    return digest.hexdigest()
