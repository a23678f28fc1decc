/** The codes of the newest autoencoder. */
import { page, type PageProps } from "fresh";
import { LatentPage } from "../../components/latent/latent_page.tsx";
import type { LatentData } from "../../components/latent/latent_types.ts";
import { define } from "../../dashboard/define.ts";
import { latentData } from "../../dashboard/latent_data.ts";
import LatentView from "../../islands/latent_view.tsx";

export const handler = define.handlers({
  async GET({ state }) {
    state.title = "Latent space";
    return page(await latentData(state.library.store));
  },
});

export default function LatentIndex({ data }: PageProps<LatentData>) {
  const { runs, codes } = data;
  return (
    <LatentPage data={data}>
      {codes !== null && <LatentView runs={runs} codes={codes} />}
    </LatentPage>
  );
}
