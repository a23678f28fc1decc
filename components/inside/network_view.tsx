/** A network as a picture: a bar for each layer, as high as it is wide, and the weights between them. */
import { formatCount } from "../format.ts";
import type { LayerData } from "./inside_types.ts";

const HEIGHT = 150, BAR = 16, STEP = 118, TOP = 24;

/** Layers from left to right. Heights are logarithmic, so that 784 and 5 can stand side by side. */
export function NetworkView({ layers }: { readonly layers: readonly LayerData[] }) {
  const sizes = layers.map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  const most = Math.log2(Math.max(2, ...sizes) + 1), width = STEP * (layers.length - 1) + BAR + 100;
  const heightOf = (i: number) => Math.max(6, HEIGHT * Math.log2(sizes[i]! + 1) / most);
  const words = layers.map(({ kind, shape }) => `${kind} ${shape.join("×")}`).join(", then ");
  return (
    <div class="table-scroll">
      <svg
        class="network"
        viewBox={`0 0 ${width} ${TOP + HEIGHT + 70}`}
        width={width}
        height={TOP + HEIGHT + 70}
        role="img"
        aria-label={`The network: ${words}`}
      >
        {layers.map((layer, i) => {
          const x = 50 + i * STEP,
            height = heightOf(i),
            y = TOP + (HEIGHT - height) / 2,
            before = i > 0 ? heightOf(i - 1) : 0;
          const left = x - STEP + BAR, middle = TOP + HEIGHT / 2;
          return (
            <g key={i}>
              {i > 0 && (
                <path
                  class={layer.parameters > 0 ? "weights" : "passing"}
                  d={`M${left},${middle - before / 2}L${x},${middle - height / 2}V${
                    middle + height / 2
                  }L${left},${middle + before / 2}Z`}
                />
              )}
              {i > 0 && layer.parameters > 0 && (
                <text class="small middle" x={(left + x) / 2} y={middle + 4}>
                  {formatCount(layer.parameters)}
                </text>
              )}
              <rect class={i === 0 ? "bar first" : "bar"} x={x} y={y} width={BAR} height={height} rx={3} />
              <text class="middle strong" x={x + BAR / 2} y={y - 8}>
                {layer.shape.length === 0 ? "?" : layer.shape.join("×")}
              </text>
              <text class="middle" x={x + BAR / 2} y={TOP + HEIGHT + 24}>{layer.kind}</text>
              <text class="small middle" x={x + BAR / 2} y={TOP + HEIGHT + 41}>
                {activationIn(layer.settings)}
              </text>
              <title>{layer.settings}</title>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function activationIn(settings: string): string {
  const activation = /activation (\w+)/.exec(settings)?.[1] ?? "";
  return activation === "identity" ? "" : activation;
}
