/** The inside of a run: its layers, and the plan of its training. */
import { page, type PageProps } from "fresh";
import { formatBytes, formatCount } from "../../../components/format.ts";
import type { InsideData } from "../../../components/inside/inside_types.ts";
import { NetworkView } from "../../../components/inside/network_view.tsx";
import { Command, RunLink } from "../../../components/parts.tsx";
import { PlanView } from "../../../components/inside/plan_view.tsx";
import { Link, runPath } from "../../../components/site.tsx";
import { define, namesIn, notFound } from "../../../dashboard/define.ts";
import { insideData } from "../../../dashboard/inside.ts";
import type { Library } from "../../../dashboard/library.ts";

export const handler = define.handlers({
  async GET({ url, state }) {
    const [, id = ""] = namesIn(url), data = await insideData(state.library.store, id);
    state.title = `Inside ${id}`;
    return data === undefined ? notFound(`There is no run "${id}".`) : page(data);
  },
});

export async function paths({ store }: Library): Promise<readonly string[]> {
  return (await store.list()).map(({ id }) => `${runPath(id)}/inside`);
}

export default function RunInsidePage(
  { data: { id, experiment, layers, tensors, plans, problems } }: PageProps<InsideData>,
) {
  return (
    <article>
      <header class="page-head">
        <p class="crumbs">
          <Link to="/inside">Inside</Link>
          <RunLink id={id} />
        </p>
        <h1>
          Inside <bdi>{experiment || id}</bdi>
        </h1>
      </header>
      {problems.map((problem) => (
        <p key={problem} class="warning">
          <bdi>{problem}</bdi>
        </p>
      ))}
      <section>
        <h2>Network</h2>
        {layers.length > 1
          ? (
            <>
              <NetworkView layers={layers} />
              <p class="quiet">Heights are logarithmic; numbers between the layers are parameters.</p>
            </>
          )
          : <p class="quiet">The run has no weights yet, or they do not tell of what layers they are.</p>}
        {tensors.length > 0 && <Tensors tensors={tensors} />}
      </section>
      {plans.length > 0 ? plans.map((plan, i) => <PlanView key={i} plan={plan} />) : (
        <section>
          <h2>Plan</h2>
          <p>
            This run has kept no plan. {experiment !== "" && (
              <>
                A terminal shows it, with the time of each call:{" "}
                <Command text={`deno task plan ${experiment} --time`} />
              </>
            )}
          </p>
        </section>
      )}
    </article>
  );
}

function Tensors({ tensors }: Pick<InsideData, "tensors">) {
  return (
    <div class="table-scroll">
      <table class="booktabs">
        <caption>Tensors of model.safetensors</caption>
        <thead>
          <tr>
            <th scope="col">tensor</th>
            <th scope="col">shape</th>
            <th scope="col" class="number">numbers</th>
            <th scope="col" class="number">size</th>
          </tr>
        </thead>
        <tbody>
          {tensors.map(({ name, dtype, shape, bytes }) => (
            <tr key={name}>
              <th scope="row">
                <bdi>{name}</bdi>
              </th>
              <td class="nowrap">
                {shape.join(" × ")} <span class="quiet">{dtype}</span>
              </td>
              <td class="number">{formatCount(shape.reduce((product, size) => product * size, 1))}</td>
              <td class="number">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
