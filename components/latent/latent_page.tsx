/** The page Latent space, with or without codes to show. */
import type { ComponentChildren } from "preact";
import type { LatentData } from "./latent_types.ts";
import { Command } from "../parts.tsx";
import { Link, runPath, useAddress } from "../site.tsx";

export function LatentPage(
  { data: { runs, codes, problem }, children }: {
    readonly data: LatentData;
    readonly children: ComponentChildren;
  },
) {
  const address = useAddress();
  return (
    <article>
      <link rel="stylesheet" href={address("/playground.css")} />
      <link rel="stylesheet" href={address("/latent.css")} />
      <header class="page-head">
        {codes !== null && (
          <p class="crumbs">
            <Link to={runPath(codes.id)}>
              <bdi>{codes.id}</bdi>
            </Link>
          </p>
        )}
        <h1>Latent space</h1>
        <p class="lead">
          {runs.length === 0
            ? (
              <>
                There is no autoencoder yet. <Command text="deno task q2-autoencoder" />{" "}
                trains one and keeps its codes.
              </>
            )
            : "What an autoencoder keeps of each digit. It was never told which is which."}
        </p>
      </header>
      {problem !== null && (
        <p class="warning">
          <bdi>{problem}</bdi>
        </p>
      )}
      {children}
    </article>
  );
}
