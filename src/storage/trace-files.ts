import {join} from "node:path";
import {type Closable, present} from "../core/index.ts";
import type {FileSystem, OpenFile} from "./files/file-system.ts";
import {OWNER_ONLY} from "./files/write-durably.ts";

const FILE_BYTES = 4 * 1024 * 1024;
const FILES = 8;
const NAME = /^trace-([0-9]{8})\.cbor$/;

/**
 * The flight recorder's files: at most 8 of about 4 MiB each; the oldest is removed first. Nothing waits for
 * them and none is synced: they describe an incident, and may lack its last moments after a crash.
 */
export interface TraceFiles extends Closable {
  /** Adds one entry to the current file. */
  write(entry: Uint8Array): void;
  /**
   * Marks a point at which a file may begin. A new file begins, with the header, if the current one is long
   * enough or comes from an earlier life.
   */
  begin(header: () => Uint8Array): void;
}

/** The number in a trace's name; none for any other file. */
function numberOf(name: string): readonly number[] {
  const [, digits] = NAME.exec(name) ?? [];
  return digits === undefined ? [] : [Number(digits)];
}

function nameOf(number: number): string {
  return `trace-${String(number).padStart(8, "0")}.cbor`;
}

class RotatingFiles implements TraceFiles {
  readonly #files: FileSystem;
  readonly #directory: string;
  readonly #onFault: (error: unknown) => void;
  #numbers: number[] | null = null;
  #current: OpenFile | null = null;
  #sizeBytes = Number.POSITIVE_INFINITY;
  #queue: Promise<void> = Promise.resolve();
  #hasFailed = false;

  constructor(files: FileSystem, directory: string, onFault: (error: unknown) => void) {
    this.#files = files;
    this.#directory = directory;
    this.#onFault = onFault;
  }

  write(entry: Uint8Array): void {
    // One round alone can outgrow a file: its end is then missing, and the next round begins a new file.
    if (this.#sizeBytes > 2 * FILE_BYTES) return;
    this.#sizeBytes += entry.length;
    this.#enqueue(() => this.#current?.write(entry) ?? Promise.resolve());
  }

  begin(header: () => Uint8Array): void {
    if (this.#sizeBytes < FILE_BYTES) return;
    const bytes = header();
    this.#sizeBytes = bytes.length;
    this.#enqueue(() => this.#next(bytes));
  }

  async close(): Promise<void> {
    await this.#queue;
    await this.#current?.close();
    this.#current = null;
  }

  #enqueue(action: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#hasFailed) return;
      try {
        await action();
      } catch (error) {
        // A node must not stop because a trace fails.
        this.#hasFailed = true;
        this.#onFault(error);
      }
    });
  }

  async #next(header: Uint8Array): Promise<void> {
    await this.#current?.close();
    this.#current = null;
    this.#numbers ??= (await this.#files.list(this.#directory)).flatMap(numberOf);
    const number = 1 + Math.max(0, ...this.#numbers);
    this.#numbers.push(number);
    const file = await this.#files.create(join(this.#directory, nameOf(number)), OWNER_ONLY);
    this.#current = file;
    await file.write(header);
    while (this.#numbers.length > FILES) {
      const oldest = present(this.#numbers.shift(), "the number of the oldest file");
      await this.#files.remove(join(this.#directory, nameOf(oldest)));
    }
  }
}

/**
 * Opens the {@link TraceFiles} of `directory`, which exists.
 * @param onFault called once, when nothing more can be kept
 */
export function openTraceFiles(
  files: FileSystem,
  directory: string,
  onFault: (error: unknown) => void,
): TraceFiles {
  return new RotatingFiles(files, directory, onFault);
}
