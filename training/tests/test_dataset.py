import unittest
from collections import defaultdict

import dataset
from tests.data_required import require_data


class SamplingTest(unittest.TestCase):
    def test_weights_follow_class_root_and_group_root(self) -> None:
        photos = [dataset.Photo(str(index), "a", "train", "g" if index < 4 else "h", "f4k")
                  for index in range(5)] + [dataset.Photo("b", "b", "train", "i", "f4k")] * 4
        weights = dataset.sampling_weights(photos)
        # Class totals sqrt(5) and 2; group h (1 photo) weighs twice a photo of g (4 photos).
        self.assertAlmostEqual(float(weights[:5].sum()), 5 ** 0.5)
        self.assertAlmostEqual(float(weights[5:].sum()), 2.0)
        self.assertAlmostEqual(float(weights[4] / weights[0]), 2.0)

    def test_limit_keeps_the_splits_and_spreads(self) -> None:
        photos = [dataset.Photo(str(index), "a", "train", "", "f4k") for index in range(10)]
        self.assertEqual([photo.path for photo in dataset.select(photos, ("train",), 3)],
                         ["0", "3", "6"])
        self.assertEqual(dataset.select(photos, ("val",), 3), [])


class SplitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        require_data()

    def test_no_group_crosses_splits(self) -> None:
        splits = defaultdict(set)
        photos = dataset.read_table(dataset.default_data() / "species" / "SPLIT.csv")
        for photo in photos:
            splits[photo.source, photo.group].add(photo.split)
        self.assertEqual([group for group, found in splits.items() if len(found) > 1], [])
        self.assertEqual(len(dataset.class_labels(photos)), 19)

    def test_unknown_species_are_not_in_training(self) -> None:
        data = dataset.default_data()
        known = dataset.class_labels(dataset.read_table(data / "species" / "SPLIT.csv"))
        unknown = dataset.class_labels(dataset.read_table(data / "species_ood" / "LIST.csv"))
        self.assertEqual(set(known) & set(unknown), set())


if __name__ == "__main__":
    unittest.main()
