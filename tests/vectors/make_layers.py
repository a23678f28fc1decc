"""Makes layers.json: what layers give and their gradients, in float64, by PyTorch.

    python3 make_layers.py > layers.json

Inputs, weights and the gradients that enter are given by their place: value i of array number k of a case is
((i * 7919 + k * 1009) % 2003) / 1000 - 1, rounded to float32, so that both sides have the same; k is 0 for the input, 1 for the
gradient of the result, 2 and 3 for weights and bias. Layouts are Descent's: channels last, weights [height, width, in, out].
Arrays of numbers are texts, so that the file stays short.
"""
import json

import torch
import torch.nn.functional as F

ROWS = 2
CASES = []


def values(count, k):
    exact = [((i * 7919 + k * 1009) % 2003) / 1000 - 1 for i in range(count)]
    return torch.tensor(exact, dtype=torch.float32).double()


def array(shape, k):
    count = 1
    for size in shape:
        count *= size
    return values(count, k).reshape(shape).requires_grad_()


def text(tensor):
    return " ".join(f"{value:.9g}" for value in tensor.reshape(-1).tolist())


def case(layer, args, options, shape, weights, forward, axes_in, axes_out):
    """`axes_in` bring rows to PyTorch's layout, `axes_out` its result back."""
    x = array([ROWS, *shape], 0)
    params = [array(size, 2 + i) for i, size in enumerate(weights)]
    y = forward(x.permute(axes_in), *params).permute(axes_out).contiguous()
    y.backward(values(y.numel(), 1).reshape(y.shape))
    CASES.append({
        "layer": layer, "args": args, "options": options, "inputShape": shape, "outputShape": list(y.shape[1:]),
        "y": text(y), **({} if layer == "embedding" else {"dX": text(x.grad)}),
        "dParameters": [text(one.grad) for one in params],
    })


IMAGES_IN, IMAGES_OUT = (0, 3, 1, 2), (0, 2, 3, 1)


def pair(value):
    return [value, value] if isinstance(value, int) else value


def convolution(layer, torch_function, shape, filters, size, options, **arguments):
    """A convolution of images; `options` are Descent's."""
    kernel, groups, bias = pair(size), options.get("groups", 1), options.get("bias", True)
    pads = options.get("padding", 0)
    channels = shape[2]
    sizes = [filters // groups, channels] if layer == "conv2dTranspose" else [channels // groups, filters]
    weights = [[*kernel, *sizes], *([[filters]] if bias else [])]

    def forward(x, w, b=None):
        padding = pads
        if isinstance(pads, list):
            top, bottom, left, right = pads
            if layer == "conv2dTranspose":
                whole = torch_function(
                    x, w.permute(3, 2, 0, 1), b, stride=pair(options.get("stride", 1)), groups=groups,
                    dilation=pair(options.get("dilation", 1)), **arguments)
                return whole[:, :, top:whole.shape[2] - bottom, left:whole.shape[3] - right]
            x, padding = F.pad(x, (left, right, top, bottom)), 0
        return torch_function(
            x, w.permute(3, 2, 0, 1), b, stride=pair(options.get("stride", 1)),
            padding=padding if isinstance(padding, str) else pair(padding), groups=groups,
            dilation=pair(options.get("dilation", 1)), **arguments)

    case(layer, [filters, size], {**options, "activation": "identity"}, shape, weights, forward, IMAGES_IN, IMAGES_OUT)


def conv2d(shape, filters, size, **options):
    convolution("conv2d", F.conv2d, shape, filters, size, options)


def transpose(shape, filters, size, **options):
    more = {"output_padding": pair(options["outputPadding"])} if "outputPadding" in options else {}
    convolution("conv2dTranspose", F.conv_transpose2d, shape, filters, size, options, **more)


def conv1d(shape, filters, size, **options):
    groups, pads = options.get("groups", 1), options.get("padding", 0)

    def forward(x, w, b=None):
        padding = pads
        if isinstance(pads, list):
            x, padding = F.pad(x, pads), 0
        return F.conv1d(x, w[0].permute(2, 1, 0), b, stride=options.get("stride", 1), padding=padding, groups=groups,
                        dilation=options.get("dilation", 1))

    weights = [[1, size, shape[1] // groups, filters], *([[filters]] if options.get("bias", True) else [])]
    case("conv1d", [filters, size], {**options, "activation": "identity"}, shape, weights, forward, (0, 2, 1), (0, 2, 1))


def pool(layer, function, shape, window, **options):
    given = {"stride": pair(options.get("stride", window)), "padding": pair(options.get("padding", 0)),
             "ceil_mode": options.get("ceilMode", False)}
    if "countIncludePad" in options:
        given["count_include_pad"] = options["countIncludePad"]
    case(layer, [window], options, shape, [], lambda x: function(x, pair(window), **given), IMAGES_IN, IMAGES_OUT)


def upsample(shape, factor, mode):
    align = {"align_corners": False} if mode == "bilinear" else {}
    case("upsample2d", [], {"factor": factor, "mode": mode}, shape, [],
         lambda x: F.interpolate(x, scale_factor=[float(one) for one in pair(factor)], mode=mode, **align),
         IMAGES_IN, IMAGES_OUT)


conv2d([5, 6, 1], 3, 3)
conv2d([5, 6, 3], 4, [3, 2], bias=False)
conv2d([6, 5, 2], 3, 3, stride=2)
conv2d([6, 7, 2], 3, 3, stride=[3, 2], padding=1)
conv2d([4, 5, 2], 3, 3, padding=[2, 0, 1, 3])
conv2d([5, 4, 3], 2, [4, 2], padding="same")
conv2d([5, 6, 2], 3, 1, stride=2)
conv2d([7, 6, 2], 3, 3, dilation=2)
conv2d([7, 8, 2], 3, [2, 3], dilation=[3, 2], stride=[1, 2], padding=2)
conv2d([6, 7, 2], 5, 3, dilation=[1, 3], padding=[1, 2, 3, 0], bias=False)
conv2d([5, 6, 2], 3, 3, dilation=2, padding="same")
conv2d([8, 3, 1], 4, [3, 1], dilation=[3, 1])
conv2d([5, 5, 4], 4, 3, groups=2)
conv2d([5, 4, 4], 8, 2, groups=2, stride=2)
conv2d([5, 4, 8], 8, 3, groups=2, padding=1)
conv2d([4, 5, 6], 9, 2, groups=3, padding=1, bias=False)
conv2d([5, 5, 5], 5, 3, groups=5, padding=1)
conv2d([5, 4, 3], 6, 3, groups=3, stride=2, padding=1)
conv2d([5, 4, 3], 12, 2, groups=3, bias=False)
conv2d([6, 6, 8], 8, 3, groups=8, padding="same")
conv2d([7, 6, 4], 4, 3, groups=4, dilation=2, padding=2, stride=2)
conv2d([7, 6, 6], 2, [2, 3], groups=2, dilation=[3, 1], padding=[0, 3, 1, 1])
transpose([3, 4, 2], 3, 3)
transpose([3, 4, 1], 2, 2, bias=False)
transpose([3, 4, 2], 3, 3, stride=2)
transpose([3, 4, 2], 3, 3, stride=2, padding=1)
transpose([3, 4, 2], 3, 3, stride=2, padding=1, outputPadding=1)
transpose([3, 2, 3], 4, [4, 2], stride=[2, 3], padding=[1, 1, 0, 1])
transpose([3, 2, 3], 4, 4, stride=[3, 2], padding=1, outputPadding=[2, 1])
transpose([3, 3, 2], 1, 2, stride=3)
transpose([4, 3, 2], 2, 3, dilation=2)
transpose([3, 3, 2], 2, 3, dilation=[1, 2], stride=2, padding=2, outputPadding=[0, 1])
transpose([3, 4, 4], 4, 3, groups=2, stride=2, padding=1)
transpose([3, 4, 4], 6, 2, groups=2, stride=2, bias=False)
transpose([3, 3, 5], 5, 3, groups=5, padding=1)
transpose([3, 3, 3], 6, 3, groups=3, dilation=2, stride=2, outputPadding=1)
conv1d([9, 3], 4, 3)
conv1d([9, 1], 4, 3, bias=False)
conv1d([9, 3], 4, 3, stride=2, padding=1)
conv1d([9, 2], 3, 3, dilation=2, padding=[4, 0])
conv1d([9, 2], 3, 4, padding="same")
conv1d([9, 4], 4, 3, groups=4)
conv1d([10, 4], 6, 2, groups=2, stride=2, dilation=3)
for shape, window, options in [
    ([5, 6, 3], 2, {}),
    ([5, 7, 3], 2, {"ceilMode": True}),
    ([5, 7, 3], 3, {"stride": 2, "padding": 1}),
    ([6, 5, 2], 3, {"stride": 2, "padding": 1, "ceilMode": True}),
    ([6, 5, 4], [3, 2], {"stride": [2, 1], "padding": [1, 1, 0, 0]}),
    ([7, 6, 2], 2, {"stride": 3, "padding": 1}),
    ([7, 6, 2], 2, {"stride": 3, "padding": 1, "ceilMode": True}),
    ([4, 4, 2], 3, {"stride": 1, "padding": 1}),
    ([6, 6, 5], 4, {"stride": 3, "padding": 2, "ceilMode": True}),
    ([6, 8, 1], [3, 4], {"stride": [2, 3], "ceilMode": True}),
]:
    sides = options.get("padding", 0)
    torch_padding = [sides[0], sides[2]] if isinstance(sides, list) else sides
    for layer, function, more in [
        ("maxPool2d", F.max_pool2d, {}),
        ("avgPool2d", F.avg_pool2d, {}),
        ("avgPool2d", F.avg_pool2d, {"countIncludePad": False}),
    ]:
        pool(layer, function, shape, window, **{**options, "padding": torch_padding, **more})
        kept = CASES[-1]["options"]
        if "padding" in options:
            kept["padding"] = options["padding"]
        else:
            del kept["padding"]
case("globalAvgPool2d", [], {}, [4, 3, 5], [], lambda x: x.mean((2, 3)), IMAGES_IN, (0, 1))
case("globalMaxPool2d", [], {}, [4, 3, 5], [], lambda x: x.amax((2, 3)), IMAGES_IN, (0, 1))
for mode in ["nearest", "bilinear"]:
    upsample([3, 4, 3], 2, mode)
    upsample([2, 3, 1], [3, 1], mode)
    upsample([4, 2, 5], [1, 4], mode)
    upsample([1, 3, 2], 3, mode)

# Whole numbers, which the test makes the same way: place times 7, modulo the rows of the table.
for shape, rows, size in [([6], 5, 3), ([2, 5], 11, 4), ([40], 3, 2)]:
    count = ROWS
    for one in shape:
        count *= one
    indices = torch.tensor([(i * 7) % rows for i in range(count)]).reshape([ROWS, *shape])
    table = array([rows, size], 2)
    y = F.embedding(indices, table)
    y.backward(values(y.numel(), 1).reshape(y.shape))
    CASES.append({
        "layer": "embedding", "args": [rows, size], "options": {}, "inputShape": shape,
        "outputShape": list(y.shape[1:]), "y": text(y), "dParameters": [text(table.grad)],
    })

NOTE = f"Made by make_layers.py beside this file, in float64: PyTorch {torch.__version__}."
print(json.dumps({"note": NOTE, "rows": ROWS, "cases": CASES}, indent=2))
