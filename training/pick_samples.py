"""Copies the sample photos from the data to samples/, chosen by rule from the golden results."""

import argparse
import csv
import json
import shutil
import sys
from pathlib import Path

import dataset
from export import NAME, VERSION
from licences import NOTICES, SOURCE_LICENCES, SOURCE_NAMES
from preprocess import load_rgb
from species import COMMON_NAMES, scientific_name

ROOT = Path(__file__).resolve().parents[1]

CLEARLY_REJECTED = 0.8  # of the threshold, so that rounding cannot turn the answer

# Species in order of preference, by how well the photos can be read; the first that qualify.
WANTED = (
    ("f4k", 4, ("amphiprion_clarkii", "chaetodon_lunulatus", "hemigymnus_fasciatus",
                "pomacentrus_moluccensis", "dascyllus_reticulatus", "myripristis_kuntee")),
    ("fishcam", 3, ("rainbow_trout", "bream", "chub", "nase", "brown_trout")),
    ("milkfish", 1, ("milkfish",)),
)

README = """\
# Sample photos

Photos of the test split, which the model has not seen in training. The rule, in
`training/pick_samples.py`: of the photos the model names correctly and does not reject, the largest
of each species, four reef species, three river species and milkfish, preferring species that are
easy to read. So they look better than the average photo: the model's card has the honest figures.
`unknown_fish.jpg` is the largest reef photo of a species the model does not know, among those it
rejects clearly (confidence below {clear:.4f}); most unknown fish are not rejected. The folder
`species` holds the largest such photo of every species, for the page that shows what the model
knows; `credits.json` says of every file what it shows, its source and its licence.

{table}

Confidence is the calibrated probability of {name} {version} (PyTorch, fp32). A result below
{threshold:.4f} is rejected as unknown.

## Licences

{notices}"""


def read_golden(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def area(path: Path) -> int:
    width, height = load_rgb(path).size
    return width * height


def largest(folder: Path, photos: list[dataset.Photo]) -> dataset.Photo:
    return max(photos, key=lambda photo: (area(folder / photo.path), photo.path))


def named_correctly(folder: Path, golden: dict, threshold: float) -> dict[str, list[dataset.Photo]]:
    """Test photos that the model names correctly and does not reject, by label."""
    right: dict[str, list[dataset.Photo]] = {}
    for photo in dataset.select(dataset.read_table(folder / "SPLIT.csv"), ("test",)):
        row = golden[photo.path]
        if row["label"] == photo.label and float(row["confidence"]) >= threshold:
            right.setdefault(photo.label, []).append(photo)
    return right


def pick_known(folder: Path, right: dict[str, list[dataset.Photo]]) -> list[dataset.Photo]:
    picked = []
    for source, count, labels in WANTED:
        found = [label for label in labels if label in right][:count]
        if len(found) < count:
            raise SystemExit(f"only {len(found)} of {count} sample species of {source} qualify")
        picked += [largest(folder, right[label]) for label in found]
    return picked


def credit(photo: dataset.Photo, file: str) -> dict[str, str | None]:
    """What the page says of a photo: what it shows, where it is from and under which licence."""
    known = photo.label in COMMON_NAMES
    return {"file": file, "label": photo.label if known else None,
            "species": COMMON_NAMES.get(photo.label),
            "credit": f"{SOURCE_NAMES[photo.source]}, {SOURCE_LICENCES[photo.source]}"}


def copy_species_pictures(folder: Path, right: dict[str, list[dataset.Photo]],
                          samples: Path) -> list[dict]:
    """Puts the largest photo of every species into samples/species; returns their credits."""
    pictures = samples / "species"
    shutil.rmtree(pictures, ignore_errors=True)
    pictures.mkdir()
    credits = []
    for label in sorted(right):
        photo = largest(folder, right[label])
        shutil.copyfile(folder / photo.path, pictures / f"{label}.jpg")
        credits.append(credit(photo, f"species/{label}.jpg"))
    return credits


def pick_samples(data: Path, root: Path) -> None:
    """Fills root/samples. Needs the golden results and model.json under root."""
    folder, unknown_folder = data / "species", data / "species_ood"
    golden_folder, samples = root / "training" / "golden", root / "samples"
    sidecar = json.loads((root / "models" / NAME / VERSION / "model.json").read_text("utf-8"))
    threshold = sidecar["rejection"]["threshold"]
    golden = read_golden(golden_folder / f"{NAME}-{VERSION}-test.csv")
    golden_unknown = read_golden(golden_folder / f"{NAME}-{VERSION}-unknown.csv")
    right = named_correctly(folder, golden, threshold)
    rejected = [photo for photo in dataset.read_table(unknown_folder / "LIST.csv")
                if photo.source == "f4k"
                and float(golden_unknown[photo.path]["confidence"]) < threshold * CLEARLY_REJECTED]
    chosen = [(folder, photo, f"{photo.label}.jpg", golden)
              for photo in pick_known(folder, right)]
    chosen.append((unknown_folder, largest(unknown_folder, rejected), "unknown_fish.jpg",
                   golden_unknown))
    samples.mkdir(parents=True, exist_ok=True)
    for old in samples.glob("*.jpg"):
        old.unlink()
    lines = ["| file | species | scientific name | answer | confidence | source, licence | "
             "file in the data set |", "|" + " --- |" * 7]
    for source_folder, photo, name, results in chosen:
        shutil.copyfile(source_folder / photo.path, samples / name)
        row = results[photo.path]
        answer = "rejected" if float(row["confidence"]) < threshold else row["label"]
        common = COMMON_NAMES.get(photo.label, "not in the label space")
        lines.append(f"| `{name}` | {common} | *{scientific_name(photo.label)}* | {answer} | "
                     f"{float(row['confidence']):.3f} | {SOURCE_NAMES[photo.source]}, "
                     f"{SOURCE_LICENCES[photo.source]} | `{source_folder.name}/{photo.path}` |")
    credits = [credit(photo, name) for _, photo, name, _ in chosen]
    credits += copy_species_pictures(folder, right, samples)
    (samples / "credits.json").write_text(json.dumps(credits, indent=1, ensure_ascii=False) + "\n",
                                          encoding="utf-8")
    (samples / "README.md").write_text(
        README.format(table="\n".join(lines), name=NAME, version=VERSION, threshold=threshold,
                      clear=threshold * CLEARLY_REJECTED, notices=NOTICES), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=dataset.default_data())
    arguments = parser.parse_args()
    pick_samples(arguments.data, ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
