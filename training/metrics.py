"""Figures of merit. Probabilities are [N, classes] float64, targets [N] int."""

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    scaled = logits.astype(np.float64) / temperature
    exponent = np.exp(scaled - scaled.max(1, keepdims=True))
    return exponent / exponent.sum(1, keepdims=True)


def fit_temperature(logits: np.ndarray, targets: np.ndarray) -> float:
    """The temperature with the least negative log likelihood, by golden section over its log."""
    def loss(log_temperature: float) -> float:
        probabilities = softmax(logits, float(np.exp(log_temperature)))
        return -float(np.log(probabilities[np.arange(len(targets)), targets] + 1e-12).mean())

    low, high = np.log(0.1), np.log(10.0)
    ratio = (np.sqrt(5.0) - 1) / 2
    while high - low > 1e-5:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def rejection_threshold(scores: np.ndarray, refused: float = 0.05) -> float:
    """The largest threshold that refuses at most this share; refused means score < threshold."""
    return float(np.sort(scores)[int(refused * len(scores))])


def calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """Expected calibration error over bins of equal mass."""
    order = np.argsort(confidence, kind="stable")
    gaps = [len(part) * abs(confidence[part].mean() - correct[part].mean())
            for part in np.array_split(order, bins) if len(part)]
    return float(sum(gaps) / len(confidence))


def per_class(predicted: np.ndarray, targets: np.ndarray, classes: int) -> list[dict[str, float]]:
    """Images, recall and precision of each class; a class without images has recall nan."""
    rows = []
    for index in range(classes):
        hits = int(((predicted == index) & (targets == index)).sum())
        images, calls = int((targets == index).sum()), int((predicted == index).sum())
        rows.append({"images": images, "recall": hits / images if images else float("nan"),
                     "precision": hits / calls if calls else 0.0})
    return rows


def macro(rows: list[dict[str, float]]) -> tuple[float, float]:
    """Macro recall and macro F1 over the classes that have images."""
    present = [row for row in rows if row["images"]]
    harmonic = [2 * row["recall"] * row["precision"] / max(row["recall"] + row["precision"], 1e-12)
                for row in present]
    return float(np.mean([row["recall"] for row in present])), float(np.mean(harmonic))


def auroc(known: np.ndarray, unknown: np.ndarray) -> float:
    """Probability that a known photo scores above an unknown one, ties half."""
    ordered = np.sort(unknown)
    below = np.searchsorted(ordered, known, "left")
    up_to = np.searchsorted(ordered, known, "right")
    return float((below + up_to).sum() / (2 * len(known) * len(unknown)))


def false_positives_at(known: np.ndarray, unknown: np.ndarray, accepted: float = 0.95) -> float:
    """Share of unknown photos accepted where this share of known ones is."""
    threshold = np.sort(known)[int((1 - accepted) * len(known) + 1e-9)]
    return float((unknown >= threshold).mean())


def summary(probabilities: np.ndarray, targets: np.ndarray, threshold: float) -> dict[str, float]:
    """The `metrics` object of model.json for one split."""
    confidence, predicted = probabilities.max(1), probabilities.argmax(1)
    recall, f1 = macro(per_class(predicted, targets, probabilities.shape[1]))
    return {
        "images": len(targets),
        "accuracy": float((predicted == targets).mean()),
        "macro_recall": recall,
        "macro_f1": f1,
        "ece": calibration_error(confidence, predicted == targets),
        "rejected_fraction": float((confidence < threshold).mean()),
    }


def unknown_summary(known: np.ndarray, unknown: np.ndarray, threshold: float) -> dict[str, float]:
    """How well the score tells unknown fish from known test photos, which count as positives."""
    return {
        "images": len(unknown),
        "auroc": auroc(known, unknown),
        "fpr_at_95_tpr": false_positives_at(known, unknown),
        "rejected_fraction": float((unknown < threshold).mean()),
    }
