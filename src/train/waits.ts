/** Waits for results that overlap: on a GPU one is long, and many together are hardly longer. */

/** Most of them at once: each holds a buffer that the host can read. */
const MOST = 8;

/** What is waited for while the next is being asked for. */
export interface Waits {
  /** Takes one more; resolves as soon as there is room for the next. */
  add(wait: Promise<void>): Promise<void>;
  /** Resolves when all are over. Rejects, as `add` does, where one went wrong. */
  all(): Promise<void>;
}

export function startWaits(): Waits {
  const underWay: Promise<void>[] = [];
  return {
    async add(wait) {
      // It may go wrong while another is awaited: that is told when its turn comes.
      wait.catch(() => {});
      underWay.push(wait);
      if (underWay.length >= MOST) await underWay.shift();
    },
    async all() {
      await Promise.all(underWay.splice(0));
    },
  };
}
