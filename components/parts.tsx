/** Small parts of many pages. */
import type { ComponentChildren } from "preact";
import { formatValue } from "./format.ts";
import { Link, runPath } from "./site.tsx";
import type { Curve, State } from "./types.ts";

const STATES: Readonly<Record<State, string>> = {
  running: "training",
  finished: "finished",
  failed: "failed",
  interrupted: "interrupted",
  died: "died",
  unknown: "unreadable",
};

/** The state of a run, as a word with a mark before it. */
export function StateMark({ state }: { readonly state: State }) {
  return <span class={`state state-${state}`}>{STATES[state]}</span>;
}

/** Ids of our own making stay on one line. */
const SHORT_ID = 44;

/** A link to a run by its id. */
export function RunLink({ id, children }: { readonly id: string; readonly children?: ComponentChildren }) {
  return (
    <Link to={runPath(id)} class={`run-link${id.length <= SHORT_ID ? " nowrap" : ""}`}>
      <bdi>{children ?? id}</bdi>
    </Link>
  );
}

/** A line without axes, to see how something went. */
export function Sparkline(
  { curve, tone = "validation", label }: {
    readonly curve: Curve;
    readonly tone?: string;
    readonly label: string;
  },
) {
  const points = curve.x.flatMap((x, i) => {
    const y = curve.y[i];
    return typeof y === "number" ? [[x, y] as const] : [];
  });
  if (points.length < 2) return <span class="spark" />;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const place = ([x, y]: readonly [number, number]) =>
    `${(2 + 116 * (x - left) / (right - left || 1)).toFixed(1)},${
      (30 - 26 * (y - low) / (high - low || 1)).toFixed(1)
    }`;
  const title = `${label}: from ${formatValue(ys[0])} to ${formatValue(ys.at(-1))}`;
  return (
    <svg class={`spark tone-${tone}`} viewBox="0 0 120 32" role="img" aria-label={title}>
      <polyline class="line" points={points.map(place).join(" ")} />
      <circle
        class="dot"
        cx={place(points.at(-1)!).split(",")[0]}
        cy={place(points.at(-1)!).split(",")[1]}
        r="2.4"
      />
    </svg>
  );
}

/** A number with its name below. */
export function Fact(
  { value, name, note }: {
    readonly value: ComponentChildren;
    readonly name: string;
    readonly note?: ComponentChildren;
  },
) {
  return (
    <div class="fact">
      <dd>{value}</dd>
      <dt>{name}</dt>
      {note && <dd class="fact-note">{note}</dd>}
    </div>
  );
}

/** Names and values below each other. */
export function Pairs({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }) {
  return (
    <dl class="pairs">
      {pairs.map(([name, value], i) => (
        <div key={i}>
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A command to copy into a terminal. */
export function Command({ text }: { readonly text: string }) {
  return <code class="command">{text}</code>;
}
