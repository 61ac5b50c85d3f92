import {networkInterfaces} from "node:os";
import {expect, it} from "vitest";
import {startProgram} from "../cli/process.ts";
import {smallConsortium} from "../cli/small-consortium.ts";

it("a node that listens on every interface prints the addresses of this machine, which others can dial", async () => {
  const {first, set} = await smallConsortium();
  await set(first, "listen", ["/ip4/0.0.0.0/tcp/0"]);
  const daemon = startProgram(["start", "--config", first.configPath]);
  await daemon.line(/^status /);
  daemon.child.kill("SIGTERM");
  const {stderr} = await daemon.ended;
  const printed = [...stderr.matchAll(/^listening +\/ip4\/([\d.]+)\/tcp\/\d+\/p2p\/\S+$/gm)].map(
    ([, host]) => host,
  );
  const own = Object.values(networkInterfaces())
    .flatMap((found = []) => found)
    .filter(({family}) => family === "IPv4");
  expect(printed.toSorted()).toEqual(own.map(({address}) => address).toSorted());
});
