/** What can be written into the filter, and what the keys do: on the page, where it is needed. */
import { Popup } from "../popup.tsx";

const TERMS = [
  ["adam", "any words: in the id, name, tags, experiment, network, state, note or a setting"],
  ['"early stopping"', "words with a space"],
  ["optimizer=adam", "a setting; * is any piece of a text: network=784-*"],
  ["seed=1,2,3", "one of several values"],
  ["lr<0.01", "less; also <=, > and >=. lr is learningRate"],
  ["test.accuracy>0.98", "a result; result.epochs is how many there were, epochs how many were allowed"],
  ["momentum=none", "runs without it"],
  ["state=running", "also finished, failed, interrupted, died, unknown"],
  ["tag:baseline", "a tag; name:, note:, group: and stopped: look for a piece of a text"],
  ["started>=2026-11-21", "since a day, UTC"],
  ["archived:any", "with those that are archived; archived:yes, those alone"],
  ["-tag:bad", "a minus before a term: runs that it does not hold for. != does the same"],
] as const;

const KEYS = [
  ["/", "to the filter; Esc empties it"],
  ["↑ ↓", "from run to run, Home and End to the first and last"],
  ["x", "ticks the run; with Shift all up to the one ticked before"],
  ["Enter", "opens it"],
] as const;

export function FilterHelp() {
  return (
    <Popup label="Help">
      <p>Terms have spaces between; all of them must hold.</p>
      <dl class="terms">
        {TERMS.map(([term, words]) => (
          <div key={term}>
            <dt>
              <code>{term}</code>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p>Keys, in the list</p>
      <dl class="terms">
        {KEYS.map(([key, words]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
      <p>The address holds filter, order, groups and columns: it can be sent as a link.</p>
    </Popup>
  );
}
