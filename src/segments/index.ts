export {scaleOfUnit} from "./clock.ts";
export {isEnough} from "./closing.ts";
export {blobsOf as segmentBlobs} from "./durable.ts";
export {type MassInTransit, type SegmentMasses, totalMass} from "./masses.ts";
export {type SegmentDraws, segmentPeriod} from "./partners.ts";
export {letIn, stalenessScale} from "./progress.ts";
export {SegmentHost, type SegmentView} from "./segment-host.ts";
