// --- The page that was opened ---
addEventListener("hashchange", () => {
  closeDialogs();
  if (location.hash.startsWith("#/") || location.hash.length < 2) show(true);
  else begin();
});
for (const kind of ["online", "offline"]) {
  addEventListener(kind, () => {
    const place = document.getElementById("offline");
    if (place) place.hidden = kind === "online";
  });
}
begin();
