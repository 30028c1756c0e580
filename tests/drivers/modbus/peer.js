// Modbus units of another make: npm modbus-serial. Arguments: tcp and a port, or the path of a serial port.
// Takes JSON lines {"area", "unit", "address", "values"} or {"identity": unit, "objects": {"0": "…"}} and answers {"done": true};
// says {"ready": true}, and {"wrote": [area, unit, address, values]}. A unit of which it was told nothing never answers.
const { ServerTCP, ServerSerial } = require("modbus-serial");
const readline = require("node:readline");

const memory = new Map();
const identities = new Map();
const known = new Set();
const never = () => new Promise(() => {});
const say = (told) => console.log(JSON.stringify(told));
const key = (area, unit, address) => `${area} ${unit} ${address}`;

function read(area) {
  return (address, unit) => {
    if (!known.has(unit)) return never();
    const value = memory.get(key(area, unit, address));
    if (value === undefined) throw { modbusErrorCode: 2 };
    return value;
  };
}

function write(area) {
  return (address, value, unit) => {
    if (!known.has(unit)) return never();
    memory.set(key(area, unit, address), value);
    say({ wrote: [area, unit, address, Number(value)] });
  };
}

const units = {
  getCoil: read("coil"),
  getDiscreteInput: read("discrete"),
  getHoldingRegister: read("holding"),
  getInputRegister: read("input"),
  setCoil: write("coil"),
  setRegister: write("holding"),
  readDeviceIdentification: (unit) => {
    if (!known.has(unit)) return never();
    if (!identities.has(unit)) return Promise.reject({ modbusErrorCode: 1 });
    return identities.get(unit);
  },
};

const [place, port] = process.argv.slice(2);
if (place === "tcp") {
  const server = new ServerTCP(units, { host: "127.0.0.1", port: Number(port), unitID: 255 });
  server.on("initialized", () => say({ ready: true }));
} else {
  const server = new ServerSerial(units, { path: place, baudRate: 38400, unitID: 255 }, { parity: "none" });
  server.on("initialized", () => say({ ready: true }));
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const told = JSON.parse(line);
  if (told.identity !== undefined) {
    known.add(told.identity);
    identities.set(told.identity, told.objects);
  } else {
    known.add(told.unit);
    told.values.forEach((value, n) => memory.set(key(told.area, told.unit, told.address + n), value));
  }
  say({ done: true });
}).on("close", () => process.exit(0));
