import {at, permutation, type Random} from "../../core/index.ts";
import {shuffledByClass} from "./classes.ts";
import {cutEvenly} from "./cut.ts";
import type {PathologicalDeal} from "./partition-spec.ts";
import {refuseDeal} from "./refuse-deal.ts";

/**
 * Deals `count` different ones of `classes` at a time from shuffled decks; uses up a deck before the next.
 */
function createDealer(classes: number, random: Random): (count: number) => readonly number[] {
  const deck: number[] = [];
  return (count) => {
    const hand: number[] = [];
    while (hand.length < count) {
      const position = deck.findIndex((card) => !hand.includes(card));
      if (position === -1) deck.push(...permutation(random, classes));
      else hand.push(...deck.splice(position, 1));
    }
    return hand;
  };
}

/**
 * Gives each node `classesPerNode` classes and divides each class evenly among the nodes that have it. Every
 * class is at some node, and all classes are at about equally many nodes.
 * @throws {CodedError} DATA_PARTITION_IMPOSSIBLE if there are fewer classes than a node must have, or some
 *   would be at no node
 */
export function dealPathologically(spec: PathologicalDeal, labels: Uint8Array, random: Random): number[][] {
  const {nodes, classesPerNode} = spec;
  const byClass = shuffledByClass(labels, random);
  const classes = byClass.length;
  if (classesPerNode > classes) {
    refuseDeal(
      spec,
      `there are ${classes} classes, fewer than ${classesPerNode} for a node`,
      "Lower classesPerNode.",
    );
  }
  if (nodes * classesPerNode < classes) {
    refuseDeal(
      spec,
      `${nodes} nodes of ${classesPerNode} classes leave some of ${classes} to nobody`,
      "Raise classesPerNode or nodes.",
    );
  }
  const hand = createDealer(classes, random);
  const holders: number[][] = byClass.map(() => []);
  for (let node = 0; node < nodes; node++) {
    for (const held of hand(classesPerNode)) at(holders, held).push(node);
  }
  const dealt: number[][] = Array.from({length: nodes}, () => []);
  byClass.forEach((rows, label) => {
    const own = at(holders, label);
    const runs = cutEvenly(rows, own.length);
    own.forEach((node, index) => at(dealt, node).push(...at(runs, index)));
  });
  return dealt;
}
