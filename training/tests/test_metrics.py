import unittest

import numpy as np

import metrics


class MetricsTest(unittest.TestCase):
    def test_calibration_error_of_two_bins(self) -> None:
        # Bins {0.1, 0.3} right 0 of 2: gap 0.2; {0.8, 1.0} right 1 of 2: gap 0.4. Mean 0.3.
        confidence = np.array([0.8, 0.1, 1.0, 0.3])
        correct = np.array([True, False, False, False])
        self.assertAlmostEqual(metrics.calibration_error(confidence, correct, 2), 0.3)

    def test_auroc_counts_ties_half(self) -> None:
        # Pairs: 0.9 beats both, 0.5 ties one and beats one: 3.5 of 4.
        self.assertAlmostEqual(
            metrics.auroc(np.array([0.9, 0.5]), np.array([0.5, 0.1])), 0.875)

    def test_false_positives_at_95_percent(self) -> None:
        known = np.arange(1, 21) / 20  # refusing 1 of 20 leaves the threshold at 0.10
        unknown = np.array([0.05, 0.09, 0.10, 0.50])
        self.assertAlmostEqual(metrics.false_positives_at(known, unknown), 0.5)

    def test_macro_recall_and_f1(self) -> None:
        target = np.array([0, 0, 0, 0, 1, 1])
        predicted = np.array([0, 0, 0, 1, 1, 0])
        # Recall 3/4 and 1/2; precision 3/4 and 1/2; the third class has no images.
        recall, f1 = metrics.macro(metrics.per_class(predicted, target, 3))
        self.assertAlmostEqual(recall, 0.625)
        self.assertAlmostEqual(f1, 0.625)

    def test_threshold_is_the_largest_that_refuses_the_share(self) -> None:
        scores = np.linspace(0.01, 1.0, 100)
        threshold = metrics.rejection_threshold(scores, 0.05)
        self.assertEqual((scores < threshold).sum(), 5)
        self.assertEqual((scores < np.nextafter(threshold, 1)).sum(), 6)

    def test_temperature_recovers_the_scale(self) -> None:
        random = np.random.default_rng(0)
        logits = random.normal(size=(4000, 5)) * 2
        noise = random.gumbel(size=logits.shape)
        target = (logits + noise).argmax(1)  # drawn from softmax(logits)
        self.assertAlmostEqual(metrics.fit_temperature(logits * 3, target), 3.0, delta=0.2)

    def test_softmax_survives_large_logits(self) -> None:
        np.testing.assert_allclose(metrics.softmax(np.array([[1e4, 0.0]])), [[1.0, 0.0]])


if __name__ == "__main__":
    unittest.main()
