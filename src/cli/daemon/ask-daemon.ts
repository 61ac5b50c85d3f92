import type {IncomingMessage} from "node:http";
import {z} from "zod";
import {CodedError, isCoded} from "../../core/index.ts";
import type {CliErrorCode} from "../errors.ts";
import {answerText, openAnswer, type Question, type StatusTarget} from "./status-client.ts";

const OK = 200;
const UNAUTHORISED = 401;
const UNAVAILABLE = 503;

const refusalSchema = z.object({error: z.string().max(200)});

function fault(code: CliErrorCode, message: string, hint: string, cause?: unknown): CodedError<CliErrorCode> {
  return new CodedError(code, message, {hint, ...(cause === undefined ? {} : {cause})});
}

/** The reason why there was no answer. */
function unreachable(url: string, cause: unknown): unknown {
  if (isCoded(cause)) return cause;
  const hint = "Start it with `consilium start`, or name its address with --config or --url.";
  return fault("CLI_STATUS_UNREACHABLE", `no daemon answers at ${url}`, hint, cause);
}

function foreign(url: string, cause?: unknown): CodedError<CliErrorCode> {
  const hint = "It may be of another version, or another program.";
  return fault("CLI_STATUS_FOREIGN", `the answer from ${url} cannot be understood`, hint, cause);
}

/** The value of a JSON text; null if it is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The meaning of an answer whose status is not 200. */
function refusal(
  {url, token}: StatusTarget,
  status: number | undefined,
  text: string,
): CodedError<CliErrorCode> {
  if (status === UNAUTHORISED) {
    const hint =
      token === null
        ? "Name the daemon's node.yaml with --config, which says where the token is, or the token's file with --token-file."
        : "The daemon was started with another one: start it anew, or name its own node.yaml.";
    const which = token === null ? "a token" : "another token";
    return fault("CLI_STATUS_REFUSED", `the daemon at ${url} asks for ${which}`, hint);
  }
  const said = refusalSchema.safeParse(jsonOf(text));
  if (!said.success) return foreign(url);
  if (status === UNAVAILABLE) {
    return fault("CLI_STATUS_STARTING", `the daemon at ${url} is starting`, "Ask again in a moment.");
  }
  return fault(
    "CLI_STATUS_REFUSED",
    `the daemon at ${url} refuses: ${said.data.error}`,
    "See docs/operators.md.",
  );
}

/**
 * Gets a daemon's answer to GET before anything of it is read; its status is 200.
 * @throws CLI_STATUS_UNREACHABLE, CLI_STATUS_REFUSED, CLI_STATUS_STARTING, CLI_STATUS_FOREIGN
 */
export async function openGoodAnswer(target: StatusTarget, question: Question): Promise<IncomingMessage> {
  try {
    const answer = await openAnswer(target, question);
    if (answer.statusCode === OK) return answer;
    throw refusal(target, answer.statusCode, await answerText(answer, target.url));
  } catch (cause) {
    throw unreachable(target.url, cause);
  }
}

/**
 * Gets a daemon's answer to GET `path` in the form of its schema.
 * @throws CLI_STATUS_UNREACHABLE, CLI_STATUS_REFUSED, CLI_STATUS_STARTING, CLI_STATUS_FOREIGN
 */
export async function askDaemon<Answer>(
  target: StatusTarget,
  path: string,
  schema: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await openGoodAnswer(target, {path});
  const text = await answerText(answer, target.url).catch((cause: unknown) => {
    throw unreachable(target.url, cause);
  });
  const read = schema.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw foreign(target.url, read.error);
}
