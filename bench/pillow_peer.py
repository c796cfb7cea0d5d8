#!/usr/bin/env python3
"""Times the Python reference preprocessing (Pillow, numpy) on the benchmark images: what a Python service would pay."""
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "training"))
import preprocess  # noqa: E402


def main(images: pathlib.Path) -> None:
    for folder in ("crops", "phone"):
        paths = sorted((images / folder).glob("*.jpg"))
        for path in paths[:3]:
            preprocess.preprocess(path)
        start = time.perf_counter()
        for path in paths:
            preprocess.preprocess(path)
        print(f"pillow/{folder:<15} {1000 * (time.perf_counter() - start) / len(paths):.3f} ms an image, one core")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
