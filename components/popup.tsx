/** What opens below a word, and closes again by Escape or a press elsewhere. Without a script the word itself does both. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

export function Popup(
  { label, class: more = "", children }: {
    readonly label: string;
    readonly class?: string;
    readonly children: ComponentChildren;
  },
) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = () => details.current?.removeAttribute("open");
    const onPress = ({ target }: PointerEvent) => {
      if (target instanceof Node && !details.current?.contains(target)) close();
    };
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key !== "Escape" || !details.current?.open) return;
      close();
      details.current.querySelector("summary")?.focus();
    };
    addEventListener("pointerdown", onPress);
    addEventListener("keydown", onKeyDown);
    return () => {
      removeEventListener("pointerdown", onPress);
      removeEventListener("keydown", onKeyDown);
    };
  }, []);
  return (
    <details class={`popup ${more}`} ref={details}>
      <summary>{label}</summary>
      <div class="popup-body">{children}</div>
    </details>
  );
}
