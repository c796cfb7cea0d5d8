"""Bad input and faults: each gets a clear error that names the file, and loses nothing else."""
import io
import json
import os
import signal
import struct
import subprocess
import unittest
import zlib

from aqua_cli import BINARY, NOBODY, SAMPLES, CliTest, aqua, environment, json_lines, known_samples
from PIL import Image


def encoded(format_name: str, size=(64, 48), **options) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, format_name, **options)
    return out.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


class BadImageTest(CliTest):
    def assert_refused(self, content: bytes, reason: str, *words: str):
        path = self.write("image.jpg", content)
        answer = self.classify_one(path)
        self.assertEqual(answer["path"], str(path))
        self.assertEqual(answer["error"]["reason"], reason, answer)
        for word in words:
            self.assertIn(word, answer["error"]["message"])
        self.assert_advice(aqua("classify", path), 1, str(path))

    def test_text_is_no_image(self):
        self.assert_refused(b"just some text\n" * 9, "not_an_image")

    def test_an_empty_file_is_named_as_such(self):
        self.assert_refused(b"", "empty", "0 bytes")

    def test_truncated_images_are_refused_wherever_they_end(self):
        photo = Image.open(known_samples()[0])
        progressive = io.BytesIO()
        photo.save(progressive, "JPEG", progressive=True, quality=90, exif=Image.Exif())
        files = {"photo": known_samples()[0].read_bytes(), "progressive": progressive.getvalue()}
        files |= {name: encoded(name) for name in ("JPEG", "PNG", "WEBP")}
        for kind, whole in files.items():
            names = [self.write(f"{kind}/{end:05}.jpg", whole[:end]) for end in range(64, len(whole), 64)]
            answers = json_lines(aqua("classify", "--json", *names))
            self.assertEqual(len(answers), len(names))
            for answer in answers:
                self.assertIn("error", answer, answer["path"])
                self.assertTrue(answer["error"]["message"])

    def test_formats_that_are_not_supported_are_named(self):
        heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
        svg = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
        for content, name in ((encoded("GIF"), "GIF"), (svg, "SVG"), (heic, "HEIC"), (encoded("BMP"), "BMP"), (encoded("TIFF"), "TIFF")):
            with self.subTest(format=name):
                self.assert_refused(content, "unsupported_format", name, "JPEG")

    def test_a_header_of_65500_pixels_is_refused_before_decoding(self):
        jpeg = bytearray(encoded("JPEG"))
        at = jpeg.index(b"\xff\xc0") + 5
        jpeg[at : at + 4] = struct.pack(">HH", 65500, 65500)
        self.assert_refused(bytes(jpeg), "too_large", "8192")

    def test_a_png_bomb_is_refused_at_once_and_without_memory(self):
        header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 5000, 5000, 8, 2, 0, 0, 0))
        bomb = b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", zlib.compress(bytes(5000 * 15001), 9)) + png_chunk(b"IEND", b"")
        self.assert_refused(bomb, "suspicious_compression")

    def test_a_png_with_a_wrong_checksum_is_refused(self):
        whole = encoded("PNG")
        for chunk in (b"IHDR", b"IDAT", b"IEND"):
            with self.subTest(chunk=chunk):
                at = whole.index(chunk)
                length = struct.unpack(">I", whole[at - 4 : at])[0]
                png = bytearray(whole)
                png[at + 4 + length + 3] ^= 1  # the last byte of the chunk's checksum; its content is untouched
                self.assert_refused(bytes(png), "corrupt")

    def test_a_polyglot_is_what_its_first_bytes_say(self):
        jpeg = known_samples()[0].read_bytes()
        self.assert_refused(b"GIF89a" + jpeg, "unsupported_format", "GIF")
        zipped = self.write("with_zip.jpg", jpeg + b"PK\x03\x04" + bytes(500))
        self.assertEqual(self.classify_one(zipped)["label"], self.classify_one(known_samples()[0])["label"])

    def test_small_images_name_the_limit_and_its_setting(self):
        self.assert_refused(encoded("PNG", (15, 90)), "too_small", "16", "imaging.min_side")

    def test_one_bad_image_among_good_ones_spoils_nothing(self):
        good = known_samples()[0]
        bad = self.write("bad.jpg", b"\xff\xd8\xff\xe0 broken")
        run = aqua("classify", "--json", good, bad, good)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(["error" in answer for answer in json_lines(run)], [False, True, False])


class BadPathTest(CliTest):
    def assert_reason(self, path, reason, **settings):
        answer = self.classify_one(path, **settings)
        self.assertEqual(answer["error"]["reason"], reason, answer)

    def test_a_missing_file(self):
        self.assert_reason(self.folder / "absent.jpg", "not_found")

    def test_a_dangling_link(self):
        link = self.folder / "link.jpg"
        link.symlink_to("nowhere.jpg")
        self.assert_reason(link, "dangling_link")

    def test_a_folder_without_images(self):
        self.write("notes.txt", b"text")
        self.assert_reason(self.folder, "no_images")

    def test_a_named_pipe_is_refused_and_does_not_hang(self):
        pipe = self.folder / "pipe.jpg"
        os.mkfifo(pipe)
        self.assert_reason(pipe, "not_a_file")

    def test_a_file_larger_than_the_limit(self):
        self.assert_reason(self.write("large.jpg", bytes(3000)), "too_large", MAX_FILE_SIZE="2000")

    @unittest.skipUnless(os.getuid() == 0, "needs root to become another user")
    def test_an_unreadable_file_and_folder_are_named(self):
        secret = self.write("secret.jpg", known_samples()[0].read_bytes())
        secret.chmod(0)
        closed = self.folder / "closed"
        closed.mkdir(mode=0o700)
        reading = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "cat", BINARY]
        if subprocess.run(reading, capture_output=True).returncode != 0:
            self.skipTest("the checkout is not readable for other users")
        run = aqua("classify", "--json", secret, closed, user=NOBODY)
        self.assertEqual([answer["error"]["reason"] for answer in json_lines(run)], ["unreadable", "unreadable"], run)

    def test_files_that_vanish_while_it_runs_are_named_and_the_rest_is_answered(self):
        image = known_samples()[0].read_bytes()
        names = [self.write(f"{index:04}.jpg", image) for index in range(3000)]
        process = subprocess.Popen([BINARY, "classify", "--json", "--classify.workers=2", self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        first = process.stdout.readline()
        # Nobody reads on, so the full pipe holds the program back long before these files.
        for name in names[2000:]:
            name.unlink()
        rest, errors = process.communicate(timeout=120)
        answers = [json.loads(line) for line in (first + rest).splitlines()]
        self.assertEqual(len(answers), 3000, errors)
        self.assertEqual(process.returncode, 1)
        self.assertTrue(all("error" not in answer for answer in answers[:2000]))
        self.assertEqual({answer["error"]["reason"] for answer in answers[2000:]}, {"not_found"})


class OutputFaultTest(CliTest):
    def test_standard_input_twice_is_wrong_usage(self):
        self.assert_advice(aqua("classify", "-", "-", stdin=known_samples()[0].read_bytes()), 2, "once")

    def test_waiting_for_standard_input_ends_at_once_when_asked_to(self):
        process = subprocess.Popen([BINARY, "classify", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertNotEqual(process.returncode, 0)

    def test_an_error_stream_that_cannot_be_written_stops_nothing(self):
        absent = [self.folder / f"{index}.jpg" for index in range(2000)]
        for target in ("/dev/full", "closed"):
            with self.subTest(target=target), open("/dev/full", "wb") as full:
                command = ["bash", "-c", '"$@" 2>&-' if target == "closed" else '"$@"', "bash", BINARY, "classify", "--json", known_samples()[0]]
                run = subprocess.run(command, stdout=subprocess.PIPE, stderr=full, env=environment(), timeout=60)
                self.assertEqual((run.returncode, len(json_lines(run))), (0, 1))
                run = subprocess.run([*command[:5], "classify", *absent], stdout=subprocess.PIPE, stderr=full, env=environment(), timeout=60)
                self.assertEqual(run.returncode, 1)

    def test_every_command_tells_of_output_that_could_not_be_written(self):
        for arguments in (["--version"], ["--help"], ["--print-config"], ["model", "list"], ["model", "inspect"], ["doctor"], ["completion", "bash"]):
            with self.subTest(arguments=arguments), open("/dev/full", "wb") as full:
                run = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=60)
                self.assertEqual(run.returncode, 1)
                self.assertIn(b"could not be written", run.stderr)

    def many(self, count: int):
        image = known_samples()[0].read_bytes()
        for index in range(count):
            self.write(f"{index:05}.jpg", image)

    def test_a_closed_pipe_stops_quietly_with_one_line(self):
        self.many(2000)
        process = subprocess.Popen([BINARY, "classify", "--json", self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        process.stdout.readline()
        process.stdout.close()
        errors = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 1)
        self.assertIn("the output was closed", errors)
        self.assertLessEqual(len(errors.splitlines()), 2)

    def test_a_full_disk_under_the_output_is_an_error(self):
        with open("/dev/full", "wb") as full:
            run = subprocess.run([BINARY, "classify", "--json", SAMPLES], stdout=full, stderr=subprocess.PIPE, env=environment(), timeout=60)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"disk is full", run.stderr)

    def test_interrupting_prints_what_was_done_and_a_summary(self):
        self.many(3000)
        process = subprocess.Popen([BINARY, "classify", "--json", self.folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
        answers = [json.loads(line) for line in (first + rest).splitlines()]
        self.assertEqual(process.returncode, 130)
        self.assertLess(len(answers), 3000)
        self.assertRegex(errors.decode(), rf"interrupted after {len(answers)} of 3000 images")

    def test_metrics_that_cannot_be_written_are_an_error_after_the_answers(self):
        run = aqua("classify", "--json", "--metrics", self.folder / "absent" / "aqua.prom", known_samples()[0])
        self.assertEqual(len(json_lines(run)), 1)
        self.assert_advice(run, 1, "aqua.prom")


if __name__ == "__main__":
    unittest.main()
