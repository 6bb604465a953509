// Lets Espressif's own esptool-js (npm, Apache-2.0) write to the simulated ESP32-S3 of the tests, over TCP.
//
//   node esptool_judge.mjs FOLDER PORT rom|ram RATE ADDRESS FILE
//
// FOLDER has node_modules/esptool-js: npm install --prefix FOLDER esptool-js@0.7.0
// rom: requests of the chip's own loader only; ram: Espressif's flasher is uploaded first, as the tool does by itself.
// To the simulator go messages: 1 + u32 length + bytes, 2 + DTR + RTS, 3 + u32 rate. Back come bare bytes.
import { createConnection } from "node:net";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port, mode, rate, address, file] = process.argv.slice(2);
const require = createRequire(pathToFileURL(folder + "/"));
const { ESPLoader, Transport } = await import(pathToFileURL(require.resolve("esptool-js")).href);

class Device {
  constructor(socket) {
    this.socket = socket;
    this.dtr = false;
    this.rts = false;
    socket.on("data", (bytes) => this.controller?.enqueue(new Uint8Array(bytes)));
  }

  getInfo() {
    return { usbVendorId: 0x10c4, usbProductId: 0xea60 }; // a bridge, so that the lines are danced as for one
  }

  async open({ baudRate }) {
    await this.setBaudRate(baudRate);
    this.readable = new ReadableStream({ start: (controller) => { this.controller = controller; } });
    this.writable = new WritableStream({ write: (bytes) => this.send(1, bytes) });
  }

  async close() {
    this.controller = undefined;
    this.readable = this.writable = null;
  }

  async setBaudRate(baud) {
    const bytes = Buffer.alloc(5);
    bytes[0] = 3;
    bytes.writeUInt32LE(baud, 1);
    this.socket.write(bytes);
  }

  async setSignals({ dataTerminalReady, requestToSend }) {
    this.dtr = dataTerminalReady ?? this.dtr;
    this.rts = requestToSend ?? this.rts;
    this.socket.write(Buffer.from([2, this.dtr ? 1 : 0, this.rts ? 1 : 0]));
  }

  send(kind, bytes) {
    const head = Buffer.alloc(5);
    head[0] = kind;
    head.writeUInt32LE(bytes.length, 1);
    this.socket.write(Buffer.concat([head, Buffer.from(bytes)]));
  }
}

const socket = createConnection(Number(port), "127.0.0.1");
await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
const terminal = { clean() {}, writeLine: (text) => console.log(text), write: (text) => process.stdout.write(text) };
const loader = new ESPLoader({ transport: new Transport(new Device(socket)), baudrate: Number(rate), romBaudrate: 115200, terminal });
if (mode === "rom") {
  loader.FLASH_WRITE_SIZE = 0x400; // what the ROM takes; the tool sets its flasher's size before it knows
  loader.runStub = async () => {
    await loader.flashSpiAttach(0);
    return loader.chip;
  };
  const ask = loader.flashMd5sum.bind(loader); // it takes the ROM's 32 hex digits for bytes and shows their codes
  loader.flashMd5sum = async (...range) => {
    const told = await ask(...range);
    return told.length === 64 ? Buffer.from(told, "hex").toString("ascii") : told;
  };
}
console.log("chip:", await loader.main());
await loader.writeFlash({
  fileArray: [{ data: new Uint8Array(readFileSync(file)), address: Number(address) }],
  flashMode: "keep", flashFreq: "keep", flashSize: "keep", eraseAll: false, compress: true,
  calculateMD5Hash: (image) => createHash("md5").update(image).digest("hex"),
});
console.log("judged: the same MD5");
socket.end();
process.exit(0);
