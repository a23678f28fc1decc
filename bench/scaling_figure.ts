/** The sweeps as figures: time of a step and memory against size, a panel for each sweep, on logarithmic axes. */
import { curves, type Figure, type Role, type Series } from "../src/plot/mod.ts";
import { escapeXml } from "../src/plot/dom.ts";
import { INK } from "../src/plot/theme.ts";
import { MEBIBYTE, type ScalingRow, type SideName, SIDES } from "./scaling.ts";
import type { SweepName } from "./sweeps.ts";

const PANELS: Readonly<Record<SweepName, { readonly title: string; readonly xLabel: string }>> = {
  batch: { title: "Batch", xLabel: "Rows of a step" },
  width: { title: "Width", xLabel: "Units of each hidden layer" },
  depth: { title: "Depth", xLabel: "Hidden layers" },
  rows: { title: "Rows of data", xLabel: "Rows" },
};

const ROLES: Partial<Record<SideName, Role>> = { wasm: "train", torch: "validation", webgpu: "test" };

const SIDE_NAMES = Object.keys(SIDES) as SideName[];

/** How long a step takes. */
export function timeFigure(rows: readonly ScalingRow[], yLabel = "ms per step"): Figure {
  return panels("scaling_time", "Time of a step", yLabel, rows, (own) =>
    SIDE_NAMES.map((side) => ({
      label: SIDES[side],
      ...(ROLES[side] && { role: ROLES[side] }),
      ...points(own, ({ ms }) => ms[side]),
    })));
}

/** What the plan's buffers take, and the most that a process had. */
export function memoryFigure(rows: readonly ScalingRow[]): Figure {
  return panels("scaling_memory", "Memory", "MiB", rows, (own) => [
    { label: "Descent plan", ...points(own, ({ planBytes }) => planBytes / MEBIBYTE) },
    ...SIDE_NAMES.map((side) => ({
      label: `${SIDES[side]} process`,
      ...(ROLES[side] && { role: ROLES[side] }),
      ...points(own, ({ rssBytes }) => rssBytes[side] && rssBytes[side] / MEBIBYTE),
    })),
  ]);
}

function points(rows: readonly ScalingRow[], value: (row: ScalingRow) => number | undefined) {
  const known = rows.filter((row) => value(row) !== undefined);
  return { x: known.map(({ size }) => size), y: known.map((row) => value(row)!) };
}

/** A panel for each sweep, two side by side, on one y axis: what hardly differs is to look so. */
function panels(
  name: string,
  title: string,
  yLabel: string,
  rows: readonly ScalingRow[],
  seriesOf: (rows: readonly ScalingRow[]) => readonly Series[],
): Figure {
  const sweeps = [...new Set(rows.map(({ sweep }) => sweep))];
  const series = sweeps.map((sweep) =>
    seriesOf(rows.filter((row) => row.sweep === sweep)).filter(({ x }) => x.length > 0)
  );
  const values = series.flat().flatMap(({ y }) => Array.from(y) as number[]);
  const yDomain = [
    10 ** Math.floor(Math.log10(Math.min(...values))),
    10 ** Math.ceil(Math.log10(Math.max(...values))),
  ] as const;
  const figures = sweeps.map((sweep, i) => {
    const { title: what, xLabel } = PANELS[sweep];
    return curves(series[i]!, {
      name: `${name}_${sweep}`,
      title: `${title}: ${what}`,
      xLabel,
      yLabel,
      xScale: "log",
      yScale: "log",
      yDomain,
    });
  });
  return sideBySide(name, title, figures);
}

/** Figures in two columns, as one. */
function sideBySide(name: string, title: string, figures: readonly Figure[]): Figure {
  const sizeOf = ({ svg }: Figure, side: "width" | "height") => Number(svg.match(`${side}="([\\d.]+)"`)![1]);
  const width = Math.max(...figures.map((figure) => sizeOf(figure, "width")));
  const height = Math.max(...figures.map((figure) => sizeOf(figure, "height")));
  const columns = Math.min(2, figures.length), lines = Math.ceil(figures.length / columns);
  const parts = figures.map(({ svg }, i) =>
    svg.replace("<svg ", `<svg x="${(i % columns) * width}" y="${Math.floor(i / columns) * height}" `)
  );
  const all = [columns * width, lines * height], [w, h] = all;
  return {
    name,
    svg: `<svg height="${h}" role="img" viewBox="0 0 ${w} ${h}" width="${w}" ` +
      `xmlns="http://www.w3.org/2000/svg"><title>${escapeXml(title)}</title>` +
      `<rect fill="${INK.paper}" height="${h}" width="${w}"/>${parts.join("")}</svg>`,
    csv: figures.map(({ csv }) => csv).join("\r\n"),
  };
}
