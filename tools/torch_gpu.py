#!/usr/bin/env python3
"""The case-study CNN in PyTorch on a GPU: the peer of `chagres bench train --device cuda`, in all of PyTorch's modes.

  python3 tools/torch_gpu.py [--batch 128,1024] [--modes eager,channels_last,compile,graph] [--steps 20] [--warm 10]

A row of JSON a mode, batch and precision (f32, bf16 by autocast): milliseconds and images a second of a step (forward, loss,
backward, AdamW), what the host spends to queue one, by itself and for each kernel, and the part of it in which the GPU computes. Inputs
lie on the device. Matrix products are in f32 unless bf16 is said, convolutions likewise (no TF32), as Chagres' are.
"""
import argparse
import json
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional

ROW = 20  # steps that are waited for together


def block(i, o):
    return [nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU()]


def cnn():
    return nn.Sequential(
        *block(3, 32), *block(32, 32), nn.MaxPool2d(2), nn.Dropout(0.25),
        *block(32, 64), *block(64, 64), nn.MaxPool2d(2), nn.Dropout(0.25),
        *block(64, 128), *block(128, 128), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(2048, 256), nn.ReLU(), nn.Dropout(0.5), nn.Linear(256, 10))


class Training:
    """Steps on one random batch in one of the modes."""

    def __init__(self, device, mode, bf16, batch):
        torch.manual_seed(1)
        self.device = device
        layout = torch.contiguous_format if mode == "eager" else torch.channels_last
        self.net = cnn().to(device, memory_format=layout)
        self.forward = torch.compile(self.net, mode="max-autotune-no-cudagraphs") if mode == "compile" else self.net
        on_gpu = device.type == "cuda"
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), 1e-3, fused=on_gpu, capturable=on_gpu and mode == "graph")
        self.x = torch.randn(batch, 3, 32, 32, device=device).contiguous(memory_format=layout)
        self.y = torch.randint(0, 10, (batch,), device=device)
        self.bf16 = bf16
        self.step = self.graph() if mode == "graph" else self.eager

    def eager(self):
        self.optimizer.zero_grad(set_to_none=True)
        self.forward_backward()
        self.optimizer.step()

    def forward_backward(self):
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            loss = functional.cross_entropy(self.forward(self.x), self.y)
        loss.backward()

    def graph(self):
        """The whole step as one CUDA graph, as PyTorch's documentation has it."""
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(5):
                self.eager()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self.forward_backward()
            self.optimizer.step()
        return graph.replay

    def finish(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def row(self):
        for _ in range(ROW):
            self.step()
        self.finish()

    def queue(self):
        """Microseconds until a step is queued, on an empty queue."""
        self.finish()
        start = time.perf_counter()
        self.step()
        return (time.perf_counter() - start) * 1e6

    def kernels(self):
        """Kernels of a step, and the microseconds that they take on the device."""
        if self.device.type != "cuda":
            return 0, 0
        activities = [torch.profiler.ProfilerActivity.CPU, torch.profiler.ProfilerActivity.CUDA]
        with torch.profiler.profile(activities=activities) as profile:
            self.row()
        done = [e for e in profile.events() if e.device_type == torch.autograd.DeviceType.CUDA]
        return len(done) / ROW, sum(e.time_range.elapsed_us() for e in done) / ROW


def measured(device, mode, bf16, batch, options):
    training = Training(device, mode, bf16, batch)
    for _ in range(options.warm):
        training.row()
    times = []
    for _ in range(options.steps):
        start = time.perf_counter()
        training.row()
        times.append((time.perf_counter() - start) / ROW)
    seconds = statistics.median(times)
    host = statistics.median(training.queue() for _ in range(options.steps))
    row = {"ms_step": round(seconds * 1e3, 3), "img_s": round(batch / seconds), "host_us_step": round(host, 1)}
    kernels, busy = training.kernels()
    if kernels:
        row |= {"calls": round(kernels), "host_us_op": round(host / kernels, 2),
                "gpu_busy": round(min(1.0, busy / (seconds * 1e6)), 3)}
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", default="128,1024", help="images a step")
    parser.add_argument("--modes", default="eager,channels_last,compile,graph")
    parser.add_argument("--steps", type=int, default=20, help="times taken, of 20 steps each")
    parser.add_argument("--warm", type=int, default=10, help="times 20 steps before")
    parser.add_argument("--device", default="cuda")
    options = parser.parse_args()
    device = torch.device(options.device)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    failed = False
    for batch in map(int, options.batch.split(",")):
        for mode in options.modes.split(","):
            for bf16 in (False, True):
                row = {"what": "train", "engine": f"PyTorch {torch.__version__}", "mode": mode,
                       "precision": "bf16" if bf16 else "f32", "device": str(device), "batch": batch}
                try:
                    row |= measured(device, mode, bf16, batch, options)
                except Exception as e:  # one mode must not end the others
                    row["error"] = str(e).splitlines()[0][:200]
                    failed = True
                print(json.dumps(row), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
