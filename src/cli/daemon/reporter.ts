import type {Logger} from "../../core/index.ts";
import type {NodeView, RunOutcome} from "../../node/index.ts";
import {textLine} from "./text-log.ts";
import {intervalText, statusLine} from "./view-text.ts";

/** The facts that a node reports once it is up. */
export interface Greeting {
  readonly version: string;
  readonly state: string;
  readonly site: string;
  readonly consortium: string;
  readonly peerId: string;
  readonly fingerprint: string;
  readonly addresses: readonly string[];
  readonly statusUrl: string;
  readonly probesUrl: string;
}

/** Tells the operator about the node's progress, in lines for people or for machines. */
export interface Reporter {
  greet(greeting: Greeting): void;
  progress(view: NodeView): void;
  end(outcome: RunOutcome): void;
}

/** Creates a {@link Reporter} that logs constant messages with fields. */
export function createLogReporter(logger: Logger): Reporter {
  return {
    greet: (greeting) => logger.info("the node is up", {...greeting}),
    progress(view) {
      const {activity, stage, round, rounds, loss, validation, waitingFor, bytesSent, bytesReceived} = view;
      logger.info("status", {
        activity,
        stage,
        round: Math.min(round + 1, rounds),
        rounds,
        peersUp: view.peers.filter(({link}) => link.status === "up").length,
        peers: view.peers.length,
        loss,
        validationAuroc: validation?.auroc?.value ?? null,
        waitingFor,
        bytesSent,
        bytesReceived,
      });
    },
    end({certificate, test}) {
      logger.info("the run's result", {
        result: certificate.body.result,
        testPatients: test?.n ?? null,
        testAuroc: test?.auroc?.value ?? null,
        testAccuracy: test?.accuracy?.value ?? null,
      });
    },
  };
}

function greetingLines(greeting: Greeting): string[] {
  const {version, state, site, consortium, peerId, fingerprint, addresses, statusUrl, probesUrl} = greeting;
  return [
    `consilium ${version}`,
    `state        ${state}`,
    `site         ${site} of ${consortium}`,
    `peer id      ${peerId}`,
    `fingerprint  ${fingerprint}`,
    ...addresses.map((address) => `listening    ${address}`),
    `dashboard    ${statusUrl}/`,
    `status       ${statusUrl}/v1/status`,
    `probes       ${probesUrl}/livez`,
    "Leaves this machine: changes of model parameters, means of features where the plan says so, the number of train patients, votes, addresses - nothing else.",
  ];
}

function resultLine({certificate, test}: RunOutcome): string {
  const parts = [`Result: model ${certificate.body.result}`];
  if (test?.auroc != null) parts.push(`test AUROC ${intervalText(test.auroc)}`);
  if (test?.accuracy != null) parts.push(`accuracy ${intervalText(test.accuracy)}`);
  return [...parts, test === null ? "test figures withheld, or none for this model" : `n ${test.n}`].join(
    " · ",
  );
}

/** Creates a {@link Reporter} that writes to people. */
export function createTextReporter(write: (text: string) => void): Reporter {
  const tell = (line: string): void => write(textLine(new Date().toISOString(), "info", line));
  return {
    greet: (greeting) => write(`${greetingLines(greeting).join("\n")}\n`),
    progress: (view) => tell(statusLine(view)),
    end: (outcome) => tell(resultLine(outcome)),
  };
}
