/** The two published reports. */
import { page, type PageProps } from "fresh";
import { VerdictKey } from "../../components/report/verdicts.tsx";
import { Link } from "../../components/site.tsx";
import { define } from "../../dashboard/define.ts";
import { REPORT_IDS, reportPage } from "../../dashboard/report_data.ts";
import type { VerdictCounts } from "../../experiments/reports/judged.ts";

interface Overview {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly words: string;
  readonly sections: readonly {
    readonly id: string;
    readonly title: string;
    readonly inconsistencies: number;
    readonly claims: number;
  }[];
  readonly counts: VerdictCounts;
}

export const handler = define.handlers({
  async GET({ state }) {
    state.title = "Reports";
    const reports = await Promise.all(REPORT_IDS.map((id) => reportPage(state.library, id)));
    return page<readonly Overview[]>(
      reports.filter((one) => one !== undefined).map(({ report, counts }) => ({
        ...report,
        sections: report.sections.map(({ id, title, inconsistencies, claims }) => ({
          id,
          title,
          inconsistencies: inconsistencies.length,
          claims: claims.length,
        })),
        counts,
      })),
    );
  },
});

export default function ReportsPage({ data }: PageProps<readonly Overview[]>) {
  return (
    <article>
      <header class="page-head">
        <h1>The two reports</h1>
        <p class="lead">
          Every table, figure and claim that they print, beside what the same experiment comes to here; and
          what in them does not fit together.
        </p>
      </header>
      {data.map(({ id, title, subtitle, words, sections, counts }) => (
        <section key={id} class="report">
          <h2>
            <Link to={`/reports/${id}`}>{title}</Link> <span class="report-name">{subtitle}</span>
          </h2>
          <div class="columns">
            <div>
              <p>{words}</p>
              <ul class="toc">
                {sections.map((section) => (
                  <li key={section.id}>
                    <Link to={`/reports/${id}#${section.id}`}>{section.title}</Link>
                    <span class="quiet">
                      {section.claims} claims, {section.inconsistencies} inconsistencies
                    </span>
                  </li>
                ))}
              </ul>
            </div>
            <div>
              <h3>Printed numbers</h3>
              <VerdictKey counts={counts} />
            </div>
          </div>
        </section>
      ))}
    </article>
  );
}
