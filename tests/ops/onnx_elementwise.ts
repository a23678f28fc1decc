/** Nodes of ONNX that are elementwise, as `map` of the expressions that files are read by. */
import {
  ACTIVATION_OPERATORS,
  ANGLE_OPERATORS,
  ARITHMETIC_OPERATORS,
  type Elementwise,
} from "../../src/onnx/elementwise.ts";
import { map, maximum, minimum } from "../../src/mod.ts";
import { allGiven, given, has, numberOf, type OnnxBuild } from "./onnx_case.ts";

function nodesOf(operators: Readonly<Record<string, Elementwise>>): Readonly<Record<string, OnnxBuild>> {
  return Object.fromEntries(
    Object.entries(operators).map(([operator, build]): [string, OnnxBuild] => [
      operator,
      (node) =>
        map(
          allGiven(node),
          (...values) => build(values, (name, otherwise) => numberOf(node, name, otherwise)),
        ),
    ]),
  );
}

/** Functions that a layer takes as its activation, and their relatives. */
export const ACTIVATION_NODES: Readonly<Record<string, OnnxBuild>> = {
  ...nodesOf(ACTIVATION_OPERATORS),
  Clip: (node) => {
    const bounds = [1, 2].filter((i) => has(node, i));
    const limits = bounds.map((i) => i === 1 ? maximum : minimum);
    return map(
      [given(node), ...bounds.map((i) => given(node, i))],
      (x, ...found) => limits.reduce((bounded, limit, i) => limit(bounded, found[i]!), x),
    );
  },
};

/** Arithmetic, functions and comparisons. */
export const ELEMENTWISE_NODES = nodesOf(ARITHMETIC_OPERATORS);

/** Of angles and hyperbolas: compositions of sin, cos, atan, exp and log. */
export const ANGLE_NODES = nodesOf(ANGLE_OPERATORS);
