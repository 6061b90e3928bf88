// Serves better-auth at the loopback address URL. Its GET /api/auth/ok answers as soon as it runs.
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./auth.mjs";

const { hostname, port } = new URL(process.env.URL);
createServer(toNodeHandler(auth)).listen(Number(port), hostname);
