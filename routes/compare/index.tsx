/** Any runs beside each other. */
import type { CompareData } from "../../components/compare/compare_types.ts";
import { Island } from "../../components/island.tsx";
import { compareData } from "../../dashboard/compare_data.ts";
import type { Handlers, PageProps } from "../../dashboard/page.ts";
import compareView from "../../islands/compare_view.tsx";

export const handler: Handlers<CompareData> = {
  async GET({ url, library, site }) {
    return { data: await compareData(library, url, { isExport: site.root !== undefined }) };
  },
};

export const title = "Compare";

export default function ComparePage({ data }: PageProps<CompareData>) {
  return <Island of={compareView} props={{ data }} />;
}
