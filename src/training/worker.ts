/*
 * Entry of the training thread. It runs nothing but this.
 */
import {openBackendModel} from "./backend-model.ts";
import {serveTrainers} from "./serve.ts";

await serveTrainers(openBackendModel);
