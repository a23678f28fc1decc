/** The codes of one autoencoder. */
import { page } from "fresh";
import { define, namesIn, notFound } from "../../dashboard/define.ts";
import { latentData, latentRuns } from "../../dashboard/latent_data.ts";
import type { Library } from "../../dashboard/library.ts";
import LatentIndex from "./index.tsx";

export const handler = define.handlers({
  async GET({ state, url }) {
    const [, id = ""] = namesIn(url), { store } = state.library;
    state.title = `Latent space of ${id}`;
    if (await store.row(id) === undefined) return notFound(`There is no run "${id}".`);
    return page(await latentData(store, id));
  },
});

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await latentRuns(store)).map(({ id }) => `/latent/${encodeURIComponent(id)}`);
}

export default LatentIndex;
