/*
 * Loaded into a daemon before its own code: SIGUSR2 cuts it off from the other members, and the next one heals that.
 * While it is cut off, nothing goes out and nothing is read over any connection but those of its status server.
 */
import {Server as HttpServer} from "node:http";
import {Socket} from "node:net";

const {_read: read, _writeGeneric: write} = Socket.prototype;
const sockets = new Set();
let isCut = false;
let held = [];

const isPeers = (socket) => !(socket._server instanceof HttpServer);

Socket.prototype._read = function (size) {
  if (!sockets.has(this)) {
    sockets.add(this);
    this.once("close", () => sockets.delete(this));
  }
  if (!isCut || !isPeers(this)) read.call(this, size);
};

Socket.prototype._writeGeneric = function (...words) {
  if (isCut && isPeers(this)) held.push(() => write.apply(this, words));
  else write.apply(this, words);
};

process.on("SIGUSR2", () => {
  isCut = !isCut;
  for (const socket of sockets) {
    if (!isPeers(socket) || socket.destroyed) continue;
    if (!isCut) read.call(socket, 0);
    else if (socket._handle != null) {
      socket._handle.readStop();
      // Else reading would not begin again.
      socket._handle.reading = false;
    }
  }
  if (isCut) return;
  const due = held;
  held = [];
  for (const go of due) go();
});
