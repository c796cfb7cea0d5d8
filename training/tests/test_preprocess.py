import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

import make_parity_images
import preprocess


def saved(image: Image.Image, kind: str, **options) -> io.BytesIO:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def quadrants() -> Image.Image:
    """Red, green / blue, white: every turn and mirror looks different."""
    pixels = np.zeros((48, 64, 3), np.uint8)
    pixels[:24, :32], pixels[:24, 32:] = (200, 0, 0), (0, 200, 0)
    pixels[24:, :32], pixels[24:, 32:] = (0, 0, 200), (200, 200, 200)
    return Image.fromarray(pixels)


class GeometryTest(unittest.TestCase):
    def test_aspect_ratio_becomes_its_square_root(self) -> None:
        # 128 / sqrt(4) = 64; 128 / sqrt(4/3) = 110.85; 128 * sqrt(3/4) = 110.85
        cases = {(400, 100): (128, 64), (100, 400): (64, 128), (50, 50): (128, 128),
                 (4000, 3000): (128, 111), (3000, 4000): (111, 128)}
        for size, expected in cases.items():
            self.assertEqual(preprocess.fitted_size(*size), expected)

    def test_extreme_ratios_keep_a_pixel(self) -> None:
        self.assertEqual(preprocess.fitted_size(100_000, 1), (128, 1))
        self.assertEqual(preprocess.fitted_size(1, 100_000), (1, 128))

    def test_pads_centred_with_the_odd_pixel_below(self) -> None:
        # 111 rows of 128: 8 above, 9 below.
        boxed = preprocess.letterbox(Image.new("RGB", (400, 300), (255, 255, 255)))
        rows = boxed[:, 64, 0]
        self.assertEqual((rows[:8].max(), rows[8], rows[118], rows[119:].max()), (0, 255, 255, 0))

    def test_normalises_to_planes(self) -> None:
        pixels = np.zeros((128, 128, 3), np.uint8)
        pixels[..., 1] = 255
        planes = preprocess.normalise(pixels)
        self.assertEqual(planes.shape, (3, 128, 128))
        self.assertEqual(planes.dtype, np.float32)
        self.assertEqual([planes[0, 0, 0], planes[1, 0, 0]], [-2.0, 2.0])


class ColourTest(unittest.TestCase):
    def test_every_exif_orientation_comes_out_upright(self) -> None:
        upright = np.asarray(quadrants()).astype(int)
        with tempfile.TemporaryDirectory() as folder:
            for orientation in range(1, 9):
                path = Path(folder) / "turned.jpg"
                make_parity_images.save_oriented(quadrants(), path, orientation, quality=95,
                                                 subsampling=0)
                difference = np.asarray(preprocess.load_rgb(path)).astype(int) - upright
                self.assertLess(abs(difference).mean(), 2, orientation)

    def test_orientation_six_turns_clockwise(self) -> None:
        # Stored top left (red) is shown top right.
        tag = Image.Exif()
        tag[0x0112] = 6
        shown = preprocess.load_rgb(saved(quadrants(), "JPEG", exif=tag.tobytes()))
        self.assertEqual(shown.size, (48, 64))
        self.assertGreater(shown.getpixel((40, 5))[0], 150)
        self.assertLess(shown.getpixel((40, 5))[2], 50)

    def test_cmyk_follows_the_plain_formula(self) -> None:
        # (255 - 55) * (255 - 51) / 255 = 160; 255 * 204 / 255 = 204; 0
        ink = np.array([[[55, 0, 255, 51]]], np.uint8)
        self.assertEqual(preprocess.cmyk_to_rgb(ink).tolist(), [[[160, 204, 0]]])

    def test_adobe_cmyk_jpeg_is_not_inverted(self) -> None:
        image = Image.new("CMYK", (32, 32), (0, 0, 0, 51))
        pixel = preprocess.load_rgb(saved(image, "JPEG", quality=95)).getpixel((16, 16))
        self.assertTrue(all(abs(value - 204) <= 2 for value in pixel), pixel)

    def test_alpha_lies_over_black(self) -> None:
        # 200 * 128 / 255 = 100.4
        image = Image.new("RGBA", (8, 8), (200, 100, 255, 128))
        self.assertEqual(preprocess.load_rgb(saved(image, "PNG")).getpixel((0, 0)), (100, 50, 128))

    def test_transparent_palette_entry_turns_black(self) -> None:
        image = Image.new("P", (8, 8), 1)
        image.putpalette([0, 0, 0, 250, 10, 20])
        opaque = preprocess.load_rgb(saved(image, "PNG"))
        clear = preprocess.load_rgb(saved(image, "PNG", transparency=1))
        self.assertEqual(opaque.getpixel((0, 0)), (250, 10, 20))
        self.assertEqual(clear.getpixel((0, 0)), (0, 0, 0))

    def test_sixteen_bit_grey_is_divided_by_257(self) -> None:
        # 1000 / 257 = 3.89; 65535 / 257 = 255; 128 / 257 = 0.498
        wide = np.array([[1000, 65535, 128]] * 3, np.uint16)
        row = np.asarray(preprocess.load_rgb(saved(Image.fromarray(wide), "PNG")))[0]
        self.assertEqual(row.tolist(), [[4] * 3, [255] * 3, [0] * 3])

    def test_embedded_srgb_profile_changes_next_to_nothing(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        image = quadrants()
        converted = preprocess.load_rgb(saved(image, "PNG", icc_profile=profile))
        difference = np.asarray(converted).astype(int) - np.asarray(image)
        self.assertLessEqual(abs(difference).max(), 2)

    def test_broken_or_foreign_profile_is_ignored(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        broken = preprocess.load_rgb(saved(quadrants(), "PNG", icc_profile=b"not a profile"))
        self.assertEqual(broken.tobytes(), quadrants().tobytes())
        ink = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
        ink.info["icc_profile"] = profile
        self.assertEqual(preprocess.to_rgb(ink).getpixel((0, 0)), (255, 255, 255))


class CommandLineTest(unittest.TestCase):
    def test_writes_raw_floats_without_importing_torch(self) -> None:
        script = Path(preprocess.__file__)
        with tempfile.TemporaryDirectory() as folder:
            photo, listed, out = (Path(folder) / name for name in ("a.png", "list", "out.bin"))
            quadrants().save(photo)
            listed.write_text(f"{photo}\n{photo}\n")
            code = ("import runpy, sys; sys.modules['torch'] = None;"
                    f"sys.argv = ['x', '--list', r'{listed}', '--out', r'{out}'];"
                    f"runpy.run_path(r'{script}', run_name='__main__')")
            subprocess.run([sys.executable, "-c", code], check=True)
            values = np.fromfile(out, "<f4").reshape(2, 3, 128, 128)
            np.testing.assert_array_equal(values[1], preprocess.preprocess(photo))


if __name__ == "__main__":
    unittest.main()
