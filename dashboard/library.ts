/** What pages read from: the runs, and the metrics of those that were looked at lately. */
import type { Curve, RunRow } from "../components/types.ts";
import { METRICS_FILE } from "../src/runs/layout.ts";
import { findFile } from "./folder.ts";
import { Metrics } from "./metrics.ts";
import { Store } from "./store.ts";

/** Runs whose metrics are kept, and lines in all of them. */
const MAX_RUNS = 48, MAX_LINES = 600_000;
/** Of small curves: points, how many are kept, and from how large a file one is still made. */
const SPARK_POINTS = 60, MAX_SPARKS = 2000, MAX_SPARK_BYTES = 64e6;
/** What a small curve shows: the first of these that there is. */
const SPARK_KEYS = ["valLoss", "testLoss", "loss"];

export class Library {
  readonly store: Store;
  /** The first was used longest ago. */
  readonly #metrics = new Map<string, Metrics>();
  readonly #sparks = new Map<string, { readonly stamp: string; readonly curve: Curve | null }>();

  constructor(root: string) {
    this.store = new Store(root);
  }

  /** The metrics of a run; they are read by `refresh`. */
  metrics(id: string): Metrics {
    const metrics = this.#metrics.get(id) ?? new Metrics(this.store.root, id);
    this.#metrics.delete(id);
    this.#metrics.set(id, metrics);
    let lines = [...this.#metrics.values()].reduce((sum, one) => sum + one.lines, 0);
    for (const [old, one] of this.#metrics) {
      if (old === id || (this.#metrics.size <= MAX_RUNS && lines <= MAX_LINES)) break;
      this.#metrics.delete(old);
      lines -= one.lines;
    }
    return metrics;
  }

  /** The loss of a run in a few points, or null where there is none. */
  async spark({ id, state, finishedAt }: RunRow): Promise<Curve | null> {
    const stamp = `${state} ${finishedAt}`, known = this.#sparks.get(id);
    if (known?.stamp === stamp && state !== "running") return known.curve;
    const file = findFile(this.store.root, [id, METRICS_FILE]);
    if (file === undefined || file.bytes > MAX_SPARK_BYTES) return null;
    const metrics = this.metrics(id);
    await metrics.refresh();
    const [stage] = metrics.stages(),
      key = SPARK_KEYS.find((one) => stage?.curves.some((curve) => curve.key === one));
    const curve = stage?.curves.find((one) => one.key === key),
      spark = curve === undefined ? null : few(curve);
    if (this.#sparks.size >= MAX_SPARKS) this.#sparks.clear();
    this.#sparks.set(id, { stamp, curve: spark });
    return spark;
  }
}

/** So many points of a curve, evenly chosen. */
function few({ key, x, y }: Curve): Curve {
  if (x.length <= SPARK_POINTS) return { key, x, y };
  const kept = Array.from(
    { length: SPARK_POINTS },
    (_, i) => Math.round(i * (x.length - 1) / (SPARK_POINTS - 1)),
  );
  return { key, x: kept.map((i) => x[i]!), y: kept.map((i) => y[i]!) };
}
