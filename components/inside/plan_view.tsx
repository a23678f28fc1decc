/** A plan as a picture: calls from top to bottom, buffers from left to right, and where each call reads and writes. */
import { formatBytes, formatCount, formatValue, inWords } from "../format.ts";
import type { PlanBufferData, PlanCall, PlanData } from "./inside_types.ts";

const ROW = 22, COLUMN = 15, TEXT = 330, BARS = 170, NUMBERS = 150, TOP = 96;
/** Buffers of more are not drawn as columns. */
const MAX_COLUMNS = 120;
const ROLES = ["parameter", "data", "input", "state", "value"];

export function PlanView({ plan }: { readonly plan: PlanData }) {
  const { routines, buffers, backend, batch, stage } = plan;
  return (
    <section>
      <h2>
        Plan{stage !== null && (
          <>
            , <bdi>{inWords(stage)}</bdi>
          </>
        )}
      </h2>
      <p class="section-words">
        What one step is made of on {backend}
        {batch !== null && `, with ${formatCount(batch)} images`}: every call of a kernel, in order, and the
        buffers that it reads (<span class="legend-ring" />) and writes (<span class="legend-dot" />). Nothing
        is allocated while it trains.
      </p>
      {routines.map(({ name, calls }) => <Routine key={name} name={name} calls={calls} buffers={buffers} />)}
      <Buffers buffers={buffers} />
    </section>
  );
}

function Routine(
  { name, calls, buffers }: {
    readonly name: string;
    readonly calls: readonly PlanCall[];
    readonly buffers: readonly PlanBufferData[];
  },
) {
  const used = buffers.flatMap((_, i) =>
    calls.some(({ reads, writes }) => reads.includes(i) || writes.includes(i)) ? [i] : []
  );
  const columns = used.slice(0, MAX_COLUMNS), isTimed = calls.some(({ ms }) => ms !== null);
  const flops = calls.reduce((sum, call) => sum + call.flops, 0),
    ms = calls.reduce((sum, call) => sum + (call.ms ?? 0), 0);
  const barsAt = TEXT + columns.length * COLUMN + 24,
    width = barsAt + BARS + NUMBERS,
    height = TOP + calls.length * ROW + 12;
  const valueOf = (call: PlanCall) => isTimed ? call.ms ?? 0 : call.flops,
    most = Math.max(...calls.map(valueOf), 1e-12);
  const touches = (call: PlanCall, buffer: number) =>
    call.reads.includes(buffer) || call.writes.includes(buffer);
  return (
    <section class="routine">
      <h3>
        <bdi>{name}</bdi>{" "}
        <span class="quiet">
          {formatCount(calls.length)} calls, {formatFlops(flops)}
          {isTimed && `, ${formatValue(ms)} ms`}
        </span>
      </h3>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={`Calls of ${name}`}>
        <svg
          class="plan"
          viewBox={`0 0 ${width} ${height}`}
          width={width}
          height={height}
          role="img"
          aria-label={`${calls.length} calls of ${name} over ${used.length} buffers`}
        >
          {columns.map((buffer, c) => {
            const x = TEXT + c * COLUMN, rows = calls.flatMap((call, r) => touches(call, buffer) ? [r] : []);
            const { name, role, bytes } = buffers[buffer]!;
            return (
              <g key={buffer} class={`role-${roleOf(role)}`}>
                <line
                  class="life"
                  x1={x}
                  x2={x}
                  y1={TOP + (rows[0] ?? 0) * ROW + 11}
                  y2={TOP + (rows.at(-1) ?? 0) * ROW + 11}
                />
                <text class="head" transform={`translate(${x + 4},${TOP - 8}) rotate(-52)`}>
                  {shortName(name)}
                </text>
                <title>{`${name}: ${role}, ${formatBytes(bytes)}`}</title>
              </g>
            );
          })}
          <text class="small end" x={barsAt + BARS + NUMBERS - 4} y={TOP - 8}>
            {isTimed ? "ms · GFLOP/s" : "floating-point operations"}
          </text>
          {calls.map((call, r) => {
            const y = TOP + r * ROW, share = valueOf(call) / most;
            return (
              <g key={r}>
                {r > 0 && <line class="grid" x1={0} x2={width} y1={y} y2={y} />}
                <text class="op" x={0} y={y + 15}>{call.op}</text>
                <text class="small end" x={TEXT - 14} y={y + 15}>{call.label}</text>
                {columns.map((buffer, c) =>
                  touches(call, buffer) && (
                    <circle
                      key={buffer}
                      class={`role-${roleOf(buffers[buffer]!.role)} ${
                        call.writes.includes(buffer) ? "write" : "read"
                      }`}
                      cx={TEXT + c * COLUMN}
                      cy={y + 11}
                      r={4}
                    />
                  )
                )}
                <rect
                  class="cost"
                  x={barsAt}
                  y={y + 5}
                  width={Math.max(1, share * BARS)}
                  height={ROW - 10}
                  rx={2}
                />
                <text class="small end" x={width - 4} y={y + 15}>{costOf(call, isTimed)}</text>
                <title>
                  {`${call.op} → ${call.label} ${call.type}\n${call.settings}\n${formatFlops(call.flops)}, ${
                    formatBytes(call.bytes)
                  }`}
                </title>
              </g>
            );
          })}
        </svg>
      </div>
      <details>
        <summary>The same as a table</summary>
        <CallTable calls={calls} buffers={buffers} isTimed={isTimed} />
      </details>
    </section>
  );
}

function CallTable(
  { calls, buffers, isTimed }: {
    readonly calls: readonly PlanCall[];
    readonly buffers: readonly PlanBufferData[];
    readonly isTimed: boolean;
  },
) {
  const names = (positions: readonly number[]) => positions.map((at) => buffers[at]!.name).join(", ");
  return (
    <div class="table-scroll">
      <table class="booktabs">
        <thead>
          <tr>
            {["op", "makes", "type", "settings", "reads", "writes"].map((name) => (
              <th scope="col" key={name}>{name}</th>
            ))}
            {["operations", "bytes", ...(isTimed ? ["ms"] : [])].map((name) => (
              <th scope="col" class="number" key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map((call, i) => (
            <tr key={i}>
              <th scope="row" class="nowrap">{call.op}</th>
              <td class="nowrap">
                <bdi>{call.label}</bdi>
              </td>
              <td class="nowrap">{call.type}</td>
              <td>
                <bdi>{call.settings}</bdi>
              </td>
              <td>
                <bdi>{names(call.reads)}</bdi>
              </td>
              <td>
                <bdi>{names(call.writes)}</bdi>
              </td>
              <td class="number">{formatCount(call.flops)}</td>
              <td class="number">{formatBytes(call.bytes)}</td>
              {isTimed && <td class="number">{call.ms === null ? "" : formatValue(call.ms)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Buffers by size. */
function Buffers({ buffers }: { readonly buffers: readonly PlanBufferData[] }) {
  const total = buffers.reduce((sum, { bytes }) => sum + bytes, 0),
    most = Math.max(1, ...buffers.map(({ bytes }) => bytes));
  const sorted = buffers.toSorted((a, b) => b.bytes - a.bytes),
    shown = sorted.slice(0, 16),
    rest = sorted.slice(16);
  return (
    <section>
      <h3>
        Buffers <span class="quiet">{formatCount(buffers.length)}, {formatBytes(total)} in all</span>
      </h3>
      <table class="bars">
        <tbody>
          {shown.map(({ name, role, bytes }, i) => (
            <tr key={i} class={`role-${roleOf(role)}`}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td class="quiet">{role}</td>
              <td class="bar-cell">
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                  <rect class="cost" width={Math.max(0.4, 100 * bytes / most)} height={8} />
                </svg>
              </td>
              <td class="number">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest.length > 0 && (
        <p class="quiet">
          {formatCount(rest.length)} smaller ones have{" "}
          {formatBytes(rest.reduce((sum, { bytes }) => sum + bytes, 0))} together.
        </p>
      )}
    </section>
  );
}

function costOf({ ms, flops }: PlanCall, isTimed: boolean): string {
  if (!isTimed) return formatCount(flops);
  return ms === null ? "" : `${formatValue(ms)} · ${ms > 0 ? (flops / ms / 1e6).toFixed(1) : "–"}`;
}

function formatFlops(flops: number): string {
  return flops >= 1e9
    ? `${(flops / 1e9).toFixed(2)} GFLOP`
    : flops >= 1e6
    ? `${(flops / 1e6).toFixed(2)} MFLOP`
    : `${formatCount(flops)} FLOP`;
}

/** Known roles have a colour. */
function roleOf(role: string): string {
  return ROLES.includes(role) ? role : "value";
}

function shortName(name: string): string {
  return name.length > 18 ? `${name.slice(0, 17)}…` : name;
}
