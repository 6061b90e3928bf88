// --- The QR code of a link ---
// What the picture is made of: elements with their attributes. Anything else is not shown.
const SVG_PARTS = new Map([["svg", ["xmlns", "viewBox", "shape-rendering"]], ["path", ["fill", "d"]]]);

async function showCode(link) {
  const { data } = await call("POST", invitePath(link, "/link"));
  const { data: text } = await call("GET", pathOf`/i/${data.token}/qr.svg`, { accept: "image/svg+xml" });
  const picture = pictureOf(text);
  const close = openDialog(say("qr.title", { group: link.group.name }), [
    el("p", null, say("qr.text")), el("div", { class: "code" }, picture),
    el("div", { class: "row" },
      button(say("qr.print"), () => print(), { kind: "primary" }),
      button(say("qr.save"), () => download(`link-${link.group.id}.svg`, text, "image/svg+xml")),
      button(say("close"), () => close())),
  ]);
}

// Returns the element of the picture. A browser runs nothing and loads nothing of these parts.
function pictureOf(text) {
  const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const known = (part) => part instanceof SVGElement && SVG_PARTS.has(part.localName) && Array.from(part.attributes).every(({ name }) => SVG_PARTS.get(part.localName).includes(name));
  if (!(picture instanceof SVGSVGElement && [picture, ...picture.querySelectorAll("*")].every(known))) throw new Refusal(502, { detail: say("qr.bad") }, 0);
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", say("qr.image"));
  return document.adoptNode(picture);
}
