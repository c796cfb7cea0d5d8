"""scripts/check_contract.py finds what would break a client, and lets through what would not."""
import copy
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
from check_contract import Comparison  # noqa: E402

HISTORY = "/api/v1/predictions/history"
PREDICT = "/api/v1/ml/predict"


class BreakingChangesTest(unittest.TestCase):
    def setUp(self):
        self.old = json.loads((ROOT / "api/openapi.json").read_text())
        self.new = copy.deepcopy(self.old)

    def faults(self) -> str:
        return "\n".join(Comparison(self.old, self.new).run())

    def schema(self, name: str) -> dict:
        return self.new["components"]["schemas"][name]

    def limit(self) -> dict:
        return next(one for one in self.new["paths"][HISTORY]["get"]["parameters"] if one["name"] == "limit")

    def test_the_same_document_breaks_nothing(self):
        self.assertEqual(self.faults(), "")

    def test_additions_break_nothing(self):
        self.new["paths"]["/api/v2/new"] = {"get": {"responses": {"200": {"description": "x"}}}}
        self.schema("Prediction")["properties"]["extra"] = {"type": "string"}
        self.schema("PredictRequest")["properties"]["extra"] = {"type": "string"}
        self.limit()["schema"]["maximum"] = 1000
        self.assertEqual(self.faults(), "")

    def test_a_removed_operation(self):
        del self.new["paths"][HISTORY]
        self.assertIn(f"GET {HISTORY} is gone", self.faults())

    def test_a_removed_response_member(self):
        del self.schema("Prediction")["properties"]["species_id"]
        self.assertIn("species_id is gone", self.faults())

    def test_a_removed_status(self):
        del self.new["paths"]["/api/v1/predictions/classify"]["post"]["responses"]["201"]
        self.assertIn("status 201 is gone", self.faults())

    def test_a_newly_required_member(self):
        self.schema("PredictRequest")["required"].append("model_version")
        self.assertIn("model_version is required now", self.faults())

    def test_a_newly_required_parameter(self):
        self.limit()["required"] = True
        self.assertIn("limit is required now", self.faults())

    def test_a_tighter_bound(self):
        self.limit()["schema"]["maximum"] = 100
        self.assertIn("maximum is tighter", self.faults())

    def test_a_type_that_changed(self):
        self.schema("Prediction")["properties"]["confidence"]["type"] = "string"
        self.assertIn("became ['string']", self.faults())

    def test_a_media_type_that_is_no_longer_taken(self):
        content = self.new["paths"][PREDICT]["post"]["requestBody"]["content"]
        content["application/xml"] = content.pop("application/json")
        self.assertIn("application/json is no longer taken", self.faults())


if __name__ == "__main__":
    unittest.main()
