/** Train, pause, one step, one epoch, and how fast: at hand wherever one looks at the page. */
import { formatCount } from "../format.ts";
import { type Speed, SPEEDS } from "./playground_settings.ts";
import type { Trainer } from "./playground_training.ts";

export function TrainControls({ trainer }: { readonly trainer: Trainer }) {
  const { state: { value: state }, training: { value: training }, choice: { value: { speed } } } = trainer;
  const last = training?.records.at(-1);
  return (
    <section class="train-controls" aria-label="Training">
      <p class="control-buttons needs-script">
        {state === "running"
          ? <button type="button" class="button primary" onClick={trainer.pause}>Pause</button>
          : (
            <button type="button" class="button primary" onClick={trainer.play}>
              {state === "paused" ? "Go on" : "Train"}
            </button>
          )}
        <button type="button" class="button" onClick={() => trainer.advance("step")}>One step</button>
        <button type="button" class="button" onClick={() => trainer.advance("epoch")}>One epoch</button>
        <button type="button" class="button" disabled={training === null} onClick={trainer.anew}>
          Start anew
        </button>
        <label class="control-speed">
          <span class="sr-only">Speed</span>
          <select
            aria-label="Speed"
            value={speed}
            onChange={(event) => trainer.changeHow({ speed: event.currentTarget.value as Speed })}
          >
            {Object.entries(SPEEDS).map(([name, text]) => (
              <option key={name} value={name} selected={name === speed}>{text}</option>
            ))}
          </select>
        </label>
      </p>
      <p class="control-facts">
        {last === undefined
          ? (
            <span class="quiet">
              {training === null ? "Nothing is trained yet" : `${training.description} …`}
            </span>
          )
          : (
            <>
              <span>
                step <b class="at-step">{formatCount(last.step)}</b>
              </span>
              <span>
                epoch <b>{last.epochs.toFixed(1)}</b>
              </span>
              <span>
                validation <b class="at-accuracy">{(100 * last.valAccuracy).toFixed(1)}%</b> right
              </span>
            </>
          )}
      </p>
    </section>
  );
}
