/** The top of a run's page: what it is, how it stands, and its numbers. */
import { CopyCommand } from "../runs/copy_command.tsx";
import { formatCount, formatDuration, formatScore, formatTime, formatValue } from "../format.ts";
import { Fact, RunLink, StateMark } from "../parts.tsx";
import { Link } from "../site.tsx";
import { epochsOf, progressOf, statusOf } from "./run_words.ts";
import type { RunData } from "../types.ts";

/** Title, state, sentence, and numbers. */
export function RunHead({ data }: { readonly data: RunData }) {
  const { row, topic } = data;
  return (
    <header class="page-head">
      <p class="crumbs">
        <Link to="/runs">Runs</Link>
        {topic && <span>{topic.place}</span>}
        {row.group && (
          <span>
            part of <RunLink id={row.group} />
          </span>
        )}
      </p>
      <h1>
        <bdi>{topic?.title ?? (row.experiment || row.id)}</bdi>{" "}
        <span role="status">
          <StateMark state={row.state} />
        </span>
        {data.special.length > 0 && (
          <span class="special">
            <bdi>{data.special.join(", ")}</bdi>
          </span>
        )}
      </h1>
      <p class="run-id">
        <bdi>{row.id}</bdi>
        {row.startedAt && <span>{formatTime(row.startedAt)}</span>}
      </p>
      <p class="lead">{statusOf(data)}</p>
      {data.command !== null && (
        <p class="repeat">
          <CopyCommand text={data.command} label="Made by" />
        </p>
      )}
      {row.error !== null && row.state !== "failed" && row.state !== "unknown" && (
        <p class="warning">{row.error}</p>
      )}
      <RunProgress data={data} />
      <dl class="facts">{factsOf(data)}</dl>
    </header>
  );
}

/** How far a training is; nothing once it has ended. */
function RunProgress({ data }: { readonly data: RunData }) {
  const progress = data.row.state === "running" ? progressOf(data) : null;
  return progress && (
    <div class="progress">
      <progress value={progress.share} max={1} aria-label={progress.label} />
      <p>{progress.words}</p>
    </div>
  );
}

/** The scores that say most, as many as there are. */
const SCORES = [
  ["validation.accuracy", "validation accuracy"],
  ["test.accuracy", "test accuracy"],
  ["classifier.test.accuracy", "test accuracy on codes"],
  ["reconstruction.test.mse", "reconstruction error, test"],
] as const;

function factsOf({ row, stages, scores, ...data }: RunData) {
  const { numbers } = row, last = stages.at(-1), epochs = numbers.epochs ?? epochsOf({ stages });
  const seconds = numbers.seconds ?? last?.seconds ?? null,
    published = scores.find(({ name }) => name === null);
  const publishedOf = (path: string) => {
    const set = published?.rows.find((one) => `${one.set}.accuracy` === path);
    return set?.published?.[published!.columns.indexOf("accuracy")] ?? null;
  };
  const running = last && row.state !== "finished" ? currentOf(last.curves, numbers) : [];
  return [
    ...SCORES.filter(([path]) => numbers[path] !== undefined).map(([path, name]) => {
      const theirs = publishedOf(path);
      return (
        <Fact
          key={name}
          value={path.endsWith("mse") ? formatValue(numbers[path]) : formatScore(numbers[path])}
          name={name}
          note={theirs !== null && `published ${formatScore(theirs)}`}
        />
      );
    }),
    ...running.map(([name, value]) => (
      <Fact
        key={name}
        value={name.endsWith("accuracy") ? formatScore(value) : formatValue(value)}
        name={name}
      />
    )),
    epochs > 0 && <Fact key="epochs" value={formatCount(epochs)} name={epochs === 1 ? "epoch" : "epochs"} />,
    seconds !== null && <Fact key="time" value={formatDuration(seconds)} name="training time" />,
    last?.samplesPerSecond && (
      <Fact key="speed" value={formatCount(Math.round(last.samplesPerSecond))} name="images a second" />
    ),
    numbers.parameters !== undefined && (
      <Fact key="size" value={formatCount(numbers.parameters)} name="parameters" note={row.network} />
    ),
    data.skippedLines > 0 && (
      <Fact key="skipped" value={formatCount(data.skippedLines)} name="damaged lines left out" />
    ),
  ];
}

/** Curves that say most, by what they are called, and the score that says the same of a run that has come to one. */
const CURRENT = [
  ["loss", "training loss", null],
  ["valLoss", "validation loss", "validation.loss"],
  ["valAccuracy", "validation accuracy", "validation.accuracy"],
  ["testAccuracy", "test accuracy", "test.accuracy"],
] as const;

/** The last values of the curves that say most, but for those that are scored. */
function currentOf(
  curves: RunData["stages"][number]["curves"],
  numbers: RunData["row"]["numbers"],
): readonly (readonly [string, number])[] {
  return CURRENT.flatMap(([key, name, score]) => {
    const value = curves.find((curve) => curve.key === key)?.y.at(-1);
    const isScored = score !== null && numbers[score] !== undefined;
    return typeof value === "number" && !isScored ? [[name, value] as const] : [];
  });
}
