// An OPC UA server of another make (node-opcua) for the tests: node server.js FOLDER PORT {options as JSON}
// Says {"ready": PORT}, then obeys JSON lines such as {"node": "Fan", "value": true, "status": "BadSensorFailure"} with {"done": true},
// and says {"written": NODE, "value": …} of what a client has written. options: user, password. It trusts the certificates that are
// in FOLDER/pki/trusted/certs.
const readline = require("node:readline");
const {
  DataType, DataValue, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, SecurityPolicy, StatusCodes, Variant,
  get_mini_nodeset_filename,
} = require(`${process.env.NODE_PATH}/node-opcua`);

const [folder, port, json] = process.argv.slice(2);
const options = JSON.parse(json || "{}");
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

async function main() {
  const certificates = new OPCUACertificateManager({ rootFolder: `${folder}/pki`, automaticallyAcceptUnknownCertificate: false });
  await certificates.initialize();
  const server = new OPCUAServer({
    port: Number(port),
    nodeset_filename: [get_mini_nodeset_filename()], // all of the standard's types take five seconds more
    hostname: "127.0.0.1",
    serverCertificateManager: certificates,
    allowAnonymous: true,
    userManager: { isValidUser: (user, password) => user === options.user && password === options.password },
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
    serverInfo: { applicationUri: "urn:tests:bms" },
    discoveryServerEndpointUrl: "",
    registerServerMethod: 1,
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const own = space.registerNamespace("urn:tests:bms:field");
  const values = {};

  function add(parent, id, browseName, dataType, value, accessLevel = "CurrentRead | CurrentWrite") {
    values[id] = new DataValue({ value: new Variant({ dataType, value }), sourceTimestamp: new Date() });
    const node = own.addVariable({
      componentOf: parent, nodeId: `s=${id}`, browseName, dataType: DataType[dataType], accessLevel, userAccessLevel: accessLevel,
      minimumSamplingInterval: 50,
      value: {
        timestamped_get: () => values[id],
        timestamped_set: async (written) => {
          values[id] = new DataValue({ value: written.value, sourceTimestamp: new Date() });
          say({ written: id, value: written.value.value, type: DataType[written.value.dataType] });
          return StatusCodes.Good;
        },
      },
    });
    return node;
  }

  const field = own.addObject({ organizedBy: space.rootFolder.objects, browseName: "Field" });
  const room = own.addObject({ organizedBy: field, nodeId: "s=Room1", browseName: "Room1" });
  add(room, "Room1-occ", "Occupied", "Boolean", false, "CurrentRead");
  add(room, "Room1-n", "People", "UInt16", 0, "CurrentRead");
  add(room, "Room1-cover", "CoverOpen", "Boolean", false, "CurrentRead");
  add(room, "Room1-battery", "Battery", "Float", 0.77, "CurrentRead");
  add(field, "Fan", "Fan", "Boolean", false);
  add(field, "Locked", "Locked", "Boolean", false, "CurrentRead");
  add(field, "Level", "Level", "Int16", 404);
  add(field, "Muted", "Muted", "Boolean", false);

  await server.start();
  say({ ready: server.endpoints[0].port });
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const wish = JSON.parse(line);
    const { dataType } = values[wish.node].value;
    values[wish.node] = new DataValue({
      value: new Variant({ dataType: wish.type ? DataType[wish.type] : dataType, value: wish.value }),
      statusCode: StatusCodes[wish.status || "Good"],
      sourceTimestamp: wish.time ? new Date(wish.time) : new Date(),
    });
    say({ done: true });
  }
  process.exit(0);
}

main().catch((error) => { console.error(error); process.exit(1); });
