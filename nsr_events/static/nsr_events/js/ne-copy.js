// <ne-copy><input readonly><button hidden></button></ne-copy>: copies the input's value and says so.
class CopyField extends HTMLElement {
  connectedCallback() {
    const input = this.querySelector("input");
    const button = this.querySelector("button");
    if (!input || !button || !navigator.clipboard) return;
    button.hidden = false;
    const status = document.createElement("span");
    status.className = "ne-visually-hidden";
    status.setAttribute("role", "status");
    this.append(status);
    button.addEventListener("click", async () => {
      input.select();
      await navigator.clipboard.writeText(input.value);
      const done = this.dataset.done;
      if (!done) return;
      const label = button.textContent;
      button.textContent = status.textContent = done;
      setTimeout(() => { button.textContent = label; status.textContent = ""; }, 4000);
    });
  }
}
customElements.define("ne-copy", CopyField);
