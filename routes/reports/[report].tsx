/** One report, section by section. */
import { ReportView } from "../../components/report/report_view.tsx";
import { type Handlers, notFound, type PageProps } from "../../dashboard/page.ts";
import { REPORT_IDS, type ReportPage, reportPage } from "../../dashboard/report_data.ts";

export const handler: Handlers<ReportPage> = {
  async GET({ params, library }) {
    const data = await reportPage(library, params.report ?? "");
    return data === undefined ? notFound("There is no such report.") : { data };
  },
};

export const title = ({ data: { report } }: PageProps<ReportPage>) => report.title;

export function paths(): Promise<readonly string[]> {
  return Promise.resolve(REPORT_IDS.map((id) => `/reports/${id}`));
}

export default function ReportRoute({ data: { report, counts } }: PageProps<ReportPage>) {
  return <ReportView report={report} counts={counts} />;
}
