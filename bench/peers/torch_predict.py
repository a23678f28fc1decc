"""W11: calls of a trained network in PyTorch, from a numpy array [rows, 784] to a numpy array of answers."""
import numpy
import torch
from torch import nn


class OfBytes(nn.Module):
    """A network of rows from 0 to 1, for rows of bytes."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, rows):
        return self.network(rows.float().div_(255))


def predictors(network, rows, device):
    """Name, rows and call of each variant; `tuned` is TorchScript with the weights frozen into it."""
    of_bytes = OfBytes(network).eval()
    variants = [("eager", rows, of_bytes), ("floats", rows.astype(numpy.float32) / 255, network.eval())]
    if device == "cpu":
        variants.append(("tuned", rows, torch.jit.freeze(torch.jit.script(of_bytes))))
    for name, inputs, module in variants:
        def call(part, module=module):
            with torch.no_grad():
                return module(torch.from_numpy(part).to(device)).cpu().numpy()

        yield name, inputs, call
