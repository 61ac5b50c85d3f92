/** Codes of the errors that this room throws. */
export type NodeErrorCode =
  /** The node's key is not on the roster under the site's name. */
  | "NODE_NOT_ON_ROSTER"
  /** The delegation of this node's key by its organisation has ended. */
  | "NODE_DELEGATION_ENDED"
  /** There is no key in the state directory. */
  | "NODE_KEY_MISSING"
  /** The plan file is not the one that this site approved. */
  | "NODE_PLAN_NOT_APPROVED"
  /** The plan belongs to another consortium. */
  | "NODE_PLAN_FOREIGN"
  /** The task file's contract is not the one that the plan names; the message says how they differ. */
  | "NODE_CONTRACT_FOREIGN"
  /** The plan's model takes tables and the task is of slides, or the reverse; or one is of survival. */
  | "NODE_MODEL_UNFIT"
  /** The site's patients are not those that the run began with. */
  | "NODE_DATA_CHANGED"
  /** The site has too few train patients to take part, or none with an event if events count. */
  | "NODE_TOO_FEW_PATIENTS"
  /** The roster gives this site a role that this version does not know how to play. */
  | "NODE_ROLE_UNSUPPORTED"
  /** The plan's start rule asks for more members than the roster has. */
  | "NODE_START_IMPOSSIBLE"
  /** The plan's robust rule needs more members than the roster has. */
  | "NODE_RULE_IMPOSSIBLE"
  /** The plan's cap on weights depends on the vote of somebody who is not a trainer on the roster. */
  | "NODE_VOTE_FOREIGN"
  /** The final model was requested before the run ended. */
  | "NODE_RUN_UNFINISHED"
  /** The journal of the run holds something that this version does not write. */
  | "NODE_JOURNAL_FOREIGN"
  /** A flight recorder's trace was written by something else. */
  | "NODE_TRACE_FOREIGN"
  /** Two quorums decided a round differently: more lies than the plan's quorum survives. */
  | "NODE_RUN_FORKED"
  /** A restored state directory has no record of something that this node did. */
  | "NODE_STATE_OUTDATED";
