/** Islands say in the page that they are alive, whoever brought them to life. */
import { useEffect, useRef } from "preact/hooks";

/**
 * For the outermost element of an island: what has the class `needs-script` within it shows when its script runs.
 */
export function useAlive() {
  // Of whatever element it is: a <div>, an <article>.
  const ref = useRef<HTMLDivElement & HTMLParagraphElement>(null);
  useEffect(() => {
    if (ref.current !== null) ref.current.dataset.alive = "true";
  }, []);
  return { ref, "data-alive": "false" } as const;
}
