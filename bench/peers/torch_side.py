#!/usr/bin/env python3
"""PyTorch as a side of a comparison (see side.ts): one JSON line per workload and variant.

    torch_side.py --threads N --seconds S --data FOLDER [--device cpu|cuda] W1 ...

eager   nn.Module, autograd and torch.optim, as most would write it
tuned   CPU: gradients by hand in TorchScript, and updates of all parameters at once; for convolutions autograd on
        channels-last images, pooling before ReLU
graph   CUDA: the eager step captured as a CUDA graph and replayed
floats  W11: as eager, from floats that were divided by 255 before; the others take bytes

Shapes: x [rows, 784]; the weights of a layer as in the data folder, [inputs, units].
"""
import argparse
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

import torch_measure
from torch_predict import predictors
from torch_tuned import adam_update, denoise, gradients

PIXELS, CLASSES = 784, 5
# Layers of each network, in the order of their weights: units of dense ones, or (filters, window) of convolutions.
NETWORKS = {
    "classifier": (30, 20, 10, 5),
    "autoencoder": (512, 784),
    "cnn": ((15, 9), (20, 5), 100, 10),
    "denoising": (900,),
    "predictor": (128, 64, 10),
}
# Network, batch (0: all rows), optimizer, learning rate, weight decay, rows whose loss is printed (0: all).
TRAININGS = {
    "W1": ("classifier", 1, "sgd", 1e-3, 0, 0),
    "W2": ("classifier", 32, "adam", 1e-3, 0, 0),
    "W3": ("classifier", 0, "sgd", 0.1, 0, 0),
    "W4": ("cnn", 128, "sgd", 0.05, 1e-4, 1024),
    "W5": ("denoising", 128, "sgd", 0.1, 0, 1024),
    "W6": ("autoencoder", 32, "adam", 1e-3, 0, 1024),
}
TUNED = ("W1", "W2", "W4", "W5", "W6")
PRODUCT_SIZES = (256, 512, 1024)
CALL_ROWS = (1, 256)

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=1.0)
parser.add_argument("--data", default=".")
parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
parser.add_argument("workloads", nargs="*")
args = parser.parse_args()
cuda = args.device == "cuda"
torch.set_num_threads(args.threads)
# Single precision as WebGPU has it, not the tensor cores' nineteen bits.
torch.backends.cuda.matmul.allow_tf32 = False


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
    digits = {key: float(f"{value:.5g}") if isinstance(value, float) else value for key, value in line.items()}
    print(json.dumps(digits), flush=True)


def measure(step, seconds):
    return torch_measure.measure(step, seconds, torch.cuda.synchronize if cuda else lambda: None)


def raw(name, dtype):
    with open(os.path.join(args.data, name), "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


def load_images():
    labels = raw("labels.u8", torch.uint8).long()
    x = raw("images.u8", torch.uint8).view(len(labels), PIXELS).float() / 255
    return x.to(args.device), labels.to(args.device)


def load_layers(network):
    """The first weights and bias of each layer, as all sides have them: [inputs, units], or [height, width, channels, filters]."""
    values, at, inputs, edge = raw(f"{network}.f32", torch.float32), 0, PIXELS, 28
    for units in NETWORKS[network]:
        shape = (inputs, units)
        if isinstance(units, tuple):
            units, window = units
            channels = 1 if edge == 28 else inputs // edge ** 2
            shape, edge = (window, window, channels, units), (edge - window + 1) // 2
        size = torch.Size(shape).numel()
        yield values[at:at + size].view(shape), values[at + size:at + size + units]
        at += size + units
        # A convolution is followed by pooling, and the next layer takes its maps: rows, columns, channels.
        inputs = units * edge ** 2 if len(shape) == 4 else units


class Denoising(nn.Module):
    """Logits of the images from what is left of them, by an encoder whose transpose is the decoder."""

    def __init__(self):
        super().__init__()
        (weights, bias), = load_layers("denoising")
        self.weights, self.hidden_bias = nn.Parameter(weights.clone()), nn.Parameter(bias.clone())
        self.visible_bias = nn.Parameter(torch.zeros(PIXELS))

    def forward(self, x):
        if self.training:
            x = x * torch.bernoulli(torch.full_like(x, 0.9))
        hidden = torch.sigmoid(F.linear(x, self.weights.t(), self.hidden_bias))
        return F.linear(hidden, self.weights, self.visible_bias)


def build_model(network, tuned=False):
    if network == "denoising":
        return Denoising().to(args.device)
    parts, channels = [], 0
    for weights, bias in load_layers(network):
        if weights.dim() == 4:
            channels = weights.shape[3]
            layer, own = nn.Conv2d(weights.shape[2], channels, weights.shape[0]), weights.permute(3, 2, 0, 1)
        else:
            inputs, units = weights.shape
            layer, own = nn.Linear(inputs, units), weights.t()
            if channels > 0:
                # PyTorch flattens channels first.
                edge = int((inputs // channels) ** 0.5)
                own = weights.view(edge, edge, channels, units).permute(3, 2, 0, 1).reshape(units, inputs)
                parts, channels = parts + [nn.Flatten()], 0
        with torch.no_grad():
            layer.weight.copy_(own)
            layer.bias.copy_(bias)
        after = [nn.ReLU(), nn.MaxPool2d(2)] if weights.dim() == 4 else [nn.ReLU()]
        # ReLU never falls: after pooling it gives the same values for less work.
        parts += [layer] + (after[::-1] if tuned else after)
    parts[-1:] = [nn.Sigmoid()] if network == "autoencoder" else []
    model = nn.Sequential(*parts).to(args.device)
    if network == "cnn":
        model = nn.Sequential(nn.Unflatten(1, (1, 28, 28)), model)
    return model.to(memory_format=torch.channels_last) if tuned else model


def objective(network, output, x, y):
    if network == "denoising":
        return F.binary_cross_entropy_with_logits(output, x, reduction="sum") / len(x)
    return F.mse_loss(output, x) if network == "autoencoder" else F.cross_entropy(output, y)


def build_optimizer(name, parameters, rate, decay, capturable, foreach=None):
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=rate, weight_decay=decay, foreach=foreach)
    return torch.optim.Adam(parameters, lr=rate, **({"capturable": True} if capturable else {}))


def autograd_step(network, model, optimizer, x, y):
    optimizer.zero_grad(set_to_none=True)
    objective(network, model(x), x, y).backward()
    optimizer.step()


def capture(work):
    """The work as a CUDA graph, after three runs on a side stream, as PyTorch's notes on graphs ask for."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph


def tuned_step(workload, batches):
    """A step without autograd, and the parameters that it trains."""
    network, _, optimizer, rate, _, _ = TRAININGS[workload]
    if network == "denoising":
        own = [tensor.detach() for tensor in Denoising().parameters()]
        return lambda i: denoise(batches[i % len(batches)][0], *own, rate), own
    classify = network == "classifier"
    params = [tensor.clone() for layer in load_layers(network) for tensor in layer]
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


def train(workload, x, y):
    network, size, optimizer_name, rate, decay, loss_rows = TRAININGS[workload]
    size, loss_rows = size or len(x), loss_rows or len(x)
    batches = list(zip(x.split(size), y.split(size)))
    # A graph has one shape: it leaves out the short batch at the end of an epoch.
    whole = [batch for batch in batches if len(batch[0]) == size]
    for variant in ("eager", "graph") if cuda else ("eager", "tuned") if workload in TUNED else ("eager",):
        tuned_cnn = variant == "tuned" and network == "cnn"
        model = build_model(network, tuned_cnn)
        foreach = tuned_cnn or None
        optimizer = build_optimizer(optimizer_name, model.parameters(), rate, decay, variant == "graph", foreach)

        def loss():
            with torch.no_grad():
                rows = x[:loss_rows]
                value = objective(network, model.eval()(rows), rows, y[:loss_rows]).item()
            model.train()
            return value

        before, tuned = loss(), None
        if variant == "eager" or tuned_cnn:
            def step(i):
                autograd_step(network, model, optimizer, *batches[i % len(batches)])
        elif variant == "tuned":
            step, tuned = tuned_step(workload, batches)
        else:
            fixed_x, fixed_y = (tensor.clone() for tensor in whole[0])
            graph = capture(lambda: autograd_step(network, model, optimizer, fixed_x, fixed_y))

            def step(i):
                if len(whole) > 1:
                    fixed_x.copy_(whole[i % len(whole)][0])
                    fixed_y.copy_(whole[i % len(whole)][1])
                graph.replay()
        timing = measure(step, args.seconds)
        if tuned is not None:
            with torch.no_grad():
                for own, trained in zip(model.parameters(), tuned):
                    own.copy_(trained.t() if trained.dim() == 2 and network != "denoising" else trained)
        emit(workload, variant, timing, lossBefore=before, lossAfter=loss())


def multiply():
    for n in PRODUCT_SIZES:
        a, b = (torch.randn(n, n, device=args.device) for _ in range(2))
        c = torch.empty_like(a)
        timing = measure(lambda _: torch.mm(a, b, out=c), args.seconds / len(PRODUCT_SIZES))
        emit(f"W7-{n}", "eager", timing, gflops=2 * n ** 3 / timing["msPerStep"] / 1e6)


def predict():
    rows = raw("images.u8", torch.uint8).view(-1, PIXELS)[:1024].numpy()
    for variant, inputs, call in predictors(build_model("predictor"), rows, args.device):
        for count in CALL_ROWS:
            seconds = args.seconds / len(CALL_ROWS)
            parts = [inputs[at:at + count] for at in range(0, max(1, len(inputs) - count + 1), count)]

            def step(i):
                return call(parts[i % len(parts)])

            timing = {**measure(step, seconds), **torch_measure.call_times(step, seconds)}
            emit(f"W11-{count}", variant, timing, answers=step(0).mean(0).tolist())


images = load_images() if any(name not in ("W7", "W11") for name in args.workloads) else None
for chosen in args.workloads:
    if chosen == "W7":
        multiply()
    elif chosen == "W11":
        predict()
    else:
        train(chosen, *images)
