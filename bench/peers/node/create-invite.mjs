// Creates an invite as `native-create-invite` does for an e-mail address: the same event, the same
// calls to the same table, and an item with the same keys. ../README.md compares the two.
import { createHash, createHmac, randomUUID } from "node:crypto";
import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";

const env = process.env;
const TABLE = env.TABLE_NAME;
const HOUR = 3600;
const DAY = 86_400;
const LIFETIME = 7 * DAY;
const PER_HOUR = Number(env.LIMIT_INVITES_PER_INVITER_HOUR);
const PENDING = Number(env.LIMIT_PENDING_PER_GROUP);
const RANKS = ["member", "editor", "admin", "owner"];
/** The least rank that may invite, by the group's policy. */
const INVITERS = { members: 0, admins: 2, owners: 3 };
const EMAIL = /^[^\s@"<>]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const ROLE = /^[a-z0-9_-]{1,32}$/;

const client = new DynamoDBClient({});
const issuerKeys = createRemoteJWKSet(new URL(env.JWT_JWKS_URL));

/** An answer other than 201. */
class Refusal extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

/** Answers with the refusal unless the condition holds. */
function check(holds, status, code) {
  if (!holds) throw new Refusal(status, code);
}

export async function handler(event) {
  try {
    const caller = await verified(event.headers.authorization);
    const invite = await create(caller, event.pathParameters.group, read(event.body), Math.floor(Date.now() / 1000));
    return answer(201, invite);
  } catch (error) {
    if (error instanceof Refusal) return answer(error.status, { code: error.message });
    throw error;
  }
}

function answer(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

const padded = (number, digits) => String(number).padStart(digits, "0");

/** Returns the claims of the bearer token, whose signature, issuer, audience, type and times are valid. */
async function verified(authorization) {
  const [scheme, token] = authorization?.split(" ") ?? [];
  check(scheme === "Bearer" && token, 401, "unauthenticated");
  try {
    const { payload } = await jwtVerify(token, issuerKeys, {
      algorithms: ["ES256"],
      issuer: env.JWT_ISSUER,
      audience: env.JWT_AUDIENCE,
      typ: env.JWT_TYPE,
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: 30,
    });
    return payload;
  } catch (error) {
    throw error instanceof errors.JOSEError ? new Refusal(401, "unauthenticated") : error;
  }
}

/** Returns the validated body. */
function read(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Refusal(400, "malformed_body");
  }
  const { email, roles, message = null, metadata = {} } = body ?? {};
  check(typeof email === "string" && email.length <= 254 && EMAIL.test(email), 422, "invalid_body");
  const different = Array.isArray(roles) && new Set(roles).size === roles.length;
  check(different && roles.length >= 1 && roles.length <= 16, 422, "invalid_body");
  check(roles.every((role) => typeof role === "string" && ROLE.test(role)), 422, "invalid_body");
  check(message === null || (typeof message === "string" && message.length <= 1000), 422, "invalid_body");
  check(metadata !== null && typeof metadata === "object" && !Array.isArray(metadata), 422, "invalid_body");
  return { email, roles, message, metadata };
}

const rank = (roles) => Math.max(0, ...roles.map((role) => RANKS.indexOf(role)));

async function create(caller, group, body, at) {
  const address = body.email.toLowerCase();
  const digest = createHash("sha256").update(`${group}\0e:${address}`).digest();
  const id = digest.readUIntBE(0, 6) + 1;
  const [found, passed, pending] = await Promise.all([
    readRecords(caller.sub, group, id, address),
    countRequest(caller.sub, at),
    countPending(group, at),
  ]);
  const { group: record, member, user } = found;
  check(record?.state === "active", 404, "group_not_found");
  check(member, 404, "group_not_found");
  check(rank(member.roles) >= INVITERS[record.policy.who_may_invite], 403, "forbidden");
  check(rank(body.roles) <= rank(member.roles), 403, "role_above_own");
  check(!record.policy.frozen, 403, "group_frozen");
  check(passed, 429, "rate_limited");
  check(pending < Math.min(record.policy.max_pending, PENDING), 429, "pending_limit");
  check(!found.invite && found.pointer?.user !== caller.sub, 409, "invite_already_pending");
  const invite = { id, group, address, at, by: caller.sub, name: user?.profile?.name ?? caller.name };
  await put({ ...invite, ...body, groupName: record.name, rank: RANKS[rank(member.roles)] });
  return { object: "invite", id, group, ...body, state: "pending", created_at: at, expires_at: at + LIFETIME, token: link(invite) };
}

/** Returns the token of the invite's link. */
function link({ group, id }) {
  const subject = ["invite", group, id, 1].join("\0");
  return `bkn_${createHmac("sha256", env.TOKEN_KEY).update(subject).digest("base64url")}`;
}

/** Reads the group, the inviter's membership and record, the invite's own key, and the address's pointer. */
async function readRecords(caller, group, id, address) {
  const keys = {
    group: [`G#${group}`, "G"],
    member: [`G#${group}`, `M#${caller}`],
    user: [`U#${caller}`, "U"],
    invite: [`G#${group}`, `I#${id}`],
    pointer: [`E#${address}`, "P"],
  };
  const Keys = Object.values(keys).map(([pk, sk]) => marshall({ pk, sk }));
  const { Responses, UnprocessedKeys } = await client.send(
    new BatchGetItemCommand({ RequestItems: { [TABLE]: { Keys, ConsistentRead: true } } }),
  );
  check(Object.keys(UnprocessedKeys).length === 0, 503, "temporarily_unavailable");
  const items = Responses[TABLE].map((item) => unmarshall(item));
  const found = ([pk, sk]) => items.find((item) => item.pk === pk && item.sk === sk);
  return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, found(key)]));
}

/** Counts the request in the inviter's window of an hour. Returns whether it passed. */
async function countRequest(caller, at) {
  const start = at - (at % HOUR);
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: marshall({ pk: `R#invites#${caller}`, sk: padded(start, 12) }),
        UpdateExpression: "SET #type = :type, #ttl = :ttl, last_passed = :mark ADD passed :one",
        ConditionExpression: "attribute_not_exists(passed) OR (passed <= :others AND last_passed <> :mark)",
        ExpressionAttributeNames: { "#type": "type", "#ttl": "ttl" },
        ExpressionAttributeValues: marshall({
          ":type": "window",
          ":ttl": start + HOUR + DAY,
          ":mark": randomUUID(),
          ":one": 1,
          ":others": PER_HOUR - 1,
        }),
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Returns how many of the group's first 25 pending invites have not expired. */
async function countPending(group, at) {
  const { Count } = await client.send(
    new QueryCommand({
      TableName: TABLE,
      IndexName: "by_group",
      KeyConditionExpression: "pk = :pk AND by_group_sk BETWEEN :low AND :high",
      FilterExpression: "attribute_not_exists(expires_at) OR expires_at > :now",
      ExpressionAttributeValues: marshall({ ":pk": `G#${group}`, ":low": "pending#", ":high": "pending#~", ":now": at }),
      Select: "COUNT",
      Limit: 25,
      ScanIndexForward: false,
    }),
  );
  return Count;
}

/** Writes the invite, on the condition that its key is empty. */
async function put(invite) {
  const { id, group, address, at } = invite;
  const sort = `pending#${padded(at, 12)}#${padded(id, 16)}`;
  const item = {
    pk: `G#${group}`,
    sk: `I#${id}`,
    type: "invite",
    id,
    group,
    group_name: invite.groupName,
    generation: 1,
    version: 1,
    invitee: { kind: "email", email: invite.email },
    roles: invite.roles,
    state: "pending",
    message: invite.message ?? undefined,
    metadata: JSON.stringify(invite.metadata),
    outbox: "queued",
    delivery: { state: "queued", attempts: 0, updated_at: at },
    created_at: at,
    created_by: invite.by,
    created_by_name: invite.name,
    created_by_rank: invite.rank,
    request: randomUUID(),
    updated_at: at,
    expires_at: at + LIFETIME,
    send_count: 1,
    by_group_sk: sort,
    by_invitee_pk: `V#e:${address}`,
    by_invitee_sk: sort,
    by_sender_sk: `${padded(at, 12)}#${group}#${padded(id, 16)}`,
    due_pk: `D#${id % 8}`,
    due_sk: `${padded(at + 2 * DAY, 12)}#${padded(id, 16)}`,
  };
  const Item = marshall(item, { removeUndefinedValues: true });
  try {
    await client.send(new PutItemCommand({ TableName: TABLE, Item, ConditionExpression: "attribute_not_exists(pk)" }));
  } catch (error) {
    throw error instanceof ConditionalCheckFailedException ? new Refusal(409, "invite_already_pending") : error;
  }
}
