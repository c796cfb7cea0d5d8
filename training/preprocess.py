"""Reference preprocessing `sqrt-letterbox-128-v1`: an image file to a [3, 128, 128] float32 tensor.

The C++ imaging module reimplements exactly this; `make_parity_images.py` makes the images that
compare the two. Needs only numpy and PIL.
"""

import argparse
import io
import math
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

# The `preprocess` object of model.json.
PREPROCESS = {
    "id": "sqrt-letterbox-128-v1",
    "color": "RGB",
    "resize": "sqrt_aspect_letterbox",
    "size": [128, 128],
    "interpolation": "bilinear",
    "antialias": True,
    "mean": [0.5, 0.5, 0.5],
    "std": [0.25, 0.25, 0.25],
    "layout": "NCHW",
    "pad": [0, 0, 0],
}
SIZE = PREPROCESS["size"]
PAD = tuple(PREPROCESS["pad"])
PIXELS_MAX = 200_000_000
SIXTEEN_BIT_MODES = ("I", "I;16", "I;16L", "I;16B")

Image.MAX_IMAGE_PIXELS = PIXELS_MAX


def cmyk_to_rgb(cmyk: np.ndarray) -> np.ndarray:
    """[H, W, 4] uint8, 0 = no ink, to [H, W, 3]: (255 - ink)(255 - black) / 255, rounded."""
    light = 255 - cmyk.astype(np.int32)
    return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)


def composite(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Lays rgb over the pad colour; alpha [H, W] uint8. Rounded to nearest."""
    weight = alpha[..., None].astype(np.int32)
    blended = rgb.astype(np.int32) * weight + np.array(PAD, np.int32) * (255 - weight)
    return ((blended + 127) // 255).astype(np.uint8)


def convert_profile(image: Image.Image, icc: bytes) -> Image.Image:
    """Converts an L, RGB or CMYK image to sRGB, perceptual intent.

    A profile that cannot be read, or of another colour space than the image, is ignored; only a
    grey image may carry an RGB profile.
    """
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = profile.profile.xcolor_space.strip()
        if space == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK"}.get(space) != image.mode:
            return image
        return ImageCms.profileToProfile(
            image, profile, ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image


def to_rgb(image: Image.Image) -> Image.Image:
    """Reduces any PIL image, already turned upright, to 8-bit sRGB without alpha.

    PIL itself reduces 16-bit colour (not grey) to the high byte while decoding.
    """
    icc = image.info.get("icc_profile")
    if image.mode in SIXTEEN_BIT_MODES:
        wide = np.clip(np.asarray(image).astype(np.int64), 0, 65535)
        image = Image.fromarray(((wide + 128) // 257).astype(np.uint8))
    elif image.mode == "1":
        image = image.convert("L")
    alpha = None
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = np.asarray(image)[..., 3]
        image = Image.fromarray(np.ascontiguousarray(np.asarray(image)[..., :3]))
    elif image.mode not in ("L", "RGB", "CMYK"):
        image = image.convert("RGB")
    if icc:
        image = convert_profile(image, icc)
    if image.mode == "CMYK":
        image = Image.fromarray(cmyk_to_rgb(np.asarray(image)))
    image = image.convert("RGB")
    return image if alpha is None else Image.fromarray(composite(np.asarray(image), alpha))


def load_rgb(path: str | Path) -> Image.Image:
    """Decodes one file, upright, 8-bit sRGB."""
    with Image.open(path) as image:
        return to_rgb(ImageOps.exif_transpose(image))


def fitted_size(width: int, height: int) -> tuple[int, int]:
    """Returns (width, height) inside the letterbox: the aspect ratio becomes its square root."""
    box_height, box_width = SIZE
    aspect = math.sqrt(width / height)
    if aspect >= 1:
        return box_width, min(box_height, max(1, math.floor(box_width / aspect + 0.5)))
    return min(box_width, max(1, math.floor(box_height * aspect + 0.5))), box_height


def letterbox(image: Image.Image) -> np.ndarray:
    """Resizes an RGB image into the letterbox. Returns [H, W, 3] uint8."""
    box_height, box_width = SIZE
    width, height = fitted_size(*image.size)
    canvas = Image.new("RGB", (box_width, box_height), PAD)
    resized = image.resize((width, height), Image.BILINEAR)
    canvas.paste(resized, ((box_width - width) // 2, (box_height - height) // 2))
    return np.asarray(canvas)


def normalise(pixels: np.ndarray) -> np.ndarray:
    """[..., H, W, 3] uint8 to [..., 3, H, W] float32: value / 255, minus mean, over std."""
    mean = np.array(PREPROCESS["mean"], np.float32)
    std = np.array(PREPROCESS["std"], np.float32)
    scaled = (pixels.astype(np.float32) / np.float32(255) - mean) / std
    return np.ascontiguousarray(np.moveaxis(scaled, -1, -3))


def preprocess(path: str | Path) -> np.ndarray:
    """The whole chain for one file. Returns [3, 128, 128] float32."""
    return normalise(letterbox(load_rgb(path)))


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes preprocessed images as raw float32.")
    parser.add_argument("--list", required=True, type=Path, help="text file, one image path a line")
    parser.add_argument("--out", required=True, type=Path,
                        help="little-endian float32 [N, 3, 128, 128]")
    arguments = parser.parse_args()
    with arguments.out.open("wb") as out:
        for line in arguments.list.read_text(encoding="utf-8").splitlines():
            if line:
                out.write(preprocess(line).astype("<f4").tobytes())
    return 0


if __name__ == "__main__":
    sys.exit(main())
