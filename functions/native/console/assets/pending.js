// --- How many people's invites are pending, in the head of the group ---
// The most that are counted.
const PENDING_COUNTED = 100;

// Counts them in the first page of the list if it has them all, and else asks for them.
async function countPending(invites, { rows, cursor }) {
  const { filters: { state, mail }, exact, pending } = invites;
  if (pending) return;
  if (!cursor && !mail && !exact && (state === "" || state === "pending")) {
    invites.pending = { count: rows.filter(isPending).length, over: false };
  } else invites.pending = await askPending(invites.group);
  drawPending(invites);
}

async function askPending(group) {
  const found = { count: 0, over: false };
  try {
    let next;
    do {
      const { rows, cursor } = await list(groupPath(group.id, "/invites"), { kind: PEOPLE_KINDS, state: "pending", limit: PENDING_COUNTED, cursor: next });
      found.count += rows.length;
      next = cursor;
    } while (next && found.count < PENDING_COUNTED);
    found.over = Boolean(next);
    return found;
  } catch {
    // The number is an extra. The list below says what is wrong.
    return null;
  }
}

const isPending = (invite) => Boolean(invite) && invite.state === "pending";

// Counts an invite that was changed, or that is new.
function notePending(invites, before, now) {
  if (!invites.pending) return;
  invites.pending.count += Number(isPending(now)) - Number(isPending(before));
  drawPending(invites);
}

// The view may be that of another group by now.
function drawPending({ body, pending }) {
  const place = document.querySelector(".head > .pending");
  if (!body.isConnected || !place || !pending) return;
  place.hidden = false;
  place.textContent = say(pending.over ? "group.pending_over" : "group.pending", { count: pending.count });
}
