"""Images, JSON and forms meant to harm: each is refused with a reason, and the server goes on as before."""
import base64
import io
import json
import struct
import unittest
import zlib

from aqua_server import CLASSIFY, PREDICT, SharedServerTest, known_samples, multipart
from PIL import Image
from test_bad_input import encoded, png_chunk

PNG_START = b"\x89PNG\r\n\x1a\n"


def sample() -> bytes:
    return known_samples()[0].read_bytes()


def png(width: int, height: int, content: bytes) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG_START + header + png_chunk(b"IDAT", zlib.compress(content, 9)) + png_chunk(b"IEND", b"")


def huge_jpeg() -> bytes:
    jpeg = bytearray(encoded("JPEG"))
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65500, 65500)
    return bytes(jpeg)


def wrong_checksum(chunk: bytes) -> bytes:
    content = bytearray(encoded("PNG"))
    at = content.index(chunk)
    content[at + 4 + struct.unpack(">I", content[at - 4 : at])[0] + 3] ^= 1
    return bytes(content)


def many_scans() -> bytes:
    """A progressive JPEG whose last scan comes back two thousand times."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, "JPEG", progressive=True)
    whole = out.getvalue()
    last = whole.rindex(b"\xff\xda")
    return whole[:-2] + whole[last:-2] * 2000 + whole[-2:]


def truncated() -> list[tuple[str, bytes, str]]:
    photo = io.BytesIO()
    Image.open(known_samples()[0]).save(photo, "JPEG", progressive=True, quality=90)
    wholes = {"photo": sample(), "progressive": photo.getvalue()} | {name: encoded(name) for name in ("JPEG", "PNG", "WEBP")}
    ends = {name: range(1, len(whole) - 2, max(1, len(whole) // 9)) for name, whole in wholes.items()}
    return [(f"{name} cut at {end}", wholes[name][:end], "") for name in wholes for end in ends[name]]


def hostile_images() -> list[tuple[str, bytes, str]]:
    """Name, content and the reason that the answer must give; an empty reason may be any."""
    svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"/>'
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
    set_of_all = [
        ("text", b"just some text\n" * 9, "not_an_image"),
        ("zeros", bytes(5000), "not_an_image"),
        ("svg", svg, "unsupported_format"),
        ("heic", heic, "unsupported_format"),
        ("65500 pixels", huge_jpeg(), "too_large"),
        ("png of 2^31-1 pixels", png(2**31 - 1, 2**31 - 1, b""), "too_large"),
        ("png of no pixels", png(0, 0, b""), ""),
        ("png bomb", png(5000, 5000, bytes(5000 * 15001)), "suspicious_compression"),
        ("gif before a photo", b"GIF89a" + sample(), "unsupported_format"),
        ("31 pixels", encoded("PNG", (31, 90)), "too_small"),
        ("broken jpeg", b"\xff\xd8\xff\xe0 broken", ""),
        ("start of a jpeg again and again", b"\xff\xd8" * 5000, ""),
        ("two thousand scans", many_scans(), ""),
    ]
    set_of_all += [(name, encoded(name, (64, 64)), "unsupported_format") for name in ("GIF", "BMP", "TIFF")]
    set_of_all += [(f"checksum of {chunk.decode()}", wrong_checksum(chunk), "corrupt") for chunk in (b"IHDR", b"IDAT", b"IEND")]
    return set_of_all + truncated()


class HostileImageTest(SharedServerTest):
    def test_each_is_refused_with_a_reason_over_both_routes(self):
        for name, content, reason in hostile_images():
            for route, answer in ((CLASSIFY, self.client.classify(content)), (PREDICT, self.client.predict(content))):
                with self.subTest(image=name, route=route):
                    self.assert_error(answer, 422, *([reason] if reason else []))
                    self.assertNotIn("internal", answer.reason())
        self.assert_alive()

    def test_none_of_them_is_recorded(self):
        before = self.client.history_ids()
        for _, content, _ in hostile_images()[:12]:
            self.client.classify(content)
        self.assertEqual(self.client.history_ids(), before)

    def test_bombs_take_no_memory(self):
        bomb = png(5000, 5000, bytes(5000 * 15001))
        self.assert_alive()
        before = self.server.resident_bytes()
        for _ in range(20):
            self.assertEqual(self.client.classify(bomb).status, 422)
        self.assertLess(self.server.resident_bytes() - before, 64 << 20)

    def test_an_empty_file_is_named_as_such(self):
        self.assert_error(self.client.classify(b""), 422, "empty")
        self.assert_error(self.client.predict(b""), 422)

    def test_a_photo_with_an_archive_behind_it_is_that_photo(self):
        answer = self.client.classify(sample() + b"PK\x03\x04" + bytes(500))
        self.assertEqual((answer.status, answer.json()["label"]), (201, known_samples()[0].stem))

    def test_more_than_ten_mebibytes(self):
        large = sample() + bytes(11 << 20)
        self.assert_error(self.client.classify(large), 413, "body_too_large")
        self.assert_error(self.client.predict(large), 413, "body_too_large")
        just_over = sample() + bytes((10 << 20) + 1 - len(sample()))
        self.assert_error(self.client.classify(just_over), 413, "body_too_large")
        self.assert_error(self.client.predict(just_over), 413, "body_too_large")
        self.assertEqual(self.client.classify(just_over[:-1]).status, 201)
        self.assertEqual(self.client.predict(just_over[:-1]).status, 200)

    def test_wrong_base64_is_refused(self):
        right = base64.b64encode(sample()).decode()
        broken = right[:50] + "\n" + right[50:]
        for text in ("%%%%", right[:-3], broken, "data:image/jpeg;base64," + right, right.replace("/", "_"), "=" * 40, right + "====", "é" * 8, ""):
            with self.subTest(text=text[:30]):
                self.assert_error(self.client.post_json(PREDICT, {"image_base64": text}), 422)
        self.assert_alive()


class HostileJsonTest(SharedServerTest):
    def refused(self, content: bytes | dict, *types: str):
        answer = self.client.post_json(PREDICT, content)
        self.assert_error(answer, 422, *types)
        return answer.json()["error"]

    def test_faulty_fields_are_all_named(self):
        error = self.refused({"image_base64": 7, "return_probabilities": "yes", "model_version": "newest", "colour": "red"}, "validation_failed")
        self.assertEqual({fault["pointer"] for fault in error["details"]}, {"/image_base64", "/return_probabilities", "/model_version", "/colour"})
        error = self.refused({}, "validation_failed")
        self.assertEqual([fault["pointer"] for fault in error["details"]], ["/image_base64"])
        self.refused({"image_base64": None}, "validation_failed")

    def test_a_body_that_is_no_object_is_refused(self):
        for content in (b"", b"null", b"[]", b"7", b'"x"', b"true", b"{", b'{"a"}', b"{} {}", b"\xef\xbb\xbf{}", b"NaN", b"{'a':1}"):
            with self.subTest(content=content):
                self.refused(content)

    def test_a_field_given_twice_is_refused(self):
        text = base64.b64encode(sample()).decode()
        self.refused(f'{{"image_base64":"{text}","image_base64":"{text}"}}'.encode())

    def test_a_depth_of_100000_is_refused(self):
        for opening in (b"[", b'{"a":'):
            self.refused(opening * 100_000)
            self.refused(b'{"image_base64":' + opening * 100_000)
        self.assert_alive()

    def test_text_that_is_not_utf8_is_refused(self):
        texts = [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"\\ud800"]
        for content in [*(b'{"image_base64":"' + text + b'"}' for text in texts), b'{"\xff":1}']:
            with self.subTest(content=content):
                self.refused(content)

    def test_nul_is_refused(self):
        version = b'{"model_version":"v1.0.0\\u0000","image_base64":"aaaa"}'
        for content in (b'{"image_base64":"a\x00b"}', b'{"image_base64":"a\\u0000b"}', b"\x00", b'{"image_base64\x00":"a"}', version):
            with self.subTest(content=content):
                self.refused(content)

    def test_numbers_out_of_all_bounds_are_refused(self):
        for number in (b"1e999999", b"9" * 5000, b"-0.0e-99999", b"0x10", b"01"):
            with self.subTest(number=number[:10]):
                self.refused(b'{"image_base64":' + number + b"}")

    def test_a_hundred_thousand_fields_are_refused(self):
        self.refused(json.dumps({f"field{index}": index for index in range(100_000)}).encode())
        self.assert_alive()

    def test_other_media_types_are_refused(self):
        for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "application/jsonp", ""):
            with self.subTest(media_type=media_type):
                self.assert_error(self.client.request("POST", PREDICT, b"{}", {"Content-Type": media_type}), 415, "unsupported_media_type")
        self.assert_error(self.client.request("POST", PREDICT, b"{}"), 415, "unsupported_media_type")
        self.assert_error(self.client.request("POST", PREDICT), 415, "unsupported_media_type")
        self.assertEqual(self.client.request("POST", PREDICT, b"{}", {"Content-Type": "Application/JSON; charset=utf-8"}).status, 422)

    def test_unknown_parameters_are_refused(self):
        self.assert_error(self.client.post_json(PREDICT + "?debug=1", {"image_base64": "aaaa"}), 422, "validation_failed")


class HostileFormTest(SharedServerTest):
    def post(self, body: bytes, media_type: str = "multipart/form-data; boundary=b"):
        return self.client.request("POST", CLASSIFY, body, {"Content-Type": media_type})

    def part(self, name: bytes = b"file", content: bytes | None = None) -> bytes:
        return b'--b\r\nContent-Disposition: form-data; name="' + name + b'"; filename="x.jpg"\r\n\r\n' + (sample() if content is None else content) + b"\r\n"

    def test_forms_that_are_malformed(self):
        whole = self.part() + b"--b--\r\n"
        bare = b'--b\r\nContent-Disposition: form-data; filename="x.jpg"\r\n\r\nabc\r\n--b--\r\n'
        for name, body in (
            ("no end", self.part()),
            ("cut within the photo", whole[:600]),
            ("cut within the header", whole[:30]),
            ("empty", b""),
            ("only a boundary", b"--b"),
            ("text", b"not a form"),
            ("another boundary", whole.replace(b"--b\r\n", b"--c\r\n")),
            ("no name", bare),
            ("no disposition", b"--b\r\n\r\nabc\r\n--b--\r\n"),
            ("a NUL in the name", self.part(b"fi\x00le") + b"--b--\r\n"),
            ("a part header of 64 KiB", b'--b\r\nContent-Disposition: form-data; name="file"\r\nX-Long: ' + b"x" * 65000 + b"\r\n\r\nabc\r\n--b--\r\n"),
        ):
            with self.subTest(form=name):
                self.assert_error(self.post(body), 422)
        self.assert_alive()

    def test_wrong_boundaries(self):
        whole = self.part() + b"--b--\r\n"
        for boundary in ("", '""', "x" * 71, "a\tb", '"b', "b;b"):
            with self.subTest(boundary=boundary):
                answer = self.post(whole, f"multipart/form-data; boundary={boundary}")
                self.assertIn(answer.status, (201, 422) if boundary == "b;b" else (422,), answer.body)
        self.assert_error(self.post(whole, "multipart/form-data"), 422, "multipart_boundary")

    def test_other_fields_and_several_files(self):
        end = b"--b--\r\n"
        self.assert_error(self.post(self.part() * 3 + end), 422, "duplicate_field")
        self.assert_error(self.post(self.part(b"image") + end), 422, "unknown_field")
        self.assert_error(self.post(self.part(b"note") + self.part() + end), 422, "unknown_field")
        self.assert_error(self.post(end), 422)

    def test_ten_thousand_parts(self):
        self.assert_error(self.post(self.part(content=b"x") * 10_000 + b"--b--\r\n"), 422, "multipart_too_many_parts")

    def test_boundaries_within_the_photo_do_no_harm(self):
        near = b"\r\n--aqua-boundar" * 20_000
        body, media_type = multipart(("file", sample() + near))
        self.assertEqual(self.post(body, media_type).status, 201)

    def test_other_media_types_are_refused(self):
        body, _ = multipart(("file", sample()))
        for media_type in ("image/jpeg", "application/json", "multipart/mixed; boundary=aqua-boundary", ""):
            with self.subTest(media_type=media_type):
                self.assert_error(self.post(body, media_type), 415, "unsupported_media_type")


if __name__ == "__main__":
    unittest.main()
