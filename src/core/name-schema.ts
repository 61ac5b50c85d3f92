import {z} from "zod";

/**
 * A name that is safe in a path, a log field and a metric's label: letters, digits, ".", "_" and "-", at most
 * 64.
 */
export const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "must be letters a to z, in either case, digits, '.', '_' or '-', at most 64 of them",
  );
