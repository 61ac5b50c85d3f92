import {request} from "node:http";

/** An answer as a client gets it. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** What may differ from a plain GET. */
export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The answer to a request as a browser, a proxy or an attacker may write it. */
export function ask(url: string, options: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => {
        const text = Buffer.concat(parts).toString();
        resolve({status: response.statusCode ?? 0, headers: response.headers, text});
      });
    });
    asked.on("error", reject).end();
  });
}

/** The body of {@link ask}'s answer as JSON. */
export async function askJson(url: string, options: Question = {}): Promise<unknown> {
  return JSON.parse((await ask(url, options)).text) as unknown;
}
