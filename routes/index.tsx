/** Home: the experiments, and how they went. */
import { Island } from "../components/island.tsx";
import type { HomeData } from "../components/types.ts";
import { homeData } from "../dashboard/home.ts";
import type { Handlers, PageProps } from "../dashboard/page.ts";
import homeView from "../islands/home_view.tsx";

export const handler: Handlers<HomeData> = {
  async GET({ library }) {
    return { data: await homeData(library) };
  },
};

export default function HomePage({ data }: PageProps<HomeData>) {
  return <Island of={homeView} props={{ data }} />;
}
