import {z} from "zod";
import {lineSchema} from "../../core/index.ts";

const name = z.string().min(1).max(200);
const siteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, "letters, digits, - and _ only");
const exactNumber = z
  .number()
  .refine((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER, "has too many digits: put it in quotes");
const code = z
  .union([z.string(), exactNumber])
  .describe("A value as the file writes it; 1 and 1.0 are equal");
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

const missing = z.strictObject({
  markers: z.array(z.string()).min(1).describe('Cells that mean "not known"'),
  policy: z.enum(["drop-row", "refuse"]),
});

const fileSplit = z.strictObject({
  type: z.literal("file"),
  file: name.describe("CSV with the columns site, row (from 0) and set (train or test)"),
  validation: fraction.describe("Share of each class's train patients that settings are chosen on"),
});

const keysSplit = z.strictObject({
  type: z.literal("keys"),
  file: name.describe("CSV with one row a patient of all sites"),
  patient: name.describe("Its column of the patient key"),
  column: name.describe("Its column that says where the patient is"),
  sites: z
    .record(siteName, z.strictObject({train: code, test: code}))
    .describe("What that column says of each site's train and test patients; others are not the site's"),
  validation: fraction.describe("Share of each class's train patients that settings are chosen on"),
});

const label = z.strictObject({column: name, positive: codes, negative: codes});

const tableLabel = label.extend({
  time: z
    .strictObject({
      column: name.describe("Time until the event (positive) or until the patient was last seen (negative)"),
      unit: z.string().min(1).describe("Unit of every site's times, such as days"),
    })
    .optional()
    .describe("Survival: the label says whether the event was seen; leave it out for a plain class"),
});

/** The files of one site of a slide task, relative to the task's root. */
export type SlideFiles =
  | {readonly layout: "stamp"; readonly clini: string; readonly slides: string; readonly features: string}
  | {readonly layout: "array"; readonly tiles: string; readonly features: string};

const described = {
  formatVersion: z.literal(1),
  name: siteName.describe("Name of the task; sites that learn together have the same"),
  title: lineSchema,
  synthetic: z.boolean().describe("true: the rows are generated, and every output says so"),
  source: lineSchema.describe("Where the data comes from, and its licence, as shown in reports"),
  root: z
    .string()
    .default(".")
    .describe("Folder of the files, relative to the task file; may begin with ${CONSILIUM_SHARED_DATA}"),
  external: z
    .union([z.literal("each"), z.array(siteName)])
    .default([])
    .describe(
      "Sites that experiments only test on; each: every site in turn. The roster decides for daemons",
    ),
};

const tabularShape = z.strictObject({
  ...described,
  kind: z.literal("tabular").describe("One row of a CSV file is one example"),
  sites: z
    .record(siteName, z.strictObject({file: name}))
    .describe("The file of each site; yours alone will do"),
  csv: z
    .strictObject({header: z.boolean().default(true), delimiter: z.enum([",", ";", "\t", "|"]).default(",")})
    .prefault({}),
  fileColumns: z.array(name).min(1).optional().describe("Names of all columns of a file without a header"),
  patient: name.nullable().describe("Column of the patient key; null when each row is another patient"),
  label: tableLabel,
  columns: z.array(column).min(1).describe("The features, in order"),
  missing,
  split: z.discriminatedUnion("type", [hashSplit, fileSplit, keysSplit]),
});

const slideFiles = z
  .strictObject({
    clini: name.optional().describe("STAMP: table of patients and labels, .csv or .xlsx"),
    slides: name.optional().describe("STAMP: table of patients and their feature files, .csv or .xlsx"),
    tiles: name.optional().describe("Array: table of patients and labels, one row a tile, .csv or .xlsx"),
    features: name.describe("STAMP: folder of the .h5 files; array: the .npy file, one row a tile"),
  })
  .transform((files, context): SlideFiles => {
    const {clini, slides, tiles, features} = files;
    if (tiles === undefined && clini !== undefined && slides !== undefined) {
      return {layout: "stamp", clini, slides, features};
    }
    if (tiles !== undefined && clini === undefined && slides === undefined) {
      return {layout: "array", tiles, features};
    }
    const message = "needs clini, slides and features (STAMP), or tiles and features (one .npy array)";
    context.issues.push({code: "custom", message, input: files});
    return z.NEVER;
  });

const slideFeatures = z.strictObject({
  extractor: name.describe("Name of the feature extractor; must equal what a file says of itself"),
  dimension: z.int().min(1).max(65_536).describe("Features of a tile"),
  tileSizeUm: z.number().positive().nullable().describe("Edge of a tile in micrometres; null: not stated"),
  tileSizePx: z.int().positive().nullable().describe("Edge of a tile in pixels; null: not stated"),
  range: z
    .tuple([z.number(), z.number()])
    .describe("No feature lies outside; bounds the statistics that leave a site"),
  tilesPerPatient: z
    .int()
    .min(1)
    .max(100_000)
    .describe("Most tiles of a patient; of more, this many are drawn by a fixed seed"),
});

const slidesShape = z.strictObject({
  ...described,
  kind: z
    .literal("slides")
    .describe("One tile of a histology slide is one row; a patient's tiles are one bag"),
  sites: z.record(siteName, slideFiles).describe("The files of each site; yours alone will do"),
  columns: z.strictObject({
    patient: name.describe("Column of the patient key in every table"),
    file: name.optional().describe("STAMP: column of the slide table with a slide's path below features"),
  }),
  label,
  missing,
  features: slideFeatures,
  generated: z
    .strictObject({generator: z.literal("synthetic-crc"), seed: z.int().min(0).max(0xffff_ffff)})
    .optional()
    .describe("The files are generated, by `consilium data generate`, and lie beside the task file then"),
  split: hashSplit,
});

/** The shape of a task file, before the checks that compare its parts with each other. */
export const taskShape = z.discriminatedUnion("kind", [tabularShape, slidesShape]);

/** A checked task file: the prediction, and the files for it. */
export type Task = z.output<typeof taskShape>;

/** A task whose features are the columns of a table. */
export type TabularTask = z.output<typeof tabularShape>;

/** A task whose features are those of the tiles of histology slides. */
export type SlidesTask = z.output<typeof slidesShape>;

/** A split in which one file gives the site and the part of every patient. */
export type KeysSplit = z.output<typeof keysSplit>;

/** A column that becomes one feature or several. */
export type TaskColumn = TabularTask["columns"][number];

/** The facts that the files of a slide task state about themselves, or that the task states about them. */
export type SlideFeatures = SlidesTask["features"];
