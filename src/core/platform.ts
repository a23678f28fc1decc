/** The seam: what the library asks of the place that it runs in, which is Deno, Node, Bun or a browser. */

/** What there is at a path. */
export interface FileStatus {
  readonly isFile: boolean;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
  /** In bytes. */
  readonly size: number;
}

/** What lies in a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isSymlink: boolean;
}

/** Files, by their paths. All throw errors whose words `causeOf` makes a part of a sentence of. */
export interface Files {
  /** What there is, behind symbolic links. */
  stat(path: string): Promise<FileStatus>;
  /** What there is: a symbolic link counts as itself. */
  lstat(path: string): Promise<FileStatus>;
  /** Where a symbolic link leads. */
  readLink(path: string): Promise<string>;
  /** All bytes of a file; nobody else holds them. */
  read(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** The first `size` bytes of a file, or as many as it has: in half the time of `read` where that grows its array. */
  readStart(path: string, size: number): Promise<Uint8Array<ArrayBuffer>>;
  list(folder: string): Promise<readonly FolderEntry[]>;
  /** Writes a file to the disk: it is there when this resolves. `isNew` refuses one that is there already. */
  write(path: string, bytes: Uint8Array, options: { readonly isNew: boolean }): Promise<void>;
  /** Writes a folder's names to the disk. Some systems open no folders: then they are as safe as those make them. */
  syncFolder(folder: string): Promise<void>;
  makeFolder(folder: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Whether an error says that there is nothing at a path. */
  isNotFound(error: unknown): boolean;
  /** Whether an error says that the program was not allowed to. */
  isKeptOut(error: unknown): boolean;
  /** The path of a `file:` address. */
  pathOf(address: URL): string;
}

/** A thread, seen from the one that started it: the part of the web's `Worker` that is used. */
export interface PlatformWorker {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: ((event: { readonly message: string; preventDefault(): void }) => void) | null;
  postMessage(message: unknown): void;
}

/** What a thread has of the one that started it. */
export interface WorkerPort {
  listen(use: (message: unknown) => void): void;
  post(message: unknown): void;
  /** Ends this thread. */
  close(): void;
}

/** Gzip while it is unpacked. */
export interface Unpacking {
  readonly pieces: AsyncIterable<Uint8Array>;
  /** After the last piece: whether all that was packed was looked at. */
  isWhole(): boolean;
  stop(): void;
}

/** What depends on the place. */
export interface Platform {
  readonly files: Files;
  /** The bytes of a file of the library's own, by its address. */
  readAsset(address: URL): Promise<Uint8Array<ArrayBuffer>>;
  /** Starts a module as a thread. Its call is written `new Worker(new URL(…, import.meta.url), …)`: so bundlers find it. */
  readonly Worker: new (address: URL, options: { readonly type: "module" }) => PlatformWorker;
  /** In a thread that `Worker` has started: what it hears from, and answers to. */
  workerPort(): WorkerPort;
  /** Why threads cannot share memory here; undefined where they can. */
  whyNoSharing(): string | undefined;
  /** How many threads compute at once. */
  countProcessors(): number;
  /** Flags that the engine was told, where it is V8 on x86-64 and one can know. */
  engineFlags(): readonly string[];
  /** Has the engine take flags, if need be by starting the program anew; false where it takes or knows none. */
  addEngineFlags(flags: readonly string[]): boolean;
  /** Turns on what the kernels use where the engine has it behind a flag. */
  prepareEngine(): void;
  /** Makes ready for looking for a GPU; what it gives undoes that. */
  prepareForGpu(): () => void;
  /** Whether a GPU's buffer that was mapped before is mapped when `mapAsync` returns, long before its promise resolves. */
  readonly mapsWithinCall: boolean;
  /** Unpacks gzip. */
  gunzip(packed: Uint8Array): Unpacking;
  /** The CRC-32 of gzip and zip. */
  crc32(bytes: Uint8Array): number;
  /** SHA-256. */
  sha256(bytes: Uint8Array): Promise<Uint8Array>;
}
