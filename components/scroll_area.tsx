/** A wide table that scrolls in its place, with a shade at each side where there is more of it. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** `label` is what a screen reader calls it; it takes the focus, so that keys scroll it. */
export function ScrollArea(
  { label, class: more = "", children }: {
    readonly label: string;
    readonly class?: string;
    readonly children: ComponentChildren;
  },
) {
  const frame = useRef<HTMLDivElement>(null), area = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const inner = area.current, outer = frame.current;
    if (inner === null || outer === null) return;
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth, scrollTop, scrollHeight, clientHeight } = inner;
      outer.classList.toggle("more-left", scrollLeft > 1);
      outer.classList.toggle("more-right", scrollLeft + clientWidth < scrollWidth - 1);
      outer.classList.toggle("more-below", scrollTop + clientHeight < scrollHeight - 1);
    };
    const observer = new ResizeObserver(look);
    observer.observe(inner);
    if (inner.firstElementChild) observer.observe(inner.firstElementChild);
    inner.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      inner.removeEventListener("scroll", look);
    };
  }, []);
  return (
    <div class="scroll-frame" ref={frame}>
      <div class={`scroll-area ${more}`} ref={area} role="region" aria-label={label} tabIndex={0}>
        {children}
      </div>
    </div>
  );
}
