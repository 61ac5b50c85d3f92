export {at} from "./at.ts";
export {type CancelTimer, type Clock, delay, systemClock} from "./clock.ts";
export {
  CodedError,
  type CodedErrorDetails,
  type CoreErrorCode,
  errorLine,
  isCoded,
  present,
  unreachable,
} from "./errors.ts";
export {type Hash, type RunningHash, runningSha256, sha256, toHex} from "./hash.ts";
export {type Closable, type CloseStack, createCloseStack} from "./lifecycle.ts";
export {lineSchema} from "./line-schema.ts";
export {
  createJsonLogger,
  type LogFields,
  type Logger,
  type LogLevel,
  type LogSink,
  silentLogger,
} from "./log.ts";
export {isLoopback} from "./loopback.ts";
export {
  type Counter,
  createMetricRegistry,
  EXPOSITION_TYPE,
  type Gauge,
  type Histogram,
  type LabelValues,
  type MadeMetric,
  type Meter,
  type MetricRegistry,
} from "./meter.ts";
export {nameSchema} from "./name-schema.ts";
export {philox4x32} from "./philox.ts";
export {createProcessMetrics} from "./process-metrics.ts";
export {createRandom, permutation, type Random, type RandomKey} from "./random.ts";
export {createTextReader, decodeText, type TextReader} from "./text-encoding.ts";
export {
  restoreUncaughtListeners,
  type UncaughtListener,
  uncaughtListeners,
} from "./uncaught-listeners.ts";
export {formatBytes, formatSeconds} from "./units.ts";
export {lineText, visibleText} from "./visible-text.ts";
export {closestName, parseValue, parseYaml, type SchemaIssue, schemaIssue} from "./yaml/yaml-document.ts";
export {MAX_YAML_CHARACTERS} from "./yaml/yaml-size.ts";
