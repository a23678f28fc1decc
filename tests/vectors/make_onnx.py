"""Makes onnx.json: operator tests of the ONNX project, as they are, for the operators of OPERATORS.

    python3 make_onnx.py > onnx.json && deno fmt onnx.json

The data are the backend node tests of ONNX 1.12.0 (https://github.com/onnx/onnx, onnx/backend/test/data/node), under the
Apache License 2.0 (onnx_license.txt), as Debian packages them: libonnx-testdata and, to read them, python3-onnx. A case is one node with its
attributes, inputs and what it must give. Tests whose node is written out as a function of others (_expanded) are the same data
again and left out. Arrays of float32 are base64 of their little-endian bytes; other numbers are lists. Of a case that computes
with another type than float32, of one with a tensor of more than four axes and of one with an empty tensor there are types and
shapes alone: the test says why it is out of scope.
"""
import base64
import json
import os

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

DATA = "/usr/share/libonnx-testdata/data/node"
MOST_AXES = 4

OPERATORS = """
Gemm MatMul Conv ConvTranspose
AveragePool MaxPool GlobalAveragePool GlobalMaxPool
Relu LeakyRelu PRelu Elu Selu Celu Sigmoid Tanh Softplus Softsign HardSigmoid HardSwish ThresholdedRelu Shrink Clip Erf
Softmax LogSoftmax Hardmax
Abs Add Sub Mul Div Neg Exp Log Sqrt Pow Reciprocal Max Min Mean Sum Ceil Floor Round Sign Mod
Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh
Greater GreaterOrEqual Less LessOrEqual Equal Where IsNaN IsInf
ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
ArgMax ArgMin
Concat Flatten Reshape Slice Transpose Squeeze Unsqueeze Pad Split Expand Tile Gather DepthToSpace SpaceToDepth Upsample Identity
SoftmaxCrossEntropyLoss NegativeLogLikelihoodLoss
Adam Adagrad Momentum
Dropout BatchNormalization LayerNormalization InstanceNormalization MeanVarianceNormalization LRN
""".split()

# Inputs that are settings, indices or conditions, of whatever type.
SETTINGS = {
    "ReduceSum": [1], "Reshape": [1], "Slice": [1, 2, 3, 4], "Squeeze": [1], "Unsqueeze": [1], "Pad": [1], "Split": [1],
    "Expand": [1], "Tile": [1], "Gather": [1], "Upsample": [1], "SoftmaxCrossEntropyLoss": [1],
    "NegativeLogLikelihoodLoss": [1], "Adam": [1], "Adagrad": [1], "Momentum": [1], "Dropout": [2], "Where": [0],
}


def read(folder, kind, value_info):
    """The tensors of a test, by place; None for what is no tensor."""
    found = []
    for i, info in enumerate(value_info):
        path = os.path.join(folder, "test_data_set_0", f"{kind}_{i}.pb")
        if not info.type.HasField("tensor_type"):
            found.append(None)
            continue
        tensor = onnx.TensorProto()
        with open(path, "rb") as file:
            tensor.ParseFromString(file.read())
        found.append(numpy_helper.to_array(tensor))
    return found


def written(array, with_values):
    if array is None:
        return None
    tensor = {"type": array.dtype.name, "shape": list(array.shape)}
    if with_values and array.dtype == numpy.float32:
        tensor["values"] = base64.b64encode(array.astype("<f4").tobytes()).decode()
    elif with_values:
        tensor["values"] = [int(value) for value in array.flatten()]
    return tensor


def attribute(proto):
    value = helper.get_attribute_value(proto)
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, float):
        return float(numpy.float32(value))
    return [float(one) if isinstance(one, float) else one for one in value] if isinstance(value, list) or hasattr(value, "__len__") else value


def case(name):
    folder = os.path.join(DATA, name)
    graph = onnx.load(os.path.join(folder, "model.onnx")).graph
    if len(graph.node) != 1 or graph.node[0].op_type not in OPERATORS:
        return None
    node, = graph.node
    by_name = dict(zip([info.name for info in graph.input], read(folder, "input", graph.input)))
    inputs = [by_name.get(one) for one in node.input]
    produced = dict(zip([info.name for info in graph.output], read(folder, "output", graph.output)))
    outputs = [produced.get(one) for one in node.output]
    settings = SETTINGS.get(node.op_type, [])
    operands = [array for i, array in enumerate(inputs) if array is not None and i not in settings]
    tensors = [array for array in inputs + outputs if array is not None]
    reason = None
    if any(info.type.WhichOneof("value") != "tensor_type" for info in list(graph.input) + list(graph.output)):
        reason = "its value is a sequence or an optional, no tensor"
    elif any(array.dtype != numpy.float32 for array in operands):
        others = sorted({array.dtype.name for array in operands if array.dtype != numpy.float32})
        reason = f"it computes with {', '.join(others)}"
    elif any(array.ndim > MOST_AXES for array in tensors):
        reason = f"a tensor has {max(array.ndim for array in tensors)} axes"
    elif any(0 in array.shape for array in operands + [array for array in outputs if array is not None]):
        reason = "a tensor is empty"
    attributes = {one.name: attribute(one) for one in node.attribute}
    return {
        "name": name.removeprefix("test_"),
        "operator": node.op_type,
        "attributes": attributes,
        "inputs": [written(array, reason is None) for array in inputs],
        "outputs": [written(array, reason is None) for array in outputs],
        **({"outOfScope": reason} if reason else {}),
    }


found = [case(name) for name in sorted(os.listdir(DATA)) if not name.endswith("_expanded")]
cases = [json.dumps(one) for one in found if one is not None]
print("[\n" + ",\n".join(cases) + "\n]")
