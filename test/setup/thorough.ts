/** Whether all runs of the tests that draw many are asked for: CONSILIUM_THOROUGH=1, as in continuous integration. */
export const IS_THOROUGH = process.env["CONSILIUM_THOROUGH"] === "1";

/** How many runs a test makes: `few` of those of `npm test`, and `all` in the thorough tier. */
export function runs(few: number, all: number): number {
  return IS_THOROUGH ? all : few;
}

/** What a test goes through: all of `cases` in the thorough tier, and else one in `stride`, from the first. */
export function casesOf<Case>(cases: readonly Case[], stride: number): readonly Case[] {
  return IS_THOROUGH ? cases : cases.filter((_, index) => index % stride === 0);
}
