import {describe, expect, it} from "vitest";
import {openRecords, writeRecord} from "../../src/node/records/records.ts";
import {readOwnHalf, writeState} from "../../src/node/site/own-disk.ts";
import {createParticipant, freshParticipant, untrainedState} from "../../src/participant/index.ts";
import {certificateOf, SELF, stagesOf, workOf} from "../participant/own-work.ts";
import {memoryRun} from "./memory-run.ts";

const STAGES = stagesOf(3);
const STATE = {own: Float32Array.of(1, 2, 3, 9), control: new Float32Array()};
const WORK = workOf(0, Float32Array.of(1, 2, 3), {state: STATE});

/** A disk on which a site has written the state of its first round and, if told so, its contribution. */
async function writtenDisk(hasContribution: boolean) {
  const run = memoryRun();
  const site = createParticipant(
    {self: SELF, isTraining: () => true},
    freshParticipant(untrainedState(STAGES)),
  );
  site.handle({type: "begin", certified: null});
  for (const effect of site.handle({type: "done", work: WORK})) {
    if (effect.type === "write") await writeState(run.storage, effect.bytes, effect.line);
  }
  const {release: contribution} = WORK;
  if (hasContribution) await writeRecord(run.storage, {kind: "contribution", round: 0, contribution});
  return run;
}

async function readFrom({storage}: Awaited<ReturnType<typeof writtenDisk>>, contributors?: string[]) {
  const {restored, siteLines: lines} = await openRecords(storage, STAGES.shapeOf, null);
  const certificates = contributors === undefined ? [] : [certificateOf(0, contributors)];
  const decided = contributors === undefined ? restored : {...restored, round: null};
  return readOwnHalf(storage, STAGES, {history: {lines, certificates, self: SELF}, restored: decided});
}

describe("a site's own half of the rounds on disk", () => {
  it("is handed in again after a restart in the middle of the round, and its state does not count yet", async () => {
    const {own, site} = await readFrom(await writtenDisk(true));
    if (own.stage !== "announced") throw new RangeError("nothing was announced");
    expect(own.work.release).toEqual(WORK.release);
    expect(own.work.update).toEqual(WORK.update);
    expect(own.state?.state).toEqual(STATE);
    expect(site).toEqual({state: untrainedState(STAGES), hash: null});
  });

  it("counts after the round only if the certificate contains it", async () => {
    const disk = await writtenDisk(true);
    expect((await readFrom(disk, ["you", SELF])).site.state).toEqual(STATE);
    expect((await readFrom(disk, ["you"])).site.state).toEqual(untrainedState(STAGES));
  });

  it("is nothing if the process died before the contribution was written", async () => {
    const {own, site} = await readFrom(await writtenDisk(false));
    expect(own).toEqual({stage: "idle"});
    expect(site.hash).toBeNull();
  });

  it("begins anew from a state that is gone or of another shape", async () => {
    const disk = await writtenDisk(true);
    for (const hash of disk.blobs.keys()) {
      if (hash !== WORK.release.hash) disk.blobs.set(hash, new Uint8Array(4));
    }
    expect((await readFrom(disk, [SELF])).site.state).toEqual(untrainedState(STAGES));
  });
});
