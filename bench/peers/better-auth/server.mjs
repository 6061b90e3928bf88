// Serves better-auth at the loopback address URL; its own GET /api/auth/ok says when it is up.
import { createServer } from "node:http";
import { toNodeHandler } from "better-auth/node";
import { auth } from "./auth.mjs";

const { hostname, port } = new URL(process.env.URL);
createServer(toNodeHandler(auth)).listen(Number(port), hostname);
