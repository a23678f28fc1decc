/** A sheet to draw a digit on, with a mouse, a finger or a pen. */
import { useEffect, useRef } from "preact/hooks";
import { digitOf, SIDE } from "./playground_digit.ts";
import { paintImage } from "./playground_paint.ts";

/** Pixels of the sheet, and how thick a stroke is on it. */
const SHEET = 280, PEN = 23;

export interface PadProps {
  /** What a network would read of the sheet, or null where it is empty; `isDone` when a stroke has ended. */
  onDraw(pixels: Uint8Array<ArrayBuffer> | null, isDone: boolean): void;
  /** An image to put on the sheet, or undefined where there is none. */
  onRandom(): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

export function DrawingPad({ onDraw, onRandom }: PadProps) {
  const canvas = useRef<HTMLCanvasElement>(null), last = useRef<readonly [number, number] | undefined>();
  const context = () => canvas.current!.getContext("2d", { willReadFrequently: true })!;
  useEffect(() => {
    const pen = context();
    pen.lineWidth = PEN;
    pen.lineCap = pen.lineJoin = "round";
  }, []);
  const read = (isDone: boolean) => {
    const { data } = context().getImageData(0, 0, SHEET, SHEET);
    const ink = new Uint8Array(SHEET * SHEET);
    for (let i = 0; i < ink.length; i++) ink[i] = data[4 * i + 3]!;
    onDraw(digitOf({ ink, width: SHEET, height: SHEET }) ?? null, isDone);
  };
  const place = ({ clientX, clientY }: PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    return [
      (clientX - box.left) * SHEET / box.width,
      (clientY - box.top) * SHEET / box.height,
    ] as const;
  };
  const drawTo = (event: PointerEvent) => {
    const pen = context(), events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length > 0 ? events : [event]) {
      const to = place(one), from = last.current ?? to;
      pen.beginPath();
      pen.moveTo(...from);
      pen.lineTo(...to);
      pen.stroke();
      last.current = to;
    }
  };
  const clear = () => {
    context().clearRect(0, 0, SHEET, SHEET);
    onDraw(null, true);
  };
  const random = async () => {
    const pixels = await onRandom();
    if (pixels === undefined || canvas.current === null) return;
    const small = document.createElement("canvas"), pen = context();
    paintImage(small, pixels, SIDE);
    pen.clearRect(0, 0, SHEET, SHEET);
    pen.drawImage(small, 0, 0, SHEET, SHEET);
    onDraw(pixels, true);
  };
  return (
    <div class="pad">
      <canvas
        ref={canvas}
        class="pad-sheet ink"
        width={SHEET}
        height={SHEET}
        role="img"
        aria-label="Sheet to draw a digit on; without a pointer, use the button for a test image"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.preventDefault();
          canvas.current!.setPointerCapture(event.pointerId);
          last.current = undefined;
          drawTo(event);
          read(false);
        }}
        onPointerMove={(event) => {
          if (last.current === undefined) return;
          drawTo(event);
          read(false);
        }}
        onPointerUp={() => {
          if (last.current === undefined) return;
          last.current = undefined;
          read(true);
        }}
        onPointerCancel={() => last.current = undefined}
      />
      <p class="pad-buttons needs-script">
        <button type="button" class="button" onClick={clear}>Clear</button>
        <button type="button" class="button" onClick={random}>Random test image</button>
      </p>
    </div>
  );
}
