import {type NodeConfig, readStatusSecrets} from "../../config/index.ts";
import {createIdentity, type Roster} from "../../consortium/index.ts";
import {
  type Clock,
  type Closable,
  type CloseStack,
  createCloseStack,
  createMetricRegistry,
  createProcessMetrics,
  isLoopback,
  type Logger,
  type Meter,
  type MetricRegistry,
  present,
} from "../../core/index.ts";
import {readTask} from "../../data/index.ts";
import {
  createEventFeed,
  createNode,
  type EventFeed,
  type Node,
  type NodeOptions,
  type NodeView,
} from "../../node/index.ts";
import {openStatusServer, type StatusAccess, type StatusServer} from "../../status/index.ts";
import {
  createDiskMetrics,
  openStateDirectory,
  type StateDirectory,
  statusTokenFile,
} from "../../storage/index.ts";
import {readPlan, readRoster} from "../input-file.ts";
import {type AddressMemory, openAddressMemory} from "./address-memory.ts";
import type {Greeting} from "./reporter.ts";

/** Options of a daemon beside its configuration. */
export interface DaemonOptions {
  readonly config: NodeConfig;
  /** Values for `${NAME}` in the task file's root. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends a start that waits for other members. */
  readonly signal?: AbortSignal;
}

/** A node with everything around it that a configuration names. */
export interface Daemon extends Closable {
  readonly node: Node;
  readonly greeting: Greeting;
}

/** The other members' addresses in the roster, each with the peer to which it must lead. */
function rosterAddresses({members}: Roster, site: string): string[] {
  return members
    .filter(({name}) => name !== site)
    .flatMap(({peerId, addresses = []}) =>
      addresses.map((address) => (address.includes("/p2p/") ? address : `${address}/p2p/${peerId}`)),
    );
}

/** The parts of a daemon's network beside its configuration. */
interface NetworkParts {
  readonly roster: Roster;
  readonly memory: AddressMemory;
  readonly meter: Meter;
}

function openNetwork(
  {config: {listen, bootstrap, mdns, site}}: DaemonOptions,
  {roster, memory, meter}: NetworkParts,
): NodeOptions["openNetwork"] {
  return async (options, purpose) => {
    // Only here: libp2p takes a second to load, and a user who made a mistake should not wait for it.
    const {createLibp2pNetwork} = await import("../../network/index.ts");
    return createLibp2pNetwork({
      ...options,
      listen,
      bootstrap: [...bootstrap, ...rosterAddresses(roster, site)],
      mdns,
      // A registry accepts a network's metrics only once.
      ...(purpose === "run" ? {meter} : {}),
      knownAddresses: memory.known,
      onAddresses: (peer, addresses) => memory.remember(peer, addresses),
    });
  };
}

async function greetingOf(
  {site, consortium, peerId, addresses}: NodeView,
  {version, state, status}: {version: string; state: StateDirectory; status: StatusServer},
): Promise<Greeting> {
  const {fingerprint} = createIdentity(present(await state.readNodeKey(), "the key of a node that runs"));
  const urls = {statusUrl: status.url, probesUrl: status.probesUrl};
  return {version, site, consortium, peerId, fingerprint, addresses, ...urls, state: state.path};
}

/** The data that the status server shows. */
interface Shown {
  node(): Node | null;
  readonly feed: EventFeed;
  readonly registry: MetricRegistry;
}

async function openStatus(
  {config, clock, version, logger}: DaemonOptions,
  shown: Shown,
  stack: CloseStack,
): Promise<StatusServer> {
  const {host, port, probes, allowedHosts} = config.status;
  const access = {...(await readStatusSecrets(config.status)), allowedHosts};
  stack.add(createProcessMetrics(shown.registry));
  const readTls = async (): Promise<StatusAccess["tls"]> => (await readStatusSecrets(config.status)).tls;
  const options = {...shown, host, port, probes, access, clock, version, logger, readTls};
  const server = stack.add(await openStatusServer(options));
  if (access.tls === null && !isLoopback(host))
    logger.warn("the status token crosses the network in clear: name status.tls", {host});
  return server;
}

/**
 * Opens everything that `config` names: the state directory, the status server, the network and the node. If
 * a later part fails, the parts that were opened are closed again.
 * @throws CLI_INPUT_UNREADABLE, CONFIG_*, CONSORTIUM_*, DATA_*, STORAGE_*, STATUS_*, NETWORK_*, NODE_*
 */
export async function openDaemon(options: DaemonOptions): Promise<Daemon> {
  const {config, variables, version, clock, logger, signal} = options;
  const {site, approvedPlan, attempt, backend} = config;
  const roster = await readRoster(config.roster);
  const plan = await readPlan(config.plan);
  const task = await readTask(config.task);
  const stack = createCloseStack();
  try {
    const state = stack.add(await openStateDirectory(config.state));
    if (state.upgradedFrom !== null)
      logger.warn(
        "the state directory was upgraded: older versions cannot read it, and earlier backups hold the old format",
        {detail: `from version ${state.upgradedFrom}`},
      );
    let node: Node | null = null;
    const feed = createEventFeed(clock);
    const registry = createMetricRegistry();
    await createDiskMetrics(registry, {path: state.path, clock});
    const shown = {node: () => node, feed, registry};
    if (config.status.tokenFile === statusTokenFile(state.path)) await state.ensureStatusToken();
    const status = await openStatus(options, shown, stack);
    const memory = stack.add(await openAddressMemory({state, clock, logger}));
    node = stack.add(
      await createNode({
        site,
        state,
        roster,
        plan,
        approvedPlan,
        attempt,
        task,
        variables,
        backend,
        clock,
        logger,
        feed,
        retentionDays: config.ledger.retentionDays,
        ...(signal === undefined ? {} : {signal}),
        openNetwork: openNetwork(options, {roster, memory, meter: registry}),
      }),
    );
    // A caller that waits for the outcome sees a failure; until then it must not count as uncaught.
    node.outcome.catch(() => {});
    return {
      node,
      greeting: await greetingOf(node.view(), {version, state, status}),
      close: () => stack.close(),
    };
  } catch (error) {
    await stack.close();
    throw error;
  }
}
