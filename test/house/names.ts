import type {Source} from "./sources.ts";

const DECLARED = /^export (?:declare )?(?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm;

/** The exported names with two meanings: those that two files declare. */
export function nameFaults(sources: readonly Source[]): readonly string[] {
  const files = new Map<string, Set<string>>();
  for (const {file, tree} of sources)
    for (const [, name = ""] of tree.text.matchAll(DECLARED))
      files.set(name, (files.get(name) ?? new Set()).add(file));
  return [...files]
    .filter(([, places]) => places.size > 1)
    .map(([name, places]) => `${name} is declared in ${[...places].join(" and ")}`);
}
