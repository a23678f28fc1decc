/** The cloud on the screen: drawn, turned, and pointed at. */
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Camera, moved, projected, START, viewOf } from "./latent_camera.ts";
import { gpuRenderer } from "./latent_gpu.ts";
import { drawOverlay, middlesOf, pointAt } from "./latent_overlay.ts";
import { canvasRenderer, type Frame, type Renderer, type Rgb } from "./latent_renderer.ts";

export interface StageProps {
  readonly points: Float32Array;
  readonly labels: readonly number[];
  readonly digits: readonly string[];
  /** Which colour each class has. */
  readonly tones: readonly number[];
  readonly hidden: Signal<ReadonlySet<number>>;
  /** The point that stays chosen, and the one that is pointed at. */
  readonly chosen: Signal<number | undefined>;
  readonly pointed: Signal<number | undefined>;
  readonly mode: "webgpu" | "canvas";
  /** What draws now; `canvas` too where WebGPU was asked for and is not there. */
  readonly drawsWith: Signal<Renderer["name"] | undefined>;
}

/** Radians per pixel and per key, zoom per step. */
const TURN = 0.008, KEY_TURN = 0.12, ZOOM = 1.12, WHEEL = 0.0015;
/** Pixels: of a point, of what still is a click, and from how far a point is hit. */
const POINT = 6, CLICK = 6, REACH = 12;

export function LatentStage(props: StageProps) {
  const { points, labels, digits, tones, hidden, chosen, pointed, mode, drawsWith } = props;
  const sheet = useRef<HTMLCanvasElement>(null), overlay = useRef<HTMLCanvasElement>(null);
  const renderer = useRef<Renderer>(), asked = useRef(0), touches = useRef(new Map<number, PointerEvent>());
  const camera = useSignal<Camera>(START), dragged = useRef(0), lost = useSignal(0);
  const middles = useRef(middlesOf(points, labels, digits.length));

  const frameOf = (): Frame => {
    const canvas = overlay.current!, density = devicePixelRatio;
    const width = Math.round(canvas.clientWidth * density),
      height = Math.round(canvas.clientHeight * density);
    const style = getComputedStyle(canvas), { distance } = camera.peek();
    return {
      view: viewOf(camera.peek(), width / Math.max(1, height)),
      width,
      height,
      size: POINT * density * START.distance / distance,
      paper: rgbOf(style.getPropertyValue("--paper")),
      colors: digits.map((_, i) =>
        hidden.peek().has(i) ? null : rgbOf(style.getPropertyValue(`--digit-${tones[i]}`))
      ),
      distance,
    };
  };
  const placesNow = (frame: Frame) => projected(frame.view, points, frame.width, frame.height);
  const paint = () => {
    asked.current = 0;
    if (renderer.current === undefined || overlay.current === null) return;
    const frame = frameOf();
    renderer.current.draw(frame);
    const rings = [chosen.peek(), pointed.peek()].filter((i) => i !== undefined).flatMap((i) =>
      projected(frame.view, points.subarray(3 * i, 3 * i + 3), frame.width, frame.height)
    );
    drawOverlay(overlay.current, frame, {
      digits,
      middles: middles.current,
      rings,
      density: devicePixelRatio,
    });
  };
  /** Once per frame of the screen, however often it is asked for. */
  const repaint = () => {
    if (asked.current === 0) asked.current = requestAnimationFrame(paint);
  };
  useSignalEffect(() => {
    [camera.value, hidden.value, chosen.value, pointed.value];
    repaint();
  });
  useEffect(() => {
    let isOver = false;
    const open = async () => {
      const canvas = sheet.current!;
      const opened = mode === "webgpu" && lost.peek() === 0
        ? await gpuRenderer(canvas, points, labels, { onLost: () => lost.value++ }).catch(() => undefined)
        : canvasRenderer(canvas, points, labels);
      if (isOver) return opened?.close();
      if (opened === undefined) {
        lost.value++;
        return;
      }
      renderer.current = opened;
      drawsWith.value = opened.name;
      repaint();
    };
    open();
    return () => {
      isOver = true;
      renderer.current?.close();
      renderer.current = undefined;
    };
  }, [mode, lost.value]);
  useEffect(() => {
    const canvas = overlay.current!, observer = new ResizeObserver(repaint);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      camera.value = moved(camera.peek(), { zoom: Math.exp(event.deltaY * WHEEL) });
    };
    observer.observe(canvas);
    scheme.addEventListener("change", repaint);
    canvas.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", repaint);
      canvas.removeEventListener("wheel", onWheel);
      cancelAnimationFrame(asked.current);
    };
  }, []);

  const isShown = (i: number) => !hidden.peek().has(labels[i]!);
  const hit = (event: PointerEvent) => {
    const box = overlay.current!.getBoundingClientRect(), density = devicePixelRatio;
    return pointAt(placesNow(frameOf()), isShown, {
      x: (event.clientX - box.left) * density,
      y: (event.clientY - box.top) * density,
      reach: REACH * density,
    });
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = touches.current.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType === "mouse") pointed.value = hit(event);
      return;
    }
    const [x, y] = [event.clientX - before.clientX, event.clientY - before.clientY];
    dragged.current += Math.hypot(x, y);
    const other = [...touches.current.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    touches.current.set(event.pointerId, event);
    if (other === undefined) {
      camera.value = moved(camera.peek(), { turn: -x * TURN, tilt: y * TURN });
      return;
    }
    const apart = (one: PointerEvent) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    camera.value = moved(camera.peek(), { zoom: apart(before) / Math.max(1, apart(event)) });
  };
  const onPointerUp = (event: PointerEvent) => {
    touches.current.delete(event.pointerId);
    if (dragged.current < CLICK) chosen.value = hit(event);
  };
  /** The next point of the same class, or the one nearest to the middle where none is chosen. */
  const step = (by: 1 | -1) => {
    const now = chosen.peek();
    if (now === undefined || !isShown(now)) {
      const frame = frameOf();
      chosen.value = pointAt(placesNow(frame), isShown, {
        x: frame.width / 2,
        y: frame.height / 2,
        reach: Infinity,
      });
      return;
    }
    const same = [...labels.keys()].filter((i) => labels[i] === labels[now]);
    chosen.value = same[(same.indexOf(now) + by + same.length) % same.length];
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const turns: Readonly<Record<string, Parameters<typeof moved>[1]>> = {
      ArrowLeft: { turn: KEY_TURN },
      ArrowRight: { turn: -KEY_TURN },
      ArrowUp: { tilt: KEY_TURN },
      ArrowDown: { tilt: -KEY_TURN },
      "+": { zoom: 1 / ZOOM },
      "=": { zoom: 1 / ZOOM },
      "-": { zoom: ZOOM },
    };
    const turn = turns[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (turn !== undefined) camera.value = moved(camera.peek(), turn);
    else if (event.key === "Home") camera.value = START;
    else if (event.key === "Escape") chosen.value = undefined;
    else if (event.key === "Enter" || event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else return;
    event.preventDefault();
  };
  return (
    <div class="stage">
      <canvas key={`${mode} ${lost.value}`} ref={sheet} class="stage-sheet" aria-hidden="true" />
      <canvas
        ref={overlay}
        class="stage-overlay"
        tabIndex={0}
        role="application"
        aria-roledescription="3-D scatter plot"
        aria-label="Codes of the test images in three dimensions"
        aria-describedby="stage-keys"
        onPointerDown={(event) => {
          overlay.current!.setPointerCapture(event.pointerId);
          if (touches.current.size === 0) dragged.current = 0;
          touches.current.set(event.pointerId, event);
          pointed.value = undefined;
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={(event) => touches.current.delete(event.pointerId)}
        onPointerLeave={() => pointed.value = undefined}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

/** `#0072b2` as numbers from 0 to 1; black where it is something else. */
function rgbOf(text: string): Rgb {
  const [, r = "0", g = "0", b = "0"] = /^#(..)(..)(..)$/.exec(text.trim()) ?? [];
  const value = (hex: string) => parseInt(hex, 16) / 255;
  return [value(r), value(g), value(b)];
}
