// The loop of Lambda's Node runtime: gets an event from the Runtime API, calls the handler, and posts
// its answer. ../README.md says why it is not `aws-lambda-ric`. Usage: node runtime.mjs HANDLER
import { createRequire } from "node:module";
import { Agent, request } from "node:http";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, path, body) {
  return new Promise((resolve, reject) => {
    const asked = request({ agent, host, port, method, path: `/2018-06-01/runtime/${path}` }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(parts).toString() }));
      answer.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

function failure(error) {
  return JSON.stringify({ errorType: error.name, errorMessage: error.message });
}

let handler;
try {
  ({ handler } = createRequire(import.meta.url)(process.argv[2]));
} catch (error) {
  await ask("POST", "init/error", failure(error));
  throw error;
}
for (;;) {
  const event = await ask("GET", "invocation/next");
  const path = `invocation/${event.headers["lambda-runtime-aws-request-id"]}`;
  try {
    await ask("POST", `${path}/response`, JSON.stringify(await handler(JSON.parse(event.body))));
  } catch (error) {
    await ask("POST", `${path}/error`, failure(error));
  }
}
