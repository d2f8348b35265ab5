// Keeps what was typed when the session ends while a form is open: before a form that stood open for a while is sent,
// ask whether its sender is still signed in. If not, it stays where it is until they are. Nothing is stored anywhere.

const STAYS_GOOD = 60_000;
const place = document.getElementById("ne-kept");
let good = Date.now();
let asking = false;
let passed = null;

// Whoever comes back to the tab may have signed out, or in again, in another.
document.addEventListener("visibilitychange", () => { good = 0; });

document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || !form.closest("main") || !location.pathname.startsWith(place.dataset.below)) return;
    if (form === passed || Date.now() - good < STAYS_GOOD) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!asking) ask(form, event.submitter);
}, true);

async function ask(form, submitter) {
    asking = true;
    const found = await whatTheServerSays();
    asking = false;
    if (found.trouble) {
        tell(form, found.trouble);
        return;
    }
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = found.token || field.value;
    passed = form;
    form.requestSubmit(submitter);
    passed = null;
}

async function whatTheServerSays() {
    try {
        const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
        if (answer.type === "opaqueredirect") return { trouble: "out" };
        // 405: a screen that comes from sending a form only; it answers nobody who is signed out.
        if (!answer.ok && answer.status !== 405) return { trouble: "away" };
        // Signing in again gave the browser another token than the one in the form.
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        return { token: page.querySelector("[name=csrfmiddlewaretoken]")?.value };
    } catch {
        return { trouble: "away" };
    }
}

function tell(form, trouble) {
    document.querySelector(".ne-kept")?.remove();
    form.append(place.content.querySelector(`[data-kept=${trouble}]`).cloneNode(true));
    const told = form.querySelector(".ne-kept");
    told.focus();
    told.scrollIntoView({ block: "center" });
}
