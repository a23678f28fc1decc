"""Makes normalizations.json: normalizations over several steps and activations, in float64 by PyTorch.

    python3 make_normalizations.py > normalizations.json

A normalization has a scale and a shift that stay as they are, and goes through batches of the given numbers of rows: of
each there are what it gives, the gradients of the sum of `seed` times that, and the running statistics behind it. At the
end stands what evaluation makes of the last batch. Values are rounded to float32, so that a float32 kernel gets the same.
"""
import json
import math
import struct

import torch
from torch.nn import functional

MOMENTUM, EPSILON = 0.1, 1e-5


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def drawn(shape, phase):
    count = math.prod(shape)
    values = [float32(2 * math.sin(1.7 * i + phase) + math.cos(0.31 * i * i + phase) + 0.5) for i in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape)


def flat(tensor):
    return tensor.detach().reshape(-1).tolist()


def channels_second(x):
    return x.movedim(-1, 1)


def batch_norm(shape, counts, momentum=MOMENTUM):
    channels = shape[-1]
    scale, shift = drawn([channels], 0.4).requires_grad_(), drawn([channels], 0.9).requires_grad_()
    mean, variance, steps = torch.zeros(channels).double(), torch.ones(channels).double(), []

    def apply(x, training):
        y = functional.batch_norm(
            channels_second(x), mean, variance, scale, shift, training, momentum, EPSILON)
        return y.movedim(1, -1)

    for t, rows in enumerate(counts):
        x, seed = drawn([rows, *shape], t).requires_grad_(), drawn([rows, *shape], 5 + t)
        y = apply(x, True)
        grads = torch.autograd.grad((y * seed).sum(), [x, scale, shift])
        steps.append({
            "rows": rows, "x": flat(x), "seed": flat(seed), "y": flat(y), "dX": flat(grads[0]),
            "dScale": flat(grads[1]), "dShift": flat(grads[2]), "mean": flat(mean), "variance": flat(variance),
        })
    return {"shape": shape, "momentum": momentum, "scale": flat(scale), "shift": flat(shift), "steps": steps,
            "evaluated": flat(apply(x, False))}


def layer_norm(shape, counts):
    scale, shift, steps = drawn(shape, 0.4).requires_grad_(), drawn(shape, 0.9).requires_grad_(), []
    for t, rows in enumerate(counts):
        x, seed = drawn([rows, *shape], t).requires_grad_(), drawn([rows, *shape], 5 + t)
        y = functional.layer_norm(x, shape, scale, shift, EPSILON)
        grads = torch.autograd.grad((y * seed).sum(), [x, scale, shift])
        steps.append({"rows": rows, "x": flat(x), "seed": flat(seed), "y": flat(y), "dX": flat(grads[0]),
                      "dScale": flat(grads[1]), "dShift": flat(grads[2])})
    return {"shape": shape, "scale": flat(scale), "shift": flat(shift), "steps": steps}


ACTIVATIONS = {
    "identity": lambda x: x * 1,
    "relu": functional.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "leakyRelu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "softplus": functional.softplus,
}
POINTS = [-30, -12, -6, -3.5, -2, -1, -0.75, -0.3, -0.01, 0.01, 0.3, 0.75, 1, 2, 3.5, 6, 12, 19.5, 30]


def activation(function):
    x = torch.tensor([float32(value) for value in POINTS], dtype=torch.float64, requires_grad=True)
    y = function(x)
    return {"y": flat(y), "dX": flat(torch.autograd.grad(y.sum(), x)[0])}


print(json.dumps({
    "note": f"Made by make_layers.py beside this file, in float64 by PyTorch {torch.__version__}.",
    "batchNorm": [
        batch_norm([5], [6, 6, 4, 2]),
        batch_norm([3], [6, 5, 6], momentum=0.4),
        batch_norm([4, 3], [4, 3, 1]),
        batch_norm([3, 2, 5], [3, 3, 1]),
    ],
    "layerNorm": [layer_norm([7], [3, 2]), layer_norm([4, 3], [2, 2]), layer_norm([2, 3, 5], [2, 1])],
    "activations": {"x": [float32(value) for value in POINTS],
                    **{name: activation(function) for name, function in ACTIVATIONS.items()}},
}, indent=1))
