/** One report, section by section. */
import { page, type PageProps } from "fresh";
import { BelowContext } from "../../components/report/below.tsx";
import type { RecomputeTarget } from "../../components/report/recompute_types.ts";
import { ReportView } from "../../components/report/report_view.tsx";
import { useAddress } from "../../components/site.tsx";
import { define, notFound } from "../../dashboard/define.ts";
import { recomputeTargets } from "../../dashboard/recompute_data.ts";
import { REPORT_IDS, type ReportPage, reportPage } from "../../dashboard/report_data.ts";
import RecomputeView from "../../islands/recompute_view.tsx";

export const handler = define.handlers({
  async GET({ params, state }) {
    const data = await reportPage(state.library, params.report ?? "");
    if (data === undefined) return notFound("There is no such report.");
    state.title = data.report.title;
    return page(data);
  },
});

export function paths(): Promise<readonly string[]> {
  return Promise.resolve(REPORT_IDS.map((id) => `/reports/${id}`));
}

export default function ReportRoute({ data: { report, counts } }: PageProps<ReportPage>) {
  const targetOf = recomputeTargets(report);
  return (
    <BelowContext.Provider value={({ ids }) => <Recompute target={targetOf(ids)} />}>
      <link rel="stylesheet" href={useAddress()("/recompute.css")} />
      <ReportView report={report} counts={counts} />
    </BelowContext.Provider>
  );
}

function Recompute({ target }: { readonly target: RecomputeTarget }) {
  return target.forms.length === 0
    ? <p class="quiet recompute">No training can tell: there is nothing to make anew here.</p>
    : <RecomputeView {...target} />;
}
