/**
 * How a reader knows that a run's process is gone: the writer holds an advisory lock on the folder's `.lock`,
 * which the system releases however the process ends. Unlike looking up a process id, this needs no permission
 * beyond the folder's own, cannot mistake a recycled id, and works on a shared folder that knows locks.
 */

export const LOCK_FILE = ".lock";

/** A lock that is held, or `undefined` where the file system knows no locks. */
export async function holdLock(path: string): Promise<Deno.FsFile | undefined> {
  const file = await Deno.open(path, { write: true, create: true });
  try {
    if (await file.tryLock(true)) return file;
  } catch {
    // Some network file systems refuse to lock; a run must not fail for it.
  }
  file.close();
  await Deno.remove(path);
  return undefined;
}

/** Gives the lock back and removes its file. */
export async function releaseLock(file: Deno.FsFile | undefined, path: string): Promise<void> {
  if (file === undefined) return;
  file.close();
  await Deno.remove(path).catch(() => {}); // the folder may have been deleted meanwhile
}

/** Whether there is a lock that nobody holds any more. False where this cannot be told. */
export async function isAbandoned(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    return await file.tryLock();
  } catch {
    return false;
  }
}

/** This machine's name, if the process may know it without asking for permission. */
export function hostName(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? Deno.hostname() : undefined;
}
