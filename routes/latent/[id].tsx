/** The codes of one autoencoder. */
import type { LatentData } from "../../components/latent/latent_types.ts";
import { latentData, latentRuns } from "../../dashboard/latent_data.ts";
import type { Library } from "../../dashboard/library.ts";
import { type Handlers, notFound, type PageProps } from "../../dashboard/page.ts";
import LatentIndex from "./index.tsx";

export const handler: Handlers<LatentData> = {
  async GET({ library: { store }, params: { id = "" } }) {
    if (await store.row(id) === undefined) return notFound(`There is no run "${id}".`);
    return { data: await latentData(store, id) };
  },
};

export const title = ({ params: { id = "" } }: PageProps<LatentData>) => `Latent space of ${id}`;

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await latentRuns(store)).map(({ id }) => `/latent/${encodeURIComponent(id)}`);
}

export default LatentIndex;
