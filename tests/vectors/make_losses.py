"""
Makes losses.json: the loss of a batch and its gradients by PyTorch, in float64, for each loss and its settings.

    python3 make_losses.py > losses.json

The model is one linear layer, Z = X·W + b, whose inputs, weights and biases are given and rounded to float32 so that a
float32 kernel gets the same. What is kept is the mean of the batch and its gradients by W and b.
"""
import json
import math
import struct

import torch
import torch.nn.functional as F

ROWS, INPUTS = 5, 6


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def numbers(count, scale, phase):
    return [float32(scale * math.sin(1.7 * i * i + 0.9 * i + phase)) for i in range(count)]


def shares(count, phase):
    """Numbers from 0 to 1."""
    return [float32(0.5 + 0.5 * value) for value in numbers(count, 1.0, phase)]


CASES = []


def case(loss, options, of, outputs, targets=None, weights=None, inputs=None, scale=1.0, shape=None):
    """`of` gives the loss of each row and what it counts in the sum that the mean is divided by."""
    x = inputs or numbers(ROWS * INPUTS, 1.0, 0.3)
    w, b = numbers(INPUTS * outputs, scale, 1.1), numbers(outputs, scale / 2, 2.3)
    X = torch.tensor(x, dtype=torch.float64).reshape(ROWS, INPUTS)
    W = torch.tensor(w, dtype=torch.float64).reshape(INPUTS, outputs).requires_grad_()
    B = torch.tensor(b, dtype=torch.float64).requires_grad_()
    Z = X @ W + B
    T = None if targets is None else torch.tensor(targets)
    if T is not None and T.dtype.is_floating_point:
        T = T.to(torch.float64).reshape(ROWS, outputs)
    rows, divisors = of(Z, T, X)
    row_weights = torch.tensor(weights or [1.0] * ROWS, dtype=torch.float64)
    mean = (row_weights * rows).sum() / (row_weights * divisors).sum()
    mean.backward()
    entry = {"loss": loss, "options": options, "inputShape": shape or [INPUTS], "inputs": x, "weights": w, "bias": b}
    if targets is not None:
        entry["classes" if isinstance(targets[0], int) else "targets"] = targets
    if weights:
        entry["rowWeights"] = weights
    entry.update({"mean": mean.item(), "dWeights": W.grad.flatten().tolist(), "dBias": B.grad.tolist()})
    CASES.append(entry)


ONES = torch.ones(ROWS, dtype=torch.float64)
ROW_WEIGHTS = [1.0, 0.0, 2.5, 0.5, 3.0]


def elementwise(function):
    return lambda z, t, x: (function(z, t).mean(1), ONES)


def both_weighings(loss, options, of, outputs, **more):
    for weights in [None, ROW_WEIGHTS]:
        case(loss, options, of, outputs, weights=weights, **more)


squared = elementwise(lambda z, t: F.mse_loss(z, t, reduction="none"))
absolute = elementwise(lambda z, t: F.l1_loss(z, t, reduction="none"))
binary = elementwise(lambda z, t: F.binary_cross_entropy_with_logits(z, t, reduction="none"))
for outputs in [1, 3]:
    targets = numbers(ROWS * outputs, 2.0, 0.7)
    both_weighings("meanSquaredError", {}, squared, outputs, targets=targets)
    both_weighings("meanAbsoluteError", {}, absolute, outputs, targets=targets)
    for options in [{}, {"delta": 0.25}, {"delta": 3.0}]:
        delta = options.get("delta", 1.0)
        huber = elementwise(lambda z, t: F.huber_loss(z, t, reduction="none", delta=delta))
        both_weighings("huber", options, huber, outputs, targets=targets)
    yes = [float(value > 0) for value in targets]
    both_weighings("binaryCrossEntropy", {}, binary, outputs, targets=yes)
    both_weighings("binaryCrossEntropy", {}, binary, outputs, targets=shares(ROWS * outputs, 0.2))
    # Logits of up to some 10,000, and of 0.
    case("binaryCrossEntropy", {}, binary, outputs, targets=yes, scale=1e4)
    case("binaryCrossEntropy", {}, binary, outputs, targets=yes, scale=0.0)

CLASSES = [2, 0, 1, 2, 3]
CLASS_WEIGHTS = [0.5, 2.0, 1.0, 3.0]


def cross_entropy(weight=None, label_smoothing=0.0, ignore=-100):
    weight = None if weight is None else torch.tensor(weight, dtype=torch.float64)

    def of(z, t, x):
        settings = {"weight": weight, "label_smoothing": label_smoothing, "ignore_index": ignore}
        rows = F.cross_entropy(z, t, reduction="none", **settings)
        known = t.clamp(max=z.shape[1] - 1)
        counts = (ONES if weight is None else weight[known]) * (t != ignore)
        # What is divided by is PyTorch's, as this says.
        mean = F.cross_entropy(z, t, reduction="mean", **settings)
        assert abs((rows.sum() / counts.sum() - mean).item()) < 1e-12
        return rows, counts

    return of


for class_weights in [None, CLASS_WEIGHTS, [0.0, 1.0, 4.0, 0.25]]:
    for smoothing in [0.0, 0.1, 0.6]:
        for ignore, classes in [(None, CLASSES), (2, CLASSES), (255, [2, 255, 1, 2, 255])]:
            options = {}
            if class_weights:
                options["classWeights"] = class_weights
            if smoothing:
                options["labelSmoothing"] = smoothing
            if ignore is not None:
                options["ignore"] = ignore
            of = cross_entropy(class_weights, smoothing, -100 if ignore is None else ignore)
            both_weighings("crossEntropy", options, of, 4, targets=classes)
for options in [{}, {"classWeights": CLASS_WEIGHTS, "labelSmoothing": 0.1, "ignore": 3}]:
    of = cross_entropy(options.get("classWeights"), options.get("labelSmoothing", 0.0), options.get("ignore", -100))
    case("crossEntropy", options, of, 4, targets=CLASSES, scale=1e4)
    case("crossEntropy", options, of, 4, targets=CLASSES, scale=0.0)

PIXELS = shares(ROWS * INPUTS, 0.4)
reconstruction = lambda z, t, x: (F.mse_loss(z, x, reduction="none").mean(1), ONES)
reconstruction_entropy = lambda z, t, x: (
    F.binary_cross_entropy_with_logits(z, x, reduction="none").sum(1),
    ONES,
)
for shape in [[6], [2, 3], [1, 3, 2]]:
    both_weighings("reconstructionError", {}, reconstruction, INPUTS, inputs=PIXELS, shape=shape)
    both_weighings("reconstructionCrossEntropy", {}, reconstruction_entropy, INPUTS, inputs=PIXELS, shape=shape)
case("reconstructionCrossEntropy", {}, reconstruction_entropy, INPUTS, inputs=PIXELS, scale=1e4)

NOTE = (
    f"Made by make_losses.py beside this file, in float64, by PyTorch {torch.__version__}: MSELoss, L1Loss, HuberLoss, "
    "BCEWithLogitsLoss and CrossEntropyLoss. A mean of rows that weigh is divided by the sum of their weights, as "
    "CrossEntropyLoss divides by those of the classes."
)
print(json.dumps({"note": NOTE, "cases": CASES}, indent=1))
