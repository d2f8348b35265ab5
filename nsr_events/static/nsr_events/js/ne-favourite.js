// Favourites without an account: stars kept in this browser only, under the event's uid.
// Absent without storage; survives reloads and releases, since sessions are known by uid.
const root = document.querySelector("[data-ne-programme]");
const key = root && `nsr-events:${root.dataset.event}`;
const MOST = 60;

function read() {
  try {
    const found = JSON.parse(localStorage.getItem(key) ?? "[]");
    return new Set(Array.isArray(found) ? found.filter((uid) => /^[\w-]{1,64}$/.test(uid)) : []);
  } catch {
    return new Set();
  }
}

function write(uids) {
  try {
    localStorage.setItem(key, JSON.stringify([...uids]));
    return true;
  } catch {
    return false;
  }
}

function hasStorage() {
  try {
    localStorage.setItem(`${key}:probe`, "1");
    localStorage.removeItem(`${key}:probe`);
    return true;
  } catch {
    return false;
  }
}

function star(item) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "ne-fav";
  const title = item.querySelector("h4").textContent.trim();
  button.setAttribute("aria-label", `${root.dataset.favourite}: ${title}`);
  button.append(document.querySelector("template[data-ne-star]").content.cloneNode(true));
  return button;
}

function refresh(uids) {
  for (const item of root.querySelectorAll(".ne-s")) {
    item.querySelector(".ne-fav")?.setAttribute("aria-pressed", String(uids.has(item.dataset.uid)));
  }
  const chip = document.querySelector("[data-ne-favourites]");
  if (!chip) return;
  chip.hidden = uids.size === 0;
  chip.querySelector("span").textContent = `(${uids.size})`;
  const feed = document.querySelector("[data-ne-favourite-feed]");
  feed.hidden = uids.size === 0;
  feed.href = `${feed.dataset.base}?only=${[...uids].slice(0, MOST).join(",")}`;
}

if (root && key && hasStorage()) {
  for (const item of root.querySelectorAll(".ne-s[data-uid]")) {
    const button = star(item);
    item.append(button);
    button.addEventListener("click", () => {
      const uids = read();
      if (!uids.delete(item.dataset.uid)) uids.add(item.dataset.uid);
      write(uids);
      refresh(uids);
    });
  }
  const chip = document.querySelector("[data-ne-favourites]");
  chip?.addEventListener("click", () => {
    const on = chip.getAttribute("aria-pressed") !== "true";
    chip.setAttribute("aria-pressed", String(on));
    root.classList.toggle("is-mine", on);
    const uids = read();
    for (const item of root.querySelectorAll(".ne-s")) item.classList.toggle("is-left-out", on && !uids.has(item.dataset.uid));
    for (const slot of root.querySelectorAll(".ne-slot")) {
      slot.classList.toggle("is-left-out", on && !slot.querySelector(".ne-s:not(.is-left-out)"));
    }
  });
  window.addEventListener("storage", (event) => { if (event.key === key) refresh(read()); });
  refresh(read());
}
