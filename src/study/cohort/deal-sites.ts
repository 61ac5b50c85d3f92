import {at, createRandom, permutation, type Random} from "../../core/index.ts";
import {joinMatrices, type PartitionSpec, type PatientMatrix, partitionRows} from "../../data/index.ts";
import {patientLabels} from "../../node/index.ts";
import type {SiteData} from "../../simulation/index.ts";
import {patientPicker} from "./pick-patients.ts";
import {sealParts} from "./seal-parts.ts";

const DIGITS = 4;

/** All patients of an experiment before they are dealt to nodes. */
export interface Deck {
  readonly train: PatientMatrix;
  readonly validation: PatientMatrix;
  readonly test: PatientMatrix;
}

/** Combines the patients of all `sites`, at least one, into one deck. */
export function deckOf(sites: readonly SiteData[]): Deck {
  return {
    train: joinMatrices(sites.map(({split}) => split.train)),
    validation: joinMatrices(sites.map(({split}) => split.validation)),
    test: joinMatrices(sites.map(({split}) => split.test)),
  };
}

/**
 * Deals patients in turn to all nodes, one class after another, each shuffled. Every node gets the same mix,
 * to one patient.
 */
function shareOut(rows: PatientMatrix, nodes: number, random: Random): number[][] {
  const labels = patientLabels(rows);
  const order = [...permutation(random, rows.patients)].sort((a, b) => at(labels, a) - at(labels, b));
  const shares: number[][] = Array.from({length: nodes}, () => []);
  order.forEach((patient, place) => at(shares, place % nodes).push(patient));
  return shares;
}

/**
 * Deals a deck to nodes named node-0000, node-0001, ... Train patients are dealt whole according to `spec`.
 * Validation and test patients are dealt in turn, each to one node, so every node gets the same mix of them.
 * @param seed of the experiment's repeat
 * @param contract hash of the data contract
 * @throws {CodedError} DATA_PARTITION_IMPOSSIBLE
 */
export function dealSites(deck: Deck, spec: PartitionSpec, seed: number, contract: string): SiteData[] {
  const {nodes} = spec;
  const randomOf = (purpose: string): Random => createRandom({seed, site: "", round: 0, purpose});
  const train = partitionRows(spec, patientLabels(deck.train), randomOf("deal train"));
  const validation = shareOut(deck.validation, nodes, randomOf("deal validation"));
  const test = shareOut(deck.test, nodes, randomOf("deal test"));
  const picked = {
    train: patientPicker(deck.train),
    validation: patientPicker(deck.validation),
    test: patientPicker(deck.test),
  };
  return train.map((own, node) => {
    const name = `node-${String(node).padStart(DIGITS, "0")}`;
    const parts = {
      train: picked.train(own),
      validation: picked.validation(at(validation, node)),
      test: picked.test(at(test, node)),
    };
    return {name, split: sealParts(parts, [contract, seed, spec, name])};
  });
}
