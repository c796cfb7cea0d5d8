"""Trains the species classifier, then exports it: weights, figures, golden results, samples.

Stage one fits `train`, stage two goes on with `train` + `val` for the shipped weights. Each epoch
ends in a checkpoint; a later run with the same settings goes on from it.
"""

import argparse
import copy
import math
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch

import augment
import dataset
import metrics
from export import export
from network import Classifier, parameter_groups
from pick_samples import pick_samples
from progress import Progress

ROOT = Path(__file__).resolve().parents[1]
WARMUP_EPOCHS = 3
EMA_DECAY = 0.995
LABEL_SMOOTHING = 0.1
KNOWN_REFUSED = 0.05


def image_size(stage: int, progress: float) -> int:
    """Pixels of a side; progress 0-1 through the stage. Small images first: cheaper epochs."""
    if stage:
        return 128
    return 96 if progress < 0.4 else 112 if progress < 0.7 else 128


def learning_rate(peak: float, step: float, warmup: float, total: float) -> float:
    if step < warmup:
        return peak * (step + 1) / (warmup + 1)
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1.0, total - warmup)))


@torch.no_grad()
def predict(model: torch.nn.Module, pixels: torch.Tensor, device: torch.device) -> np.ndarray:
    """fp32 logits of [N, 3, 128, 128] uint8 images."""
    model.eval()
    parts = [model(augment.normalise(part.to(device).float() / 255)).cpu()
             for part in pixels.split(64)]
    return torch.cat(parts).numpy()


class Trainer:
    """Owns the model, its average, the optimiser and the checkpoint."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.folder = arguments.data / "species"
        self.out: Path = arguments.out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        photos = dataset.read_table(self.folder / "SPLIT.csv")
        self.labels = dataset.class_labels(photos)
        self.train_photos = dataset.select(photos, ("train",), arguments.limit)
        self.val_photos = dataset.select(photos, ("val",), arguments.limit)
        self.stage_epochs = (arguments.epochs, arguments.finetune_epochs)
        self.settings = {
            "seed": arguments.seed, "epochs": arguments.epochs, "limit": arguments.limit,
            "finetune_epochs": arguments.finetune_epochs, "batch": arguments.batch,
            "data": dataset.data_digest(self.folder, self.train_photos + self.val_photos)}
        torch.manual_seed(arguments.seed)
        self.model = Classifier(len(self.labels)).to(self.device)
        self.model = self.model.to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.model)
        self.optimiser = torch.optim.SGD(parameter_groups(self.model, 1e-3), lr=0.1,
                                         momentum=0.9, nesterov=True)
        self.epoch = 0
        self.selected: dict = {}  # what stage one settled: temperature, threshold, val logits
        self.resume()

    @property
    def checkpoint(self) -> Path:
        return self.out / "checkpoint.pt"

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self.device)
        if state["settings"] != self.settings:
            print("the checkpoint has other settings: starting anew", flush=True)
            return
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.selected = state["epoch"], state["selected"]
        print(f"resuming after epoch {self.epoch}", flush=True)

    def save(self) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        partial = self.checkpoint.with_suffix(".partial")
        torch.save({"settings": self.settings, "epoch": self.epoch, "selected": self.selected,
                    "model": self.model.state_dict(), "average": self.average.state_dict(),
                    "optimiser": self.optimiser.state_dict()}, partial)
        os.replace(partial, self.checkpoint)

    @torch.no_grad()
    def update_average(self) -> None:
        for kept, new in zip(self.average.state_dict().values(), self.model.state_dict().values()):
            if kept.dtype.is_floating_point:
                kept.lerp_(new, 1 - EMA_DECAY)
            else:
                kept.copy_(new)

    def settle(self, val_pixels: torch.Tensor) -> None:
        """Ends stage one: temperature and threshold from val, which that model has not seen."""
        logits = predict(self.average, val_pixels, self.device)
        target = dataset.targets(self.val_photos, self.labels).numpy()
        temperature = metrics.fit_temperature(logits, target)
        confidence = metrics.softmax(logits, temperature).max(1)
        threshold = metrics.rejection_threshold(confidence, KNOWN_REFUSED)
        self.selected = {"temperature": temperature, "threshold": threshold, "val_logits": logits,
                         "average": copy.deepcopy(self.average.state_dict())}
        self.model.load_state_dict(self.average.state_dict())
        self.optimiser.state.clear()

    def run_epoch(self, pixels: torch.Tensor, photos: list[dataset.Photo],
                  batch: int, progress: Progress) -> float:
        """One pass; its randomness comes from seed and epoch alone, so that resuming repeats it."""
        torch.manual_seed(self.settings["seed"] * 10_007 + self.epoch + 1)
        first = self.epoch < self.stage_epochs[0]
        stage_epoch = self.epoch if first else self.epoch - self.stage_epochs[0]
        stage_total = self.stage_epochs[0 if first else 1]
        size = image_size(0 if first else 1, stage_epoch / stage_total)
        peak, warmup = (0.1, min(WARMUP_EPOCHS, stage_total - 1)) if first else (0.05, 1)
        target = dataset.targets(photos, self.labels)
        sources = torch.tensor([dataset.SOURCES.index(photo.source) for photo in photos])
        order = torch.multinomial(dataset.sampling_weights(photos), len(photos), True)
        batches = [part for part in order.split(batch) if len(part) > 1]
        classes, total_loss = len(self.labels), 0.0
        self.model.train()
        for index, chosen in enumerate(batches):
            rate = learning_rate(peak, stage_epoch * len(batches) + index, warmup * len(batches),
                                 stage_total * len(batches))
            for group in self.optimiser.param_groups:
                group["lr"] = rate
            soft = torch.nn.functional.one_hot(target[chosen], classes).float()
            soft = soft * (1 - LABEL_SMOOTHING) + LABEL_SMOOTHING / classes
            images = augment.augment(pixels[chosen].to(self.device), size)
            images, soft = augment.mix(images, soft.to(self.device), sources[chosen])
            images = images.contiguous(memory_format=torch.channels_last)
            with torch.autocast(self.device.type, torch.bfloat16):
                logits = self.model(images)
            loss = -(soft * torch.log_softmax(logits.float(), 1)).sum(1).mean()
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            self.optimiser.step()
            self.update_average()
            total_loss += loss.item()
            progress.step(self.epoch + (index + 1) / len(batches))
        return total_loss / len(batches)

    def run(self, batch: int) -> None:
        epochs = sum(self.stage_epochs)
        if self.epoch >= epochs:
            return
        train_pixels = dataset.load_pixels(self.folder, self.train_photos)
        val_pixels = dataset.load_pixels(self.folder, self.val_photos)
        val_target = dataset.targets(self.val_photos, self.labels).numpy()
        progress = Progress(epochs)
        progress.time_left(self.epoch)
        photos, pixels = self.train_photos, train_pixels
        while self.epoch < epochs:
            start = time.monotonic()
            if self.epoch >= self.stage_epochs[0] and photos is self.train_photos:
                photos = self.train_photos + self.val_photos
                pixels = torch.cat([train_pixels, val_pixels])
            loss = self.run_epoch(pixels, photos, batch, progress)
            self.epoch += 1
            text = f"epoch {self.epoch}/{epochs}  loss {loss:.3f}"
            if self.epoch <= self.stage_epochs[0] and (
                    self.epoch % 5 == 0 or self.epoch == self.stage_epochs[0]):
                predicted = predict(self.average, val_pixels, self.device).argmax(1)
                recall, _ = metrics.macro(
                    metrics.per_class(predicted, val_target, len(self.labels)))
                text += f"  val accuracy {(predicted == val_target).mean():.3f} macro {recall:.3f}"
            if self.epoch == self.stage_epochs[0]:
                self.settle(val_pixels)
            self.save()
            progress.line(self.epoch, f"{text}  {time.monotonic() - start:.1f} s")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=dataset.default_data())
    parser.add_argument("--out", type=Path, default=ROOT / "training" / "runs" / "species",
                        help="folder of the checkpoint")
    parser.add_argument("--root", type=Path,
                        help="where models/, samples/ and training/golden/ are written "
                             "(default: the checkout; with --limit the --out folder)")
    parser.add_argument("--epochs", type=int, default=55, help="stage one, on train")
    parser.add_argument("--finetune-epochs", type=int, default=18, help="stage two, on train + val")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--limit", type=int, default=0, help="photos of each split; 0 takes all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    arguments.root = arguments.root or (arguments.out if arguments.limit else ROOT)
    return arguments


def main() -> int:
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    trainer = Trainer(arguments)
    try:
        trainer.run(arguments.batch)
    except KeyboardInterrupt:
        print(f"\nstopped in epoch {trainer.epoch + 1}; run again to go on from there", flush=True)
        return 130
    folder = export(trainer.average, trainer.labels, trainer.selected, trainer.settings,
                    arguments.data, arguments.root)
    if not arguments.limit:
        pick_samples(arguments.data, arguments.root)
    print(f"exported {folder}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
