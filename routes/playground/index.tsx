/** Draw digits and train networks in the browser. */
import { page, type PageProps } from "fresh";
import { choiceIn } from "../../components/playground/playground_settings.ts";
import { useAddress } from "../../components/site.tsx";
import { define } from "../../dashboard/define.ts";
import { modelChoices } from "../../dashboard/playground_models.ts";
import { contentPolicy } from "../../dashboard/security.ts";
import PlaygroundView, { type PlaygroundProps } from "../../islands/playground_view.tsx";

export const handler = define.handlers({
  async GET({ state, url }) {
    state.title = "Playground";
    const choices = await modelChoices(state.library.store), asked = url.searchParams.get("run");
    const first = Math.max(0, choices.findIndex(({ id }) => id === asked));
    const headers = { "content-security-policy": contentPolicy({ wasm: true }) };
    return page<PlaygroundProps>({ choices, first, play: choiceIn(url.searchParams) }, { headers });
  },
});

export default function PlaygroundPage({ data }: PageProps<PlaygroundProps>) {
  return (
    <article>
      <link rel="stylesheet" href={useAddress()("/playground.css")} />
      <header class="page-head">
        <h1>Playground</h1>
        <p class="lead">
          Draw a digit, and see what each layer of a network makes of it: of a trained one, or of one that
          learns while you watch. Nothing leaves your browser.
        </p>
      </header>
      <PlaygroundView {...data} />
    </article>
  );
}
