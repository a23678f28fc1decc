/** `index.html`: the same view as the dashboard's pages, in one file that needs no other. */
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";
import { renderToString } from "preact-render-to-string";
import { type Places, PlacesContext } from "../../../components/report/report_places.tsx";
import { ReportView } from "../../../components/report/report_view.tsx";
import { countVerdicts } from "../judge.ts";
import type { JudgedPicture, JudgedReport } from "../judged.ts";
import { type About, madeInWords } from "./about.ts";

/** Bytes of a picture. */
export type PictureBytes = (picture: JudgedPicture) => Uint8Array;

const STYLES = ["style.css", "pages.css"];

export async function documentHtml(
  reports: readonly JudgedReport[],
  about: About,
  bytesOf: PictureBytes,
): Promise<string> {
  const places: Places = {
    picture: (picture) => `data:image/png;base64,${Buffer.from(bytesOf(picture)).toString("base64")}`,
    run: (id) => `runs/${id}/summary.json`,
  };
  const styles = await Promise.all(
    STYLES.map((name) =>
      Deno.readTextFile(fileURLToPath(new URL(`../../../static/${name}`, import.meta.url)))
    ),
  );
  const body = renderToString(
    <PlacesContext.Provider value={places}>
      <main>
        <p class="lead">
          {about.quick && <b>A quick look: shortened trainings. No verdict follows.</b>}{" "}
          {madeInWords(about).replaceAll("`", "")}
        </p>
        {reports.map((report) => (
          <ReportView
            key={report.id}
            report={report}
            counts={countVerdicts(report)}
          />
        ))}
      </main>
    </PlacesContext.Provider>,
  );
  // What a style sheet would fetch is not there: fonts of the system stand in.
  const css = styles.join("\n").replaceAll(/@font-face\s*\{[^}]*\}/g, "").replaceAll(/@import[^;]*;/g, "");
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${about.title}</title>
<style>
${css}
main { max-width: 76rem; margin: 0 auto; padding: 1rem; }
</style>
</head>
<body>${body}</body>
</html>
`;
}
