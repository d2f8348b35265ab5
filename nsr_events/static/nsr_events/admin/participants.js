// "All that the list shows" and single ticks exclude each other, so that nobody wonders which of them counts.
const form = document.querySelector("[data-ne-people]");

if (form) {
    const all = form.querySelector("[name=all]");
    const boxes = [...form.querySelectorAll("[name=selected]")];
    all?.addEventListener("change", () => {
        for (const box of boxes) {
            box.disabled = all.checked;
        }
    });
}
