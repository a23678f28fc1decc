/** Rows as they lie on the device, and how a batch of them is gathered. */
import { require } from "../core/errors.ts";
import { formatShape, sizeOf } from "../core/tensor.ts";
import { areValues, type ByteScaling, countRows, type DataSet, PIXEL_SCALING } from "../data/data_set.ts";
import { leaf, type LeafRole } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Loss } from "../nn/loss.ts";
import type { Model } from "../nn/model.ts";
import { gather, type GatherOptions } from "../ops/gather.ts";
import { gatherElements } from "../ops/gather_elements.ts";
import { gatherRows } from "../ops/gather_rows.ts";
import { map } from "../ops/map.ts";
import { reshape } from "../ops/reshape.ts";
import type { EncoderGraph } from "./encoder.ts";

/** What kind of inputs there are. */
export type InputKind =
  | { readonly kind: "numbers" }
  | { readonly kind: "bytes"; readonly scaling: Required<ByteScaling> };

/** What a plan must know of the sets that it is for: what they have in common. */
export interface DataKind {
  /** Values of a row. */
  readonly columns: number;
  readonly inputs: InputKind;
  readonly targets:
    | { readonly kind: "none" }
    | { readonly kind: "classes"; readonly names?: readonly string[] }
    | { readonly kind: "values"; readonly columns: number };
  /** Whether rows weigh differently. */
  readonly weighted: boolean;
}

/** The kind of sets that are like this one. */
export function dataKind(set: DataSet, { weighted = set.weights !== undefined } = {}): DataKind {
  const { targets, classNames } = set;
  return {
    columns: sizeOf(set.inputShape),
    inputs: inputKind(set),
    targets: targets === undefined
      ? { kind: "none" }
      : areValues(targets)
      ? { kind: "values", columns: targets.length / countRows(set) }
      : { kind: "classes", ...(classNames && { names: classNames }) },
    weighted,
  };
}

export function inputKind({ inputs, scaling }: Pick<DataSet, "inputs" | "scaling">): InputKind {
  return inputs instanceof Uint8Array
    ? { kind: "bytes", scaling: { ...PIXEL_SCALING, ...scaling } }
    : { kind: "numbers" };
}

/** The rows of a training as they lie on the device. What a loss does not look at is not there. */
export interface TableLeaves {
  readonly rows: number;
  readonly kind: DataKind;
  /** Bytes, scaled while a batch is gathered, or numbers: [rows, columns]. */
  readonly inputs: Node;
  /** Class indices, u32 [rows], or values, [rows, columns]. */
  readonly targets?: Node;
  /** What the loss of a row is multiplied with: [rows]. */
  readonly weights?: Node;
  /** What a mean is divided by, where that is not the sum of the weights: [rows]. */
  readonly divisors?: Node;
}

export function tableLeaves(
  rows: number,
  kind: DataKind,
  { loss, role = "data", label = "" }: {
    readonly loss: Loss;
    readonly role?: LeafRole;
    readonly label?: string;
  },
): TableLeaves {
  const { columns, inputs, targets } = kind, name = (text: string) => `${label}${text}`;
  const target = loss.compares === "inputs" || targets.kind === "none"
    ? undefined
    : targets.kind === "classes"
    ? leaf(role, name("classes"), [rows], "u32")
    : leaf(role, name("targets"), [rows, targets.columns]);
  return {
    rows,
    kind,
    inputs: leaf(role, name("inputs"), [rows, columns], inputs.kind === "bytes" ? "u8" : "f32"),
    ...(target && { targets: target }),
    ...(weighsRows(kind, loss) && { weights: leaf(role, name("weights"), [rows]) }),
    ...(loss.classWeights && { divisors: leaf(role, name("divisors"), [rows]) }),
  };
}

/** Whether rows count differently in a mean. */
export function weighsRows({ weighted }: Pick<DataKind, "weighted">, loss: Loss): boolean {
  return weighted || loss.classWeights !== undefined || loss.ignore !== undefined;
}

/** A batch of a table. */
export interface TableBatch {
  /** What the model is given: [batch, …]. */
  readonly x: Node;
  readonly targets?: Node;
  readonly weights?: Node;
  readonly divisors?: Node;
}

/** Gathers a batch: inputs in the shape that the model takes, or the codes that an encoder gives of them. */
export function gatherBatch(
  model: Model,
  { table, order, encoder }: {
    readonly table: TableLeaves;
    readonly order: Node;
    readonly encoder?: EncoderGraph | undefined;
  },
  { label = "", ...options }: GatherOptions,
): TableBatch {
  const { kind, inputs, targets, weights, divisors } = table, first = encoder?.model ?? model;
  const given = gatherInputs(first, { table: inputs, kind: kind.inputs, order }, {
    ...options,
    label: `${label}x`,
  });
  const x = encoder === undefined ? given : reshape(encoder.apply(given), model.inputShape, "code");
  const y = { ...options, label: `${label}y` };
  return {
    x,
    ...(targets &&
      {
        targets: kind.targets.kind === "classes"
          ? gatherElements(targets, order, y)
          : gatherRows(targets, order, y),
      }),
    ...(weights && { weights: gatherElements(weights, order, { ...options, label: `${label}weights` }) }),
    ...(divisors && { divisors: gatherElements(divisors, order, { ...options, label: `${label}divisors` }) }),
  };
}

/** Rows of a table as numbers, in the shape that the model takes. */
export function gatherInputs(
  { inputShape }: Model,
  { table, kind, order }: { readonly table: Node; readonly kind: InputKind; readonly order: Node },
  options: GatherOptions,
): Node {
  if (kind.kind === "numbers") {
    const x = gatherRows(table, order, options);
    return reshape(x, inputShape, x.label);
  }
  const { scale, offset } = kind.scaling, bytes = gather(table, order, { ...options, scale });
  const x = offset === 0 ? bytes : map([bytes], (value) => value.add(offset), { label: bytes.label });
  return reshape(x, inputShape, x.label);
}

/**
 * Refuses a model whose input does not fit the rows, or the codes that an encoder gives of them, or whose output the loss
 * cannot compare with what there is.
 */
export function checkModel(
  model: Model,
  kind: DataKind,
  { loss, encoder }: { readonly loss: Loss; readonly encoder?: Model | undefined },
): void {
  if (encoder !== undefined) checkEncoder(encoder, model, kind.columns);
  const given = encoder === undefined ? kind.columns : sizeOf(encoder.outputShape);
  checkInput(model, given);
  for (const part of loss.parts ?? [loss]) checkComparison(model, kind, { loss: part, given, encoder });
}

/** Refuses a model whose output a loss cannot compare with what there is. */
function checkComparison(
  model: Model,
  { targets }: DataKind,
  { loss: { compares, name, isOfOutputs = false }, given, encoder }: {
    readonly loss: Loss;
    /** Values of a row that the model takes. */
    readonly given: number;
    readonly encoder: Model | undefined;
  },
): void {
  const size = sizeOf(model.outputShape), gives = `The model gives ${formatShape(model.outputShape)}`;
  switch (compares) {
    case "classes":
      require(
        targets.kind === "classes",
        () =>
          `The ${name} compares with classes, but the targets are ${
            targets.kind === "values" ? "values" : "left out"
          }: give class indices, or another loss, such as ${
            targets.kind === "values" ? "meanSquaredError()" : "reconstructionError()"
          }`,
      );
      return checkClassifier(model, given, targets.names?.length);
    case "values":
      require(
        targets.kind === "values",
        () =>
          `The ${name} compares with values, but the targets are ${
            targets.kind === "classes" ? "class indices" : "left out"
          }: give a Float32Array, or another loss, such as ${
            targets.kind === "classes" ? "crossEntropy()" : "reconstructionError()"
          }`,
      );
      require(
        isOfOutputs || size === targets.columns,
        () =>
          `${gives}, but there are ${targets.columns} targets a row: the ${name} compares each with one value`,
      );
      return;
    case "inputs":
      require(
        size === given,
        () =>
          `${gives}, the ${
            encoder === undefined ? `inputs have ${given}` : `codes have ${given}`
          } values a row: ` +
          `the ${name} compares each with one value`,
      );
      return;
    default:
      compares satisfies never;
  }
}

function checkInput(model: Model, columns: number): void {
  require(
    sizeOf(model.inputShape) === columns,
    () =>
      `The model takes rows of shape ${
        formatShape(model.inputShape)
      }, the inputs have ${columns} values a row`,
  );
}

/** Refuses a classifier whose input or output does not fit the rows or the classes. */
export function checkClassifier(model: Model, columns: number, classes: number | undefined): void {
  checkInput(model, columns);
  const { outputShape } = model, known = classes ?? outputShape.at(-1)!;
  require(
    outputShape.length === 1 && outputShape[0] === known,
    () =>
      `The model gives ${formatShape(outputShape)}, ${
        classes === undefined ? "which is no row of logits" : `the data has ${classes} classes`
      }: end it with dense(${known})`,
  );
}

/** Refuses an encoder that does not fit the rows or the model. */
function checkEncoder(encoder: Model, model: Model, columns: number): void {
  require(
    sizeOf(encoder.inputShape) === columns,
    () =>
      `The encoder takes rows of shape ${
        formatShape(encoder.inputShape)
      }, the inputs have ${columns} values a row`,
  );
  require(
    sizeOf(encoder.outputShape) === sizeOf(model.inputShape),
    () =>
      `The encoder gives ${formatShape(encoder.outputShape)}, but the model takes rows of shape ${
        formatShape(model.inputShape)
      }: begin it with ${sizeOf(encoder.outputShape)} inputs`,
  );
}
