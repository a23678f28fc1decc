/** One report, section by section. */
import type { ReportData, VerdictCounts } from "../../components/report/report_types.ts";
import { ReportView } from "../../components/report/report_view.tsx";
import { type Handlers, notFound, type PageProps } from "../../dashboard/page.ts";
import { countVerdicts, REPORT_SPECS, reportData } from "../../dashboard/reports/report_data.ts";

interface Data {
  readonly report: ReportData;
  readonly counts: VerdictCounts;
}

export const handler: Handlers<Data> = {
  async GET({ params, library }) {
    const spec = REPORT_SPECS.find(({ id }) => id === params.report);
    if (spec === undefined) return notFound("There is no such report.");
    const report = await reportData(library, spec);
    return { data: { report, counts: countVerdicts(report) } };
  },
};

export const title = ({ data: { report } }: PageProps<Data>) => report.title;

export function paths(): Promise<readonly string[]> {
  return Promise.resolve(REPORT_SPECS.map(({ id }) => `/reports/${id}`));
}

export default function ReportPage({ data: { report, counts } }: PageProps<Data>) {
  return <ReportView data={report} counts={counts} />;
}
