// Small comforts of the tab Programme; everything works without them.

// Of the bulk fields, show the one that belongs to the chosen verb.
const verb = document.getElementById("bulk-verb");
if (verb) {
    const fields = document.querySelectorAll("[data-bulk]");
    const show = () => fields.forEach((field) => { field.hidden = field.dataset.bulk !== verb.value; });
    verb.addEventListener("change", show);
    show();
}

// One open menu at a time; Escape closes it and gives the focus back.
document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.(".ne-menu[open]")) return;
    document.querySelectorAll(".ne-menu[open]").forEach((menu) => { if (menu !== event.target) menu.open = false; });
}, true);

document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.(".ne-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
});
