export {atPoint, pointsOf} from "./result-groups.ts";
export {studyFiles} from "./study-files.ts";
