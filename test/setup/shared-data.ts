import {describe} from "vitest";
import {sharedData} from "./shared-folder.ts";

export {sharedData};

/** `describe` for tests that read {@link sharedData}; skipped where it is absent. */
export const describeShared = describe.skipIf(sharedData() === undefined);
