/** The Home page: it changes by itself when a run begins, goes on or ends. */
import { useSignal } from "@preact/signals";
import { useContext, useEffect } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { formatCount, formatScore } from "../components/format.ts";
import { listen } from "../components/run/news.ts";
import { Command, RunLink, Sparkline, StateMark } from "../components/parts.tsx";
import { RunTable } from "../components/run/run_table.tsx";
import { countOf } from "../components/run/run_words.ts";
import { Link, runPath, SiteContext } from "../components/site.tsx";
import type { Card, HomeData } from "../components/types.ts";

export interface HomeViewProps {
  readonly data: HomeData;
}

export default function HomeView(props: HomeViewProps) {
  const data = useSignal(props.data), site = useContext(SiteContext), alive = useAlive();
  useEffect(() => {
    if (site.root !== undefined) return;
    return listen<HomeData>(() => "/events", (news) => {
      data.value = news;
      return true;
    });
  }, []);
  const { reports, others, recent, broken, brokenCount, runs } = data.value;
  return (
    <article {...alive}>
      <header class="page-head home">
        <h1>
          Small networks, <br class="wide" />looked at closely
        </h1>
        <p class="lead">
          Two published course reports, trained again from raw MNIST. Each experiment below is one command;
          each run of it is a folder, and a page here.
        </p>
        {runs === 0 && (
          <p class="start">
            There is no run yet. Begin with{" "}
            <Command text="deno task q1-adam" />: it takes seconds, and you can watch it here.
          </p>
        )}
      </header>
      {recent.length > 0 && (
        <section class="newest">
          <h2>Newest runs</h2>
          <RunTable rows={recent} caption="The newest runs" />
          <p>
            <Link to="/runs">All {countOf(runs, "run")}</Link>
          </p>
        </section>
      )}
      {reports.map((report) => (
        <section key={report.id} class="report">
          <h2>
            <span class="report-name">{report.title}</span> {report.subtitle}
          </h2>
          {report.questions.map((question) => (
            <section key={question.title} class="question">
              <div class="question-head">
                <h3>{question.title}</h3>
                <p>{question.about}</p>
              </div>
              <ul class="cards">
                {question.cards.map((card) => <CardView key={card.name} card={card} />)}
              </ul>
            </section>
          ))}
        </section>
      ))}
      {others.length > 0 && (
        <section class="report">
          <h2>Other experiments</h2>
          <ul class="cards">{others.map((card) => <CardView key={card.name} card={card} />)}</ul>
        </section>
      )}
      {brokenCount > 0 && (
        <section>
          <h2>Not readable</h2>
          <RunTable rows={broken} caption="Folders that could not be read whole" />
          {brokenCount > broken.length && (
            <p>
              <Link to="/runs">All {formatCount(brokenCount)} of them are among the runs</Link>
            </p>
          )}
        </section>
      )}
    </article>
  );
}

const SPARK_TONES: Readonly<Record<string, string>> = {
  loss: "train",
  valLoss: "validation",
  testLoss: "test",
};

function CardView({ card }: { readonly card: Card }) {
  const { name, title, about, place, runs, state, newest, best, cells, curve } = card;
  const shown = state === "running" ? newest : best?.id ?? newest;
  return (
    <li class={`card${shown === null ? " empty" : ""}`}>
      <div class="card-top">
        <span class="place">{place}</span>
        {state !== null && state !== "finished" && <StateMark state={state} />}
      </div>
      <h4>
        {shown === null ? <bdi>{title}</bdi> : (
          <Link to={runPath(shown)}>
            <bdi>{title}</bdi>
          </Link>
        )}
      </h4>
      <p class="about">{about}</p>
      {shown === null
        ? (
          <p class="start">
            <Command text={`deno task ${name}`} />
          </p>
        )
        : (
          <div class="card-foot">
            <p class="best">
              {best !== null ? formatScore(best.value) : cells !== null ? formatCount(cells) : ""}
            </p>
            {curve !== null && (
              <Sparkline curve={curve} label="Loss" tone={SPARK_TONES[curve.key] ?? "validation"} />
            )}
            <p class="best-of">
              {[best?.label, cells === null ? undefined : "trainings", countOf(runs, "run")].filter(Boolean)
                .join(", ")}
              {newest !== null && newest !== shown && (
                <>
                  , <RunLink id={newest}>newest</RunLink>
                </>
              )}
            </p>
          </div>
        )}
    </li>
  );
}
