import {at} from "../../core/index.ts";
import {alie, alieZ} from "./alie.ts";
import type {Attack, AttackView, Update} from "./attacks.ts";
import {honestMean} from "./honest-statistics.ts";

/**
 * Returns the update that a bad member sends instead of its own; owned by the caller. Label flipping is not
 * among these attacks, because it is honest training on false data.
 * @see Baruch et al., NeurIPS 2019 (alie); Xie et al., UAI 2019 (inner-product); Karimireddy et al., ICLR
 * 2022 (mimic); He et al., ClippedGossip, 2022, section 5 (dissensus); Bagdasaryan et al., AISTATS 2020
 * (model-replacement)
 */
export function attackVector(attack: Attack, view: AttackView): Float64Array {
  const {honest, reference, random} = view;
  const own = at(view.own, view.own.length - 1);
  const members = honest.length + view.faulty;
  switch (attack.attack) {
    case "sign-flip":
      return scaled(own, -attack.factor);
    case "gaussian":
      return honestMean(honest).map((value) => value + attack.deviation * random.normal());
    case "zero":
      return scaled(reference, -1);
    case "not-a-number":
      return scaled(own, Number.NaN);
    case "alie":
      return alie(honest, attack.z ?? alieZ(members, view.faulty));
    case "inner-product":
      return scaled(honestMean(honest), -attack.epsilon);
    case "mimic":
      return scaled(at(honest, attack.target % honest.length), 1);
    case "dissensus":
      return scaled(honestMean(honest), (-attack.epsilon * honest.length) / view.faulty);
    case "model-replacement":
      return scaled(own, members / view.faulty);
    case "free-rider":
      return new Float64Array(reference.length);
    case "replay":
      return scaled(at(view.own, Math.max(0, view.own.length - 1 - attack.rounds)), 1);
  }
}

function scaled(update: Update, factor: number): Float64Array {
  return Float64Array.from(update, (value) => factor * value);
}
