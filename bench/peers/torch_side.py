#!/usr/bin/env python3
"""PyTorch as a side of a comparison (see side.ts): one JSON line per workload and variant.

    torch_side.py --threads N --seconds S --data FOLDER [--device cpu|cuda] [--compile] [--cpu-time] W1 ...

eager    nn.Module, autograd and torch.optim, as most would write it; on CUDA with fused updates
tuned    CPU: gradients by hand in TorchScript, and updates of all parameters at once; for convolutions autograd on
         channels-last images, pooling before ReLU
graph    CUDA: the eager step captured as a CUDA graph and replayed
tf32     CUDA: the same (of W7 eager) in TF32, which keeps nineteen bits; all others are in single precision
compile  with --compile: model and loss by torch.compile, on CUDA with its own CUDA graphs
floats   W11: as eager, from floats that were divided by 255 before; the others take bytes

Shapes: x [rows, 784], or [rows, 3, 32, 32].
"""
import argparse
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

import torch_cuda
import torch_measure
from torch_networks import CONVOLUTIONAL, NETWORKS, NOISY, PIXELS, Denoising, build_model, load_layers, objective, raw
from torch_predict import predictors
from torch_tuned import adam_update, denoise, gradients

CLASSES = 5
# Network, batch (0: all rows), optimizer, learning rate, weight decay, rows whose loss is printed (0: all).
TRAININGS = {
    "W1": ("classifier", 1, "sgd", 1e-3, 0, 0),
    "W2": ("classifier", 32, "adam", 1e-3, 0, 0),
    "W3": ("classifier", 0, "sgd", 0.1, 0, 0),
    "W4": ("cnn", 128, "sgd", 0.05, 1e-4, 1024),
    "W5": ("denoising", 128, "sgd", 0.1, 0, 1024),
    "W6": ("autoencoder", 32, "adam", 1e-3, 0, 1024),
    "W8": ("mnist_cnn", 128, "adam", 1e-3, 0, 1024),
    "W9": ("residual", 32, "momentum", 0.05, 1e-4, 0),
    "W10": ("variational", 128, "adam", 1e-3, 0, 1024),
}
GRAPHS = ("graph", "tf32")
# Rows of the data where they are not the images once.
ROWS = {}
STRIDE = 2_654_435_761
TUNED = ("W1", "W2", "W4", "W5", "W6", "W8", "W9")
# Steps with nothing drawn by chance after which all sides must have the same loss.
CHECKED_STEPS = 5
PRODUCT_SIZES = (256, 512, 1024)
CALL_ROWS = (1, 256)

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--data", default=".")
parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
parser.add_argument("--compile", action="store_true")
parser.add_argument("--cpu-time", action="store_true")
parser.add_argument("workloads", nargs="*")
args = parser.parse_args()
cuda = args.device == "cuda"
torch.set_num_threads(args.threads)
if cuda:
    torch_cuda.prepare()
# What did not work, and why.
failures = []


def add_points():
    """The points of the sweeps (see sweeps.ts), where the folder has them, as trainings beside the others."""
    path = os.path.join(args.data, "sweeps.json")
    if os.path.exists(path):
        with open(path) as file:
            for point in json.load(file):
                NETWORKS[point["network"]] = point["units"]
                TRAININGS[point["name"]] = (point["network"], point["batch"], "adam", 1e-3, 0, 1024)
                ROWS[point["name"]] = point["rows"]


def blas():
    """The BLAS that this process really loaded: Debian's default is tens of times slower than OpenBLAS."""
    try:
        with open("/proc/self/maps") as maps:
            loaded = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line}
    except OSError:
        loaded = set()
    names = sorted({os.path.basename(os.path.dirname(path)) for path in loaded})
    core = os.environ.get("OPENBLAS_CORETYPE", "")
    return " ".join(names + [core]).strip() or "its own BLAS"


def emit(workload, variant, timing, **more):
    line = {
        "peer": "pytorch-" + ".".join(torch.__version__.split(".")[:2]),
        "variant": variant,
        "workload": workload,
        "threads": 0 if cuda else args.threads,
        "device": torch.cuda.get_device_name() if cuda else blas(),
        **timing,
        **more,
    }
    digits = {key: float(f"{value:.7g}") if isinstance(value, float) else value for key, value in line.items()}
    print(json.dumps(digits), flush=True)


def measure(step, seconds):
    clock = time.process_time if args.cpu_time else time.perf_counter
    return torch_measure.measure(step, seconds, torch.cuda.synchronize if cuda else lambda: None, clock)


def load_images(network, rows=None):
    shapes = network == "residual"
    labels = raw(args.data, "shape_labels.u8" if shapes else "labels.u8", torch.uint8).long()
    x = raw(args.data, "shapes.u8" if shapes else "images.u8", torch.uint8)
    x = x.view(len(labels), 32, 32, 3).permute(0, 3, 1, 2).contiguous() if shapes else x.view(len(labels), PIXELS)
    if rows is not None:
        # As sweeps.ts has them: the images again and again, in an order in which neighbours lie far apart.
        order = torch.arange(rows) * STRIDE % rows % len(x)
        x, labels = x[order], labels[order]
    return x.float().div_(255).to(args.device), labels.to(args.device)


def build_optimizer(name, parameters, rate, decay, capturable, foreach=None):
    make, options = torch.optim.Adam, {"lr": rate, **({"capturable": True} if capturable else {})}
    if name != "adam":
        make, options = torch.optim.SGD, {"lr": rate, "momentum": 0.9 if name == "momentum" else 0, "weight_decay": decay}
    parameters = list(parameters)
    return torch_cuda.fused(make, parameters, **options) if cuda else make(parameters, foreach=foreach, **options)


def tuned_step(workload, batches):
    """A step without autograd, and the parameters that it trains."""
    network, _, optimizer, rate, _, _ = TRAININGS[workload]
    if network == "denoising":
        own = [tensor.detach() for tensor in Denoising(args.data).parameters()]
        return lambda i: denoise(batches[i % len(batches)][0], *own, rate), own
    classify = network == "classifier"
    params = [tensor.clone() for layer in load_layers(args.data, network) for tensor in layer]
    hot = [F.one_hot(y, CLASSES).float() for _, y in batches]
    m, v = ([torch.zeros_like(p) for p in params] for _ in range(2))

    def step(i):
        at = i % len(batches)
        with torch.no_grad():
            grads = gradients(batches[at][0], hot[at], params, classify)
            if optimizer == "sgd":
                torch._foreach_add_(params, grads, alpha=-rate)
            else:
                t = i + 1
                adam_update(params, grads, m, v, rate / (1 - 0.9 ** t), (1 - 0.999 ** t) ** -0.5)

    return step, params


def start(workload, variant, x, y, noise=True):
    """A step(i) from the first weights, and loss() on fixed rows. Without noise nothing is drawn by chance."""
    network, size, optimizer_name, rate, decay, loss_rows = TRAININGS[workload]
    loss_rows, tuned = loss_rows or len(x), variant == "tuned"
    channels_last = tuned and network in CONVOLUTIONAL
    if channels_last and x.dim() == 4:
        x = x.contiguous(memory_format=torch.channels_last)
    batches = list(zip(x.split(size or len(x)), y.split(size or len(x))))
    model = build_model(args.data, network, channels_last).to(args.device)
    training = noise or network not in NOISY
    model.train(training)
    foreach, trained, is_graph = channels_last or None, None, variant in GRAPHS
    optimizer = build_optimizer(optimizer_name, model.parameters(), rate, decay, is_graph, foreach)

    def objective_on(x, y):
        return objective(network, model(x), x, y)

    if variant == "compile":
        # A shape for the short batch too, rather than kernels for any.
        objective_on = torch.compile(objective_on, dynamic=False, **({"mode": "reduce-overhead"} if cuda else {}))

    def step_on(x, y):
        optimizer.zero_grad(set_to_none=True)
        objective_on(x, y).backward()
        optimizer.step()

    if is_graph:
        step = torch_cuda.graph_step(step_on, batches)
    elif tuned and not channels_last:
        step, trained = tuned_step(workload, batches)
    else:
        def step(i):
            step_on(*batches[i % len(batches)])

    def loss():
        with torch.no_grad():
            for own, values in zip(model.parameters(), trained or ()):
                own.copy_(values.t() if values.dim() == 2 and network != "denoising" else values)
            rows = x[:loss_rows]
            value = objective(network, model.eval()(rows), rows, y[:loss_rows]).item()
        model.train(training)
        return value

    return step, loss


def loss_checked(workload, variant, x, y):
    """The loss after a few steps without noise; of nothing where the steps cannot be had without, or not from the first."""
    if variant in GRAPHS or workload == "W5" and variant == "tuned":
        return {}
    step, loss = start(workload, variant, x, y, noise=False)
    for i in range(CHECKED_STEPS):
        step(i)
    return {"lossChecked": loss()}


def variants_of(workload):
    known = ("eager", *GRAPHS) if cuda else ("eager", "tuned") if workload in TUNED else ("eager",)
    # Last, as it takes long.
    return (*known, "compile") if args.compile else known


def timed(variant, step, seconds):
    """Times steps in the variant's precision; what is looked at before and after is in single precision."""
    if cuda:
        torch_cuda.set_tf32(variant == "tf32")
    timing = measure(step, seconds)
    if cuda:
        torch_cuda.set_tf32(False)
    return timing


def train(workload):
    x, y = load_images(TRAININGS[workload][0], ROWS.get(workload))
    for variant in variants_of(workload):
        try:
            checked = loss_checked(workload, variant, x, y)
            step, loss = start(workload, variant, x, y)
            before = loss()
            torch_measure.forget_peak()
            timing = {**timed(variant, step, args.seconds), **torch_measure.peak_rss()}
            emit(workload, variant, timing, lossBefore=before, lossAfter=loss(), **checked)
        except Exception as error:
            # It asks for a compiler, and a PyTorch that has it. What else fails is a fault of ours.
            if variant != "compile":
                raise
            failures.append(f"{variant} {type(error).__name__}: {str(error).strip().splitlines()[0]}")


def multiply():
    for n in PRODUCT_SIZES:
        a, b = (torch.randn(n, n, device=args.device) for _ in range(2))
        c = torch.empty_like(a)
        for variant in ("eager", "tf32") if cuda else ("eager",):
            timing = timed(variant, lambda _: torch.mm(a, b, out=c), args.seconds / len(PRODUCT_SIZES))
            emit(f"W7-{n}", variant, timing, gflops=2 * n ** 3 / timing["msPerStep"] / 1e6)


def predict():
    rows = raw(args.data, "images.u8", torch.uint8).view(-1, PIXELS)[:1024].numpy()
    for variant, inputs, call in predictors(build_model(args.data, "predictor").to(args.device), rows, args.device):
        for count in CALL_ROWS:
            seconds = args.seconds / len(CALL_ROWS)
            parts = [inputs[at:at + count] for at in range(0, max(1, len(inputs) - count + 1), count)]

            def step(i):
                return call(parts[i % len(parts)])

            timing = {**measure(step, seconds), **torch_measure.call_times(step, seconds)}
            emit(f"W11-{count}", variant, timing, answers=step(0).mean(0).tolist())


add_points()
for chosen in args.workloads:
    if chosen == "W7":
        multiply()
    elif chosen == "W11":
        predict()
    else:
        train(chosen)
if failures:
    sys.exit("Error: " + "; ".join(failures))
