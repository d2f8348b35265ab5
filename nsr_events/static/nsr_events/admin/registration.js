// The condition of a question: only the answers of the chosen source are shown. Without scripts all of them are.

const source = document.querySelector("#id_condition");

function update() {
  for (const values of document.querySelectorAll("[data-ne-values]")) {
    values.hidden = values.dataset.neValues !== source.value;
  }
}

if (source) {
  source.addEventListener("change", update);
  addEventListener("pageshow", update);
  update();
}
