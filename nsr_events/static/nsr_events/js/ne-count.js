// Tells how many characters are left in a text of several lines; said aloud only when typing pauses.

for (const area of document.querySelectorAll("textarea[data-ne-count]")) {
  const line = area.parentElement.querySelector("[data-ne-left]");
  if (!line) continue;
  const most = Number(area.dataset.neCount);
  const say = () => {
    const left = most - [...area.value.normalize("NFC").trim()].length;
    line.textContent = (left < 0 ? line.dataset.neOver : line.dataset.neLeft).replace("{n}", Math.abs(left));
    line.classList.toggle("is-over", left < 0);
  };
  let pause;
  area.addEventListener("input", () => {
    say();
    clearTimeout(pause);
    line.setAttribute("aria-live", "off");
    pause = setTimeout(() => {
      line.setAttribute("aria-live", "polite");
      line.textContent += "";
    }, 1000);
  });
  if (area.value) say();
}
