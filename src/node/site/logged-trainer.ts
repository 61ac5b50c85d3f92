import type {Logger} from "../../core/index.ts";
import {openTrainer, type Trainer, type TrainerOptions} from "../../training/index.ts";

/** Opens the trainer; logs its backend and the reason for which each faster one is not used. */
export async function openLoggedTrainer(logger: Logger, options: TrainerOptions): Promise<Trainer> {
  const trainer = await openTrainer(options);
  const {backend, passedOver, warning} = trainer;
  const notUsed = passedOver.map(({name, reason}) => `${name}: ${reason}`);
  logger.info("the compute backend is open", {backend, notUsed});
  if (warning !== null) logger.warn(warning, {backend});
  return trainer;
}
