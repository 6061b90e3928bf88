// --- What a person typed to invite people, kept in the tab for a sign-in in between ---
const DRAFT = "beckon.console.draft.";
// The values of the form, the people of the file, and the idempotency keys of what was sent.
const DRAFT_PARTS = ["form", "file", "keys"];

const draftKey = (group, part) => `${DRAFT}${part}.${group.id}`;
const draftOf = (group, part) => stored(() => JSON.parse(sessionStorage.getItem(draftKey(group, part))));

function keepDraft(group, part, value) {
  stored(() => sessionStorage.setItem(draftKey(group, part), JSON.stringify(value)));
}

function dropDraft(group, parts = DRAFT_PARTS) {
  for (const part of parts) stored(() => sessionStorage.removeItem(draftKey(group, part)));
}

// Forgets the drafts of every group.
function dropDrafts() {
  stored(() => {
    for (const key of Object.keys(sessionStorage).filter((key) => key.startsWith(DRAFT))) sessionStorage.removeItem(key);
  });
}
