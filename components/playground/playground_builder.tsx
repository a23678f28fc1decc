/** The hidden layers of the network to train: added, removed and sized. */
import {
  boundedSize,
  buildable,
  type HiddenLayer,
  MOST,
  networkName,
  type PlaySettings,
} from "./playground_settings.ts";

const NAMES = { dense: "Dense", conv: "Convolution" } as const;
/** What a new layer has. */
const FIRST_SIZE = { dense: 20, conv: 8 } as const;

export function NetworkBuilder({ settings, onChange }: {
  readonly settings: PlaySettings;
  onChange(layers: readonly HiddenLayer[]): void;
}) {
  const { layers } = settings,
    count = (kind: HiddenLayer["kind"]) => layers.filter((one) => one.kind === kind).length;
  const resize = (at: number, size: number) =>
    onChange(layers.map((layer, i) => i === at ? { ...layer, size: boundedSize(layer.kind, size) } : layer));
  const add = (kind: HiddenLayer["kind"]) =>
    onChange(buildable(
      kind === "conv"
        ? [...layers.slice(0, count("conv")), { kind, size: FIRST_SIZE.conv }, ...layers.slice(count("conv"))]
        : [...layers, { kind, size: FIRST_SIZE.dense }],
    ));
  return (
    <fieldset class="builder">
      <legend>Network {networkName(settings)}</legend>
      <ol>
        <li class="end">
          <b>28 × 28</b> pixels
        </li>
        {layers.map(({ kind, size }, i) => (
          <li key={`${i} ${kind}`}>
            <span class="layer-kind">{NAMES[kind]}</span>
            <label>
              <input
                type="number"
                min={1}
                max={MOST[kind]}
                value={size}
                aria-label={`${kind === "conv" ? "Maps" : "Units"} of hidden layer ${i + 1}`}
                onChange={({ currentTarget }) => {
                  resize(i, Number(currentTarget.value));
                  currentTarget.value = String(boundedSize(kind, Number(currentTarget.value)));
                }}
              />
              <span>{kind === "conv" ? "maps" : "units"}</span>
            </label>
            <button
              type="button"
              class="remove needs-script"
              aria-label={`Remove hidden layer ${i + 1}`}
              onClick={() => onChange(layers.filter((_, at) => at !== i))}
            >
              ×
            </button>
          </li>
        ))}
        <li class="end">
          <b>10</b> digits
        </li>
      </ol>
      <p class="needs-script">
        <button
          type="button"
          class="button"
          disabled={layers.length >= MOST.layers}
          onClick={() => add("dense")}
        >
          Add a dense layer
        </button>
        <button
          type="button"
          class="button"
          disabled={layers.length >= MOST.layers || count("conv") >= MOST.convLayers}
          onClick={() => add("conv")}
        >
          Add a convolution
        </button>
      </p>
    </fieldset>
  );
}
