// Track chips and the list view of the programme. Without scripts the chips are links that the server answers;
// with scripts they hide and show what is already here and keep the address in step.
const programme = document.querySelector("[data-ne-programme]");
const chips = [...document.querySelectorAll("a.ne-chip[data-track]")];

function chosen() {
  return new Set(chips.filter((chip) => chip.getAttribute("aria-current") === "true").map((chip) => chip.dataset.track));
}

function show(tracks) {
  for (const item of programme.querySelectorAll(".ne-s")) {
    item.hidden = tracks.size > 0 && !tracks.has(item.dataset.track ?? "");
  }
  for (const slot of programme.querySelectorAll(".ne-slot")) {
    slot.hidden = !slot.querySelector(".ne-s:not([hidden])");
  }
}

function remember(tracks) {
  const address = new URL(location.href);
  address.searchParams.delete("track");
  for (const track of [...tracks].sort()) address.searchParams.append("track", track);
  history.replaceState(null, "", address);
}

if (programme && !programme.hasAttribute("data-filtered")) {
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      const on = chip.getAttribute("aria-current") === "true";
      if (on) chip.removeAttribute("aria-current"); else chip.setAttribute("aria-current", "true");
      const tracks = chosen();
      show(tracks);
      remember(tracks);
    });
  }
}

const toggle = document.querySelector("[data-ne-list]");
if (programme && toggle) {
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    const on = programme.classList.toggle("is-list");
    toggle.setAttribute("aria-pressed", String(on));
  });
}

for (const button of document.querySelectorAll("[data-ne-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
