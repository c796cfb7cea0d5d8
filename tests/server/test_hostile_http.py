"""Requests that no honest client sends, byte by byte: each has its status, and others are served meanwhile."""
import gzip
import json
import re
import socket
import threading
import unittest

from aqua_server import CLASSIFY, HISTORY, PREDICT, Client, SharedServerTest, known_samples, multipart, poll, read_answer

HOST = b"Host: localhost\r\n"
SLOW_CONNECTIONS = 300


def head(line: bytes, *fields: bytes) -> bytes:
    return line + b" HTTP/1.1\r\n" + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def upload(*fields: bytes) -> tuple[bytes, bytes]:
    """Head without framing, and body, of a photo sent to /classify."""
    body, media_type = multipart(("file", known_samples()[0].read_bytes()))
    return head(b"POST " + CLASSIFY.encode(), b"Content-Type: " + media_type.encode(), *fields), body


class MalformedRequestTest(SharedServerTest):
    def assert_refused(self, content: bytes, status: int, end: bool = False):
        answer = self.client.raw(content, end)
        self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), (content[:90], answer[:300]))
        self.assertEqual(len(re.findall(rb"HTTP/1\.1 \d", answer)), 1, answer)
        self.assertIn(b"\r\nConnection: close\r\n", answer)

    def test_two_ways_to_state_the_length_are_refused(self):
        smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
        post = b"POST " + PREDICT.encode()
        json_type = b"Content-Type: application/json"
        for fields in (
            (b"Content-Length: 5", b"Transfer-Encoding: chunked"),
            (b"Transfer-Encoding: chunked", b"Content-Length: 5"),
            (b"Content-Length: 5", b"Content-Length: 6"),
            (b"Content-Length: 5", b"Content-Length: 5"),
            (b"Content-Length: 5, 5",),
            (b"Content-Length: -1",),
            (b"Content-Length: +5",),
            (b"Content-Length: 0x5",),
            (b"Content-Length: 5 ", b"Content-Length: 05"),
            (b"Content-Length: 99999999999999999999",),
            (b"Transfer-Encoding: gzip, chunked",),
            (b"Transfer-Encoding: identity",),
            (b"Transfer-Encoding: chunked, chunked",),
            (b"Transfer-Encoding: xchunked",),
            (b"Transfer-Encoding : chunked",),
            (b"Transfer-Encoding:\x0bchunked",),
        ):
            with self.subTest(fields=fields):
                self.assert_refused(head(post, json_type, *fields) + smuggled, 400)

    def test_heads_that_are_malformed(self):
        for content in (
            b"GET /health HTTP/1.1\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: a\r\nHost: localhost\r\n\r\n",
            b"GET /health HTTP/9.9\r\n" + HOST + b"\r\n",
            b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n",
            b"GET /health HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n",
            b"GET /health HTTP/1.1\r\n" + HOST + b"X\x00: a\r\n\r\n",
            b"GET /health HTTP/1.1\r\n" + HOST + b"no colon\r\n\r\n",
            b"GET /health HTTP/1.1\r\n" + HOST + b": no name\r\n\r\n",
            b"GET  /health HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /health\r\n\r\n",
            b"GET /%zz HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /%00 HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET /%ff HTTP/1.1\r\n" + HOST + b"\r\n",
            b"GET health HTTP/1.1\r\n" + HOST + b"\r\n",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
            b"\xff" * 2000,
        ):
            with self.subTest(content=content[:60]):
                self.assertEqual(self.client.raw_status(content, end=True), 400)
        self.assert_alive()

    def test_a_blank_head_gets_no_answer_of_another(self):
        for content in (b"", b"\r\n", b"GET"):
            self.assertNotIn(b" 200 ", self.client.raw(content, end=True))

    def test_heads_that_are_too_large(self):
        for content in (
            b"GET /" + b"a" * 65536 + b" HTTP/1.1\r\n" + HOST + b"\r\n",
            head(b"GET /health", b"X-Long: " + b"a" * 65536),
            head(b"GET /health", *[b"X-%d: a" % index for index in range(65)]),
            head(b"GET /health", *[b"X-%d: %s" % (index, b"a" * 1000) for index in range(40)]),
        ):
            with self.subTest(content=content[:30]):
                self.assertEqual(self.client.raw_status(content), 431)
        self.assertEqual(self.client.raw_status(head(b"GET /health", b"Connection: close", *[b"X-%d: a" % index for index in range(60)])), 200)

    def test_chunks_that_lie(self):
        first = head(b"POST " + PREDICT.encode(), b"Content-Type: application/json", b"Transfer-Encoding: chunked")
        for body in (
            b"5\r\n{}\r\n0\r\n\r\n",
            b"zz\r\n{}\r\n0\r\n\r\n",
            b"-2\r\n{}\r\n0\r\n\r\n",
            b"2\r\n{}X\r\n0\r\n\r\n",
            b"ffffffffffffffff\r\n{}\r\n0\r\n\r\n",
            b"10000000000000002\r\n{}\r\n0\r\n\r\n",
            b"2\n{}\n0\n\n",
            b"0x2\r\n{}\r\n0\r\n\r\n",
            b" 2\r\n{}\r\n0\r\n\r\n",
            b"2;extension=not taken\r\n{}\r\n0\r\n\r\n",
        ):
            with self.subTest(body=body):
                self.assertIn(self.client.raw_status(first + body, end=True), (400, 413))
        self.assertEqual(self.client.raw_status(first + b"2\r\n{}\r\n", end=True), 400)

    def test_a_body_in_honest_chunks_is_read(self):
        _, body = upload()
        first, _ = upload(b"Transfer-Encoding: chunked", b"Connection: close")
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 997]), body[at : at + 997]) for at in range(0, len(body), 997))
        self.assertEqual(self.client.raw_status(first + chunks + b"0\r\nX-Trailer: x\r\n\r\n"), 201)

    def test_a_chunked_body_without_end_is_cut_at_the_limit(self):
        first, _ = upload(b"Transfer-Encoding: chunked")
        self.assertEqual(self.client.raw_status(first + (b"100000\r\n" + bytes(1 << 20) + b"\r\n") * 12), 413)

    def test_a_body_larger_than_any_is_refused_before_it_comes(self):
        first, _ = upload(b"Content-Length: 900000000000", b"Expect: 100-continue")
        with self.client.socket() as connection:
            connection.sendall(first)
            answer = read_answer(connection, "POST")
            self.assert_error(answer, 413, "body_too_large")

    def test_who_asks_first_is_told_to_go_on(self):
        first, body = upload()
        first = first[:-2] + b"Content-Length: %d\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n" % len(body)
        with self.client.socket() as connection, connection.makefile("rb") as stream:
            connection.sendall(first)
            self.assertEqual(stream.readline(), b"HTTP/1.1 100 Continue\r\n")
            stream.readline()
            connection.sendall(body)
            self.assertEqual(read_answer(stream, "POST").status, 201)

    def test_a_bomb_of_gzip_is_refused(self):
        bomb = gzip.compress(b'{"image_base64":"' + b"A" * (50 << 20) + b'"}', 9)
        answer = self.client.post_json(PREDICT, bomb, **{"Content-Encoding": "gzip"})
        self.assertIn(answer.status, (400, 413), answer.body)
        cut = self.client.post_json(PREDICT, gzip.compress(b"{}")[:-4], **{"Content-Encoding": "gzip"})
        self.assert_error(cut, 400)
        self.assert_error(self.client.post_json(PREDICT, b"{}", **{"Content-Encoding": "br"}), 415, "unsupported_content_encoding")
        fine = self.client.post_json(PREDICT, gzip.compress(json.dumps({"image_base64": "!"}).encode()), **{"Content-Encoding": "gzip"})
        self.assert_error(fine, 422, "validation_failed")


class PipelineTest(SharedServerTest):
    def test_requests_sent_at_once_are_answered_in_order(self):
        first, body = upload()
        first = first[:-2] + b"Content-Length: %d\r\n\r\n" % len(body)
        asked = [b"one", b"two", b"three", b"four"]
        with self.client.socket() as connection, connection.makefile("rb") as stream:
            gets = [head(b"GET /health", b"X-Request-ID: " + name) for name in asked]
            connection.sendall(gets[0] + gets[1] + first + body + gets[2] + head(b"GET /absent") + gets[3])
            answers = [read_answer(stream) for _ in range(6)]
        self.assertEqual([answer.status for answer in answers], [200, 200, 201, 200, 404, 200])
        self.assertEqual([answers[index].header("X-Request-ID") for index in (0, 1, 3, 5)], [name.decode() for name in asked])

    def test_a_fault_ends_the_pipeline(self):
        answer = self.client.raw(head(b"GET /live") + b"GARBAGE\r\n\r\n" + head(b"GET /live"))
        self.assertEqual(re.findall(rb"HTTP/1\.1 (\d+) ", answer), [b"200", b"400"])

    def test_http_1_0_is_answered_and_closed(self):
        answer = self.client.raw(b"GET /health HTTP/1.0\r\n" + HOST + b"\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)


class GoneClientTest(SharedServerTest):
    def test_a_client_that_goes_during_its_upload_leaves_nothing(self):
        before = self.client.history_ids()
        first, body = upload()
        first = first[:-2] + b"Content-Length: %d\r\n\r\n" % len(body)
        for cut in (0, 1, len(body) // 2, len(body) - 1):
            for abort in (False, True):
                with self.client.socket() as connection:
                    if abort:  # closed by a reset
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                    connection.sendall(first + body[:cut])
        self.assert_alive()
        self.assertEqual(self.client.history_ids()[1:], before)

    def test_clients_that_go_during_their_answer_do_no_harm(self):
        first, body = upload()
        first = first[:-2] + b"Content-Length: %d\r\n\r\n" % len(body)
        export = head(b"GET /api/v1/predictions/history.csv")
        for content in [first + body, export, head(b"GET /api/v1/openapi.json") * 50] * 10:
            with self.client.socket() as connection:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                connection.sendall(content)
                if content is export:
                    connection.recv(1)
        self.assert_alive()
        ids = self.client.history_ids()
        self.assertEqual(len(ids), len(set(ids)))


class SlowClientTest(SharedServerTest):
    flags = ("--server.header_timeout=300ms", "--server.body_timeout=600ms", "--server.idle_timeout=500ms")

    def test_half_a_head_and_silence(self):
        self.assertEqual(self.client.raw_status(b"GET /health HTTP/1.1\r\nHost: loc"), 408)

    def test_half_a_body_and_silence(self):
        first, body = upload()
        self.assertEqual(self.client.raw_status(first[:-2] + b"Content-Length: %d\r\n\r\n" % len(body) + body[: len(body) // 2]), 408)

    def test_half_a_chunk_and_silence(self):
        first, _ = upload(b"Transfer-Encoding: chunked")
        self.assertEqual(self.client.raw_status(first + b"400\r\nabc"), 408)

    def test_a_byte_at_a_time_does_not_win_time(self):
        with self.client.socket() as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stop = threading.Event()

            def drip():
                try:
                    for byte in b"GET /health HTTP/1.1\r\nX-Long: " + b"a" * 4000:
                        if stop.wait(0.02):
                            return
                        connection.sendall(bytes([byte]))
                except OSError:
                    pass

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                self.assertEqual(read_answer(connection).status, 408)
            finally:
                stop.set()
                dripping.join()

    def test_a_connection_without_a_request_is_closed_in_silence(self):
        self.assertEqual(self.client.raw(b""), b"")
        with self.client.socket() as connection, connection.makefile("rb") as stream:
            connection.sendall(head(b"GET /live"))
            self.assertEqual(read_answer(stream).status, 200)
            self.assertEqual(stream.read(), b"")


class CrowdTest(SharedServerTest):
    def test_slow_connections_keep_no_one_from_answers_and_take_little_memory(self):
        image = known_samples()[0].read_bytes()
        for _ in range(20):
            self.assertEqual(self.client.classify(image).status, 201)
        before = self.server.resident_bytes()
        first, body = upload()
        slow = [b"GET /health HTTP/1.1\r\nHost: lo", first[:-2] + b"Content-Length: 10000000\r\n\r\n" + body[:200], b""]
        crowd = [self.client.socket() for _ in range(SLOW_CONNECTIONS)]
        try:
            for index, connection in enumerate(crowd):
                connection.sendall(slow[index % len(slow)])
            for _ in range(10):
                self.assertEqual(self.client.classify(image).status, 201)
                self.assertEqual(self.client.get(HISTORY).status, 200)
            grown = self.server.resident_bytes() - before
        finally:
            for connection in crowd:
                connection.close()
        self.assertLess(grown, 32 << 20)
        self.assert_alive()


class ConnectionLimitTest(SharedServerTest):
    flags = ("--server.max_connections=8",)

    def test_connections_over_the_limit_are_told_to_come_back(self):
        crowd = [self.client.socket() for _ in range(8)]
        try:
            for connection in crowd:  # answered once, so that the server surely counts them
                connection.sendall(head(b"GET /live"))
                self.assertEqual(read_answer(connection).status, 200)
            answer = self.client.raw(head(b"GET /live"))
            self.assertTrue(answer.startswith(b"HTTP/1.1 503 "), answer)
            self.assertIn(b"\r\nRetry-After: 1\r\n", answer)
        finally:
            for connection in crowd:
                connection.close()
        poll(self.server.is_ready, "served again")


class OverloadTest(SharedServerTest):
    flags = ("--server.max_queued=1", "--server.compute_threads=1")

    def test_more_work_than_the_queue_holds_is_refused_at_once_and_none_is_lost(self):
        image = known_samples()[0].read_bytes()
        answers, start = [], threading.Barrier(24)

        def classify():
            start.wait()
            answer = Client(self.client.port).classify(image)
            answers.append(answer)

        crowd = [threading.Thread(target=classify) for _ in range(24)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        self.assertEqual(len(answers), 24)
        self.assertLessEqual({answer.status for answer in answers}, {201, 503})
        for answer in answers:
            if answer.status == 503:
                self.assert_error(answer, 503, "overloaded")
        kept = self.client.history_ids()
        self.assertEqual(sorted(kept), sorted(answer.json()["id"] for answer in answers if answer.status == 201))


if __name__ == "__main__":
    unittest.main()
