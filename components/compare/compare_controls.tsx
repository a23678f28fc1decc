/** Which curves of a comparison are drawn, and how. */
import { Smoothing, Switch } from "../chart/chart_tools.tsx";
import { curveName, inWords } from "../format.ts";
import type { CheckedChoice } from "./checked_choice.ts";
import { ALL_SETTINGS, type Choice } from "./choice.ts";

export interface CompareControlsProps {
  readonly checked: CheckedChoice;
  /** Settings to group by. */
  readonly settings: readonly string[];
  onChange(part: Partial<Choice>): void;
}

const SCALES = ["linear", "log"] as const;

export function CompareControls(
  { checked: { choice, drawn, curves, axes }, settings, onChange }: CompareControlsProps,
) {
  const { by, over, x, y, smoothing, filter } = choice;
  const toggle = (key: string) => {
    const others = drawn.filter((one) => one !== key);
    // In the order in which they are offered.
    const wanted = drawn.includes(key) ? others : curves.filter((one) => one === key || drawn.includes(one));
    if (wanted.length > 0) onChange({ curves: wanted });
  };
  return (
    <div class="controls needs-script">
      <fieldset class="chips">
        <legend class="sr-only">Curves</legend>
        {curves.map((key) => (
          <label key={key} class="chip">
            <input type="checkbox" checked={drawn.includes(key)} onChange={() => toggle(key)} />{" "}
            {curveName(key)}
          </label>
        ))}
      </fieldset>
      <label>
        Runs with{" "}
        <input
          type="search"
          class="words"
          value={filter}
          placeholder="any words"
          onInput={(event) => onChange({ filter: event.currentTarget.value })}
        />
      </label>
      <label>
        One line for{" "}
        <select
          value={by ?? ""}
          onChange={(event) => onChange({ by: event.currentTarget.value || null, hidden: [] })}
        >
          <option value="">each run</option>
          <option value={ALL_SETTINGS}>each setting, over its seeds</option>
          {settings.map((name) => <option key={name} value={name}>each {inWords(name)}</option>)}
        </select>
      </label>
      {axes.length > 1 && (
        <Switch
          label="What curves are drawn over"
          name="over"
          of={axes}
          value={over}
          onChange={(one) => onChange({ over: one, window: null })}
        />
      )}
      <Switch
        label="Scale of the x axis"
        name="x"
        of={SCALES}
        value={x}
        onChange={(one) => onChange({ x: one })}
      />
      <Switch
        label="Scale of the y axis"
        name="y"
        of={SCALES}
        value={y}
        onChange={(one) => onChange({ y: one })}
      />
      <Smoothing value={smoothing} onChange={(value) => onChange({ smoothing: value })} />
    </div>
  );
}
