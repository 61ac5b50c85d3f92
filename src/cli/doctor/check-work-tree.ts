import {type Finding, pass, warn} from "./finding.ts";

/** A git work tree. */
export interface WorkTree {
  readonly root: string;
  /** True if git ignores the path; null if there is no git, or it does not say. */
  readonly isIgnored: boolean | null;
}

/** D19: no `git add` takes the node's key along. @param tree the work tree that holds the state directory */
export function checkWorkTree(path: string, tree: WorkTree | null): Finding {
  if (tree === null) return pass("the state directory lies in no git work tree");
  if (tree.isIgnored === true) return pass(`git ignores the state directory in ${tree.root}`);
  const found =
    tree.isIgnored === null
      ? `${path} lies in the git work tree ${tree.root}, and whether git ignores it is not known`
      : `${path} lies in the git work tree ${tree.root}, which does not ignore it`;
  return warn(found, "Move it out of there, or `git add` takes the private key along.");
}
