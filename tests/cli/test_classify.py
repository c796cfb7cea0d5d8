"""`aqua classify` on good input: answers, forms of output, exit codes."""
import re
import subprocess
import unittest

from aqua_cli import BINARY, SAMPLES, CliTest, aqua, environment, json_lines, known_samples

MEMBERS = ["path", "model", "model_version", "preprocess_id", "label", "species", "scientific_name", "confidence", "rejected", "rejection_score", "low_confidence", "candidates", "inference_time_ms"]


class ClassifyTest(CliTest):
    def test_every_known_sample_gets_the_species_its_name_says(self):
        run = aqua("classify", "--json", *known_samples())
        self.assertEqual(run.returncode, 0, run.stderr)
        answers = json_lines(run)
        self.assertGreaterEqual(len(answers), 6)
        for path, answer in zip(known_samples(), answers):
            with self.subTest(sample=path.name):
                self.assertEqual(answer["label"], re.sub(r"(_\d+)?$", "", path.stem))
                self.assertFalse(answer["rejected"])

    def test_the_unknown_sample_is_answered_unknown_and_its_candidates_are_still_given(self):
        answer = self.classify_one(SAMPLES / "unknown_fish.jpg")
        self.assertTrue(answer["rejected"])
        self.assertEqual(answer["species"], "unknown")
        self.assertIsNone(answer["scientific_name"])
        self.assertEqual(len(answer["candidates"]), 3)

    def test_json_has_the_fixed_members_in_range(self):
        answer = self.classify_one(known_samples()[0])
        self.assertEqual(list(answer), MEMBERS)
        self.assertEqual((answer["model"], answer["model_version"]), ("fish_species", "v1.0.0"))
        self.assertTrue(0 < answer["confidence"] <= 1)
        self.assertGreater(answer["inference_time_ms"], 0)
        self.assertEqual(answer["candidates"][0]["label"], answer["label"])
        self.assertEqual(list(answer["candidates"][0]), ["label", "species", "confidence"])

    def test_top_gives_so_many_candidates_most_probable_first(self):
        run = aqua("classify", "--json", "--top", "19", known_samples()[0])
        confidences = [candidate["confidence"] for candidate in json_lines(run)[0]["candidates"]]
        self.assertEqual(len(confidences), 19)
        self.assertEqual(confidences, sorted(confidences, reverse=True))
        self.assertAlmostEqual(sum(confidences), 1, places=4)

    def test_top_beyond_the_number_of_classes_gives_all(self):
        self.assertEqual(len(json_lines(aqua("classify", "--json", "--top", "1000", known_samples()[0]))[0]["candidates"]), 19)

    def test_standard_input_gives_the_same_answer_as_the_file(self):
        path = known_samples()[0]
        piped = json_lines(aqua("classify", "--json", "-", stdin=path.read_bytes()))[0]
        self.assertEqual(piped["path"], "-")
        for name in ("label", "confidence", "rejection_score", "candidates"):
            self.assertEqual(piped[name], self.classify_one(path)[name])

    def test_a_folder_is_searched_recursively_and_sorted(self):
        image = known_samples()[0].read_bytes()
        for name in ("b/2.jpg", "a/9.JPG", "a/deep/1.jpeg", "c.jpg"):
            self.write(name, image)
        self.write("notes.txt", b"not an image, and skipped")
        run = aqua("classify", "--json", self.folder)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([answer["path"] for answer in json_lines(run)], [str(self.folder / name) for name in ("a/9.JPG", "a/deep/1.jpeg", "b/2.jpg", "c.jpg")])
        self.assertIn(b"1 other file skipped", run.stderr)

    def test_answers_do_not_depend_on_the_number_of_workers(self):
        def answers(workers):
            rows = json_lines(aqua("classify", "--json", f"--classify.workers={workers}", SAMPLES))
            return [{name: value for name, value in row.items() if name != "inference_time_ms"} for row in rows]

        self.assertEqual(answers(1), answers(4))

    def test_the_table_shows_species_scientific_name_confidence_and_milliseconds(self):
        run = aqua("classify", SAMPLES)
        lines = run.stdout.decode().splitlines()
        for heading in ("IMAGE", "SPECIES", "SCIENTIFIC NAME", "CONFIDENCE", "MS"):
            self.assertIn(heading, lines[0])
        self.assertEqual(len(lines), 1 + len(list(SAMPLES.rglob("*.jpg"))))
        unknown = next(line for line in lines if "unknown_fish" in line)
        self.assertRegex(unknown, r"unknown +\(nearest: .*\) +\d+\.\d %")

    def test_a_file_is_known_by_its_content_not_its_name(self):
        self.assertEqual(self.classify_one(self.write("photo.png", known_samples()[0].read_bytes()))["label"], self.classify_one(known_samples()[0])["label"])

    def test_file_names_cannot_steer_the_terminal(self):
        path = self.write("red\x1b[31m\n.jpg", known_samples()[0].read_bytes())
        table = aqua("classify", path).stdout
        self.assertNotIn(b"\x1b", table)
        self.assertEqual(self.classify_one(path)["path"], str(path))

    def test_metrics_are_written_for_prometheus(self):
        metrics = self.folder / "aqua.prom"
        self.write("broken.jpg", b"\xff\xd8\xff broken")
        aqua("classify", "--metrics", metrics, *sorted(SAMPLES.glob("*.jpg")), self.folder)
        text = metrics.read_text()
        known = len(known_samples())
        self.assertRegex(text, rf'aqua_serving_images_total{{outcome="classified"}} {known}\b')
        self.assertRegex(text, r'aqua_serving_images_total{outcome="rejected"} 1\b')
        self.assertRegex(text, r'aqua_serving_images_total{outcome="failed"} 1\b')

    def test_low_confidence_is_marked_and_never_hidden(self):
        answer = self.classify_one(known_samples()[0], CONFIDENCE_THRESHOLD="1.0")
        self.assertTrue(answer["low_confidence"])
        self.assertTrue(answer["label"])

    def test_progress_with_time_left_is_shown_on_a_terminal_only(self):
        for index in range(200):
            self.write(f"{index:03}.jpg", known_samples()[0].read_bytes())
        script = subprocess.run(["script", "-qec", f"{BINARY} classify --json {self.folder} >/dev/null", "/dev/null"], capture_output=True, env=environment(TERM="xterm"), stdin=subprocess.DEVNULL, timeout=60)
        self.assertRegex(script.stdout.decode(errors="replace"), r"classifying \d+/200 \[#*\.*\] +\d+ %.*left")
        self.assertNotIn(b"classifying", aqua("classify", "--json", self.folder).stderr)


class UsageTest(CliTest):
    def test_no_arguments_print_the_manual_and_exit_2(self):
        self.assert_advice(aqua(), 2, "SYNOPSIS", "classify")

    def test_wrong_usage_exits_2_and_points_to_help(self):
        for arguments in (["classify"], ["classify", "--top", "0", "x"], ["classify", "--top", "x", "y"], ["clasify", "x"], ["classify", "--frobnicate", "x"], ["model"], ["model", "evaluate"], ["completion", "tcsh"]):
            with self.subTest(arguments=arguments):
                self.assert_advice(aqua(*arguments), 2, "--help` explains")

    def test_a_mistyped_command_is_told_the_nearest_one(self):
        self.assert_advice(aqua("clasify", "x"), 2, "classify")

    def test_every_command_has_a_manual_page(self):
        for command in ([], ["classify"], ["model"], ["model", "list"], ["model", "inspect"], ["model", "validate"], ["model", "evaluate"], ["doctor"], ["completion"]):
            with self.subTest(command=command):
                run = aqua(*command, "--help")
                self.assertEqual(run.returncode, 0)
                for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "EXAMPLES"):
                    self.assertIn(f"{section}\n", run.stdout.decode())
                self.assertLessEqual(max(len(line) for line in run.stdout.decode().split("SETTINGS")[0].splitlines()), 100)

    def test_version_names_commit_and_engines(self):
        text = aqua("--version").stdout.decode()
        self.assertRegex(text, r"aqua \d+\.\d+\.\d+ \(commit \w+\)")
        self.assertRegex(text, r"OpenVINO \d+\.\d+")

    def test_settings_can_be_flags_and_all_faults_are_listed_at_once(self):
        run = aqua("classify", "--imaging.max_sde=4", "--log.level=loud", SAMPLES, ML_MIN_CONFIDENCE_THRESHOLD="7")
        self.assert_advice(run, 2, "imaging.max_sde", "imaging.max_side", "log.level", "loud", "ML_MIN_CONFIDENCE_THRESHOLD")

    def test_print_config_reads_back_to_itself(self):
        printed = aqua("--print-config", LOG_LEVEL="debug").stdout
        again = aqua("--print-config", "--config", self.write("printed.yaml", printed)).stdout
        values = lambda text: [line.split("#")[0].strip() for line in text.decode().splitlines() if not line.startswith("#")]
        self.assertEqual(values(printed), values(again))

    def test_check_config_says_that_all_is_valid(self):
        run = aqua("--check-config", KAFKA_BOOTSTRAP_SERVERS="localhost:9092")
        self.assertEqual(run.returncode, 0)
        self.assertIn("KAFKA_BOOTSTRAP_SERVERS", run.stderr.decode())

    def test_completion_scripts_are_valid_and_know_the_commands(self):
        script = aqua("completion", "bash").stdout.decode()
        probe = script + '\nCOMP_WORDS=(aqua model ev); COMP_CWORD=2; _aqua; echo "${COMPREPLY[@]}"\nCOMP_WORDS=(aqua classify --to); COMP_CWORD=2; _aqua; echo "${COMPREPLY[@]}"\n'
        run = subprocess.run(["bash", "-c", probe], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual(run.stdout.split(), ["evaluate", "--top"], run.stderr)
        for shell in ("zsh", "fish"):
            self.assertIn("evaluate", aqua("completion", shell).stdout.decode())


if __name__ == "__main__":
    unittest.main()
