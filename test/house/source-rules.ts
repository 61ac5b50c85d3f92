import ts from "typescript";
import {ABSENCES} from "./absences.ts";
import {nodesOf, placeOf, type Source} from "./sources.ts";

/** A rule that linters cannot express: it returns the places in a file that break it. */
export type SourceRule = (source: Source) => readonly string[];

const isDoor = (source: Source): boolean => /^src\/[^/]+\/index\.ts$/.test(source.file);
const isMachineRoom = (source: Source): boolean => source.room === "core" || source.room === "cli";

function placesWhere(source: Source, broken: (node: ts.Node) => boolean): readonly string[] {
  return nodesOf(source.tree)
    .filter(broken)
    .map((node) => placeOf(source, node));
}

const isExported = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(({kind}) => kind === ts.SyntaxKind.ExportKeyword);

function declaredNames(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({name}) => name.getText());
  }
  const {name} = statement as ts.Statement & {name?: ts.Node};
  return name === undefined ? [] : [name.getText()];
}

/** Names that a file exports by a list, `export {a}`, without a module. */
function listedExports(source: Source): ReadonlySet<string> {
  const names = source.tree.statements
    .filter(ts.isExportDeclaration)
    .filter(({moduleSpecifier}) => moduleSpecifier === undefined)
    .flatMap(({exportClause}) =>
      exportClause && ts.isNamedExports(exportClause) ? [...exportClause.elements] : [],
    )
    .map((element) => (element.propertyName ?? element.name).getText());
  return new Set(names);
}

/** Every exported name has a docstring; overloads share their first one's. */
export const exportsAreDocumented: SourceRule = (source) => {
  const listed = listedExports(source);
  const documented = new Set<string>();
  return source.tree.statements
    .filter((statement) => isExported(statement) || declaredNames(statement).some((name) => listed.has(name)))
    .filter((statement) => {
      const names = declaredNames(statement);
      if (ts.getJSDocCommentsAndTags(statement).some(ts.isJSDoc))
        for (const name of names) documented.add(name);
      return names.some((name) => !documented.has(name));
    })
    .map((statement) => `${placeOf(source, statement)} ${declaredNames(statement).join(", ")}`);
};

/** Expected failures are coded: no bare `new Error` (or TypeError, RangeError) outside core. */
export const errorsAreCoded: SourceRule = (source) =>
  source.room === "core"
    ? []
    : placesWhere(
        source,
        (node) =>
          ts.isNewExpression(node) && /^(Type|Range|Syntax|Aggregate)?Error$/.test(node.expression.getText()),
      );

/** A door only hands on names, one by one; it may import for effect. */
export const doorsNameTheirExports: SourceRule = (source) => {
  const isHandedOn = (statement: ts.Statement): boolean =>
    ts.isExportDeclaration(statement)
      ? statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause)
      : ts.isImportDeclaration(statement) && statement.importClause === undefined;
  const offenders = isDoor(source)
    ? source.tree.statements.filter((statement) => !isHandedOn(statement))
    : source.tree.statements.filter(
        (statement) => ts.isExportDeclaration(statement) && statement.exportClause === undefined,
      );
  return offenders.map((statement) => placeOf(source, statement));
};

/** Nothing inherits, but errors in core. */
export const nothingInherits: SourceRule = (source) =>
  source.room === "core"
    ? []
    : placesWhere(
        source,
        (node) =>
          ts.isHeritageClause(node) &&
          node.token === ts.SyntaxKind.ExtendsKeyword &&
          ts.isClassLike(node.parent),
      );

/** Wall time is injected: no `new Date()` without a value outside core and cli. */
export const datesAreGiven: SourceRule = (source) =>
  isMachineRoom(source)
    ? []
    : placesWhere(
        source,
        (node) =>
          ts.isNewExpression(node) &&
          node.expression.getText() === "Date" &&
          (node.arguments?.length ?? 0) === 0,
      );

/** Interfaces carry no I-prefix. */
export const interfacesHaveNoPrefix: SourceRule = (source) =>
  placesWhere(source, (node) => ts.isInterfaceDeclaration(node) && /^I[A-Z][a-z]/.test(node.name.text));

/** Files are named by the one thing inside. */
export const filesAreNamedByContent: SourceRule = (source) =>
  source.file
    .split("/")
    .some((part) => /^(utils?|helpers?|common|managers?|base|impl|misc)(\.ts)?$/.test(part)) ||
  /-(utils?|helpers?|manager|base|impl)\.ts$/.test(source.file)
    ? [source.file]
    : [];

/** What is unfinished is an issue, not a comment. */
export const nothingIsLeftToDo: SourceRule = (source) =>
  source.tree.text
    .split("\n")
    .flatMap((line, index) => (/\b(TODO|FIXME|XXX)\b/.test(line) ? [`${source.file}:${index + 1}`] : []));

const isZeroOrNothing = (node: ts.Node): boolean =>
  ts.isNumericLiteral(node) ? Number(node.text) === 0 : ts.isStringLiteralLike(node) && node.text === "";

/** Where a value cannot be missing, code throws by `at` or `present` of core: no `?? 0` and no `?? ""`. */
export const missingValuesThrow: SourceRule = (source) => {
  const found = placesWhere(
    source,
    (node) =>
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken &&
      isZeroOrNothing(node.right),
  );
  const {places} = ABSENCES[source.file] ?? {places: 0};
  if (found.length >= places) return found.length > places ? found : [];
  return [`${source.file} has ${found.length} absences, and ${places} are listed`];
};

const ASKS = /^(What|Whether|Where|Who|Whoever|How|When|Which|Why)\b/;
/** "Cannot" in two words, and what a member does that has no name: both read as a translation. */
const STILTED = /\b(can not|Who (has|is|misses|comes|gave) [^.?]*\b(is|has|asks|goes)\b)/;

/** Every docstring begins with a verb or a noun phrase, and none reads as a translation. */
export const docstringsReadPlainly: SourceRule = (source) =>
  nodesOf(source.tree)
    .flatMap((node) => ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc))
    .filter((doc, index, all) => all.indexOf(doc) === index)
    .filter((doc) => {
      const text = ts.getTextOfJSDocComment(doc.comment) ?? "";
      return ASKS.test(text) || STILTED.test(text);
    })
    .map((doc) => placeOf(source, doc));
