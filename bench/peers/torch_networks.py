"""The networks as most would write them for PyTorch, with the first weights that all sides have.

Shapes: x [rows, 784], for the residual network [rows, 3, 32, 32]; the weights of a layer are in the data folder as
[inputs, units] or [height, width, channels, filters].
"""
import os

import torch
import torch.nn.functional as F
from torch import nn

PIXELS, EDGE = 784, 28
# Layers of plain networks, in the order of their weights: units of dense ones, or (filters, window) of convolutions.
NETWORKS = {
    "classifier": (30, 20, 10, 5),
    "autoencoder": (512, 784),
    "cnn": ((15, 9), (20, 5), 100, 10),
    "mnist_cnn": ((32, 3), (64, 3), 10),
    "denoising": (900,),
    "predictor": (128, 64, 10),
}
CONVOLUTIONAL = ("cnn", "mnist_cnn", "residual")
# What these mask, drop or draw by chance while they train, they do not after eval().
NOISY = ("denoising", "mnist_cnn", "variational")


def raw(folder, name, dtype):
    with open(os.path.join(folder, name), "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


def load_layers(folder, network):
    """The first weights and bias of each layer of a plain network."""
    values, at, inputs, edge = raw(folder, f"{network}.f32", torch.float32), 0, PIXELS, EDGE
    for units in NETWORKS[network]:
        shape = (inputs, units)
        if isinstance(units, tuple):
            units, window = units
            channels = 1 if edge == EDGE else inputs // edge ** 2
            shape, edge = (window, window, channels, units), (edge - window + 1) // 2
        size = torch.Size(shape).numel()
        yield values[at:at + size].view(shape), values[at + size:at + size + units]
        at += size + units
        # A convolution is followed by pooling, and the next layer takes its maps: rows, columns, channels.
        inputs = units * edge ** 2 if len(shape) == 4 else units


class Denoising(nn.Module):
    """Logits of the images from what is left of them, by an encoder whose transpose is the decoder."""

    def __init__(self, folder):
        super().__init__()
        (weights, bias), = load_layers(folder, "denoising")
        self.weights, self.hidden_bias = nn.Parameter(weights.clone()), nn.Parameter(bias.clone())
        self.visible_bias = nn.Parameter(torch.zeros(PIXELS))

    def forward(self, x):
        if self.training:
            x = x * torch.bernoulli(torch.full_like(x, 0.9))
        hidden = torch.sigmoid(F.linear(x, self.weights.t(), self.hidden_bias))
        return F.linear(hidden, self.weights, self.visible_bias)


class ResidualBlock(nn.Module):
    def __init__(self, inputs, filters, stride=1):
        super().__init__()
        self.shortcut = nn.Identity() if stride == 1 else nn.Sequential(
            nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters))
        self.conv1 = nn.Conv2d(inputs, filters, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(filters)
        self.conv2 = nn.Conv2d(filters, filters, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(filters)

    def forward(self, x):
        value = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return F.relu(self.bn2(self.conv2(value)) + self.shortcut(x), inplace=True)


class ResidualNetwork(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(inplace=True),
            ResidualBlock(16, 16), ResidualBlock(16, 32, 2), ResidualBlock(32, 64, 2),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 3))


class DenseBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.LayerNorm(128), nn.Linear(128, 256), nn.GELU(), nn.Linear(256, 128))

    def forward(self, x):
        return x + self.layers(x)


class Variational(nn.Module):
    """Logits of the images, and mean and logarithm of the variance of their codes."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(PIXELS, 128), nn.GELU(), DenseBlock(), DenseBlock())
        self.mean, self.log_variance = nn.Linear(128, 2), nn.Linear(128, 2)
        self.decoder = nn.Sequential(nn.Linear(2, 512), nn.GELU(), nn.Linear(512, PIXELS))

    def forward(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.exp(0.5 * log_variance) * torch.randn_like(mean) if self.training else mean
        return self.decoder(z), mean, log_variance


def fill(model, values):
    """Gives the layers of a model, in the order in which it has them, the values of the data folder."""
    at = 0

    def take(shape):
        nonlocal at
        size = torch.Size(shape).numel()
        at += size
        return values[at - size:at].view(shape)

    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Conv2d):
                filters, channels, height, width = layer.weight.shape
                layer.weight.copy_(take((height, width, channels, filters)).permute(3, 2, 0, 1))
            elif isinstance(layer, nn.Linear):
                layer.weight.copy_(take(layer.weight.shape[::-1]).t())
            elif isinstance(layer, (nn.BatchNorm2d, nn.LayerNorm)):
                layer.weight.copy_(take(layer.weight.shape))
            if getattr(layer, "bias", None) is not None:
                layer.bias.copy_(take(layer.bias.shape))
    # What is left are running means and variances, which start from 0 and 1 here too.
    kept = sum(2 * layer.num_features for layer in model.modules() if isinstance(layer, nn.BatchNorm2d))
    assert at + kept == len(values), f"the model takes {at} + {kept} values, the folder has {len(values)}"
    return model


def build_model(folder, network, tuned=False):
    if network == "denoising":
        return Denoising(folder)
    if network in ("residual", "variational"):
        model = ResidualNetwork() if network == "residual" else Variational()
        model = fill(model, raw(folder, f"{network}.f32", torch.float32))
        return model.to(memory_format=torch.channels_last) if tuned else model
    parts, channels = [], 0
    for weights, bias in load_layers(folder, network):
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
                parts += [nn.Dropout(0.5)] if network == "mnist_cnn" else []
        with torch.no_grad():
            layer.weight.copy_(own)
            layer.bias.copy_(bias)
        after = [nn.ReLU(), nn.MaxPool2d(2)] if weights.dim() == 4 else [nn.ReLU()]
        # ReLU never falls: after pooling it gives the same values for less work.
        parts += [layer] + (after[::-1] if tuned else after)
    parts[-1:] = [nn.Sigmoid()] if network == "autoencoder" else []
    model = nn.Sequential(*parts)
    if network in CONVOLUTIONAL:
        model = nn.Sequential(nn.Unflatten(1, (1, EDGE, EDGE)), model)
    return model.to(memory_format=torch.channels_last) if tuned else model


def objective(network, output, x, y):
    if network == "variational":
        logits, mean, log_variance = output
        lost = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        return (lost + 0.5 * torch.sum(mean ** 2 + log_variance.exp() - log_variance - 1)) / len(x)
    if network == "denoising":
        return F.binary_cross_entropy_with_logits(output, x, reduction="sum") / len(x)
    return F.mse_loss(output, x) if network == "autoencoder" else F.cross_entropy(output, y)
