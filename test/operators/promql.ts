/** A condition on a label, such as `check="quorum"`. */
export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** What a query asks for: a metric and conditions on its labels. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** What a query names. */
export interface QueryNames {
  readonly selectors: readonly Selector[];
  /** Labels after `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupings: readonly string[];
}

const TOKEN =
  /\s+|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\w+|\$\{\w+\}|\d[\w.]*|[a-zA-Z_:][\w:]*|==|!=|=~|!~|<=|>=|[-+*/%^<>=(){}[\],@]/y;
const GROUPINGS = ["by", "without", "on", "ignoring", "group_left", "group_right"];
const WORDS = ["and", "or", "unless", "bool", "offset", "atan2", "inf", "nan"];

function tokensOf(query: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < query.length) {
    const at = TOKEN.lastIndex;
    const [token] = TOKEN.exec(query) ?? [];
    if (token === undefined) throw new Error(`no PromQL at ${query.slice(at, at + 20)}`);
    if (token.trim() !== "") tokens.push(token);
  }
  return tokens;
}

/** Reads what stands between brackets, from the one after `at`; gives it and where the closing one is. */
function within(
  tokens: readonly string[],
  at: number,
  closing: string,
): readonly [readonly string[], number] {
  const end = tokens.indexOf(closing, at);
  if (end < 0) throw new Error(`${closing} is missing after ${tokens.slice(at, at + 4).join(" ")}`);
  return [tokens.slice(at + 1, end), end];
}

function matchersOf(tokens: readonly string[]): Matcher[] {
  const matchers: Matcher[] = [];
  for (let index = 0; index < tokens.length; index += 4) {
    const [label = "", operator = "", value = "", comma = ","] = tokens.slice(index, index + 4);
    const isMatcher = /^[a-zA-Z_]\w*$/.test(label) && /^(=|!=|=~|!~)$/.test(operator) && /^["']/.test(value);
    if (!isMatcher || comma !== ",") throw new Error(`no matchers: ${tokens.join(" ")}`);
    matchers.push({label, operator, value: value.slice(1, -1)});
  }
  return matchers;
}

/** What of a name comes after it: nothing of interest, or its conditions. */
function selectorAt(tokens: readonly string[], at: number): readonly [Selector | null, number] {
  const metric = tokens[at] ?? "";
  const next = tokens[at + 1] ?? "";
  if (next === "(" || GROUPINGS.includes(next)) {
    // A function or an aggregation; a metric can be followed by on or ignoring only after an operator.
    return [null, at];
  }
  if (next !== "{") return [{metric, matchers: []}, at];
  const [inside, end] = within(tokens, at + 1, "}");
  return [{metric, matchers: matchersOf(inside)}, end];
}

/**
 * The metrics, conditions and labels that a PromQL query names. It reads names, not grammar: whether the query has a
 * meaning is promtool's to say.
 */
export function namesOf(query: string): QueryNames {
  const tokens = tokensOf(query);
  const selectors: Selector[] = [];
  const groupings: string[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? "";
    if (token === "[") [, at] = within(tokens, at, "]");
    else if (token === "{") throw new Error("a selector without a metric");
    else if (GROUPINGS.includes(token)) {
      const [labels, end] = within(tokens, at + 1, ")");
      groupings.push(...labels.filter((label) => label !== ","));
      at = end;
    } else if (/^[a-zA-Z_:]/.test(token) && !WORDS.includes(token.toLowerCase())) {
      const [selector, end] = selectorAt(tokens, at);
      if (selector !== null) selectors.push(selector);
      at = end;
    }
  }
  return {selectors, groupings};
}
