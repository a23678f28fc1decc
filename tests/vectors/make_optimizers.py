"""Makes optimizers.json: 50 updates of each optimizer in float64, by PyTorch where it has the rule.

    python3 make_optimizers.py > optimizers.json

Gradients are given, not computed from the parameters: those of update t (from 0) are
(1 + i / 8) * sin(0.7 * t + 1.3 * i) + 0.05 * i for parameter i, rounded to float32 so that a float32 kernel
gets the same. Only the updates in STEPS are kept.
"""
import json
import math
import struct

import torch

COUNT, UPDATES, STEPS = 8, 50, [1, 2, 3, 10, 25, 50]


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


START = [float32((-1) ** i * (0.5 + 0.21 * i)) for i in range(COUNT)]
GRADIENTS = [
    [float32((1 + i / 8) * math.sin(0.7 * t + 1.3 * i) + 0.05 * i) for i in range(COUNT)] for t in range(UPDATES)
]


def pytorch(make, decoupled=0.0, rate=0.0):
    """Parameters after the kept updates. `decoupled` shrinks them before each update, as AdamW does."""
    params = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer, kept = make([params]), []
    for t in range(UPDATES):
        params.grad = torch.tensor(GRADIENTS[t], dtype=torch.float64)
        if decoupled:
            with torch.no_grad():
                params.mul_(1 - rate * decoupled)
        optimizer.step()
        if t + 1 in STEPS:
            kept.append(params.detach().tolist())
    return kept


def keras_rmsprop(rate, rho, momentum, epsilon, centered, coupled=0.0):
    """Keras's RMSprop: epsilon under the root, momentum on the scaled step."""
    params, kept = list(START), []
    squares, means, velocity = [0.0] * COUNT, [0.0] * COUNT, [0.0] * COUNT
    for t in range(UPDATES):
        for i in range(COUNT):
            g = GRADIENTS[t][i] + coupled * params[i]
            squares[i] = rho * squares[i] + (1 - rho) * g * g
            below = squares[i] + epsilon
            if centered:
                means[i] = rho * means[i] + (1 - rho) * g
                below -= means[i] * means[i]
            velocity[i] = momentum * velocity[i] + rate * g / math.sqrt(below)
            params[i] -= velocity[i]
        if t + 1 in STEPS:
            kept.append(list(params))
    return kept


CASES = []


def case(optimizer, options, by, kept):
    CASES.append({"optimizer": optimizer, "options": options, "by": by, "params": kept})


def sgd(rate, momentum=0.0, nesterov=False, coupled=0.0, decoupled=0.0):
    options = {"learningRate": rate}
    if momentum:
        options["momentum"] = momentum
    if nesterov:
        options["nesterov"] = True
    if coupled or decoupled:
        options["weightDecay"] = coupled or decoupled
    if decoupled:
        options["decoupled"] = True
    make = lambda params: torch.optim.SGD(params, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=coupled)
    case("sgd", options, "torch.optim.SGD", pytorch(make, decoupled, rate))


def rmsprop(rate, rho, epsilon, momentum=0.0, centered=False, coupled=0.0, decoupled=0.0):
    options = {"learningRate": rate, "rho": rho, "epsilon": epsilon, "epsilonInside": False}
    if momentum:
        options["momentum"] = momentum
    if centered:
        options["centered"] = True
    if coupled or decoupled:
        options["weightDecay"] = coupled or decoupled
    if decoupled:
        options["decoupled"] = True
    make = lambda params: torch.optim.RMSprop(
        params, lr=rate, alpha=rho, eps=epsilon, momentum=momentum, centered=centered, weight_decay=coupled
    )
    case("rmsprop", options, "torch.optim.RMSprop", pytorch(make, decoupled, rate))


def rmsprop_inside(rate, rho, epsilon, momentum=0.0, centered=False, coupled=0.0):
    options = {"learningRate": rate, "rho": rho, "epsilon": epsilon}
    if momentum:
        options["momentum"] = momentum
    if centered:
        options["centered"] = True
    if coupled:
        options["weightDecay"] = coupled
    case("rmsprop", options, "Keras's formula", keras_rmsprop(rate, rho, momentum, epsilon, centered, coupled))


def adagrad(rate, initial, epsilon, coupled=0.0, decoupled=0.0):
    options = {"learningRate": rate, "initialAccumulator": initial, "epsilon": epsilon}
    if coupled or decoupled:
        options["weightDecay"] = coupled or decoupled
    if decoupled:
        options["decoupled"] = True
    make = lambda params: torch.optim.Adagrad(
        params, lr=rate, initial_accumulator_value=initial, eps=epsilon, weight_decay=coupled
    )
    case("adagrad", options, "torch.optim.Adagrad", pytorch(make, decoupled, rate))


def adam(rate, betas, epsilon, coupled=0.0, decoupled=0.0, amsgrad=False):
    options = {"learningRate": rate, "beta1": betas[0], "beta2": betas[1], "epsilon": epsilon}
    if amsgrad:
        options["amsgrad"] = True
    more = {"lr": rate, "betas": betas, "eps": epsilon, "amsgrad": amsgrad}
    if coupled or decoupled:
        options["weightDecay"] = coupled or decoupled
    if decoupled:
        make = lambda params: torch.optim.AdamW(params, weight_decay=decoupled, **more)
        case("adamw", options, "torch.optim.AdamW", pytorch(make))
    else:
        make = lambda params: torch.optim.Adam(params, weight_decay=coupled, **more)
        case("adam", options, "torch.optim.Adam", pytorch(make))


sgd(0.05)
sgd(0.05, coupled=0.1)
sgd(0.05, decoupled=0.1)
sgd(0.02, momentum=0.9)
sgd(0.02, momentum=0.9, coupled=0.1)
sgd(0.02, momentum=0.9, decoupled=0.1)
sgd(0.02, momentum=0.9, nesterov=True)
sgd(0.02, momentum=0.9, nesterov=True, coupled=0.1)
sgd(0.02, momentum=0.9, nesterov=True, decoupled=0.1)
rmsprop(0.01, 0.9, 1e-3)
rmsprop(0.01, 0.9, 1e-3, coupled=0.1)
rmsprop(0.01, 0.9, 1e-3, decoupled=0.1)
rmsprop(0.01, 0.99, 1e-3, momentum=0.8)
rmsprop(0.01, 0.9, 1e-3, centered=True)
rmsprop(0.01, 0.99, 1e-3, momentum=0.8, centered=True, coupled=0.1)
rmsprop_inside(0.01, 0.9, 1e-2)
rmsprop_inside(0.01, 0.99, 1e-2, momentum=0.8)
rmsprop_inside(0.01, 0.9, 1e-2, centered=True)
rmsprop_inside(0.01, 0.9, 1e-2, momentum=0.8, centered=True, coupled=0.1)
adam(0.01, (0.9, 0.999), 1e-8)
adam(0.02, (0.8, 0.99), 1e-3)
adam(0.01, (0.9, 0.999), 1e-8, coupled=0.1)
adam(0.01, (0.9, 0.999), 1e-8, decoupled=0.1)
adam(0.01, (0.9, 0.9), 1e-8, amsgrad=True)
adam(0.02, (0.8, 0.7), 1e-3, amsgrad=True)
adam(0.01, (0.9, 0.9), 1e-8, coupled=0.1, amsgrad=True)
adam(0.01, (0.9, 0.9), 1e-8, decoupled=0.1, amsgrad=True)
adagrad(0.1, 0.0, 1e-10)
adagrad(0.05, 0.1, 1e-2)
adagrad(0.1, 0.0, 1e-10, coupled=0.1)
adagrad(0.1, 0.5, 1e-10, decoupled=0.1)

NOTE = (
    f"Made by make_optimizers.py beside this file, in float64: PyTorch {torch.__version__} where `by` names a class of "
    "it (decoupled decay of SGD and RMSprop: parameters times 1 - lr*decay before each update, as in AdamW), and for "
    "RMSprop with epsilon under the root, which PyTorch lacks, a plain transcription of the formula of Keras 3."
)
print(json.dumps({"note": NOTE, "start": START, "gradients": GRADIENTS, "steps": STEPS, "cases": CASES}, indent=2))
