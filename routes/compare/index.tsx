/** Any runs beside each other. */
import { page, type PageProps } from "fresh";
import type { CompareData } from "../../components/compare/compare_types.ts";
import { compareData } from "../../dashboard/compare_data.ts";
import { define } from "../../dashboard/define.ts";
import CompareView from "../../islands/compare_view.tsx";

export const handler = define.handlers({
  async GET({ url, state }) {
    const { library, site } = state;
    state.title = "Compare";
    return page(await compareData(library, url, { isExport: site.root !== undefined }));
  },
});

export default function ComparePage({ data }: PageProps<CompareData>) {
  return <CompareView data={data} />;
}
