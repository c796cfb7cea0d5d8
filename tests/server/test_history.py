"""History, corrections, figures and export over one set of predictions."""
import csv
import io
import unittest
import uuid

from aqua_server import HISTORY, SAMPLES, SharedServerTest, known_samples

LABEL = "/api/v1/predictions/{}/label"


class HistoryTest(SharedServerTest):
    """Each known fish twice and an unknown one three times, classified in this order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        images = [path for path in known_samples() for _ in range(2)] + [SAMPLES / "unknown_fish.jpg"] * 3
        cls.given = [cls.client.classify(path.read_bytes()).json() for path in images]
        cls.ids = [row["id"] for row in reversed(cls.given)]

    def page(self, query: str = ""):
        answer = self.client.get(HISTORY + query)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json(), answer.header("X-Next-Cursor")

    def test_the_newest_ten_come_first(self):
        rows, cursor = self.page()
        self.assertEqual([row["id"] for row in rows], self.ids[:10])
        self.assertTrue(cursor)

    def test_offset_and_limit_of_old_clients(self):
        rows, _ = self.page("?limit=4&offset=3")
        self.assertEqual([row["id"] for row in rows], self.ids[3:7])
        rows, cursor = self.page("?offset=1000")
        self.assertEqual((rows, cursor), ([], None))

    def test_a_walk_by_cursor_meets_each_exactly_once(self):
        for limit in (1, 4, len(self.ids), 500):
            ids, cursor = [], ""
            while cursor is not None:
                rows, following = self.page(f"?limit={limit}{cursor}")
                ids += [row["id"] for row in rows]
                cursor = following and f"&cursor={following}"
            self.assertEqual(ids, self.ids)

    def test_a_walk_is_not_disturbed_by_what_comes_meanwhile(self):
        server = self.start()
        image = known_samples()[0].read_bytes()
        old = [server.client.classify(image).json()["id"] for _ in range(6)][::-1]
        first = server.client.get(HISTORY + "?limit=3")
        server.client.classify(image)
        second = server.client.get(HISTORY + f"?limit=3&cursor={first.header('X-Next-Cursor')}")
        self.assertEqual([row["id"] for row in first.json() + second.json()], old)

    def test_filters(self):
        known = self.given[0]
        for query, expected in (
            (f"label={known['label']}", [row for row in self.given if row["label"] == known["label"]]),
            (f"species_id={known['species_id']}", [row for row in self.given if row["species_id"] == known["species_id"]]),
            ("rejected=true", [row for row in self.given if row["rejected"]]),
            ("rejected=false", [row for row in self.given if not row["rejected"]]),
            ("low_confidence=true", [row for row in self.given if row["low_confidence"]]),
            (f"from={self.given[5]['created_at']}", self.given[5:]),
            (f"to={self.given[5]['created_at']}", self.given[:5]),
            ("label=no_such_fish", []),
        ):
            with self.subTest(query=query):
                rows, _ = self.page(f"?limit=500&{query}")
                self.assertEqual([row["id"] for row in rows], [row["id"] for row in reversed(expected)])

    def test_parameters_out_of_range_are_named(self):
        numbers = ["limit=0", "limit=501", "limit=x", "limit=1.5", "limit=", "offset=-1", "offset=100001", "limit=99999999999999999999", "limit=1&limit=2"]
        texts = ["rejected=maybe", "from=yesterday", "species_id=7", "label=", "unknown=1", "cursor=", "cursor=" + "x" * 201, "label=%ff", "label=%00"]
        for query in numbers + texts:
            with self.subTest(query=query):
                answer = self.client.get(f"{HISTORY}?{query}")
                self.assertIn(answer.status, (400, 422) if "%" in query else (422,), answer.body)
                self.assert_error(answer, answer.status)
                if answer.status == 422:
                    self.assertEqual(answer.json()["error"]["details"][0]["pointer"], "/" + query.split("=")[0])

    def test_a_forged_or_foreign_cursor_is_refused(self):
        _, cursor = self.page("?limit=3")
        payload, last = cursor.rsplit("~", 1)[0], cursor[-1]
        forged = [cursor[:-1] + ("0" if last != "0" else "1"), cursor.replace("~", "-"), payload, payload + "~", "~~", "a"]
        forged.append("~".join(["2030-01-01T00:00:00.000000Z", *cursor.split("~")[1:]]))
        forged.append(f"2030-01-01T00:00:00Z~{uuid.uuid4()}~" + "0" * 32)
        for text in forged:
            with self.subTest(cursor=text):
                answer = self.client.get(f"{HISTORY}?limit=3&cursor={text}")
                self.assert_error(answer, 422, "validation_failed")
                self.assertEqual(answer.json()["error"]["details"][0]["type"], "cursor_invalid")
        self.assert_error(self.client.get(f"{HISTORY}?limit=3&rejected=false&cursor={cursor}"), 422)
        other = self.start()
        self.assert_error(other.client.get(f"{HISTORY}?limit=3&cursor={cursor}"), 422)

    def test_a_cursor_outlives_a_restart(self):
        server = self.start()
        image = known_samples()[0].read_bytes()
        ids = [server.client.classify(image).json()["id"] for _ in range(3)][::-1]
        cursor = server.client.get(HISTORY + "?limit=1").header("X-Next-Cursor")
        self.assertEqual(server.stop(), 0)
        server.start()
        self.assertEqual([row["id"] for row in server.client.get(f"{HISTORY}?cursor={cursor}").json()], ids[1:])

    def test_the_export_is_the_history(self):
        answer = self.client.get("/api/v1/predictions/history.csv")
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.header("Content-Type").startswith("text/csv"))
        self.assertIn("attachment", answer.header("Content-Disposition"))
        rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
        self.assertEqual([row["id"] for row in rows], self.ids)
        some = self.client.get("/api/v1/predictions/history.csv?rejected=true").body.decode("utf-8-sig")
        self.assertEqual(len(list(csv.DictReader(io.StringIO(some, newline="")))), 3)
        self.assert_error(self.client.get("/api/v1/predictions/history.csv?limit=3"), 422, "validation_failed")

    def test_the_figures_are_those_of_the_records(self):
        stats = self.client.get("/api/v1/predictions/stats").json()
        fields = {"total_predictions", "average_confidence", "most_common_species", "predictions_this_month", "species_variety", "species_breakdown"}
        self.assertLessEqual(fields, set(stats))
        breakdown: dict[str, int] = {}
        for row in self.given:
            breakdown[row["species_name"]] = breakdown.get(row["species_name"], 0) + 1
        self.assertEqual(stats["species_breakdown"], breakdown)
        self.assertEqual(stats["total_predictions"], len(self.given))
        self.assertEqual(stats["species_variety"], len(breakdown) - 1)
        self.assertAlmostEqual(stats["average_confidence"], sum(row["confidence"] for row in self.given) / len(self.given), places=4)
        models = self.client.get("/api/v1/models/stats").json()
        self.assertEqual(sum(models["confidence_distribution"].values()), len(self.given))
        self.assertEqual(models["confidence_distribution"]["high"], sum(row["confidence"] >= 0.9 for row in self.given))

    def test_an_empty_history(self):
        server = self.start()
        self.assertEqual(server.client.get(HISTORY).json(), [])
        stats = server.client.get("/api/v1/predictions/stats").json()
        self.assertEqual((stats["total_predictions"], stats["average_confidence"], stats["most_common_species"]), (0, None, None))


class CorrectionTest(SharedServerTest):
    def setUp(self):
        super().setUp()
        self.id = self.client.classify((SAMPLES / "bream.jpg").read_bytes()).json()["id"]
        self.species = {row["label"]: row for row in self.client.get("/api/v1/predictions/species").json()}

    def label(self, content, id=None):
        return self.client.post_json(LABEL.format(id or self.id), content)

    def kept(self):
        return self.client.get(f"/api/v1/predictions/{self.id}").json()["correction"]

    def test_a_correction_shows_in_the_history(self):
        self.assertIsNone(self.kept())
        answer = self.label({"label": "chub", "note": "Döbel, „groß“ 🐟"})
        self.assertEqual(answer.status, 201, answer.body)
        self.assertEqual((answer.json()["prediction_id"], answer.json()["species_id"]), (self.id, self.species["chub"]["id"]))
        self.assertEqual(self.kept(), answer.json())
        rows = self.client.get(HISTORY + "?corrected=true&limit=500").json()
        self.assertEqual([row["correction"] for row in rows if row["id"] == self.id], [answer.json()])
        self.assertNotIn(self.id, [row["id"] for row in self.client.get(HISTORY + "?corrected=false&limit=500").json()])

    def test_the_newest_correction_counts(self):
        self.label({"label": "chub"})
        self.label({"species_id": self.species["rainbow_trout"]["id"]})
        self.assertEqual(self.kept()["label"], "rainbow_trout")

    def test_another_fish_than_those_of_the_list(self):
        self.assertEqual(self.label({"label": None, "note": "a moorish idol"}).status, 201)
        self.assertEqual((self.kept()["label"], self.kept()["species_id"]), (None, None))

    def test_an_unknown_species_is_refused_and_nothing_is_kept(self):
        self.assert_error(self.label({"label": "unicorn"}), 404, "species_not_found")
        self.assert_error(self.label({"species_id": str(uuid.uuid4())}), 404, "species_not_found")
        self.assertIn(self.label({"label": "chub", "species_id": self.species["bream"]["id"]}).status, (404, 422))
        self.assertIsNone(self.kept())

    def test_faulty_bodies_are_refused(self):
        fields = [{"label": 7}, {"label": ""}, {"label": "x" * 101}, {"note": "x" * 501}, {"species_id": "7"}, {"labell": "chub"}]
        for content in [*fields, [], "chub", None, b"", b"{"]:
            with self.subTest(content=content):
                self.assertEqual(self.label(content).status, 422)
        self.assert_error(self.label({"label": "chub"}, id="7"), 422)
        self.assert_error(self.label({"note": "x" * 20000}), 413, "body_too_large")
        self.assertIsNone(self.kept())

    def test_a_formula_in_a_note_does_not_run_in_a_spreadsheet(self):
        self.label({"label": "chub", "note": '=HYPERLINK("http://evil.example"),"x"'})
        text = self.client.get("/api/v1/predictions/history.csv").body.decode("utf-8-sig")
        row = next(row for row in csv.DictReader(io.StringIO(text, newline="")) if row["id"] == self.id)
        self.assertFalse(row["correction_note"].startswith("="), row)


if __name__ == "__main__":
    unittest.main()
