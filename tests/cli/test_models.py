"""`aqua model …` and `aqua doctor`, with models that are good, missing or spoilt: never an invented answer."""
import json
import os
import subprocess
import unittest

from aqua_cli import BINARY, CliTest, MODELS, SAMPLES, aqua, environment, json_lines, known_samples


class SpoiltModelTest(CliTest):
    def assert_no_answer(self, *words):
        settings = {"ML_MODEL_BASE_PATH": str(self.folder / "models")}
        run = aqua("classify", "--json", SAMPLES, **settings)
        self.assertEqual(run.stdout, b"")
        self.assert_advice(run, 1, *words)
        self.assert_advice(aqua("model", "validate", **settings), 1, *words)
        doctor = aqua("doctor", **settings)
        self.assertEqual(doctor.returncode, 1)
        self.assertIn(b"FAILED   model", doctor.stdout)

    def change(self, model, edit):
        """Edits model.json and gives it a version of its own, since the shipped one may not be altered."""
        document = json.loads((model / "model.json").read_text())
        document["version"] = "v9.0.0"
        edit(document)
        changed = model.parent / "v9.0.0"
        model.rename(changed)
        (changed / "model.json").write_text(json.dumps(document))
        return changed

    def test_an_unchanged_model_under_a_version_of_its_own_works(self):
        self.change(self.copy_models(), lambda document: None)
        run = aqua("classify", "--json", known_samples()[0], ML_MODEL_BASE_PATH=str(self.folder / "models"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(json_lines(run)[0]["model_version"], "v9.0.0")

    def test_no_model_at_all(self):
        (self.folder / "models").mkdir()
        self.assert_no_answer("no models", "make train")

    def test_a_base_path_that_does_not_exist(self):
        self.assert_no_answer("ML_MODEL_BASE_PATH")

    def test_one_flipped_byte(self):
        model = self.copy_models()
        content = bytearray((model / "model.onnx").read_bytes())
        content[len(content) // 2] ^= 1
        (model / "model.onnx").write_bytes(content)
        self.assert_no_answer("model.onnx", "damaged or was changed")

    def test_an_altered_sidecar_of_a_shipped_model(self):
        model = self.copy_models()
        text = (model / "model.json").read_text()
        (model / "model.json").write_text(text.replace('"rainbow_trout"', '"salmon"'))
        self.assert_no_answer("not the one this build shipped")

    def test_a_shipped_model_under_another_version_in_its_sidecar(self):
        model = self.copy_models()
        text = (model / "model.json").read_text()
        (model / "model.json").write_text(text.replace('"v1.0.0"', '"v1.0.1"', 1))
        self.assert_no_answer("v1.0.1", "rename the folder")

    def test_a_wrong_number_of_labels(self):
        self.change(self.copy_models(), lambda document: document["labels"].pop())
        self.assert_no_answer("18 labels", "19 classes")

    def test_a_sidecar_of_a_newer_schema(self):
        self.change(self.copy_models(), lambda document: document.update(schema=2))
        self.assert_no_answer("schema 2 is newer")

    def test_a_warm_up_answer_that_the_engine_does_not_give(self):
        self.change(self.copy_models(), lambda document: document["warmup"].update(label="chub"))
        self.assert_no_answer("warm-up image")

    def test_a_model_that_is_no_onnx_file(self):
        import hashlib

        changed = self.change(self.copy_models(), lambda document: None)
        junk = b"junk" * 100
        document = json.loads((changed / "model.json").read_text())
        document["files"] = [document["files"][0] | {"sha256": hashlib.sha256(junk).hexdigest(), "bytes": len(junk)}]
        (changed / "model.json").write_text(json.dumps(document))
        (changed / "model.onnx").write_bytes(junk)
        self.assert_no_answer("not an ONNX model")

    def test_an_engine_that_is_not_built_in(self):
        run = aqua("classify", "--json", SAMPLES, INFERENCE_ENGINE="onnxruntime")
        self.assert_advice(run, 1, "not in this build", "INFERENCE_ENGINE=openvino")

    def test_a_model_or_version_that_does_not_exist_is_told_what_there_is(self):
        self.assert_advice(aqua("model", "inspect", "fish_specis"), 1, "fish_species@v1.0.0")
        self.assert_advice(aqua("classify", SAMPLES, ML_ACTIVE_MODEL_VERSION="v7.7.7"), 1, "fish_species@v1.0.0")


class ModelCommandTest(CliTest):
    def test_list_marks_the_active_model(self):
        models = json_lines(aqua("model", "list", "--json"))
        species = next(model for model in models if model["name"] == "fish_species")
        self.assertTrue(species["active"])
        self.assertTrue(species["shipped"])
        self.assertIn(b"fish_species", aqua("model", "list").stdout)

    def test_inspect_shows_what_the_sidecar_says(self):
        run = aqua("model", "inspect", "--json", "fish_species@v1.0.0")
        self.assertEqual(run.returncode, 0, run.stderr)
        shown = json.loads(run.stdout)
        sidecar = json.loads((MODELS / "fish_species/v1.0.0/model.json").read_text())
        self.assertEqual(shown["sha256"], sidecar["files"][0]["sha256"])
        self.assertEqual([label["label"] for label in shown["labels"]], [label["label"] for label in sidecar["labels"]])
        self.assertIn(b"Oncorhynchus mykiss", aqua("model", "inspect").stdout)

    def test_validate_accepts_the_shipped_model(self):
        run = aqua("model", "validate")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"is valid", run.stdout)

    def test_evaluate_reports_figures_that_can_be_counted_by_hand(self):
        # Three photos of known fish, one under a wrong class: two of three right.
        known = known_samples()[:3]
        labels = [answer["label"] for answer in json_lines(aqua("classify", "--json", *known))]
        rows = [f"{known[0]},{labels[0]}", f"{known[1]},{labels[1]}", f"{known[2]},{labels[0]}"]
        listing = self.write("list.csv", "\n".join(["path,class", *rows, ""]).encode())
        run = aqua("model", "evaluate", "--data", "/", "--list", listing, "--json")
        report = json.loads(run.stdout)
        self.assertEqual(report["images"], 3)
        self.assertAlmostEqual(report["accuracy"], 2 / 3, places=5)
        self.assertAlmostEqual(report["macro_recall"], (1 / 2 + 1) / 2, places=5)
        self.assertEqual(report["per_class"][labels[0]], {"images": 2, "recall": 0.5, "precision": 1})

    def test_evaluate_finds_a_list_that_lies_with_the_images(self):
        self.write("photo.jpg", known_samples()[0].read_bytes())
        self.write("mine.csv", f"path,class,split\nphoto.jpg,{self.classify_one(known_samples()[0])['label']},test\nabsent.jpg,chub,train\n".encode())
        run = aqua("model", "evaluate", "fish_species", "--data", self.folder, "--list", "mine.csv", "--split", "test", "--json")
        self.assertEqual(json.loads(run.stdout)["accuracy"], 1, run.stderr)

    def test_evaluate_names_images_that_cannot_be_read_and_leaves_them_out(self):
        self.write("a.jpg", known_samples()[0].read_bytes())
        self.write("list.csv", b"path,class\na.jpg,chub\nb.jpg,chub\n")
        run = aqua("model", "evaluate", "--data", self.folder, "--list", self.folder / "list.csv", "--json")
        self.assert_advice(run, 1, "b.jpg", "not part of the report")
        self.assertEqual((json.loads(run.stdout)["images"], json.loads(run.stdout)["failed"]), (1, 1))

    def test_evaluate_reports_nothing_when_no_image_can_be_read(self):
        self.write("list.csv", b"path,class\nb.jpg,chub\n")
        run = aqua("model", "evaluate", "--data", self.folder, "--list", self.folder / "list.csv", "--json")
        self.assertEqual(run.stdout, b"")
        self.assert_advice(run, 1, "nothing to report")

    def test_evaluate_refuses_classes_the_model_does_not_know(self):
        listing = self.write("list.csv", f"path,class\n{known_samples()[0]},unicorn_fish\n".encode())
        self.assert_advice(aqua("model", "evaluate", "--data", "/", "--list", listing), 1, "unicorn_fish", "--unknown")

    def test_evaluate_names_what_is_wrong_with_a_list(self):
        for content, word in ((b"file,label\na,b\n", "path and class"), (b"path,class\na\n", "record 2"), (b'path,class\n"a,b\n', "record 2"), (b"path,class\n", "no images")):
            with self.subTest(content=content):
                self.assert_advice(aqua("model", "evaluate", "--data", "/", "--list", self.write("list.csv", content)), 1, word)
        self.assert_advice(aqua("model", "evaluate", "--data", "/", "--list", self.folder / "absent.csv"), 1, "absent.csv")


class DoctorTest(CliTest):
    def test_a_good_installation_is_well(self):
        run = aqua("doctor", "--json", cwd=self.folder)
        self.assertEqual(run.returncode, 0, run.stdout)
        findings = {finding["subject"]: finding for finding in json.loads(run.stdout)["findings"]}
        self.assertEqual(set(findings), {"processor", "settings", "engine", "model", "state folder"})
        self.assertEqual(findings["model"]["status"], "ok")

    def test_a_state_folder_that_is_a_file_is_a_warning_with_advice_and_classifying_works(self):
        state = self.write("state", b"")
        run = aqua("doctor", AQUA_STATE_DIR=str(state))
        self.assertEqual(run.returncode, 0)
        self.assertIn(b"is not a folder", run.stdout)
        self.assertIn(b"AQUA_STATE_DIR", run.stdout)
        self.assertEqual(aqua("classify", known_samples()[0], AQUA_STATE_DIR=str(state)).returncode, 0)

    @unittest.skipUnless(os.getuid() == 0, "needs root to mount a small disk")
    def test_read_only_and_full_state_folders_are_warnings_and_classifying_works(self):
        state = self.folder / "state"
        state.mkdir()
        doctor = f"{BINARY} doctor; {BINARY} classify {known_samples()[0]} >/dev/null && echo answered"
        for options, prepare, word in (("ro,size=64k", "true", "written to"), ("size=64k", f"head -c 1M /dev/zero >{state}/fill 2>/dev/null", "disk is full")):
            with self.subTest(options=options):
                script = f"mount -t tmpfs -o {options} none {state} || exit 77; {prepare}; {doctor}"
                run = subprocess.run(["unshare", "-m", "bash", "-c", script], capture_output=True, text=True, env=environment(AQUA_STATE_DIR=str(state)), timeout=60)
                if run.returncode == 77:
                    self.skipTest("mounting is not allowed here")
                self.assertRegex(run.stdout, f"warning  state folder .*{word}")
                self.assertIn("answered", run.stdout)


if __name__ == "__main__":
    unittest.main()
