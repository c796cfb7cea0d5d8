"""Every route with its fields, statuses and headers, as existing clients know them."""
import http.client
import re
import unittest
import uuid

from aqua_server import CLASSIFY, HISTORY, PREDICT, SAMPLES, ServerTest, SharedServerTest, known_samples, multipart

UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
UTC = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
CLASSIFIED = {"id", "species_name", "scientific_name", "confidence", "inference_time_ms", "model_version", "created_at", "optimal_temp_range"}
PREDICTED = {"species", "species_id", "confidence", "inference_time_ms", "model_version", "timestamp"}
PERFORMANCE = {"latency_mean_ms", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "throughput_rps", "error_rate", "total_requests"}
PERFORMANCE |= {"uptime_seconds", "total_errors", "window_size", "metrics_info", "client_error_rate"}


def sample() -> bytes:
    return known_samples()[0].read_bytes()


class SystemRouteTest(SharedServerTest):
    def assert_fields(self, path: str, *fields: str) -> dict:
        answer = self.client.get(path)
        self.assertEqual(answer.status, 200, (path, answer.body))
        self.assertLessEqual(set(fields), set(answer.json()), path)
        return answer.json()

    def test_root_is_json_for_programs(self):
        root = self.assert_fields("/", "message", "version", "docs", "health")
        self.assertEqual((root["docs"], root["health"]), ("/docs", "/health"))

    def test_health_says_what_runs(self):
        health = self.assert_fields("/health", "status", "service", "version", "environment")
        self.assertEqual(health["status"], "healthy")
        self.assertEqual(self.assert_fields("/live")["status"], "alive")
        self.assertEqual(self.assert_fields("/ready")["status"], "ready")

    def test_detailed_health_names_what_is_used(self):
        health = self.assert_fields("/health/detailed", "status", "service", "version", "environment", "checks")
        self.assertLessEqual({"database", "model"}, set(health["checks"]))
        self.assertEqual({check["status"] for check in health["checks"].values() if check["required"]}, {"ok"})

    def test_the_contract_lists_the_routes_and_is_served(self):
        contract = self.assert_fields("/api/v1/openapi.json", "openapi", "paths", "components")
        for path in (CLASSIFY, PREDICT, HISTORY, "/api/v1/models/active", "/api/v1/metrics/performance"):
            self.assertIn(path, contract["paths"])

    def test_documentation_pages_need_nothing_from_elsewhere(self):
        for path in ("/docs", "/redoc"):
            with self.subTest(path=path):
                answer = self.client.get(path)
                if answer.status == 404:
                    self.assert_error(answer, 404, "not_found")
                    continue
                self.assertEqual(answer.status, 200)
                self.assertNotRegex(answer.body.decode(), r"(src|href)=\"https?:")

    def test_every_operation_of_the_contract_that_reads_answers(self):
        for path, operations in self.assert_fields("/api/v1/openapi.json")["paths"].items():
            if "get" in operations and "{" not in path:
                with self.subTest(path=path):
                    self.assertEqual(self.client.get(path).status, 200)

    def test_samples_are_listed_and_served(self):
        listed = self.client.get("/api/v1/samples").json()
        self.assertEqual({row["url"] for row in listed}, {f"/samples/{path.name}" for path in SAMPLES.glob("*.jpg")})
        for row in listed:
            self.assertLessEqual({"name", "url", "species", "credit"}, set(row))
            self.assertTrue(row["credit"])
            picture = self.client.get(row["url"])
            self.assertEqual((picture.status, picture.header("Content-Type")), (200, "image/jpeg"))
            again = self.client.get(row["url"], If_None_Match=picture.header("ETag"))
            self.assertEqual((again.status, again.body), (304, b""))

    def test_files_outside_the_folders_are_not_served(self):
        outside = ["/samples/../README.md", "/samples/%2e%2e/README.md", "/samples/..%2fREADME.md", "/assets/../../etc/passwd", "//etc/passwd"]
        for path in [*outside, "/samples/credits.json"]:
            with self.subTest(path=path):
                self.assertIn(self.client.get(path).status, (400, 404))


class PageTest(ServerTest):
    """A page of our own in place of the built one."""

    def setUp(self):
        super().setUp()
        page = self.folder / "page"
        (page / "assets").mkdir(parents=True)
        (page / "index.html").write_text("<html>the page</html>")
        (page / "docs.html").write_text("<html>the documentation</html>")
        (page / "assets" / "main-1a2b.js").write_text("export {};\n")
        (page / "link.html").symlink_to("/etc/hostname")
        self.client = self.start(f"--api.web_directory={page}").client

    def test_browsers_get_the_page_and_programs_json(self):
        for path in ("/", "/history", "/species", "/model"):
            answer = self.client.get(path, Accept="text/html,application/xhtml+xml")
            self.assertEqual((answer.status, answer.body), (200, b"<html>the page</html>"), path)
            self.assertTrue(answer.header("Content-Type").startswith("text/html"))
            self.assertIn("default-src 'self'", answer.header("Content-Security-Policy"))
        for accept in ("application/json", "*/*"):
            answer = self.client.get("/", Accept=accept)
            self.assertEqual(answer.header("Content-Type"), "application/json")
            self.assertIn("Accept", answer.header("Vary"))

    def test_files_of_the_page_are_served_and_kept(self):
        script = self.client.get("/assets/main-1a2b.js")
        self.assertEqual((script.status, script.body), (200, b"export {};\n"))
        self.assertIn("javascript", script.header("Content-Type"))
        self.assertIn("immutable", script.header("Cache-Control"))
        self.assertEqual(self.client.get("/assets/main-1a2b.js", If_None_Match=script.header("ETag")).status, 304)
        self.assertEqual(self.client.get("/docs").body, b"<html>the documentation</html>")
        for path in ("/redoc", "/assets/absent.js", "/assets/", "/assets/../link.html", "/assets/%2e%2e/index.html"):
            self.assertIn(self.client.get(path).status, (400, 404), path)


class HeaderTest(SharedServerTest):
    def test_the_request_id_is_kept_or_made(self):
        self.assertEqual(self.client.get("/live", X_Request_ID="tank-7.run_3").header("X-Request-ID"), "tank-7.run_3")
        made = {self.client.get("/live").header("X-Request-ID") for _ in range(3)}
        self.assertEqual(len(made), 3)
        for text in made:
            self.assertRegex(text, UUID)

    def test_a_request_id_that_could_harm_a_log_is_replaced(self):
        for bad in ("a b", '"><script>', "x" * 129, "ü".encode().decode("latin-1")):
            with self.subTest(bad=bad):
                self.assertRegex(self.client.get("/live", X_Request_ID=bad).header("X-Request-ID"), UUID)

    def test_the_time_it_took_is_in_seconds(self):
        for path in ("/live", "/absent", HISTORY):
            self.assertRegex(self.client.get(path).header("X-Process-Time"), r"^\d+\.\d{6}$")

    def test_texts_over_a_thousand_bytes_are_compressed_for_those_who_take_it(self):
        plain = self.client.get("/api/v1/openapi.json")
        packed = self.client.get("/api/v1/openapi.json", Accept_Encoding="gzip")
        self.assertIsNone(plain.header("Content-Encoding"))
        self.assertEqual(packed.header("Content-Encoding"), "gzip")
        self.assertIn("Accept-Encoding", packed.header("Vary"))
        self.assertEqual(packed.body, plain.body)
        self.assertLess(int(packed.header("Content-Length")), len(plain.body))
        self.assertIsNone(self.client.get("/live", Accept_Encoding="gzip").header("Content-Encoding"))
        self.assertIsNone(self.client.get("/api/v1/openapi.json", Accept_Encoding="gzip;q=0").header("Content-Encoding"))

    def test_a_trace_goes_on_and_a_malformed_one_is_begun_anew(self):
        trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        parts = self.client.get("/live", traceparent=f"00-{trace}-00f067aa0ba902b7-01").header("traceparent").split("-")
        self.assertEqual((parts[0], parts[1], parts[3]), ("00", trace, "01"))
        self.assertNotEqual(parts[2], "00f067aa0ba902b7")
        self.assertEqual(self.client.get("/live", traceparent=f"00-{trace}-00f067aa0ba902b7-00").header("traceparent")[-2:], "00")
        for bad in (f"00-{'0' * 32}-00f067aa0ba902b7-01", f"ff-{trace}-00f067aa0ba902b7-01", "nonsense"):
            self.assertNotIn(trace, self.client.get("/live", traceparent=bad).header("traceparent"))

    def test_answers_may_not_be_guessed_at_or_kept(self):
        answer = self.client.get("/health")
        self.assertEqual(answer.header("X-Content-Type-Options"), "nosniff")
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        self.assertEqual(answer.header("Content-Type"), "application/json")

    def test_an_unknown_path_and_a_wrong_method_have_the_envelope(self):
        self.assert_error(self.client.get("/absent"), 404, "not_found")
        answer = self.client.request("DELETE", CLASSIFY)
        self.assert_error(answer, 405, "method_not_allowed")
        self.assertEqual(answer.header("Allow"), "POST")
        answer = self.client.request("BREW", "/health")
        self.assertIn(answer.status, (400, 405))
        answer = self.client.request("POST", HISTORY, b"")
        self.assert_error(answer, 405)
        self.assertEqual({name.strip() for name in answer.header("Allow").split(",")}, {"GET", "HEAD"})

    def test_the_path_in_an_error_is_the_one_asked_for(self):
        self.assertEqual(self.client.get("/absent/%C3%BC?x=1").json()["error"]["path"], "/absent/ü")

    def test_head_answers_as_get_without_a_body(self):
        for path in ("/health", "/api/v1/openapi.json"):
            head, get = self.client.request("HEAD", path), self.client.get(path)
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertEqual(head.header("Content-Type"), get.header("Content-Type"))
            self.assertEqual(head.header("Content-Length"), get.header("Content-Length"))
        self.assertEqual(self.client.request("HEAD", "/absent").status, 404)


class LocalOnlyTest(SharedServerTest):
    """Other hosts and origins: pages elsewhere must not use a server on this machine."""

    def test_a_foreign_host_name_is_refused(self):
        for host in ("evil.example", f"evil.example:{self.client.port}", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "169.254.169.254"):
            with self.subTest(host=host):
                self.assert_error(self.client.get("/health", Host=host), 403, "foreign_host")

    def test_names_of_this_machine_are_fine(self):
        for host in ("localhost", f"localhost:{self.client.port}", "LOCALHOST", "127.0.0.1:1", "[::1]:8000"):
            with self.subTest(host=host):
                self.assertEqual(self.client.get("/health", Host=host).status, 200)

    def test_a_foreign_origin_is_refused_before_anything_is_done(self):
        before = len(self.client.history_ids())
        for origin in ("http://evil.example", "null", f"https://127.0.0.1:{self.client.port}", "http://127.0.0.1:1", "file://"):
            with self.subTest(origin=origin):
                self.assert_error(self.client.classify(sample(), Origin=origin), 403, "foreign_origin")
                self.assert_error(self.client.get(HISTORY, Origin=origin), 403, "foreign_origin")
        self.assertEqual(len(self.client.history_ids()), before)

    def test_a_cross_site_post_is_refused_without_an_origin_too(self):
        self.assert_error(self.client.classify(sample(), **{"Sec-Fetch-Site": "cross-site"}), 403, "foreign_origin")

    def test_the_own_origin_is_fine(self):
        own = f"http://127.0.0.1:{self.client.port}"
        self.assertEqual(self.client.classify(sample(), Origin=own, **{"Sec-Fetch-Site": "same-origin"}).status, 201)


class ClassifyRouteTest(SharedServerTest):
    def test_every_sample_is_named_by_upload(self):
        names = {row["label"]: row for row in self.client.get("/api/v1/predictions/species").json()}
        for path in known_samples():
            with self.subTest(sample=path.name):
                answer = self.client.classify(path.read_bytes())
                self.assertEqual(answer.status, 201, answer.body)
                body = answer.json()
                self.assertLessEqual(CLASSIFIED, set(body))
                self.assertEqual((body["label"], body["rejected"]), (path.stem, False))
                self.assertEqual(body["species_name"], names[path.stem]["name"])
                self.assertEqual(body["species_id"], names[path.stem]["id"])
                self.assertEqual(body["scientific_name"], names[path.stem]["scientific_name"])
                self.assertEqual(set(body["optimal_temp_range"]), {"min", "max"})
                self.assertGreater(body["confidence"], 0.45)
                self.assertGreater(body["inference_time_ms"], 0)
                self.assertRegex(body["id"], UUID)
                self.assertRegex(body["created_at"], UTC)
                self.assertRegex(body["model_version"], r"^v\d+\.\d+\.\d+$")
                self.assertEqual(body["candidates"][0]["label"], path.stem)
                self.assertEqual(body["image"]["bytes"], path.stat().st_size)

    def test_an_unknown_fish_is_said_to_be_unknown(self):
        body = self.client.classify((SAMPLES / "unknown_fish.jpg").read_bytes()).json()
        self.assertEqual((body["species_name"], body["species_id"], body["rejected"]), ("unknown", None, True))
        self.assertIsNone(body["scientific_name"])
        self.assertEqual(len(body["candidates"]), 5)
        predicted = self.client.predict((SAMPLES / "unknown_fish.jpg").read_bytes()).json()
        self.assertEqual((predicted["species"], predicted["species_id"], predicted["rejected"]), ("unknown", None, True))

    def test_predict_gives_probabilities_that_sum_to_one(self):
        image = sample()
        body = self.client.predict(image, return_probabilities=True).json()
        self.assertLessEqual(PREDICTED, set(body))
        self.assertRegex(body["timestamp"], UTC)
        everything = body["all_probabilities"]
        self.assertEqual(len(everything), self.client.get("/api/v1/models/active").json()["total_species"])
        self.assertAlmostEqual(sum(everything.values()), 1, delta=1e-3)
        self.assertAlmostEqual(max(everything.values()), body["confidence"], places=5)
        self.assertEqual(everything[body["species"]], max(everything.values()))
        self.assertFalse(self.client.predict(image).json().get("all_probabilities"))
        self.assertAlmostEqual(self.client.classify(image).json()["confidence"], body["confidence"], places=5)

    def test_predict_answers_the_version_asked_for_or_404(self):
        active = self.client.get("/api/v1/models/active").json()["version"]
        self.assertEqual(self.client.predict(sample(), model_version=active).json()["model_version"], active)
        self.assert_error(self.client.predict(sample(), model_version="v99.0.0"), 404, "version_not_found")
        self.assert_error(self.client.predict(sample(), model_version="1.0.0"), 422, "validation_failed")

    def test_a_thumbnail_is_kept_and_served(self):
        answer = self.client.get(self.client.classify(sample()).json()["thumbnail_url"])
        self.assertEqual((answer.status, answer.header("Content-Type")), (200, "image/jpeg"))
        self.assertTrue(answer.body.startswith(b"\xff\xd8"))

    def test_an_answer_is_recorded_as_it_was_given(self):
        given = self.client.classify(sample()).json()
        kept = self.client.get(f"/api/v1/predictions/{given['id']}")
        self.assertEqual(kept.status, 200)
        for name in set(given) - {"confidence", "rejection_score", "candidates", "inference_time_ms"}:
            self.assertEqual(kept.json()[name], given[name], name)
        self.assertAlmostEqual(kept.json()["confidence"], given["confidence"], places=5)
        self.assertEqual([row["label"] for row in kept.json()["candidates"]], [row["label"] for row in given["candidates"]])

    def test_names_and_media_types_of_the_part_do_not_matter(self):
        first = b'--b\r\nContent-Disposition: form-data; name="file"; filename="../../etc/passwd"\r\nContent-Type: text/plain\r\n\r\n'
        body = first + sample() + b"\r\n--b--\r\n"
        self.assertEqual(self.client.request("POST", CLASSIFY, body, {"Content-Type": "multipart/form-data; boundary=b"}).status, 201)

    def test_unknown_and_malformed_ids(self):
        absent = str(uuid.uuid4())
        self.assert_error(self.client.get(f"/api/v1/predictions/{absent}"), 404, "prediction_not_found")
        self.assert_error(self.client.get(f"/api/v1/predictions/{absent}/thumbnail"), 404, "thumbnail_not_found")
        self.assert_error(self.client.post_json(f"/api/v1/predictions/{absent}/label", {"label": "bream"}), 404, "prediction_not_found")
        for bad in ("7", "not-an-id", absent[:-1], absent + "0", "%00", "'%20OR%201=1--"):
            with self.subTest(id=bad):
                self.assertIn(self.client.get(f"/api/v1/predictions/{bad}").status, (400, 422))
        self.assert_error(self.client.get("/api/v1/predictions/7"), 422, "validation_failed")


class ModelRouteTest(SharedServerTest):
    def get(self, path: str, *fields: str):
        answer = self.client.get(path)
        self.assertEqual(answer.status, 200, answer.body)
        row = answer.json()[0] if isinstance(answer.json(), list) else answer.json()
        self.assertLessEqual(set(fields), set(row), path)
        return answer.json()

    def test_models_have_their_fields(self):
        row = ("id", "name", "version", "architecture", "accuracy", "precision_score", "recall_score", "f1_score", "is_active", "created_at")
        active = self.get("/api/v1/models/active", *row, "supported_species", "total_species", "confidence_threshold", "inference_device")
        self.assertEqual((active["name"], len(active["supported_species"])), ("fish_species", active["total_species"]))
        stats = self.get("/api/v1/models/stats", "total_models", "active_models", "total_predictions", "average_confidence", "confidence_distribution")
        self.assertEqual(set(stats["confidence_distribution"]), {"high", "medium", "low"})
        fields = ("status", "model_loaded", "model_name", "model_version", "supported_species", "inference_device", "ready_for_predictions")
        health = self.get("/api/v1/models/health", *fields)
        self.assertTrue(health["ready_for_predictions"])
        rows = self.get("/api/v1/models/all", *row, "total_predictions")
        self.assertEqual([row["id"] for row in rows if row["is_active"]], [active["id"]])

    def test_ml_models_have_their_fields(self):
        fields = ("version", "architecture", "num_parameters", "checksum", "loaded_at", "performance_metrics", "is_active")
        listed = self.get("/api/v1/ml/models", *fields)
        one = self.get(f"/api/v1/ml/models/{listed[0]['version']}", *fields)
        self.assertEqual(one, listed[0])
        self.assertEqual(set(one["performance_metrics"]), {"accuracy", "f1_score"})
        self.assertRegex(one["checksum"], r"^[0-9a-f]{64}$")
        self.assert_error(self.client.get("/api/v1/ml/models/v99.0.0"), 404, "version_not_found")
        self.assert_error(self.client.get("/api/v1/ml/models/newest"), 422, "validation_failed")

    def test_species_have_their_fields_and_no_invented_temperatures(self):
        rows = self.get("/api/v1/predictions/species", "id", "name", "scientific_name", "description", "optimal_temperature_range")
        for row in rows:
            self.assertEqual(set(row["optimal_temperature_range"]), {"min", "max"})
            if row["source"] is None:
                self.assertEqual(row["optimal_temperature_range"], {"min": None, "max": None})


class MetricsTest(SharedServerTest):
    def test_old_names_are_exported_and_count(self):
        self.client.classify(sample())
        self.client.get("/absent")
        answer = self.client.get("/metrics")
        self.assertTrue(answer.header("Content-Type").startswith("text/plain"))
        text = answer.body.decode()
        for name in ("http_requests_total", "http_request_duration_seconds", "model_predictions_total", "model_prediction_duration_seconds"):
            self.assertRegex(text, rf"(?m)^# TYPE {name} ")
        for name in ("database_connections_active", "database_query_duration_seconds"):
            self.assertRegex(text, rf"(?m)^# TYPE {name} ")
        self.assertRegex(text, rf'(?m)^http_requests_total\{{[^}}]*endpoint="{CLASSIFY}"[^}}]*status="201"[^}}]*\}} [1-9]')
        self.assertRegex(text, r"(?m)^model_predictions_total(\{[^}]*\})? [1-9]")

    def test_paths_of_clients_make_no_new_series(self):
        for index in range(50):
            self.client.get(f"/absent/{index}")
            self.client.get(f"/api/v1/predictions/{uuid.uuid4()}")
        text = self.client.get("/metrics").body.decode()
        self.assertNotIn("/absent/", text)
        self.assertIn('endpoint="/api/v1/predictions/{id}"', text)

    def test_the_performance_window_counts_and_is_emptied(self):
        self.assertEqual(self.client.request("POST", "/api/v1/metrics/performance/reset").status, 200)
        for _ in range(5):
            self.client.get(HISTORY)
        self.client.get("/api/v1/predictions/7")
        body = self.client.get("/api/v1/metrics/performance").json()
        self.assertLessEqual(PERFORMANCE, set(body))
        self.assertEqual((body["total_requests"], body["window_size"], body["total_errors"], body["error_rate"]), (6, 6, 0, 0))
        self.assertAlmostEqual(body["client_error_rate"], 1 / 6, places=4)
        self.assertLessEqual(body["latency_p50_ms"], body["latency_p95_ms"])
        self.assertLessEqual(body["latency_p95_ms"], body["latency_p99_ms"])
        answer = self.client.request("POST", "/api/v1/metrics/performance/reset")
        self.assertEqual(answer.status, 200)
        self.assertLessEqual({"message", "timestamp"}, set(answer.json()))
        self.assertEqual(self.client.get("/api/v1/metrics/performance").json()["total_requests"], 0)

    def test_metrics_can_be_switched_off(self):
        server = self.start("--metrics.enabled=false")
        self.assert_error(server.client.get("/metrics"), 404, "not_found")


class KeptConnectionTest(SharedServerTest):
    def test_many_requests_share_a_connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.client.port, timeout=30)
        self.addCleanup(connection.close)
        body, media_type = multipart(("file", sample()))
        for _ in range(5):
            connection.request("POST", CLASSIFY, body, {"Content-Type": media_type})
            response = connection.getresponse()
            response.read()
            self.assertEqual((response.status, response.will_close), (201, False))
            connection.request("GET", "/absent")
            response = connection.getresponse()
            response.read()
            self.assertEqual((response.status, response.will_close), (404, False))


if __name__ == "__main__":
    unittest.main()
