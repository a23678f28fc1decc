/** The codes of the newest autoencoder. */
import { Island } from "../../components/island.tsx";
import { LatentPage } from "../../components/latent/latent_page.tsx";
import type { LatentData } from "../../components/latent/latent_types.ts";
import { latentData } from "../../dashboard/latent_data.ts";
import type { Handlers, PageProps } from "../../dashboard/page.ts";
import latentView from "../../islands/latent_view.tsx";

export const handler: Handlers<LatentData> = {
  async GET({ library }) {
    return { data: await latentData(library.store) };
  },
};

export const title = "Latent space";

export default function LatentIndex({ data }: PageProps<LatentData>) {
  const { runs, codes } = data;
  return (
    <LatentPage data={data}>
      {codes !== null && <Island of={latentView} props={{ runs, codes }} />}
    </LatentPage>
  );
}
