// Tests macaroons.js against the local service.
import assert from "node:assert/strict";
import macaroons from "macaroons.js";
import { joins, newToken, refused, soon } from "./onezone.mjs";

const { MacaroonsBuilder } = macaroons;
const narrowed = (token, ...caveats) => {
  const builder = new MacaroonsBuilder(MacaroonsBuilder.deserialize(token));
  for (const caveat of caveats) builder.add_first_party_caveat(caveat);
  return builder.getMacaroon().serialize();
};

const token = await newToken();
const macaroon = MacaroonsBuilder.deserialize(token);
assert.equal(macaroon.location, "onezone");
assert.match(macaroon.identifier, /^1\.3773\.\d+\.1$/);
assert.deepEqual(
  macaroon.caveatPackets.map((packet) => packet.getValueAsText().split(" ")[0]),
  ["tokenType", "time"],
);
assert.equal(macaroon.serialize(), token);

for (const caveats of [["user = ada"], ["email = cy@example.com"], ["os = x"], ["user = bob", "user = cy"]]) {
  await refused("BOB", narrowed(token, ...caveats));
}
await refused("BOB", narrowed(token, "time < 1496140144"), true);
const other = MacaroonsBuilder.create("onezone", "another key", macaroon.identifier).serialize();
await refused("BOB", other);
await joins("ADA", narrowed(token, "user = ada", "email = Ada@Example.com", `time < ${soon(600)}`));
await refused("BOB", token, true);
await joins("BOB", await newToken());
console.log("macaroons.js passed");
