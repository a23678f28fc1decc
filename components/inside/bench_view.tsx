/** Benchmarks: how fast each kernel is, of how fast it could be, and how that went over time. */
import { formatTime, formatValue } from "../format.ts";
import type { BenchData, Benchmarked } from "./inside_types.ts";
import { Command, Sparkline } from "../parts.tsx";
import { countOf } from "../run/run_words.ts";

export function BenchView({ bench }: { readonly bench: BenchData }) {
  const { times, devices, peaks, steps, kernels, problems } = bench;
  if (times.length === 0) {
    return (
      <p>
        There is no benchmark yet. <Command text="deno task bench --out runs/bench" />{" "}
        keeps one; every further one becomes a point of its curves.
      </p>
    );
  }
  return (
    <>
      <p class="section-words">
        {countOf(times.length, "benchmark")}, the last on {formatTime(times.at(-1)!)}. {devices.join("; ")}.
        {peaks.map(({ backend, gflops, gbPerSecond }) =>
          ` Peak on ${backend}: ${formatValue(gflops)} GFLOP/s${
            gbPerSecond === null ? "" : `, ${formatValue(gbPerSecond)} GB/s`
          }.`
        )} Operations are counted dense: where zeros are left out, a kernel can pass the peak.
      </p>
      {problems.map((problem) => (
        <p key={problem} class="warning">
          <bdi>{problem}</bdi>
        </p>
      ))}
      {steps.length > 0 && <Rows title="Workloads" rows={steps} />}
      {kernels.length > 0 && <Rows title="Kernels" rows={kernels} />}
    </>
  );
}

function Rows({ title, rows }: { readonly title: string; readonly rows: readonly Benchmarked[] }) {
  return (
    <div class="table-scroll">
      <table class="booktabs bench">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">{title === "Kernels" ? "kernel and sizes" : "workload"}</th>
            <th scope="col">on</th>
            <th scope="col" class="number">ms</th>
            <th scope="col" class="number">GFLOP/s</th>
            <th scope="col">of the peak</th>
            <th scope="col">over time</th>
            <th scope="col" class="number">change</th>
          </tr>
        </thead>
        <tbody>{rows.map((row, i) => <Row key={i} row={row} />)}</tbody>
      </table>
    </div>
  );
}

function Row({ row: { name, backend, ms, gflops, share, bound, speeds } }: { readonly row: Benchmarked }) {
  const measured = speeds.flatMap((speed, i) => speed === null ? [] : [[i + 1, speed] as const]);
  const curve = { key: "speed", x: measured.map(([i]) => i), y: measured.map(([, speed]) => speed) };
  const first = measured[0]?.[1] ?? 0,
    change = measured.length < 2 || first === 0 ? null : gflops / first - 1;
  return (
    <tr>
      <th scope="row">
        <bdi>{name}</bdi>
      </th>
      <td class="nowrap quiet">
        <bdi>{backend}</bdi>
      </td>
      <td class="number">{formatValue(Number(ms.toPrecision(3)))}</td>
      <td class="number">{formatValue(Number(gflops.toPrecision(3)))}</td>
      <td class="nowrap">
        <svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
          <rect class="whole" width={100} height={8} />
          <rect class={share > 1 ? "cost over" : "cost"} width={Math.min(1, share) * 100} height={8} />
        </svg>{" "}
        {Math.round(share * 100)}%{bound !== null && <span class="quiet">{bound}</span>}
      </td>
      <td>
        <Sparkline curve={curve} tone="train" label="GFLOP/s" />
      </td>
      <td class="number">
        {change === null ? "" : `${change >= 0 ? "+" : "−"}${Math.abs(change * 100).toFixed(0)}%`}
      </td>
    </tr>
  );
}
