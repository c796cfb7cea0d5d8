#!/usr/bin/env python3
"""Makes the images that the benchmarks work on: OUT/crops (photos of fish as they are) and OUT/phone (4000x3000).

Crops come from the species data set when it is there (AQUA_DATA), else from samples/. Fixed seed.
"""
import os
import pathlib
import shutil
import sys

import numpy as np
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
CROPS, PHOTOS = 400, 8


def main(out: pathlib.Path) -> None:
    data = pathlib.Path(os.environ.get("AQUA_DATA", ROOT / "../shared/data"))
    source = data / "species" if (data / "species").is_dir() else ROOT / "samples"
    paths = sorted(source.glob("**/*.jpg"))
    chosen = paths[:: max(1, len(paths) // CROPS)][:CROPS]
    for folder in ("crops", "phone"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    for index, path in enumerate(chosen):
        shutil.copyfile(path, out / "crops" / f"{index:04}.jpg")
    random = np.random.default_rng(20261125)
    for index, path in enumerate(chosen[:: max(1, len(chosen) // PHOTOS)][:PHOTOS]):
        photo = np.asarray(Image.open(path).convert("RGB").resize((4000, 3000), Image.BICUBIC)).astype(np.float32)
        photo += random.normal(0, 6, photo.shape).astype(np.float32)
        Image.fromarray(photo.clip(0, 255).astype(np.uint8)).save(out / "phone" / f"{index}.jpg", quality=90)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
