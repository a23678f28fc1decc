"""Makes torch_models.json: PyTorch models with their state_dicts as safetensors files, inputs, and what they give.

    python3 make_torch_models.py > torch_models.json

Files are in base64, as safetensors.torch.save_file writes them: wide elements first, then by name. Models are trained for a
few steps, so that running statistics are none of those that they start from. What they give is computed in float32, by the
weights as the file has them. Rows are in Descent's layout: channels last.
"""
import base64
import json
import struct
from collections import OrderedDict

import torch
from torch import nn

ROWS = 3
DTYPES = {torch.float64: "F64", torch.int64: "I64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


def safetensors(state):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, tensor in sorted(state.items(), key=lambda item: (-item[1].element_size(), item[0])):
        # NumPy has no bfloat16: the bits are those of a whole number.
        bits = tensor.contiguous().view(torch.int16) if tensor.dtype == torch.bfloat16 else tensor.contiguous()
        raw = bits.numpy().tobytes()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def text(tensor):
    return " ".join(f"{value:.9g}" for value in tensor.detach().reshape(-1).tolist())


def channels_last(tensor):
    return tensor.movedim(1, -1) if tensor.dim() > 2 else tensor


def inputs_of(shape):
    return torch.randn(ROWS, *shape)


def case(name, model, x, dtype=torch.float32, images=True):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    for _ in range(4):
        optimizer.zero_grad()
        noise = 0 if x.dtype == torch.int64 else torch.randn_like(x)
        (model(x + noise) ** 2).mean().backward()
        optimizer.step()
    with torch.no_grad():
        for one in model.parameters():
            one.add_(torch.randn_like(one) * 0.1)
    model = model.to(dtype)
    state = model.state_dict()
    file = base64.b64encode(safetensors(state)).decode()
    y = model.float().eval()(x)
    return {"name": name, "file": file, "x": text(channels_last(x) if images else x),
            "y": text(channels_last(y))}


class Words(nn.Module):
    """Modules whose names are no numbers, declared in another order than they are used in."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(5, 3)
        self.fc2 = nn.Linear(8, 5)
        self.fc1 = nn.Linear(6, 8)

    def forward(self, x):
        return self.out(torch.tanh(self.fc2(torch.relu(self.fc1(x)))))


class Pair(nn.Module):
    """Two modules of the same shapes whose names have no order."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Linear(4, 4)
        self.decoder = nn.Linear(4, 4)

    def forward(self, x):
        return self.decoder(torch.relu(self.encoder(x)))


def small_cnn():
    return nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Dropout(0.1), nn.Linear(4 * 2 * 3, 3))


torch.manual_seed(1)
torch.set_num_threads(1)
CASES = [
    case("mlp", Words(), inputs_of([6])),
    case("pair", Pair(), inputs_of([4])),
    case("cnn", nn.Sequential(OrderedDict([
        ("features", nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(4, 6, (3, 2)), nn.ReLU())),
        ("flatten", nn.Flatten()),
        ("classifier", nn.Sequential(nn.Linear(6 * 2 * 4, 12), nn.ReLU(), nn.Linear(12, 5)))])),
        inputs_of([2, 8, 10])),
    case("depthwise", nn.Sequential(
        nn.Conv2d(4, 8, 3, groups=4, padding=1), nn.ReLU(), nn.Conv2d(8, 6, 1, groups=2), nn.GELU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 4)), inputs_of([4, 5, 4])),
    case("decoder", nn.Sequential(
        nn.Linear(3, 4 * 3 * 2), nn.BatchNorm1d(24), nn.ReLU(), nn.Unflatten(1, (4, 3, 2)),
        nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2), nn.BatchNorm2d(6), nn.Tanh(),
        nn.ConvTranspose2d(6, 3, 2)), inputs_of([3])),
    case("words", nn.Sequential(
        nn.Embedding(11, 6), nn.LayerNorm([5, 6]), nn.Flatten(), nn.Linear(30, 4)),
        torch.randint(0, 11, [ROWS, 5]), images=False),
    case("sequence", nn.Sequential(
        nn.Conv1d(3, 4, 3), nn.ReLU(), nn.BatchNorm1d(4), nn.LayerNorm([4, 7]), nn.Flatten(), nn.LayerNorm(28),
        nn.BatchNorm1d(28), nn.Linear(28, 2)), inputs_of([3, 9])),
    case("flat images", nn.Sequential(nn.LayerNorm([3, 4, 2]), nn.Flatten(), nn.Linear(24, 3)), inputs_of([3, 4, 2])),
    case("float16", small_cnn(), inputs_of([2, 6, 8]), torch.float16),
    case("bfloat16", small_cnn(), inputs_of([2, 6, 8]), torch.bfloat16),
    case("float64", small_cnn(), inputs_of([2, 6, 8]), torch.float64),
]
NOTE = f"Made by make_torch_models.py beside this file: PyTorch {torch.__version__}."
print(json.dumps({"note": NOTE, "rows": ROWS, "models": CASES}, indent=2))
