"use strict";

document.getElementById("empty")?.addEventListener("click", async () => {
  const response = await fetch("/local/inbox", { method: "DELETE" });
  if (response.ok) window.location.reload();
});
