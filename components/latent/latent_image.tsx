/** One image of the sheet. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { ImageSheet } from "./latent_sheet.ts";

export function SheetImage(
  { sheet, index, onProblem }: {
    readonly sheet: ImageSheet;
    readonly index: number;
    onProblem(error: unknown): void;
  },
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    sheet.paint(canvas.current!, index).catch(onProblem);
  }, [sheet, index]);
  return <canvas ref={canvas} class="digit-image sheet-image" role="img" aria-label="The test image" />;
}
