/* Entry point of the training thread. */
import {openBackendModel} from "./backend-model.ts";
import {serveTrainers} from "./serve.ts";

await serveTrainers(openBackendModel);
