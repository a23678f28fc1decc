/** The files of a run: its figures as they lie on disk, and everything for download. */
import { formatBytes } from "../format.ts";
import { filePath, Link, useAddress } from "../site.tsx";
import type { FigureFile, FileEntry } from "../types.ts";

/** Curves and matrices, which the page draws itself as well. */
const DRAWN_ABOVE = /^((reconstruction_|classifier_)?(loss|accuracy)|confusion_.*|learning_curve_.*)$/;

/** Whether a page draws itself what the figure of this name shows. */
export function isDrawnAbove(name: string): boolean {
  return DRAWN_ABOVE.test(name);
}

/** Panels of images and comparisons first, then the printed form of what the page shows itself. */
export function Figures({ id, figures }: { readonly id: string; readonly figures: readonly FigureFile[] }) {
  const isRepeated = ({ name }: FigureFile) => isDrawnAbove(name);
  const own = figures.filter((figure) => !isRepeated(figure)), repeated = figures.filter(isRepeated);
  return (
    <>
      {own.length > 0 && (
        <div class="sheets">{own.map((figure) => <Sheet key={figure.name} id={id} figure={figure} />)}</div>
      )}
      {repeated.length > 0 && (
        <details open={own.length === 0 && repeated.length <= 2}>
          <summary>Curves and matrices as they are printed</summary>
          <div class="sheets">
            {repeated.map((figure) => <Sheet key={figure.name} id={id} figure={figure} />)}
          </div>
        </details>
      )}
    </>
  );
}

/** One figure on its page, with its files. */
export function Sheet({ id, figure }: { readonly id: string; readonly figure: FigureFile }) {
  const { name, title, description, width, height, formats } = figure, address = useAddress();
  const place = (format: string) => filePath(id, `figures/${name}.${format}`);
  const shown = formats.includes("png") ? "png" : "svg", whole = formats.includes("svg") ? "svg" : "png";
  return (
    <figure class="sheet">
      <a href={address(place(whole))} aria-label={`${title}, on its own`}>
        <picture>
          <DarkSource formats={formats} address={address(place("svg"))} />
          <img
            src={address(place(shown))}
            alt={description === "" ? title : `${title}. ${description}`}
            loading="lazy"
            decoding="async"
            {...(width !== null && height !== null && { width, height })}
          />
        </picture>
      </a>
      <figcaption>
        <bdi>{title}</bdi>
        <span class="formats">
          {formats.map((format) => (
            <Link key={format} to={place(format)} download={`${name}.${format}`}>{format}</Link>
          ))}
        </span>
      </figcaption>
    </figure>
  );
}

/** In the dark the SVG, which is dark itself there. */
function DarkSource(
  { formats, address }: { readonly formats: readonly string[]; readonly address: string },
) {
  return formats.includes("svg") && <source media="(prefers-color-scheme: dark)" srcset={address} />;
}

/** Every file of the folder. */
export function Files(
  { id, files, more }: { readonly id: string; readonly files: readonly FileEntry[]; readonly more: boolean },
) {
  return (
    <div class="table-scroll">
      <table class="booktabs files">
        <thead>
          <tr>
            <th scope="col">file</th>
            <th scope="col" class="number">size</th>
          </tr>
        </thead>
        <tbody>
          {files.map(({ path, bytes }) => (
            <tr key={path}>
              <td>
                <Link to={filePath(id, path)}>
                  <bdi>{path}</bdi>
                </Link>
              </td>
              <td class="number">{formatBytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && <p class="quiet">The folder holds more files than are listed here.</p>}
    </div>
  );
}
