import type {Content, PageMarkup} from "../../../drawing/index.ts";

const SVG = "http://www.w3.org/2000/svg";

function created(content: Content, parent: Element): Element | Text {
  if (typeof content === "string") return document.createTextNode(content);
  const isDrawing =
    content.tag === "svg" || (parent.namespaceURI === SVG && parent.tagName !== "foreignObject");
  const node = isDrawing ? document.createElementNS(SVG, content.tag) : document.createElement(content.tag);
  for (const [name, value] of Object.entries(content.attributes)) node.setAttribute(name, value);
  for (const child of content.children) node.append(created(child, node));
  return node;
}

function setAttributes(node: Element, before: PageMarkup, after: PageMarkup): void {
  for (const name of Object.keys(before.attributes)) {
    if (after.attributes[name] === undefined) node.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(after.attributes)) {
    if (before.attributes[name] !== value) node.setAttribute(name, value);
  }
}

const isText = (content: Content): content is string => typeof content === "string";

/** Tells whether an element that shows `before` can be made to show `after`. */
const isSameKind = (before: PageMarkup, after: PageMarkup): boolean =>
  before.tag === after.tag && before.attributes["id"] === after.attributes["id"];

function changeOne(node: ChildNode, before: Content, after: Content): void {
  if (before === after) return;
  if (isText(before) && isText(after)) {
    node.nodeValue = after;
    return;
  }
  if (node instanceof Element && !isText(before) && !isText(after) && isSameKind(before, after)) {
    setAttributes(node, before, after);
    change(node, before.children, after.children);
    return;
  }
  node.replaceWith(created(after, node.parentElement ?? document.body));
}

/**
 * Makes the children of `parent`, which show `before`, show `after`. Unchanged elements are not touched:
 * focus, selection, open details and the position of a screen reader stay. Text only ever becomes text.
 */
export function change(parent: Element, before: readonly Content[], after: readonly Content[]): void {
  const nodes = [...parent.childNodes];
  for (const [index, content] of after.entries()) {
    const [node, old] = [nodes[index], before[index]];
    if (node === undefined || old === undefined) parent.append(created(content, parent));
    else changeOne(node, old, content);
  }
  for (const node of nodes.slice(after.length)) node.remove();
}
