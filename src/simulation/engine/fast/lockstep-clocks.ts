import {at} from "../../../core/index.ts";
import {scaleOfUnit, stalenessScale} from "../../../segments/index.ts";

/**
 * Each member's knowledge of all members' clocks in a segment in lockstep, as their frames would have told
 * it. It follows the rules of a session number by number, as long as every member is linked and none is given
 * up.
 */
export class LockstepClocks {
  readonly #members: number;
  /** `[members, members]`: the first member's knowledge of the second's clock. */
  readonly #known: Float64Array;
  /** Mean of the others' clocks when each member began its unit. */
  readonly #othersBefore: Float64Array;
  readonly #maximumLead: number;

  constructor(members: number, maximumLead: number) {
    this.#members = members;
    this.#known = new Float64Array(members * members);
    this.#othersBefore = new Float64Array(members);
    this.#maximumLead = maximumLead;
  }

  /** A member's own clock, in units. */
  ownOf(member: number): number {
    return at(this.#known, member * this.#members + member);
  }

  /**
   * Returns the weight with which a member's finished unit enters its mass, and moves the member's clock by
   * it.
   */
  takeScale(member: number): number {
    const lead = this.#maximumLead;
    const known = this.#rowOf(member);
    const others = known.filter((_, other) => other !== member);
    const isHeld = lead < Number.POSITIVE_INFINITY;
    const staleness = this.#meanOfOthers(member) - at(this.#othersBefore, member);
    const age = isHeld ? stalenessScale(staleness) : 1;
    const least = others.reduce((smallest, clock) => Math.min(smallest, clock), Number.POSITIVE_INFINITY);
    const now = this.ownOf(member);
    const own = others.length > 0 && now < least - lead ? least : now;
    const scale = age * scaleOfUnit(own, [...others], lead);
    known[member] = own + scale;
    return scale;
  }

  /** Begins a member's next unit. */
  beginUnit(member: number): void {
    this.#othersBefore[member] = this.#meanOfOthers(member);
  }

  /** Records an exchange of two members: each learns the other's knowledge. */
  meet(a: number, b: number): void {
    const [ofA, ofB] = [this.#rowOf(a), this.#rowOf(b)];
    for (let member = 0; member < this.#members; member++) {
      const later = Math.max(ofA[member] as number, ofB[member] as number);
      ofA[member] = later;
      ofB[member] = later;
    }
  }

  /** Spreads the knowledge of members that would end the segment to all members. */
  tellAll(members: readonly number[]): void {
    const told = new Float64Array(this.#members);
    for (const member of members) {
      this.#rowOf(member).forEach((clock, other) => {
        told[other] = Math.max(told[other] as number, clock);
      });
    }
    for (let member = 0; member < this.#members; member++) {
      const known = this.#rowOf(member);
      for (let other = 0; other < known.length; other++) {
        if (other !== member) known[other] = Math.max(known[other] as number, told[other] as number);
      }
    }
  }

  #rowOf(member: number): Float64Array {
    return this.#known.subarray(member * this.#members, (member + 1) * this.#members);
  }

  #meanOfOthers(member: number): number {
    const known = this.#rowOf(member);
    let sum = 0;
    for (let other = 0; other < known.length; other++) if (other !== member) sum += known[other] as number;
    return known.length < 2 ? 0 : sum / (known.length - 1);
  }
}
