import type {Clock, Closable, Logger} from "../../core/index.ts";
import type {KnownAddresses, StateDirectory} from "../../storage/index.ts";

const WRITE_PAUSE_MS = 1000;

/** Dependencies of an address memory. */
export interface AddressMemoryOptions {
  readonly state: Pick<StateDirectory, "readAddresses" | "writeAddresses">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The addresses at which members were reached, kept for the next start; closing it writes the rest. */
export interface AddressMemory extends Closable {
  /** The addresses that the last start left behind. */
  readonly known: KnownAddresses;
  /** Takes all addresses now known of `peer`; they are on disk a second later, at most once a second. */
  remember(peer: string, addresses: readonly string[]): void;
}

/** Reads an {@link AddressMemory}. It is a convenience: faults of its file are reported and tolerated. */
export async function openAddressMemory(options: AddressMemoryOptions): Promise<AddressMemory> {
  const {state, clock, logger} = options;
  const {addresses: known, warning} = await state.readAddresses();
  if (warning !== undefined) logger.warn("remembered addresses are left aside", {reason: warning});
  let current = known;
  let cancel: (() => void) | null = null;
  let writes = Promise.resolve();
  const write = (): void => {
    cancel = null;
    // One after the other: the newest addresses must be the ones that stay.
    writes = writes
      .then(() => state.writeAddresses(current))
      .catch((error: unknown) => logger.warn("addresses could not be kept", {reason: String(error)}));
  };
  return {
    known,
    remember(peer, addresses) {
      current = {...current, [peer]: addresses};
      cancel ??= clock.after(WRITE_PAUSE_MS, write, {unref: true});
    },
    async close() {
      if (cancel !== null) {
        cancel();
        write();
      }
      await writes;
    },
  };
}
