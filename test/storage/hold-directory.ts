import {openStateDirectory} from "../../src/storage/index.ts";

/* A process that takes the state directory it is given, says so, and stays until it is killed. */
await openStateDirectory(process.argv[2] ?? "");
process.stdout.write("held\n");
process.stdin.resume();
