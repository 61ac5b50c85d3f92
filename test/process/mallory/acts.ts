import {sha256} from "../../../src/core/index.ts";
import {createSnapshot, type Snapshot} from "../../../src/parameters/index.ts";
import {bodyHash} from "../../../src/rounds/certificate.ts";
import {
  type CertificateBody,
  type Effect,
  type Frame,
  leaderOrder,
  type MemberId,
} from "../../../src/rounds/index.ts";
import {groupOf} from "../../gossip/adversary/knowledge.ts";
import {
  bending,
  madeUpBody,
  proposalBy,
  type Scene,
  type Script,
  say,
  voteBy,
} from "../../gossip/adversary/liar.ts";

const HASH = "5c".repeat(32);
/** The schema allows no more. */
const HEAVIEST = 1024;
const FAR = [5, 63, 1023, 65_536, 999_999, 1_000_000];

/** To each member that says that it is in this round, at once. */
export function onEachReady(frames: (scene: Scene, from: MemberId) => readonly Frame[]): Script {
  return (scene) => {
    const {event, effects, round} = scene;
    if (event.type !== "frame" || event.frame.type !== "ready" || event.frame.round !== round) return effects;
    return [...effects, ...say([event.from], ...frames(scene, event.from))];
  };
}

/** {@link onEachReady}, where the frames take the place of mallory's votes in all ballots but the first. */
function abstaining(frames: (scene: Scene, from: MemberId) => readonly Frame[]): Script {
  return (scene) => onEachReady(frames)({...scene, effects: withoutVotes(scene.effects, 1)});
}

/** A model that nobody mixed: the last one turned round and stretched. */
function madeUpModel({session, setup, round}: Scene): Snapshot {
  const {layout, reference} = setup.specOf(round, session.view().certified);
  return createSnapshot(
    sha256,
    layout,
    reference.map((value) => -3 * value),
  );
}

/** What mallory proposes as leader becomes another body, over its own signature. */
function proposing(change: (body: CertificateBody, scene: Scene) => Partial<CertificateBody>): Script {
  return (scene) =>
    bending(scene.effects, "propose", (frame) =>
      frame.proof === null && frame.body.round === scene.round
        ? [proposalBy(scene.setup, frame.ballot, {...frame.body, ...change(frame.body, scene)})]
        : [frame],
    );
}

/**
 * Mallory's own votes from the ballot `least` on are left out, and its own proposals after the first ballot: so it never
 * contradicts what it says instead.
 */
function withoutVotes(effects: readonly Effect[], least: number): Effect[] {
  return effects.filter((effect) => {
    if (effect.type !== "send") return true;
    const {frame} = effect;
    if (frame.type === "vote") return frame.ballot < least;
    return frame.type !== "propose" || frame.ballot === 0;
  });
}

/** The lowest ballot after the first that mallory leads. */
function laterLead({setup, round}: Scene): number {
  const {primitives, run, members, self} = setup;
  const order = leaderOrder(primitives.hash, run, round, members);
  let ballot = 1;
  while (order.leaderOf(ballot) !== self) ballot += 1;
  return ballot;
}

/** Row 1: proposes a model of its own, in the ballots that it leads, with its votes for it. */
export const ownResult: Script = (scene) => {
  const {setup, round} = scene;
  const model = madeUpModel(scene);
  const bent = withoutVotes(proposing(() => ({result: model.hash}))(scene), 0);
  const later = onEachReady(() => {
    const ballot = laterLead(scene);
    const body = {...madeUpBody(scene, 2, model.hash), attempt: ballot};
    const hash = bodyHash(sha256, body);
    return [proposalBy(setup, ballot, body), voteBy(setup, {round, ballot, step: "commit", body: hash})];
  });
  return [{type: "publish-snapshot", snapshot: model}, ...later({...scene, effects: bent})];
};

/** Row 2: claims that a made-up model was accepted before, with its own vote under every member's name. */
export const claimedLock: Script = (scene) => {
  const model = madeUpModel(scene);
  const ballot = 1;
  const claims = onEachReady(({setup, round}) => {
    const {run} = setup;
    const body = {...madeUpBody(scene, 2, model.hash), attempt: ballot};
    const {signature} = voteBy(setup, {round, ballot, step: "accept", body: bodyHash(sha256, body)});
    const votes = setup.members.map((member) => ({member, signature}));
    return [
      {run, round, type: "timeout", ballot, lock: {body, ballot, votes}},
      {...proposalBy(setup, ballot + 1, body), proof: {ballot, votes}},
    ];
  });
  const effects = withoutVotes(scene.effects, ballot);
  return [{type: "publish-snapshot", snapshot: model}, ...claims({...scene, effects})];
};

/** Row 4: names a weight, or a peak weight, that would end all later rounds. */
export const falseWeight: Script = proposing((_, {round}) =>
  round % 2 === 0 ? {weight: HEAVIEST, peakWeight: HEAVIEST} : {peakWeight: HEAVIEST},
);

/** Row 5: names far ballots in everything that names one. */
export const farBallots: Script = abstaining((scene) => {
  const {setup, round} = scene;
  const common = {run: setup.run, round};
  return FAR.flatMap((ballot): Frame[] => {
    const body = {...madeUpBody(scene, 2, HASH), attempt: ballot};
    const hash = bodyHash(sha256, body);
    const vote = voteBy(setup, {round, ballot, step: "accept", body: hash});
    // Its word on a second contribution would be a proof against it: the signature is of another word.
    const participants = setup.members.map((member) => ({
      member,
      contribution: HASH,
      signature: vote.signature,
    }));
    return [
      vote,
      proposalBy(setup, ballot, body),
      {...common, type: "timeout", ballot, lock: null},
      {...common, type: "start", ballot, trial: 63, participants},
    ];
  });
});

/** Row 6: objects to a member at each start that it hears of. */
export const objecting: Script = (scene) => {
  const {event, effects, setup, round} = scene;
  if (event.type !== "frame" || event.frame.type !== "start" || event.frame.round !== round) return effects;
  const {frame, from} = event;
  const honest = frame.participants.map(({member}) => member).filter((each) => each !== setup.self);
  const member = honest[frame.trial % Math.max(1, honest.length)] ?? from;
  const {run} = setup;
  const objection: Frame = {type: "object", run, round, group: groupOf(frame), member, reason: "invalid"};
  // Before all else, so that it comes while the others still mix.
  return [...say([from], objection), ...effects];
};

/** Row 7: votes in more ballots than anyone keeps, the near ones and the far ones. */
export function votesForManyBallots(pauseMs: number): Script {
  const lastMs = new Map<MemberId, number>();
  return abstaining(({setup, round, nowMs}, from) => {
    if (nowMs < (lastMs.get(from) ?? Number.NEGATIVE_INFINITY) + pauseMs) return [];
    lastMs.set(from, nowMs);
    const near = Array.from({length: 32}, (_, ballot) => ballot + 1);
    return [...near, ...near.map((ballot) => 1_000_000 - ballot)].flatMap((ballot) =>
      (["accept", "commit"] as const).map((step) => voteBy(setup, {round, ballot, step, body: HASH})),
    );
  });
}

/** Row 3: votes for two bodies in each ballot and step, and tells all members of both. */
export const votingTwice: Script = ({setup, effects, round}) =>
  bending(effects, "vote", (frame) =>
    frame.round === round ? [frame, voteBy(setup, {...frame, body: HASH})] : [frame],
  );
