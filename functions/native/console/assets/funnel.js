// --- The funnel: numbers of the last 30 days ---
const STAGES = ["made", "delivered", "accepted"];
const ENDINGS = ["bounced", "declined", "expired", "revoked"];

async function showFunnel(place, group) {
  let stats;
  try {
    stats = (await call("GET", groupPath(group.id, "/invite-stats"))).data;
  } catch {
    // The numbers are an extra. The list below says what is wrong.
    return;
  }
  const sums = {};
  for (const name of [...STAGES, ...ENDINGS]) sums[name] = stats.days.reduce((sum, day) => sum + day[name], 0);
  if (sums.made === 0) return;
  const most = Math.max(...STAGES.map((name) => sums[name]));
  const stages = STAGES.map((name) => {
    const bar = el("span", { class: "bar-fill" });
    bar.style.inlineSize = `${(100 * sums[name]) / most}%`;
    return el("li", { class: name }, el("small", null, say("funnel." + name)), el("b", null, NUMBERS.format(sums[name])), el("span", { class: "bar-track", "aria-hidden": "true" }, bar));
  });
  const endings = ENDINGS.filter((name) => sums[name] > 0).map((name) => say("funnel." + name, { count: sums[name] }));
  const line = [endings.join(" · "), typicalTime(stats.time_to_accept)].filter(Boolean);
  place.replaceChildren(el("section", { class: "panel funnel", "aria-labelledby": "funnel-title" }, el("h2", { id: "funnel-title" }, say("funnel.title")),
    el("ol", null, ...stages), ...line.map((text) => el("p", { class: "hint" }, text))));
}

// Returns the part of the histogram in which half of the acceptances are reached, in words.
function typicalTime(parts) {
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  if (total === 0) return null;
  let sum = 0;
  const at = parts.findIndex((part) => { sum += part.count; return sum * 2 >= total; });
  if (parts[at].up_to_seconds !== null) return say("funnel.fast", { time: lengthInWords(parts[at].up_to_seconds) });
  return say("funnel.slow", { time: lengthInWords(parts[at - 1].up_to_seconds) });
}
