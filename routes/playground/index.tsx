/** Draw digits and train networks in the browser. */
import { Island } from "../../components/island.tsx";
import { useAddress } from "../../components/site.tsx";
import type { Handlers, PageProps } from "../../dashboard/page.ts";
import { modelChoices } from "../../dashboard/playground_models.ts";
import playgroundView, { type PlaygroundProps } from "../../islands/playground_view.tsx";

export const handler: Handlers<PlaygroundProps> = {
  async GET({ library, url }) {
    const choices = await modelChoices(library.store), asked = url.searchParams.get("run");
    return { data: { choices, first: Math.max(0, choices.findIndex(({ id }) => id === asked)) } };
  },
};

export const title = "Playground";

export const wasm = true;

export default function PlaygroundPage({ data }: PageProps<PlaygroundProps>) {
  return (
    <article>
      <link rel="stylesheet" href={useAddress()("/static/playground.css")} />
      <header class="page-head">
        <h1>Playground</h1>
        <p class="lead">
          Draw a digit, and see what each layer of a trained network makes of it. Nothing leaves your browser.
        </p>
      </header>
      <Island of={playgroundView} props={data} />
    </article>
  );
}
