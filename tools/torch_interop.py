#!/usr/bin/env python3
"""Weights from Chagres to PyTorch and back: the case-study CNN, loaded strictly, outputs compared.

  python3 tools/torch_interop.py [--chagres ./chagres] [--tolerance 1e-4]

1. Chagres trains a few steps and writes weights, an input and its logits; PyTorch loads and compares.
2. PyTorch trains a few steps and writes the same; Chagres loads and compares.
Exit code 0 if both ways agree. Needs PyTorch and safetensors.
"""
import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

import torch
from safetensors.torch import load_file, save_file
from torch import nn


class ConvBlock(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())

    def forward(self, x):
        return self.block(x)


class Cnn(nn.Module):
    """org.chagres.train.model.Cnn with the same names: 815,018 parameters."""

    def __init__(self, classes=10):
        super().__init__()
        self.features = nn.Sequential(
            ConvBlock(3, 32), ConvBlock(32, 32), nn.MaxPool2d(2), nn.Dropout(0.25),
            ConvBlock(32, 64), ConvBlock(64, 64), nn.MaxPool2d(2), nn.Dropout(0.25),
            ConvBlock(64, 128), ConvBlock(128, 128), nn.MaxPool2d(2), nn.Dropout(0.25))
        self.head = nn.Sequential(
            nn.Flatten(), nn.Linear(2048, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, classes))

    def forward(self, x):
        return self.head(self.features(x))


def logits(net, x):
    net.eval()
    with torch.no_grad():
        return net(x)


def from_chagres(folder, tolerance):
    """Loads what Chagres wrote; whether the logits agree."""
    net = Cnn()
    net.load_state_dict(load_file(folder / "chagres.weights.safetensors"), strict=True)
    case = load_file(folder / "chagres.case.safetensors")
    difference = (logits(net, case["input"]) - case["logits"]).abs().max().item()
    close = difference < tolerance
    scale = case["logits"].abs().max().item()
    print(f"Chagres' weights in PyTorch: largest difference {difference:.2e} of logits up to {scale:.2f}, "
          f"{'under' if close else 'not under'} {tolerance:.0e}", flush=True)
    return close


def to_chagres(folder):
    """Writes weights, an input and logits of a net that has trained a few steps."""
    torch.manual_seed(2026)
    net = Cnn()
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3)
    for _ in range(3):
        optimizer.zero_grad()
        scores = net(torch.randn(16, 3, 32, 32))
        nn.functional.cross_entropy(scores, torch.randint(0, 10, (16,))).backward()
        optimizer.step()
    x = torch.randn(16, 3, 32, 32)
    save_file(net.state_dict(), folder / "torch.weights.safetensors")
    save_file({"input": x, "logits": logits(net, x)}, folder / "torch.case.safetensors")


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--chagres", default=str(root / "chagres"), help="how Chagres is started")
    options.add_argument("--tolerance", type=float, default=1e-4, help="largest difference of a logit")
    given = options.parse_args()
    chagres = shlex.split(given.chagres) + ["interop"]
    with tempfile.TemporaryDirectory(prefix="torch-interop-") as name:
        folder = pathlib.Path(name)
        subprocess.run(chagres + ["export", name], check=True)
        close = from_chagres(folder, given.tolerance)
        to_chagres(folder)
        back = subprocess.run(chagres + ["check", name, "--tolerance", str(given.tolerance)], check=False)
    return 0 if close and back.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
