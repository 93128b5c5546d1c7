# SPDX-License-Identifier: MIT
"""The digits network as an ONNX file: writing it, and reading it back with an evaluator of its own
that goes node by node in [N,C,H,W] and shares no code with the training, so that it can disagree.
Needs Debian's python3-onnx."""

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 13, 7
DESCRIPTION = ("Reads one digit, light on dark, out of a 48x48 grey picture with values in [0,1]. "
               "Trained by models/train_digits.py on digits drawn from fonts.")


def block_nodes(number, block, source):
    """The four nodes of a block, not fused, and their initialisers."""
    names = [f"{kind}{number}" for kind in ("conv", "bn", "relu", "pool")]
    conv, norm, relu, pool = names
    outputs, inputs = block.weight.shape[0], block.weight.shape[1] // 9
    weights = {f"{conv}.weight": block.weight.reshape(outputs, inputs, 3, 3),
               f"{norm}.scale": block.scale, f"{norm}.bias": block.bias,
               f"{norm}.mean": block.mean, f"{norm}.variance": block.variance}
    make = helper.make_node
    nodes = [make("Conv", [source, f"{conv}.weight"], [conv], conv, kernel_shape=[3, 3],
                  pads=[1, 1, 1, 1], strides=[1, 1]),
             make("BatchNormalization", [conv] + list(weights)[1:], [norm], norm, epsilon=1e-5),
             make("Relu", [norm], [relu], relu),
             make("MaxPool", [relu], [pool], pool, kernel_shape=[2, 2], strides=[2, 2])]
    return nodes, weights


def write(network, path):
    """Writes the trained network; the checker of python3-onnx has to accept it."""
    nodes, weights, source = [], {}, "image"
    for number, block in enumerate(network.blocks, 1):
        found, arrays = block_nodes(number, block, source)
        nodes, source = nodes + found, found[-1].output[0]
        weights.update(arrays)
    weights.update({"gemm.weight": network.weight, "gemm.bias": network.bias})
    make, info = helper.make_node, helper.make_tensor_value_info
    nodes += [make("Flatten", [source], ["features"], "flatten", axis=1),
              make("Gemm", ["features", "gemm.weight", "gemm.bias"], ["logits"], "gemm", transB=1),
              make("Softmax", ["logits"], ["probabilities"], "softmax", axis=1)]
    graph = helper.make_graph(
        nodes, "digits", [info("image", TensorProto.FLOAT, ["N", 1, 48, 48])],
        [info(name, TensorProto.FLOAT, ["N", 10]) for name in ("logits", "probabilities")],
        [numpy_helper.from_array(np.ascontiguousarray(array), name)
         for name, array in weights.items()])
    model = helper.make_model(graph, producer_name="geoneuron", ir_version=IR_VERSION,
                              opset_imports=[helper.make_opsetid("", OPSET)],
                              doc_string=DESCRIPTION)
    onnx.checker.check_model(model, full_check=True)
    with open(path, "wb") as out:
        out.write(model.SerializeToString(deterministic=True))


def conv(x, weight, pads):
    """Also the number of unit edges per picture: output elements times taps inside the input."""
    top, left, bottom, right = pads
    sides = ((0, 0), (0, 0), (top, bottom), (left, right))
    windows = sliding_window_view(np.pad(x, sides), weight.shape[2:], (2, 3))
    inside = sliding_window_view(np.pad(np.ones_like(x[:1]), sides), weight.shape[2:], (2, 3))
    edges = int(inside.sum()) * weight.shape[0]
    return np.einsum("nchwij,ocij->nohw", windows, weight, optimize=True), edges


def normalise(x, scale, bias, mean, variance, epsilon):
    scale, bias, mean, variance = (v[:, None, None] for v in (scale, bias, mean, variance))
    return (x - mean) / np.sqrt(variance + epsilon) * scale + bias


def max_pool(x):
    count, channels, height, width = x.shape
    return x.reshape(count, channels, height // 2, 2, width // 2, 2).max((3, 5))


def softmax(x):
    powers = np.exp(x - x.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def run_node(node, inputs):
    """(output, unit edges per picture) of one node."""
    settings = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    x = inputs[0]
    if node.op_type == "Conv":
        return conv(x, inputs[1], settings["pads"])
    if node.op_type == "Gemm":
        return x @ inputs[1].T + inputs[2], inputs[1].size
    if node.op_type == "BatchNormalization":
        return normalise(*inputs, settings["epsilon"]), 0
    simple = {"Relu": lambda: np.maximum(x, 0), "MaxPool": lambda: max_pool(x),
              "Flatten": lambda: x.reshape(len(x), -1), "Softmax": lambda: softmax(x)}
    return simple[node.op_type](), 0


def evaluate(path, images):
    """({tensor name: value}, {node name: unit edges per picture}) of the file on images."""
    model = onnx.load(path)
    values = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    values["image"] = images
    edges = {}
    for node in model.graph.node:
        output, count = run_node(node, [values[name] for name in node.input])
        values[node.output[0]] = output
        if count:
            edges[node.name] = count
    return values, edges
