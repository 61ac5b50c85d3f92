import {z} from "zod";

const name = z.string().min(1).max(200);
const siteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, - and _ only");
const code = z.union([z.string(), z.number()]).describe("A value as the file writes it; 1 and 1.0 are equal");
const codes = z.array(code).min(1);
const fraction = z.number().min(0).max(0.9);

const numberColumn = z.strictObject({
  name,
  type: z.literal("number"),
  unit: z.string().min(1).describe("Unit of every site's values, such as years or mg/dl"),
  range: z.tuple([z.number(), z.number()]).describe("Least and greatest value that is not an error"),
});

const binaryColumn = z.strictObject({
  name,
  type: z.literal("binary"),
  positive: code.describe("The value that becomes 1"),
  negative: code.describe("The value that becomes 0"),
});

const categoryColumn = z.strictObject({
  name,
  type: z.literal("category"),
  categories: z.array(code).min(2).describe("All values there can be, in the order of their features"),
  encode: z.enum(["one-hot", "one-hot-drop-first"]),
});

const column = z.discriminatedUnion("type", [numberColumn, binaryColumn, categoryColumn]);

const hashSplit = z.strictObject({
  type: z.literal("hash"),
  test: fraction.describe("Share of each class's patients that is kept for the test"),
  validation: fraction.describe("Share of each class's patients that settings are chosen on"),
});

const fileSplit = z.strictObject({
  type: z.literal("file"),
  file: name.describe("CSV with the columns site, row (from 0) and set (train or test)"),
  validation: fraction.describe("Share of each class's train patients that settings are chosen on"),
});

/** The shape of a task file, before the checks that compare its parts with each other. */
export const taskShape = z.strictObject({
  formatVersion: z.literal(1),
  name: siteName.describe("Name of the task; sites that learn together have the same"),
  title: z.string().min(1),
  synthetic: z.boolean().describe("true: the rows are generated, and every output says so"),
  source: z.string().min(1).describe("Where the data comes from, and its licence, as shown in reports"),
  root: z
    .string()
    .default(".")
    .describe("Folder of the files, relative to the task file; may begin with ${CONSILIUM_SHARED_DATA}"),
  sites: z
    .record(siteName, z.strictObject({file: name}))
    .describe("The file of each site; yours alone will do"),
  csv: z
    .strictObject({header: z.boolean().default(true), delimiter: z.enum([",", ";", "\t", "|"]).default(",")})
    .prefault({}),
  fileColumns: z.array(name).min(1).optional().describe("Names of all columns of a file without a header"),
  patient: name.nullable().describe("Column of the patient key; null when each row is another patient"),
  label: z.strictObject({column: name, positive: codes, negative: codes}),
  columns: z.array(column).min(1).describe("The features, in order"),
  missing: z.strictObject({
    markers: z.array(z.string()).min(1).describe('Cells that mean "not known"'),
    policy: z.enum(["drop-row", "refuse"]),
  }),
  split: z.discriminatedUnion("type", [hashSplit, fileSplit]),
});

/** A checked task file: what is predicted, from which columns of which files. */
export type Task = z.output<typeof taskShape>;

/** A column that becomes one feature or several. */
export type TaskColumn = Task["columns"][number];
