"""Writes CARD.md from the measured figures."""

from collections import Counter

import numpy as np

import metrics
from dataset import Photo
from licences import NOTICES, SOURCE_NAMES
from species import COMMON_NAMES, scientific_name

RECALL_WEAK = 0.7
HABITAT = {"f4k": "reef", "fishcam": "river", "milkfish": "milkfish"}

PURPOSE = """\
Says which of 19 species a photo of one fish shows: 13 reef fish from live cameras off Taiwan, five
river fish from a counting tunnel in Austrian fish passes, and milkfish. Meant for crops in which
the fish fills most of the picture, as those cameras make them.

**Not for**: other species, other cameras or habitats without a test of one's own first; several
fish in one picture; catch or fishery decisions, food labelling, conservation or veterinary
decisions without a person who looks. A photo that resembles nothing learnt should be refused, but
often is not (see Unknown fish)."""

LIMITS = """\
* Milkfish are told by their background (dead fish on a dark table, stretched to a square): their
  figures show that the plumbing works, not that milkfish are recognised elsewhere.
* The five river classes rest on few individuals (brown trout 32, chub 32, bream 27, rainbow trout
  22, nase 17 in all splits): their figures have wide error bars, and a river photo in light or
  water not seen in training is often named wrongly (compare `val`, before it was trained on, with
  `test`).
* `neoniphon_sammara` comes from very few videos; so do the smallest reef classes.
* The three sources differ in background and sharpness, so telling sources apart is free. Judge
  confusions inside a source.
* Trained on small, soft crops. A sharp close-up or a photo out of water is another domain; nothing
  here measures it.
* Temperature and threshold were found for the stage-one model and carried over to the shipped
  weights, which have seen `val`. The `val` figures are those of the stage-one model."""


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def class_table(labels: list[str], photos: list[Photo], target: np.ndarray,
                predicted: np.ndarray) -> str:
    rows = []
    for label, row in zip(labels, metrics.per_class(predicted, target, len(labels))):
        groups = len({photo.group for photo in photos if photo.label == label})
        rows.append([COMMON_NAMES[label], f"*{scientific_name(label)}*", str(row["images"]),
                     str(groups), f"{row['recall']:.2f}", f"{row['precision']:.2f}"])
    return table(["species", "scientific name", "test images", "groups", "recall", "precision"],
                 rows)


def confusions(labels: list[str], target: np.ndarray, predicted: np.ndarray) -> str:
    pairs = Counter((labels[true], labels[called])
                    for true, called in zip(target, predicted) if true != called)
    return "; ".join(f"{COMMON_NAMES[true]} called {COMMON_NAMES[called]} ({count})"
                     for (true, called), count in sorted(
                         pairs.items(), key=lambda item: (-item[1], item[0]))[:5])


def summary_table(sidecar: dict) -> str:
    keys = ("images", "accuracy", "macro_recall", "macro_f1", "ece", "rejected_fraction")
    rows = [[split, *(str(sidecar["metrics"][split][key]) for key in keys)]
            for split in ("val", "test")]
    return table(["split", *(key.replace("_", " ") for key in keys)], rows)


def source_table(sidecar: dict) -> str:
    rows = [[split, f"{SOURCE_NAMES[source]} ({HABITAT[source]})",
             *(str(part[key]) for key in ("images", "accuracy", "macro_recall"))]
            for split in ("val", "test")
            for source, part in sidecar["metrics"][split]["per_source"].items()]
    return table(["split", "source", "images", "accuracy", "macro recall"], rows)


def weak_classes(labels: list[str], target: np.ndarray, predicted: np.ndarray) -> str:
    rows = zip(labels, metrics.per_class(predicted, target, len(labels)))
    weak = sorted((row["recall"], label) for label, row in rows if row["recall"] < RECALL_WEAK)
    return ", ".join(f"{COMMON_NAMES[label]} {recall:.2f}" for recall, label in weak) or "none"


def unknown_table(sidecar: dict) -> str:
    keys = ("images", "auroc", "fpr_at_95_tpr", "rejected_fraction")
    rows = [[part, *(str(figures[key]) for key in keys)]
            for part, figures in sidecar["metrics"]["test"]["unknown"].items()]
    return table(["unknown fish", "images", "AUROC", "accepted at 95 % of known accepted",
                  "rejected at the threshold"], rows)


def data_table(sidecar: dict) -> str:
    return table(["data", "licence", "SHA-256"],
                 [[entry["name"], entry["licence"], f"`{entry['sha256']}`"]
                  for entry in sidecar["data"]])


def model_card(sidecar: dict, settings: dict, photos: list[Photo], target: np.ndarray,
               predicted: np.ndarray, confidence: np.ndarray) -> str:
    """The card's text. photos, target, predicted, confidence: the test split."""
    labels = [row["label"] for row in sidecar["labels"]]
    threshold = sidecar["rejection"]["threshold"]
    accepted = confidence >= threshold
    correct = predicted == target
    answered = f"{correct[accepted].mean():.3f}" if accepted.any() else "no answer"
    smoke = "" if not settings["limit"] else \
        "\n**From a smoke run on a handful of photos: not for use.**\n"
    return f"""# {sidecar["name"]} {sidecar["version"]}
{smoke}
{PURPOSE}

Input: RGB, 128 x 128, preprocessing `{sidecar["preprocess"]["id"]}`. Output: logits of
{len(labels)} classes. {sidecar["num_parameters"]:,} parameters, fp32 ONNX, opset 13.

## Figures

Split by group (a video, a recording hour, a source photo): no group is in two splits. `test` was
looked at for the shipped weights and for one recipe before them; `val` chose between the two.

{summary_table(sidecar)}

{source_table(sidecar)}

{class_table(labels, photos, target, predicted)}

Recall below {RECALL_WEAK}: {weak_classes(labels, target, predicted)}. Most frequent confusions:
{confusions(labels, target, predicted)}.

## Calibration and rejection

Confidence is the softmax of the logits divided by the temperature
{sidecar["calibration"]["temperature"]:.3f} (least negative log likelihood on `val`). ECE: 15 bins
of equal mass. A photo is rejected when its largest calibrated probability is below
{threshold:.4f}, the largest threshold that refuses at most 5 % of `val`. On `test` the model then
answers {accepted.mean():.1%} of the photos, with accuracy {answered}.

## Unknown fish

Fish of species outside the label space: reef species and river species (perch, burbot). Known fish
are the positives: all test photos, or those of the same habitat. 0.5 is chance.

{unknown_table(sidecar)}

Do not rely on rejection for river fish.

## Limits

{LIMITS}

## Training

From scratch. ResNet of basic blocks with squeeze-and-excitation (depths 2-2-2, widths 48-96-192,
stem 24); SGD with Nesterov momentum, batch {settings["batch"]}, cosine schedule from 0.1 with
3 warm-up epochs, weight decay 1e-3, weight average 0.995, label smoothing 0.1, MixUp or CutMix
within a source on half the batches, dropout 0.3; classes drawn by the square root of their size,
large groups weighted down; 96 to 128 px; affine, colour, blur, noise, cutout, flips.
{settings["epochs"]} epochs on `train`, then {settings["finetune_epochs"]} epochs from 0.05 on
`train` + `val`. Seed {settings["seed"]}. `training/README.md` says how to repeat it.

## Data and licences

Weights: MIT. `sample.jpg` is a Fish4Knowledge test photo.

{data_table(sidecar)}

The SHA-256 is taken over the lines `path sha256` (a newline after each) of the files, sorted by
path, with paths relative to the data set's folder.

{NOTICES}"""
