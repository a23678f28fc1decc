/** The figures of a report: what is printed in words, and our pictures of it. */
import { useContext } from "preact/hooks";
import type { JudgedFigure, JudgedPicture } from "../../experiments/reports/judged.ts";
import { filePath, useAddress } from "../site.tsx";
import { Below } from "./below.tsx";
import { PlacesContext, Run, withCode } from "./report_places.tsx";

export function FigureView(
  { figure: { id, place, words, pictures, runs } }: { readonly figure: JudgedFigure },
) {
  const [run] = runs;
  return (
    <div class="report-figure" id={id}>
      <div class="figure-words">
        <p class="place">{place}</p>
        <p>{withCode(words)}</p>
        {run !== undefined && (
          <p class="quiet sources">
            Ours from <Run id={run} />
            {runs.length > 1 && ` and ${runs.length - 1} more`}
          </p>
        )}
      </div>
      {pictures.length === 0 ? <p class="quiet">No run with this figure yet.</p> : (
        pictures.map((picture) => <PictureView key={picture.name} picture={picture} title={place} />)
      )}
      <Below ids={[id]} />
    </div>
  );
}

function PictureView({ picture, title }: { readonly picture: JudgedPicture; readonly title: string }) {
  const places = useContext(PlacesContext);
  const address = useAddress();
  const { name, run } = picture;
  const source = places?.picture(picture) ??
    (run === null ? "" : address(filePath(run, `figures/${name}.png`)));
  const words = name.replaceAll("_", " ");
  const image = <img src={source} alt={`${title}, ours: ${words}`} loading="lazy" decoding="async" />;
  const drawing = run === null ? undefined : address(filePath(run, `figures/${name}.svg`));
  return (
    <figure class="sheet">
      {places !== undefined || drawing === undefined
        ? image
        : (
          <a href={drawing} aria-label={`${words}, on its own`}>
            <picture>
              <source media="(prefers-color-scheme: dark)" srcset={drawing} />
              {image}
            </picture>
          </a>
        )}
      <figcaption>
        <bdi>{words}</bdi>
      </figcaption>
    </figure>
  );
}
