/** Tabs: one of several panels, chosen by pointer or arrow keys. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

export interface Tab {
  readonly name: string;
  readonly panel: ComponentChildren;
}

/** All panels are in the page, so that it can be searched and printed without scripts; one is shown. */
export function Tabs(
  { label, tabs, first = 0 }: {
    readonly label: string;
    readonly tabs: readonly Tab[];
    readonly first?: number;
  },
) {
  const chosen = useSignal(first), id = useId(), list = useRef<HTMLDivElement>(null);
  const at = Math.min(chosen.value, tabs.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    chosen.value = (to + tabs.length) % tabs.length;
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[chosen.value]?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map(({ name }, i) => (
          <button
            key={i}
            type="button"
            role="tab"
            id={`${id}-tab-${i}`}
            aria-controls={`${id}-panel-${i}`}
            aria-selected={i === at}
            tabIndex={i === at ? 0 : -1}
            onClick={() => chosen.value = i}
          >
            {name}
          </button>
        ))}
      </div>
      {tabs.map(({ panel }, i) => (
        <div
          key={i}
          role="tabpanel"
          id={`${id}-panel-${i}`}
          aria-labelledby={`${id}-tab-${i}`}
          hidden={i !== at}
        >
          {panel}
        </div>
      ))}
    </div>
  );
}
