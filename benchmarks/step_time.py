"""Time one training step of the kit's GAN against the same step in PyTorch, in one run.

Same networks, batch, losses, lazy R1, averaged generator and Adam on both sides; the two take
turns so that a drifting machine slows both. Needs the extra `bench` (make bench).
    python benchmarks/step_time.py
"""

import copy
import itertools
import statistics
import time

from audiogan_tf.models import catalogue

import numpy as np
import tensorflow as tf
import torch
import torch.nn.functional as F
from torch import nn

CLASSES, LATENT, BATCH, CHANNELS, ROUNDS, STEPS = (10, 6), 64, 16, 16, 7, 100


class Norm(nn.Module):
    """Conditional batch normalisation."""

    def __init__(self, channels, size):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.scale, self.shift = nn.Linear(size, channels), nn.Linear(size, channels)

    def forward(self, x, condition):
        scale, shift = self.scale(condition), self.shift(condition)
        return self.norm(x) * scale[:, :, None, None] + shift[:, :, None, None]


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        size = LATENT + 32 * len(CLASSES)
        self.embed = nn.ModuleList(nn.Embedding(n, 32) for n in CLASSES)
        widths = [4 * CHANNELS, 2 * CHANNELS, CHANNELS]
        self.dense = nn.Linear(size, 8 * 8 * widths[0], bias=False)
        self.norms = nn.ModuleList(Norm(w, size) for w in widths)
        pairs = itertools.pairwise(widths)
        self.grow = nn.ModuleList(nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False) for a, b in pairs)
        self.last = nn.ConvTranspose2d(widths[-1], 1, 4, 2, 1)

    def forward(self, noise, labels):
        embedded = [layer(labels[:, i]) for i, layer in enumerate(self.embed)]
        condition = torch.cat([noise, *embedded], 1)
        x = self.dense(condition).view(len(noise), -1, 8, 8)
        x = F.relu(self.norms[0](x, condition))
        for layer, norm in zip(self.grow, self.norms[1:], strict=True):
            x = F.relu(norm(layer(x), condition))
        return torch.tanh(self.last(x))


class Discriminator(nn.Module):
    def __init__(self):
        super().__init__()
        widths = [1, CHANNELS, 2 * CHANNELS, 4 * CHANNELS, 8 * CHANNELS]
        pairs = itertools.pairwise(widths)
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 4, 2, 1) for a, b in pairs)
        self.dense = nn.Linear(16 * widths[-1], 1)
        self.embed = nn.ModuleList(nn.Embedding(n, 16 * widths[-1]) for n in CLASSES)

    def forward(self, x, labels):
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        x = x.flatten(1)
        logits = self.dense(x)[:, 0]
        return logits + sum((e(labels[:, i]) * x).sum(1) for i, e in enumerate(self.embed))


class TorchGAN:
    """The update of audiogan_tf.models.GAN.train_step, line for line."""

    def __init__(self):
        self.g, self.d = Generator(), Discriminator()
        self.mean = copy.deepcopy(self.g)
        self.adams = [torch.optim.Adam(n.parameters(), 8e-4, (0.5, 0.99)) for n in (self.g, self.d)]
        self.done = 0

    def step(self, images, labels):
        fakes = self.g(torch.randn(len(images), LATENT), labels)
        real, fake = self.d(images, labels), self.d(fakes, labels)
        d_loss = F.softplus(-real).mean() + F.softplus(fake).mean()
        g_loss = F.softplus(-fake).mean()
        d_weights, g_weights = list(self.d.parameters()), list(self.g.parameters())
        d_gradients = torch.autograd.grad(d_loss, d_weights, retain_graph=True)
        g_gradients = torch.autograd.grad(g_loss, g_weights)
        for weights, gradients in ((d_weights, d_gradients), (g_weights, g_gradients)):
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.grad = gradient
        if self.done % 8 == 0:
            images = images.clone().requires_grad_()
            slope = torch.autograd.grad(self.d(images, labels).sum(), images, create_graph=True)[0]
            (0.3 * 8 / 2 * slope.square().sum((1, 2, 3)).mean()).backward(inputs=d_weights)
        for adam in self.adams:
            adam.step()
        with torch.no_grad():
            for mean, now in zip(self.mean.parameters(), g_weights, strict=True):
                mean.lerp_(now, 0.001)
        self.done += 1


def untuned():
    """Options without tf.data's tuning, whose thread holds up the end of a `fit` until it wakes."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def main():
    images = np.random.default_rng(0).uniform(-1, 1, (BATCH, 64, 64, 1)).astype("float32")
    labels = np.random.default_rng(1).integers(0, 6, (BATCH, 2)).astype("int32")
    kit = catalogue.build((64, 64, 1), CLASSES)
    data = tf.data.Dataset.from_tensors((images, labels)).repeat().with_options(untuned())
    peer = TorchGAN()
    pictures = torch.from_numpy(images).permute(0, 3, 1, 2).contiguous()
    numbers = torch.from_numpy(labels).long()

    def run_kit():
        kit.fit(data, steps_per_epoch=STEPS, epochs=1, shuffle=False, verbose=0)

    def run_peer():
        for _ in range(STEPS):
            peer.step(pictures, numbers)

    run_kit(), run_peer()
    times = {"kit": [], "PyTorch": []}
    for _ in range(ROUNDS):
        for name, run in (("kit", run_kit), ("PyTorch", run_peer)):
            began = time.perf_counter()
            run()
            times[name].append((time.perf_counter() - began) / STEPS * 1000)
    ratios = [a / b for a, b in zip(times["kit"], times["PyTorch"], strict=True)]
    print(
        f"batch {BATCH}, pictures 64 x 64, {torch.get_num_threads()} threads, torch",
        torch.__version__,
    )
    for name, values in times.items():
        print(f"{name:8s} {statistics.median(values):6.1f} ms a step (fit's overhead included)")
    print(
        f"ratio    {statistics.median(ratios):6.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    main()
