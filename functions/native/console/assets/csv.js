// --- CSV (RFC 4180) ---
// Returns the rows of a CSV text, each a list of fields. The first line decides between comma and
// semicolon.
function rowsOfCsv(text) {
  const source = text.replace(/^\uFEFF/, "");
  const line = source.slice(0, (source + "\n").search(/[\r\n]/));
  const separator = line.split(";").length > line.split(",").length ? ";" : ",";
  const rows = [[]];
  let value = "", quoted = false;
  const endField = () => { rows[rows.length - 1].push(value); value = ""; };
  for (let at = 0; at < source.length; at += 1) {
    const letter = source[at];
    if (quoted) {
      if (letter !== '"') value += letter;
      else if (source[at + 1] === '"') { value += letter; at += 1; } else quoted = false;
    } else if (letter === '"' && value === "") quoted = true;
    else if (letter === separator) endField();
    else if (letter === "\n") { endField(); rows.push([]); } else if (letter !== "\r") value += letter;
  }
  endField();
  return rows.filter((row) => row.some((field) => field.trim() !== ""));
}

const COLUMNS = ["email", "first_name", "last_name", "roles", "message", "locale"];

// Returns the people of a CSV file, or null if no column is called `email`. Other columns are ignored.
function peopleOfCsv(text) {
  const [head = [], ...rows] = rowsOfCsv(text);
  const names = head.map((name) => name.trim().toLowerCase().replace(/[ -]/g, "_"));
  if (!names.includes("email")) return null;
  return rows.map((row) => {
    const person = {};
    names.forEach((name, index) => { if (COLUMNS.includes(name) && row[index] && row[index].trim()) person[name] = row[index].trim(); });
    if (person.roles) person.roles = wordsIn(person.roles);
    return { email: "", ...person };
  });
}

// Returns the text of a file: UTF-8, or else windows-1252, in which Excel saves CSV.
function textOfFile(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

// Returns the people of a pasted text, in its order: addresses, each perhaps behind a name.
function peopleOfText(text) {
  return text.split(/[\r\n]+/).flatMap((line) => {
    const people = [];
    let at = 0;
    for (const match of line.matchAll(/<([^<>]*)>/g)) {
      people.push(...peopleBefore(line.slice(at, match.index), match[1].trim()));
      at = match.index + match[0].length;
    }
    return [...people, ...addressesIn(line.slice(at))];
  });
}

// The last name before the comma in "Lovelace, Ada <ada@example.com>".
const LAST_NAME = /(?:^|[<>,;"])([^<>,;"@]*[^<>,;"@\s][^<>,;"@]*),\s*$/;

const addressesIn = (text) => wordsIn(text).map((email) => ({ email }));

// Returns the people of a text that ends with the name of this address. The name is in quotes, or
// reaches back to the last separator, or over one comma to the last name.
function peopleBefore(text, email) {
  const trimmed = text.trimEnd();
  const open = trimmed.endsWith('"') ? trimmed.lastIndexOf('"', trimmed.length - 2) : -1;
  if (trimmed.length > 1 && open >= 0) return [...addressesIn(trimmed.slice(0, open)), personOf(trimmed.slice(open + 1, -1), email)];
  const start = 1 + Math.max(...Array.from('<>,;"', (letter) => text.lastIndexOf(letter)));
  const words = wordsIn(text.slice(start));
  const last = words.length > 0 && !words.some((word) => word.includes("@")) && LAST_NAME.exec(text.slice(0, start));
  if (last) return [...addressesIn(text.slice(0, last.index)), personOf(`${last[1]},${text.slice(start)}`, email)];
  // Addresses before the name are people of their own.
  const name = words.filter((word) => !ADDRESS.test(word)).join(" ");
  return [...addressesIn(text.slice(0, start)), ...words.filter((word) => ADDRESS.test(word)).map((email) => ({ email })), personOf(name, email)];
}

// Returns the person with this name: "Ada Lovelace", or "Lovelace, Ada" with the last name first.
function personOf(name, email) {
  const parts = name.split(",").map((part) => part.trim());
  if (parts.length === 2 && parts.every(Boolean)) return { email, first_name: parts[1], last_name: parts[0] };
  const [first_name, ...others] = wordsIn(name).filter((word) => !ADDRESS.test(word));
  return withoutEmpty({ email, first_name, last_name: others.join(" ") });
}

// Asks for every page of the filters as CSV, and saves them as one file.
async function exportInvites(invites) {
  tell(say("invites.exporting"));
  const path = groupPath(invites.group.id, "/invites");
  const values = apiFilters(invites);
  let cursor, text = "", count = 0;
  do {
    const { data, headers } = await call("GET", path + queryOf({ ...values, limit: 100, cursor }), { accept: "text/csv" });
    const head = data.indexOf("\n") + 1;
    text += text ? data.slice(head) : data;
    count += Math.max(0, rowsOfCsv(data).length - 1);
    const next = /<([^>]*)>;\s*rel="next"/.exec(headers.get("link") || "");
    cursor = next && new URL(next[1], location.href).searchParams.get("cursor");
  } while (cursor);
  // Excel reads UTF-8 only behind a byte order mark.
  download(`invites-${invites.group.id}.csv`, "\uFEFF" + text, "text/csv;charset=utf-8");
  tell(say("invites.exported", { count }));
}
