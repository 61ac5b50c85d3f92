import fc from "fast-check";
import {expect, it} from "vitest";
import {createWriteBacklog, FEW_WAITING, MOST_WAITING} from "../../src/node/write-backlog.ts";

/** A backlog, and what it told the network. */
function watched() {
  const told: string[] = [];
  const backlog = createWriteBacklog({
    pause: (peer) => void told.push(`pause ${peer}`),
    resume: (peer) => void told.push(`resume ${peer}`),
  });
  return {told, backlog};
}

it("holds back who brings about more than the disk takes, and nobody else", () => {
  const {told, backlog} = watched();
  for (let count = 0; count < MOST_WAITING + 10; count++) {
    backlog.begin("noisy");
    backlog.begin(null);
    if (count < MOST_WAITING - 1) backlog.begin("calm");
  }
  expect(told).toEqual(["pause noisy"]);
  for (let left = MOST_WAITING + 10; left > FEW_WAITING + 1; left--) backlog.end("noisy");
  expect(told).toEqual(["pause noisy"]);
  backlog.end("noisy");
  expect(told).toEqual(["pause noisy", "resume noisy"]);
});

it("pauses and resumes in turn, and ends with nobody held back", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), {maxLength: 500}), (steps) => {
      const {told, backlog} = watched();
      let waiting = 0;
      // What is not begun cannot end.
      const step = (isBegun: boolean): void => {
        if (!isBegun && waiting === 0) return;
        backlog[isBegun ? "begin" : "end"]("member");
        waiting += isBegun ? 1 : -1;
      };
      for (const isBegun of steps) {
        step(isBegun);
        const isPaused = told.at(-1) === "pause member";
        expect([waiting >= MOST_WAITING && !isPaused, waiting <= FEW_WAITING && isPaused]).toEqual([
          false,
          false,
        ]);
      }
      while (waiting > 0) step(false);
      expect(told).toEqual(told.map((_, index) => `${index % 2 === 0 ? "pause" : "resume"} member`));
      expect(told.length % 2).toBe(0);
    }),
  );
});
