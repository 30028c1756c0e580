// A certified identity provider with three people and no passwords: node server.mjs FOLDER_OF_MODULES HOST
// Its ID tokens say who somebody is; names and groups it tells at its userinfo address, as the standard has it.
import { webcrypto } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

globalThis.crypto ??= webcrypto; // Node.js 18

const [folder, host] = process.argv.slice(2);
const modules = createRequire(pathToFileURL(`${folder}/node_modules/`));
const { default: Provider, interactionPolicy } = await import(pathToFileURL(modules.resolve("oidc-provider")));
const { exportJWK, generateKeyPair } = await import(pathToFileURL(modules.resolve("jose")));

const PEOPLE = {
  mvirtanen: { name: "M. Virtanen", groups: ["staff", "vanaja guards"] },
  anieminen: { preferred_username: "anieminen", groups: ["dvv officials", "unknown"] },
  nobody: { name: "E. Kukaan", groups: ["staff"] },
};

const server = createServer().listen(0, "127.0.0.1");
await new Promise((listening) => server.once("listening", listening));
const { privateKey } = await generateKeyPair("RS256", { extractable: true });

const policy = interactionPolicy.base();
policy.get("consent").checks.remove("native_client_prompt");

const provider = new Provider(`http://${host}:${server.address().port}`, {
  clients: [{
    client_id: "talonmies",
    client_secret: "CANARY secret: of the client/+%",
    application_type: "native", // at the loopback, any port is theirs
    redirect_uris: ["http://localhost/sign-in/callback", "http://127.0.0.1/sign-in/callback"],
    post_logout_redirect_uris: ["http://localhost/sign-in", "http://127.0.0.1/sign-in"],
  }],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], groups: ["groups"] },
  cookies: { keys: ["only-for-tests"] },
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "RS256", use: "sig" }] },
  features: { devInteractions: { enabled: false } },
  interactions: { policy, url: (_, interaction) => `/who/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) }),
  loadExistingGrant: async (ctx) => {
    const { client, session, provider } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile groups");
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
server.on("request", async (request, response) => {
  if (!request.url.startsWith("/who/")) return answer(request, response);
  if (request.method === "GET") {
    response.setHeader("Content-Type", "text/html");
    return response.end('<!doctype html><title>Who?</title><form method="post"><input name="who" aria-label="Who"><button>Go</button></form>');
  }
  let body = "";
  for await (const part of request) body += part;
  const who = new URLSearchParams(body).get("who");
  const result = who in PEOPLE ? { login: { accountId: who } } : { error: "access_denied" };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
});
console.log(server.address().port);
