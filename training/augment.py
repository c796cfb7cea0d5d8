"""Batched augmentation: a few tensor operations a batch, so that one core keeps up."""

import math

import torch
from torch.nn import functional

from preprocess import PREPROCESS


def normalise(images: torch.Tensor) -> torch.Tensor:
    """[N, 3, H, W] in 0-1 to the network's range."""
    mean = torch.tensor(PREPROCESS["mean"], device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(PREPROCESS["std"], device=images.device).view(1, 3, 1, 1)
    return (images - mean) / std


def uniform(count: int, low: float, high: float) -> torch.Tensor:
    return torch.empty(count).uniform_(low, high)


def random_affine(images: torch.Tensor, size: int) -> torch.Tensor:
    """Turn, scale, stretch, shear, shift, flip and resize to size x size in one sampling."""
    count = len(images)
    angle = torch.randn(count).clamp(-2, 2) * math.radians(12)
    scale = torch.exp(uniform(count, -0.25, 0.2))  # below 1 zooms in
    stretch = torch.exp(uniform(count, -0.15, 0.15))
    shear = uniform(count, -0.12, 0.12)
    flip = torch.where(torch.rand(count) < 0.5, -1.0, 1.0)
    upside_down = torch.where(torch.rand(count) < 0.05, -1.0, 1.0)
    cosine, sine = torch.cos(angle), torch.sin(angle)
    theta = torch.stack([
        torch.stack([flip * scale * stretch * cosine, scale * (shear - sine),
                     uniform(count, -0.12, 0.12)], 1),
        torch.stack([flip * scale * sine, upside_down * scale / stretch * cosine,
                     uniform(count, -0.12, 0.12)], 1)], 1).to(images.device)
    grid = functional.affine_grid(theta, [count, 3, size, size], align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def random_colour(images: torch.Tensor) -> torch.Tensor:
    """Colour cast, brightness, contrast, saturation."""
    count, device = len(images), images.device
    cast = torch.exp(torch.randn(count, 3) * 0.15 + torch.randn(count, 1) * 0.2)
    contrast = torch.exp(torch.randn(count) * 0.25).view(-1, 1, 1, 1).to(device)
    saturation = uniform(count, 0.4, 1.4)
    saturation[torch.rand(count) < 0.1] = 0.0
    saturation = saturation.view(-1, 1, 1, 1).to(device)
    images = images * cast.view(count, 3, 1, 1).to(device)
    grey = images.mean(1, keepdim=True)
    level = grey.mean((2, 3), keepdim=True)
    images = (images - grey) * (saturation * contrast) + (grey - level) * contrast + level
    return images.clamp_(0, 1)


def random_blur_and_noise(images: torch.Tensor) -> torch.Tensor:
    """Blurs some, sharpens others a little, adds noise to a third."""
    count, device = len(images), images.device
    chosen = (torch.rand(count) < 0.4).nonzero().flatten()
    if len(chosen):
        part = images[chosen]
        blurred = functional.avg_pool2d(part, 3, 1, 1, count_include_pad=False)
        blurred = functional.avg_pool2d(blurred, 3, 1, 1, count_include_pad=False)
        amount = uniform(len(chosen), -0.4, 1.0).view(-1, 1, 1, 1).to(device)
        images[chosen] = part + amount * (blurred - part)
    chosen = (torch.rand(count) < 0.33).nonzero().flatten()
    if len(chosen):
        strength = uniform(len(chosen), 0, 0.06).view(-1, 1, 1, 1).to(device)
        images[chosen] += torch.randn(images[chosen].shape).to(device) * strength
    return images.clamp_(0, 1)


def random_cutout(images: torch.Tensor) -> torch.Tensor:
    """Covers a rectangle of a third of the images with a flat grey."""
    size = images.shape[-1]
    for index in (torch.rand(len(images)) < 0.33).nonzero().flatten().tolist():
        height, width = (torch.rand(2) * 0.25 + 0.12).mul(size).int().tolist()
        top, left = (torch.rand(2) * size).int().tolist()
        images[index, :, max(0, top - height // 2):top + height // 2 + 1,
               max(0, left - width // 2):left + width // 2 + 1] = torch.rand(1).item()
    return images


def augment(pixels: torch.Tensor, size: int) -> torch.Tensor:
    """[N, 3, 128, 128] uint8 to augmented, normalised [N, 3, size, size]."""
    images = random_affine(pixels.float().div_(255), size)
    return normalise(random_cutout(random_blur_and_noise(random_colour(images))))


def partners(sources: torch.Tensor) -> torch.Tensor:
    """A permutation that exchanges images only within their source."""
    order = torch.arange(len(sources))
    for source in sources.unique():
        members = (sources == source).nonzero().flatten()
        order[members] = members[torch.randperm(len(members))]
    return order


def mix(images: torch.Tensor, soft: torch.Tensor,
        sources: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """MixUp or CutMix within a source on half of the batches. soft: [N, classes] targets."""
    if torch.rand(1).item() < 0.5:
        return images, soft
    order = partners(sources)
    if torch.rand(1).item() < 0.5:
        share = torch.distributions.Beta(0.3, 0.3).sample().item()
        images = images * share + images[order] * (1 - share)
    else:
        size = images.shape[-1]
        side = int(size * math.sqrt(torch.rand(1).item()))
        top, left = (torch.rand(2) * (size - side + 1)).int().tolist()
        images[:, :, top:top + side, left:left + side] = \
            images[order][:, :, top:top + side, left:left + side]
        share = 1 - side * side / (size * size)
    return images, soft * share + soft[order] * (1 - share)
