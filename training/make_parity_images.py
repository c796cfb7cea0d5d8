"""Makes the 200 images on which the C++ preprocessing is compared with preprocess.py.

Deterministic. Writes the images and OUT_DIR/list.csv (path, kind; paths relative to OUT_DIR).
Needs numpy, PIL and the data (AQUA_DATA).
"""

import argparse
import csv
import os
import shutil
import sys
from pathlib import Path
from typing import Callable

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
SEED = 20240607
ORIENTATION_TAG = 0x0112
SIDE_MIN = 25
PHONE_SIZE = (4000, 3000)

# Turns an upright picture into the stored one of each EXIF orientation.
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270,
}


def save_oriented(image: Image.Image, path: Path, orientation: int, **options) -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    stored = image.transpose(STORED_AS[orientation]) if orientation in STORED_AS else image
    stored.save(path, "JPEG", exif=exif.tobytes(), **options)


def phone(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    """4000 x 3000 stored pixels; every second is tagged as turned."""
    orientation = (1, 6, 1, 3, 1, 8)[index % 6]
    upright = PHONE_SIZE if orientation in (1, 3) else PHONE_SIZE[::-1]
    wide = np.asarray(image.resize(upright, Image.BICUBIC)).astype(np.int16)
    wide += random.integers(-6, 7, wide.shape, np.int16)
    grainy = Image.fromarray(np.clip(wide, 0, 255).astype(np.uint8))
    options = {"quality": 90, "subsampling": 2}
    if orientation == 1:
        grainy.save(path, "JPEG", **options)
    else:
        save_oriented(grainy, path, orientation, **options)


def exif(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    save_oriented(image, path, index % 8 + 1, quality=92)


def cmyk(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    """Replaces a share of the grey by black ink, so that all four channels matter."""
    light = np.asarray(image).astype(np.float64)
    black = (255 - light.max(2)) * (0.3 + 0.07 * index)
    inks = 255 - light * 255 / np.maximum(255 - black, 1)[..., None]
    channels = np.concatenate([inks, black[..., None]], 2)
    Image.fromarray(np.clip(channels + 0.5, 0, 255).astype(np.uint8), "CMYK").save(
        path, "JPEG", quality=92)


def crop25(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    """The shorter side is 25 pixels: square, wide, tall."""
    width, height = ((SIDE_MIN, SIDE_MIN), (image.width, SIDE_MIN),
                     (SIDE_MIN, image.height))[index % 3]
    left = int(random.integers(0, image.width - width + 1))
    top = int(random.integers(0, image.height - height + 1))
    image.crop((left, top, left + width, top + height)).save(path, "JPEG", quality=92)


def grey(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    image.convert("L").save(path, "JPEG", quality=90)


def progressive(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    image.save(path, "JPEG", quality=90, progressive=True, subsampling=index % 3)


def with_alpha(image: Image.Image, alpha: np.ndarray) -> Image.Image:
    result = image.copy()
    result.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    return result


def png(image: Image.Image, path: Path, index: int, random: np.random.Generator) -> None:
    """Twelve pixel formats, one an index."""
    width, height = image.size
    ramp = np.tile(np.linspace(0, 255, width), (height, 1))
    noise = random.integers(0, 256, (height, width))
    binary = np.where(noise < 128, 0, 255)
    wide_grey = np.asarray(image.convert("L")).astype(np.uint16) * 257
    wide_grey = np.clip(wide_grey.astype(np.int32) + noise - 128, 0, 65535).astype(np.uint16)
    make: tuple[Callable[[], tuple[Image.Image, dict]], ...] = (
        lambda: (image, {}),
        lambda: (with_alpha(image, ramp), {}),
        lambda: (with_alpha(image, noise), {}),
        lambda: (with_alpha(image, binary), {}),
        lambda: (image.quantize(256), {}),
        lambda: (image.quantize(16), {"bits": 4}),
        lambda: (image.quantize(64), {"transparency": 5}),
        lambda: (image.quantize(200), {"transparency": bytes(range(200))}),
        lambda: (Image.fromarray(wide_grey), {}),
        lambda: (with_alpha(image.convert("L"), ramp), {}),
        lambda: (image.convert("L"), {}),
        lambda: (image.convert("1"), {}),
    )
    picture, options = make[index]()
    picture.save(path, "PNG", **options)


KINDS: tuple[tuple[str, int, str, Callable | None], ...] = (
    ("plain", 110, "jpg", None), ("phone", 15, "jpg", phone), ("exif", 24, "jpg", exif),
    ("cmyk", 10, "jpg", cmyk), ("crop25", 15, "jpg", crop25), ("grey", 8, "jpg", grey),
    ("progressive", 6, "jpg", progressive), ("png", 12, "png", png))


def make_images(data: Path, out: Path) -> list[tuple[str, str]]:
    """Writes the images. Returns (path relative to out, kind) in order."""
    with (data / "species" / "SPLIT.csv").open(encoding="utf-8", newline="") as file:
        photos = sorted(row["path"] for row in csv.DictReader(file) if row["split"] == "test")
    order = np.random.default_rng(SEED).permutation(len(photos))
    chosen = iter(data / "species" / photos[index] for index in order)
    out.mkdir(parents=True, exist_ok=True)
    listed = []
    for kind, count, suffix, make in KINDS:
        for index in range(count):
            name, source = f"{kind}_{index:03d}.{suffix}", next(chosen)
            if make is None:
                shutil.copyfile(source, out / name)
            else:
                with Image.open(source) as image:
                    make(image.convert("RGB"), out / name, index,
                         np.random.default_rng([SEED, len(listed)]))
            listed.append((name, kind))
    return listed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, metavar="OUT_DIR")
    out = parser.parse_args().out
    data = Path(os.environ.get("AQUA_DATA") or ROOT.parent / "shared" / "data")
    listed = make_images(data, out)
    with (out / "list.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "kind"])
        writer.writerows(listed)
    print(f"{len(listed)} images in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
