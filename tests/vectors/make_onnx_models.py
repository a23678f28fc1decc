"""Small networks as PyTorch writes them to ONNX, with what they answer: onnx_models.json.

Run with Debian's python3-torch 1.13 and python3-onnx 1.12: /usr/bin/python3 make_onnx_models.py
"""
import base64
import io
import json
import os

import onnx
import torch
from torch import nn
from torch.nn import functional as F


class Residual(nn.Module):
    """Convolutions with their normalizations, added to what they were given."""

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        return F.relu(self.second(F.relu(self.norm(self.first(x)))) + x)


class Gated(nn.Module):
    """Channels that are weighed by what all pixels say, as in squeeze-and-excitation, and put beside others."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0), dilation=(1, 2), groups=2)
        self.gate = nn.Linear(4, 4)
        self.head = nn.Linear(8 * 3 * 4, 3)

    def forward(self, x):
        maps = F.leaky_relu(self.conv(x), 0.1)
        gate = torch.sigmoid(self.gate(maps.mean(dim=(2, 3))))
        both = torch.cat([maps * gate[:, :, None, None], F.hardtanh(maps)], dim=1)
        return self.head(both.view(both.size(0), -1))


class Images(nn.Module):
    """Rows as images of so many channels, height and width."""

    def __init__(self, *shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(-1, *self.shape)


class Words(nn.Module):
    """A table of words, windows over their order, and the largest that each finds."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(11, 6)
        self.conv = nn.Conv1d(6, 4, 3, padding=1)
        self.norm = nn.LayerNorm([28])
        self.head = nn.Linear(28, 2)

    def forward(self, words):
        found = F.gelu(self.conv(self.table(words).transpose(1, 2)))
        return self.head(self.norm(found.flatten(1)))


class Twice(nn.Module):
    """One layer on two inputs, and two outputs."""

    def __init__(self):
        super().__init__()
        self.same = nn.Linear(5, 4)
        self.head = nn.Linear(4, 2)

    def forward(self, left, right):
        a, b = torch.tanh(self.same(left)), torch.tanh(self.same(right))
        return self.head(a - b), (a * b + 1) / 2


NETWORKS = {
    "dense": (nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 8, bias=False), nn.ELU(), nn.Softplus(), nn.Linear(8, 3)), [[6]]),
    "classifier": (nn.Sequential(nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 3), nn.Softmax(dim=1)), [[6]]),
    "convolutional": (
        nn.Sequential(
            nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True),
            nn.Conv2d(6, 8, 3, padding=1), nn.SELU(), nn.AvgPool2d(3, stride=2, padding=1),
            nn.Flatten(), nn.BatchNorm1d(72), nn.Linear(72, 5),
        ),
        [[3, 12, 11]],
    ),
    "residual": (
        nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), Residual(4), Residual(4), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)),
        [[1, 6, 6]],
    ),
    "autoencoder": (
        nn.Sequential(
            nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5), nn.Linear(5, 64),
            Images(4, 4, 4), nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1), nn.ReLU(),
            nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(3, 2, 3, padding=1), nn.Upsample(scale_factor=2), nn.Sigmoid(),
        ),
        [[1, 8, 8]],
    ),
    "gated": (Gated(), [[2, 5, 6]]),
    "words": (Words(), [[7]]),
    "twice": (Twice(), [[5], [5]]),
    "sequence": (nn.Sequential(nn.Linear(6, 4), Images(2, 2), nn.LSTM(2, 3, batch_first=True)), [[6]]),
}


def encoded(tensor):
    return base64.b64encode(tensor.detach().contiguous().numpy().tobytes()).decode()


def main():
    torch.manual_seed(1)
    cases = []
    for name, (network, shapes) in NETWORKS.items():
        for module in network.modules():
            if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
                for values in (module.running_mean, module.weight.data, module.bias.data):
                    values.uniform_(-1, 1)
                module.running_var.uniform_(0.5, 2)
        network.eval()
        inputs = [torch.randn(3, *shape) for shape in shapes]
        if name == "words":
            inputs = [torch.randint(0, 11, (3, 7))]
        outputs = network(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        names = [f"in{i}" for i in range(len(inputs))]
        given = [f"out{i}" for i in range(len(outputs))]
        # Half of them without a word on the batch, as who does not know of it exports them.
        is_open = len(cases) % 2 == 0 or name == "gated"
        file = io.BytesIO()
        torch.onnx.export(
            network, tuple(inputs), file, opset_version=17 if name == "words" else 13, input_names=names, output_names=given,
            dynamic_axes={one: {0: "batch"} for one in names + given} if is_open else None,
        )
        onnx.checker.check_model(onnx.load_from_string(file.getvalue()))
        cases.append({
            "name": name,
            "file": base64.b64encode(file.getvalue()).decode(),
            "inputs": [encoded(one.float()) for one in inputs],
            "outputs": [encoded(one) for one in outputs if torch.is_tensor(one)],
        })
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx_models.json")
    with open(path, "w") as out:
        json.dump(cases, out, indent=1)
        out.write("\n")


main()
