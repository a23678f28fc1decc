/** Following what the server tells, in the browser. */

/**
 * Listens to server-sent events until `onNews` returns false. A page that cannot be seen lets go of its connection,
 * because browsers keep only six to one server; it asks again, at the address of that moment, when it is seen.
 *
 * @returns what ends it
 */
export function listen<News>(address: () => string, onNews: (news: News) => boolean): () => void {
  const RETRY_MS = 1000;
  let source: EventSource | undefined, timer: ReturnType<typeof setTimeout> | undefined, isOver = false;
  const close = () => {
    source?.close();
    source = undefined;
    clearTimeout(timer);
  };
  const end = () => {
    isOver = true;
    close();
    document.removeEventListener("visibilitychange", onVisibility);
  };
  const open = () => {
    close();
    if (isOver || document.hidden) return;
    source = new EventSource(address());
    source.onmessage = ({ data }) => {
      if (!onNews(JSON.parse(String(data)) as News)) end();
    };
    source.onerror = () => {
      close();
      timer = setTimeout(open, RETRY_MS);
    };
  };
  const onVisibility = () => document.hidden ? close() : open();
  document.addEventListener("visibilitychange", onVisibility);
  open();
  return end;
}
