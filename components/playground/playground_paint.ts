/** Values of layers as pictures: blue above zero, orange below, nothing at zero. */

const ABOVE = [0, 114, 178] as const, BELOW = [213, 94, 0] as const;
/** Device pixels of a CSS pixel of the canvas. */
const DENSITY = 2;
/** CSS pixels that a map is about wide, and all maps beside each other. */
const MAP = 46, ROW = 640;

/** Where the values of a layer lie in its picture. */
interface Arrangement {
  /** Pictures beside each other: one of a flat layer. */
  readonly maps: number;
  readonly height: number;
  readonly width: number;
  readonly cell: number;
  readonly gap: number;
}

function arrange(shape: readonly number[]): Arrangement {
  if (shape.length === 1) {
    const count = shape[0]!, width = count <= 32 ? count : count <= 256 ? 32 : Math.ceil(Math.sqrt(count));
    const cell = count <= 32 ? 16 : count <= 256 ? 12 : 5;
    return { maps: 1, height: Math.ceil(count / width), width, cell, gap: cell > 8 ? 2 : 0 };
  }
  const [height = 1, width = 1, maps = 1] = shape;
  return { maps, height, width, cell: Math.min(8, Math.max(1, Math.round(MAP / width))), gap: 0 };
}

/** Paints the values of one layer; the canvas takes the size that they need. */
export function paintLayer(canvas: HTMLCanvasElement, values: Float32Array, shape: readonly number[]): void {
  const { maps, height, width, cell, gap } = arrange(shape);
  const mapWidth = width * cell + 6, rows = Math.ceil(maps / Math.max(1, Math.floor(ROW / mapWidth)));
  // As many in each row, so that the last is not left with one.
  const columns = Math.ceil(maps / rows);
  const wide = columns * mapWidth - 6, high = Math.ceil(maps / columns) * (height * cell + 6) - 6;
  canvas.width = wide * DENSITY;
  canvas.height = high * DENSITY;
  canvas.style.width = `${wide}px`;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.scale(DENSITY, DENSITY);
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isFlat = shape.length === 1;
  for (let map = 0; map < maps; map++) {
    const left = (map % columns) * mapWidth, top = Math.floor(map / columns) * (height * cell + 6);
    if (!isFlat) {
      context.fillStyle = "rgba(128, 128, 128, 0.12)";
      context.fillRect(left, top, width * cell, height * cell);
    }
    for (let at = 0; at < height * width; at++) {
      const value = values[at * maps + map];
      if (value === undefined) continue;
      const x = left + (at % width) * cell, y = top + Math.floor(at / width) * cell;
      if (isFlat) {
        context.fillStyle = "rgba(128, 128, 128, 0.16)";
        context.fillRect(x, y, cell - gap, cell - gap);
      }
      const strength = largest === 0 ? 0 : Math.abs(value) / largest;
      if (strength < 0.01) continue;
      context.fillStyle = `rgba(${(value < 0 ? BELOW : ABOVE).join()}, ${strength.toFixed(3)})`;
      context.fillRect(x, y, cell - gap, cell - gap);
    }
  }
}

/** Paints an image of bytes as ink on nothing, one pixel a value. */
export function paintImage(canvas: HTMLCanvasElement, pixels: ArrayLike<number>, width: number): void {
  canvas.width = width;
  canvas.height = pixels.length / width;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(canvas.width, canvas.height);
  for (let i = 0; i < pixels.length; i++) image.data[4 * i + 3] = pixels[i]!;
  context.putImageData(image, 0, 0);
}

/** Paints probabilities, a column of pixels for each moment and a row for each class: the surer, the bluer. */
export function paintThoughts(canvas: HTMLCanvasElement, moments: readonly Float32Array[]): void {
  const rows = moments[0]?.length ?? 0;
  if (rows === 0) return;
  canvas.width = moments.length;
  canvas.height = rows;
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(canvas.width, rows);
  moments.forEach((probabilities, x) => {
    for (let row = 0; row < rows; row++) {
      image.data.set([...ABOVE, Math.round(255 * probabilities[row]!)], 4 * (row * canvas.width + x));
    }
  });
  context.putImageData(image, 0, 0);
}
