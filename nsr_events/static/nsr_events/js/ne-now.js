// Now and next, from the times in the page and the server's clock. Silent when nothing is near.
const programme = document.querySelector("[data-ne-programme]");
const strip = document.querySelector("[data-ne-nownext]");
const HOUR = 60 * 60 * 1000;

function sessions() {
  return [...programme.querySelectorAll(".ne-s[data-start]")].map((item) => ({
    item,
    start: Date.parse(item.dataset.start),
    end: Date.parse(item.dataset.end),
  }));
}

function line({ item }) {
  const link = document.createElement("a");
  link.href = `#${item.id}`;
  link.textContent = item.querySelector("h4").textContent.trim();
  const meta = document.createElement("p");
  meta.className = "ne-muted ne-small";
  meta.textContent = item.querySelector(".ne-s__room")?.textContent ?? "";
  const entry = document.createElement("li");
  const strong = document.createElement("strong");
  strong.append(link);
  entry.append(strong, meta);
  return entry;
}

function fill(list, found) {
  list.replaceChildren(...found.slice(0, 3).map(line));
  if (found.length > 3) {
    const more = document.createElement("li");
    more.textContent = `+ ${found.length - 3}`;
    list.append(more);
  }
}

function show(now) {
  const all = sessions();
  const running = all.filter(({ start, end, item }) => start <= now && now < end && !item.classList.contains("is-off"));
  const later = all.filter(({ start, item }) => start > now && start - now < 12 * HOUR && !item.classList.contains("is-off"));
  const soonest = Math.min(...later.map(({ start }) => start));
  const next = later.filter(({ start }) => start === soonest);
  for (const { item } of all) item.classList.toggle("is-now", running.some((one) => one.item === item));
  strip.hidden = running.length === 0 && next.length === 0;
  strip.querySelector("[data-now]").hidden = running.length === 0;
  strip.querySelector("[data-next]").hidden = next.length === 0;
  fill(strip.querySelector("[data-now] ul"), running);
  fill(strip.querySelector("[data-next] ul"), next);
  const jump = document.querySelector("[data-ne-jump]");
  if (jump && running.length) {
    jump.hidden = false;
    jump.querySelector("a").href = `#${running[0].item.id}`;
  } else if (jump) {
    jump.hidden = true;
  }
}

async function serverOffset() {
  try {
    const asked = Date.now();
    const answer = await fetch(strip.dataset.clock);
    const { now } = await answer.json();
    return Date.parse(now) - (asked + Date.now()) / 2;
  } catch {
    return 0;
  }
}

if (programme && strip) {
  const first = Math.min(...sessions().map(({ start }) => start));
  const last = Math.max(...sessions().map(({ end }) => end));
  // Far from the event there is nothing to tell, so nothing is asked of the server.
  if (Date.now() > first - 36 * HOUR && Date.now() < last + 36 * HOUR) {
    serverOffset().then((offset) => {
      show(Date.now() + offset);
      setInterval(() => show(Date.now() + offset), 20 * 1000);
    });
  }
}
