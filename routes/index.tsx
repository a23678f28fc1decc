/** Home: the experiments, and how they went. */
import { page, type PageProps } from "fresh";
import type { HomeData } from "../components/types.ts";
import { define } from "../dashboard/define.ts";
import { homeData } from "../dashboard/home.ts";
import HomeView from "../islands/home_view.tsx";

export const handler = define.handlers({
  async GET({ state }) {
    return page(await homeData(state.library));
  },
});

export default function HomePage({ data }: PageProps<HomeData>) {
  return <HomeView data={data} />;
}
