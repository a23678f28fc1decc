/** One report, section by section. */
import { page, type PageProps } from "fresh";
import { ReportView } from "../../components/report/report_view.tsx";
import { define, notFound } from "../../dashboard/define.ts";
import { REPORT_IDS, type ReportPage, reportPage } from "../../dashboard/report_data.ts";

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
  return <ReportView report={report} counts={counts} />;
}
