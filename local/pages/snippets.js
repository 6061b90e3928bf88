// The requests of the page in three languages. A snippet is `{ curl, javascript, ruby }`.

const WIDTH = 68;

// Returns the request that signs a person in. Its token is in the variable.
export function signsIn(url, variable, claims) {
  return {
    curl: `${variable.toUpperCase()}=$(curl -s ${url}/local/token \\\n  -d ${quoted(JSON.stringify(claims))} |\n  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
    javascript: `const { access_token: ${variable} } = await fetch("${url}/local/token", {\n  method: "POST",\n  body: JSON.stringify(${indented(literal(claims))}),\n}).then((answer) => answer.json());`,
    ruby: `require "net/http"\nrequire "json"\n\nanswer = Net::HTTP.post(URI("${url}/local/token"),\n  ${indented(literal(claims, ruby))}.to_json)\n${variable} = JSON.parse(answer.body)["access_token"]`,
  };
}

// Returns a request whose caller's token is in the variable, or that needs none.
export function sends(url, { method, path, variable, body }) {
  const address = url + path;
  return {
    curl: curl(address, variable, body),
    javascript: javascript(address, method, variable, body),
    ruby: (body ? rubyPost : rubyGet)(address, variable, body),
  };
}

// Returns one snippet after the other.
export function both(first, second) {
  return Object.fromEntries(Object.entries(first).map(([language, text]) => [language, `${text}\n\n${second[language]}`]));
}

function curl(address, variable, body) {
  const parts = [`curl -s ${address}`];
  if (variable) parts.push(`-H "authorization: Bearer $${variable.toUpperCase()}"`);
  if (body) parts.push("-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(body))}`);
  return parts.join(" \\\n  ");
}

function javascript(address, method, variable, body) {
  const headers = [];
  if (variable) headers.push(`authorization: \`Bearer \${${variable}}\``);
  if (body) headers.push('"content-type": "application/json"');
  const options = [];
  if (body) options.push(`method: "${method}"`);
  if (headers.length > 0) options.push(`headers: { ${headers.join(", ")} }`);
  if (body) options.push(`body: JSON.stringify(${indented(literal(body))})`);
  const init = options.length > 0 ? `, {\n${options.map((option) => `  ${option},\n`).join("")}}` : "";
  return `console.log(await fetch("${address}"${init}).then((answer) => answer.json()));`;
}

function rubyPost(address, variable, body) {
  return `answer = Net::HTTP.post(URI("${address}"),\n  ${indented(literal(body, ruby))}.to_json,\n  "authorization" => "Bearer #{${variable}}", "content-type" => "application/json")\nputs answer.body`;
}

function rubyGet(address, variable) {
  const begin = variable ? "" : 'require "net/http"\n\n';
  return `${begin}puts Net::HTTP.get(URI("${address}")${variable ? `,\n  "authorization" => "Bearer #{${variable}}"` : ""})`;
}

// Returns the text as one word of a shell.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// Returns a string of Ruby, where # can begin a variable.
const ruby = (text) => JSON.stringify(text).replaceAll("#", "\\#");

// Returns a value as JavaScript and Ruby write it; they differ in strings alone.
function literal(value, string = JSON.stringify) {
  if (typeof value === "string") return string(value);
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, string)).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, item]) => `${name}: ${literal(item, string)}`);
  const line = `{ ${entries.join(", ")} }`;
  return line.length <= WIDTH ? line : `{\n${entries.map((entry) => `  ${entry},\n`).join("")}}`;
}

const indented = (text) => text.replaceAll("\n", "\n  ");
