import ts from "typescript";
import {nodesOf, placeOf, type Source} from "./sources.ts";

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

interface PlacedCode {
  readonly source: Source;
  readonly node: ts.StringLiteral;
}

/** Rooms that were cut from another (ADR 41, 42) throw that one's codes, which users know. */
const CUT_FROM: Readonly<Record<string, string>> = {
  participant: "node",
  robust: "gossip",
  rounds: "gossip",
  segments: "gossip",
  study: "simulation",
};

const isOwn = ({source: {room}, node}: PlacedCode): boolean =>
  node.text.startsWith(`${(CUT_FROM[room] ?? room).toUpperCase()}_`);

/** The codes in the union `...ErrorCode` of a room's errors.ts. */
function listedCodes(source: Source): readonly PlacedCode[] {
  if (source.file !== `src/${source.room}/errors.ts`) return [];
  return source.tree.statements
    .filter(ts.isTypeAliasDeclaration)
    .filter(({name}) => name.text.endsWith("ErrorCode"))
    .flatMap((list) => nodesOf(list).filter(ts.isStringLiteral))
    .map((node) => ({source, node}));
}

/** The codes that stand as first argument in a `new CodedError(...)`. */
function thrownCodes(source: Source): readonly PlacedCode[] {
  return nodesOf(source.tree)
    .filter(ts.isNewExpression)
    .filter(({expression}) => expression.getText() === "CodedError")
    .flatMap(({arguments: [first] = ts.factory.createNodeArray<ts.Expression>()}) =>
      first !== undefined && ts.isStringLiteral(first) ? [{source, node: first}] : [],
    );
}

/** Every word in code that reads like a code: a literal, or the key of a table from which codes are taken. */
function usedWords(source: Source, lists: ReadonlySet<ts.Node>): readonly string[] {
  return nodesOf(source.tree).flatMap((node) =>
    (ts.isStringLiteral(node) || ts.isIdentifier(node)) && CODE.test(node.text) && !lists.has(node)
      ? [node.text]
      : [],
  );
}

function hasDocLine({source, node}: PlacedCode): boolean {
  const before = source.tree.text.slice(0, node.getStart()).trimEnd();
  return before.replace(/\|$/, "").trimEnd().endsWith("*/");
}

/**
 * Faults of the rooms' error codes: each room lists its codes in errors.ts as a union `...ErrorCode` with a doc line
 * each, begins them with its own name, throws only those, and lists none that nothing uses.
 */
export function errorCodeFaults(sources: readonly Source[]): readonly string[] {
  const listed = sources.flatMap(listedCodes);
  const thrown = sources.flatMap(thrownCodes);
  const known = new Set(listed.map(({node}) => node.text));
  const nodes = new Set<ts.Node>(listed.map(({node}) => node));
  const used = new Set(sources.flatMap((source) => usedWords(source, nodes)));
  const tell = (codes: readonly PlacedCode[], fault: string): readonly string[] =>
    codes.map(({source, node}) => `${placeOf(source, node)} ${node.text} ${fault}`);
  return [
    ...tell(
      [...listed, ...thrown].filter((code) => !isOwn(code)),
      "is another room's",
    ),
    ...tell(
      thrown.filter(({node}) => !known.has(node.text)),
      "is in no list",
    ),
    ...tell(
      listed.filter(({node}) => !used.has(node.text)),
      "is used nowhere",
    ),
    ...tell(
      listed.filter((code) => !hasDocLine(code)),
      "has no doc line",
    ),
  ];
}
