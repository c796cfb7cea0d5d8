"""Starting, draining, stopping and being refused, as an operator sees it."""
import http.client
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import unittest

from aqua_server import BINARY, CLASSIFY, HISTORY, NOBODY, Client, Server, ServerTest, known_samples, multipart, poll


def sample() -> bytes:
    return known_samples()[0].read_bytes()


class RefusedStartTest(ServerTest):
    def assert_refused(self, code: int, *words: str, flags: tuple[str, ...] = (), user: int | None = None, **options):
        given, said = self.refuse_start(*flags, user=user, **options)
        self.assertEqual(given, code, said)
        for word in words:
            self.assertIn(word, said)
        self.assertNotIn("internal error", said)

    def test_a_port_in_use_is_named(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            self.assert_refused(1, "in use", str(port), API_PORT=str(port))

    def test_an_address_that_is_not_of_this_machine_is_told(self):
        for host in ("192.0.2.1", "example.org"):
            with self.subTest(host=host):
                self.assert_refused(1, host, "cannot be opened", API_HOST=host)

    def test_a_server_open_to_the_network_asks_for_credentials(self):
        for host in ("0.0.0.0", "::"):
            with self.subTest(host=host):
                client = self.start(API_HOST=host).client
                self.assert_error(client.classify(sample()), 401, "credentials_missing")
                self.assertEqual(client.get("/health").status, 200)

    def test_roles_that_are_not_there_are_refused(self):
        for role in ("ml", "worker", "pipeline", "nonsense"):
            with self.subTest(role=role):
                self.assert_refused(2, role, "all-in-one", role=role)

    def test_the_api_role_serves_too(self):
        self.assertEqual(self.start(role="api").client.classify(sample()).status, 201)

    def test_settings_out_of_range_are_all_named(self):
        self.assert_refused(2, "server.header_timeout", "api.port", flags=("--server.header_timeout=1ms", "--api.port=99999"))
        self.assert_refused(2, "server.nonsense", flags=("--server.nonsense=1",))

    def test_a_database_url_of_another_kind_is_refused(self):
        for url in ("mysql://localhost/aqua", "sqlite://", "sqlite:///"):
            with self.subTest(url=url):
                given, said = self.refuse_start(DATABASE_URL=url)
                self.assertIn(given, (1, 2), said)
                self.assertRegex(said, "DATABASE_URL|database.url")

    def test_missing_models_are_named(self):
        self.assert_refused(1, str(self.folder / "none"), ML_MODEL_BASE_PATH=str(self.folder / "none"))

    def test_a_state_folder_that_is_a_file_is_named(self):
        (self.folder / "file").write_text("x")
        self.assert_refused(1, "AQUA_STATE_DIR", state=self.folder / "file")
        self.assert_refused(1, "AQUA_STATE_DIR", state=self.folder / "file" / "state")

    def test_a_state_folder_that_cannot_be_written_is_named(self):
        closed = self.folder / "closed"
        closed.mkdir()
        closed.chmod(0o555)
        user = None
        if os.getuid() == 0:
            user = NOBODY
            reading = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", BINARY, "--version"]
            if subprocess.run(reading, capture_output=True).returncode != 0:
                self.skipTest("the checkout is not readable for other users")
        self.assert_refused(1, str(closed), "AQUA_STATE_DIR", user=user, state=closed / "state")
        self.assert_refused(1, str(closed), user=user, state=closed)

    def test_a_ports_file_that_cannot_be_written_is_named(self):
        server = self.make()
        server.ports_path = self.folder / "absent" / "ports"
        server.launch()
        self.assertEqual(server.wait(), 1, server.log())
        self.assertIn("absent", server.log())


class KeptClient:
    """Classifies without a pause on one connection until the server says that it closes it."""

    def __init__(self, port: int):
        self.ids: list[str] = []
        self.faults: list[object] = []
        self.ended_by_server = False
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._connection.connect()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        body, media_type = multipart(("file", sample()))
        try:
            while not self.ended_by_server:
                self._connection.request("POST", CLASSIFY, body, {"Content-Type": media_type})
                response = self._connection.getresponse()
                content = response.read()
                if response.status != 201:
                    self.faults.append((response.status, content))
                    return
                self.ids.append(json.loads(content)["id"])
                self.ended_by_server = response.will_close
        except (OSError, http.client.HTTPException) as fault:
            self.faults.append(fault)
        finally:
            self._connection.close()

    def wait(self):
        self._thread.join()


class StopTest(ServerTest):
    def test_requests_in_flight_are_answered(self):
        server = self.start()
        clients = [KeptClient(server.client.port) for _ in range(8)]
        poll(lambda: all(client.ids for client in clients), "load")
        code = server.stop()
        for client in clients:
            client.wait()
        self.assertEqual([client.faults for client in clients], [[]] * 8)
        self.assertTrue(all(client.ended_by_server for client in clients))
        self.assertEqual(code, 0, server.log())
        server.start()
        self.assertEqual(sorted(server.client.history_ids()), sorted(id for client in clients for id in client.ids))

    def test_draining_is_told_and_requests_are_still_taken(self):
        server = self.start("--server.drain_grace=3s")
        server.signal(signal.SIGTERM)
        answer = poll(lambda: (answer := server.client.get("/ready")).status == 503 and answer, "draining")
        self.assertEqual((answer.json()["status"], answer.header("Retry-After")), ("draining", "1"))
        self.assertEqual(server.client.get("/live").status, 200)
        self.assertEqual(server.client.classify(sample()).status, 201)
        self.assertEqual(server.wait(), 0, server.log())

    def test_idle_connections_do_not_hold_up_the_end(self):
        server = self.start()
        idle = [server.client.socket() for _ in range(20)]
        try:
            poll(lambda: server.client.get("/live").status == 200, "served")
            self.assertEqual(server.stop(), 0, server.log())
            self.assertEqual([connection.recv(1) for connection in idle], [b""] * 20)
        finally:
            for connection in idle:
                connection.close()

    def test_a_request_that_never_ends_is_cut_at_the_deadline(self):
        server = self.start("--server.drain_timeout=200ms")
        with server.client.socket() as connection:
            media_type = b"Content-Type: multipart/form-data; boundary=b\r\n"
            connection.sendall(b"POST " + CLASSIFY.encode() + b" HTTP/1.1\r\nHost: localhost\r\n" + media_type + b"Content-Length: 1000\r\n\r\n--b")
            poll(lambda: server.client.get("/live").status == 200, "served")
            self.assertEqual(server.stop(), 1, server.log())
            self.assertIn("cut", server.log())

    def test_a_second_signal_ends_at_once(self):
        server = self.start("--server.drain_grace=60s")
        server.signal(signal.SIGTERM)
        poll(lambda: server.client.get("/ready").status == 503, "draining")
        server.signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 1)

    def test_an_interrupt_stops_as_well(self):
        server = self.start()
        server.signal(signal.SIGINT)
        self.assertEqual(server.wait(), 0, server.log())

    def test_the_ports_file_says_where(self):
        server = self.start()
        ports = json.loads(server.ports_path.read_text())
        self.assertEqual(list(ports), ["api"])
        self.assertEqual(Client(ports["api"]).get("/live").status, 200)
        self.assertIn(f"127.0.0.1:{ports['api']}", server.log())


class LogTest(ServerTest):
    def lines(self, path: pathlib.Path, id: str) -> list[dict]:
        if not path.exists():
            return []
        return [line for line in map(json.loads, path.read_text().splitlines()) if line.get("request_id") == id]

    def test_a_hangup_opens_the_log_anew(self):
        log, old = self.folder / "aqua.log", self.folder / "aqua.log.1"
        server = self.start(f"--log.file={log}", "--log.requests=true")
        server.client.get(HISTORY, X_Request_ID="before")
        poll(lambda: self.lines(log, "before"), "a line of the first request")
        log.rename(old)
        server.signal(signal.SIGHUP)
        poll(log.exists, "a new log")
        server.client.get(HISTORY, X_Request_ID="after")
        line = poll(lambda: self.lines(log, "after"), "a line of the second request")[0]
        self.assertEqual(self.lines(old, "after"), [])
        self.assertEqual((line["method"], line["path"], line["status"]), ("GET", HISTORY, 200))
        self.assertEqual(server.stop(), 0)

    def test_text_of_clients_cannot_forge_lines(self):
        server = self.start("--log.requests=true")
        server.client.get("/absent%0a%7b%22message%22:%22forged%22%7d%0d%1b[31m", X_Request_ID="forger")
        poll(lambda: self.lines(server.log_path, "forger"), "a line")
        self.assertNotIn("\x1b", server.log())
        for line in server.log().splitlines():
            self.assertNotEqual(json.loads(line)["message"], "forged")

    def test_a_log_that_cannot_be_written_is_refused_at_start(self):
        code, said = self.refuse_start(f"--log.file={self.folder}/absent/aqua.log")
        self.assertEqual(code, 1, said)
        self.assertIn("aqua.log", said)


class Collector(http.server.ThreadingHTTPServer):
    """Takes spans as an OTLP collector would."""

    daemon_threads = True

    def __init__(self):
        self.bodies: list[dict] = []
        super().__init__(("127.0.0.1", 0), self.Handler)
        self._thread = threading.Thread(target=self.serve_forever)
        self._thread.start()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.bodies.append({"path": self.path, "content": json.loads(content)})
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    def spans(self) -> list[dict]:
        scopes = [scope for body in self.bodies for resource in body["content"]["resourceSpans"] for scope in resource["scopeSpans"]]
        return [span for scope in scopes for span in scope["spans"]]

    def end(self):
        self.shutdown()
        self._thread.join()
        self.server_close()


class TraceTest(ServerTest):
    TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
    PARENT = "00f067aa0ba902b7"

    def traced(self, *flags: str) -> tuple[Collector, Server]:
        collector = Collector()
        self.addCleanup(collector.end)
        return collector, self.start(f"--trace.otlp_endpoint=http://127.0.0.1:{collector.server_port}/v1/traces", *flags)

    def test_a_span_is_sent_under_the_parent_that_the_client_named(self):
        collector, server = self.traced()
        body, media_type = multipart(("file", sample()))
        headers = {"Content-Type": media_type, "traceparent": f"00-{self.TRACE}-{self.PARENT}-01"}
        answer = server.client.request("POST", CLASSIFY, body, headers)
        self.assertEqual(server.stop(), 0)
        spans = [span for span in collector.spans() if span["traceId"] == self.TRACE]
        self.assertEqual([span["parentSpanId"] for span in spans], [self.PARENT])
        self.assertEqual(spans[0]["spanId"], answer.header("traceparent").split("-")[2])
        self.assertEqual(spans[0]["name"], f"POST {CLASSIFY}")
        self.assertLess(int(spans[0]["startTimeUnixNano"]), int(spans[0]["endTimeUnixNano"]))
        self.assertEqual({body["path"] for body in collector.bodies}, {"/v1/traces"})

    def test_what_is_not_sampled_is_not_sent(self):
        collector, server = self.traced("--trace.sampled_fraction=0")
        server.client.get("/health", traceparent=f"00-{self.TRACE}-{self.PARENT}-00")
        server.client.get("/health")
        server.client.get("/health", traceparent=f"00-{self.TRACE[::-1]}-{self.PARENT}-01")
        self.assertEqual(server.stop(), 0)
        self.assertEqual([span["traceId"] for span in collector.spans()], [self.TRACE[::-1]])

    def test_a_collector_that_is_gone_or_silent_harms_no_one(self):
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            for port in (1, silent.getsockname()[1]):
                with self.subTest(port=port):
                    server = self.start(f"--trace.otlp_endpoint=http://127.0.0.1:{port}/v1/traces")
                    for _ in range(5):
                        self.assertEqual(server.client.classify(sample()).status, 201)
                    self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
