/*
 * Entry of a simulation's training thread where there are more than two classes.
 */
import {serveTrainers} from "../../training/index.ts";
import {openClassifierModel} from "./classifier-model.ts";

await serveTrainers(openClassifierModel);
