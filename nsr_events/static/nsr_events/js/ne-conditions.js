// Shows the questions that concern somebody: the rule of registration/questions.py, told in the same JSON.
// Without this module every question stands on the page, conditional ones after "If yes to ...:".

const FREE = new Set(["category", "days"]);

/** Whether one of the condition's values is among the spoken answers. */
export function holds(condition, answer) {
  return spoken(answer).some((value) => condition.values.includes(value));
}

/** An answer as the values that conditions know. */
export function spoken(answer) {
  if (answer === true) return ["yes"];
  if (answer === false) return ["no"];
  if (Array.isArray(answer)) return answer.map(String);
  if (answer && typeof answer === "object") return answer.other == null ? [] : ["other"];
  return typeof answer === "string" && answer !== "" ? [answer] : [];
}

/** The keys of the questions that are shown. One level: a conditional, retired or unknown source has no answer. */
export function visible(questions, answers) {
  const asked = questions.filter((question) => !question.retired);
  const byKey = new Map(asked.map((question) => [question.key, question]));
  return asked.filter((question) => isShown(question, byKey, answers)).map((question) => question.key);
}

function isShown(question, byKey, answers) {
  const condition = question.condition;
  if (!condition) return true;
  if (!FREE.has(condition.source)) {
    const source = byKey.get(condition.source);
    if (!source || source.condition || (source.sensitive && !question.sensitive)) return false;
  }
  return holds(condition, answers[condition.source]);
}

class NeConditions extends HTMLElement {
  connectedCallback() {
    this.questions = JSON.parse(this.dataset.questions);
    this.fixed = JSON.parse(this.dataset.fixed);
    for (const lead of this.querySelectorAll("[data-ne-lead]")) lead.hidden = true;
    this.addEventListener("change", () => this.update());
    this.update();
    // What the browser fills in when somebody comes back arrives after this.
    addEventListener("pageshow", () => this.update());
  }

  /** Every answer by name, as the form would send it. */
  answers() {
    const found = { ...this.fixed };
    for (const input of this.querySelectorAll("input, select")) {
      if (!input.name || (input.matches("[type=radio], [type=checkbox]") && !input.checked)) continue;
      (found[input.name] ??= []).push(input.value);
    }
    return found;
  }

  update() {
    const answers = this.answers();
    const shown = new Set(visible(this.questions, answers));
    for (const element of this.querySelectorAll("[data-ne-question], [data-ne-when]")) {
      const { neQuestion, neWhen } = element.dataset;
      const isHidden = (neQuestion && !shown.has(neQuestion)) || (neWhen && !holds(JSON.parse(neWhen), answers[JSON.parse(neWhen).source]));
      element.hidden = Boolean(isHidden);
    }
    for (const input of this.querySelectorAll("input, select, textarea")) {
      input.dataset.neFull ??= String(input.disabled);
      input.disabled = input.dataset.neFull === "true" || Boolean(input.closest("[hidden]"));
    }
  }
}

customElements.define("ne-conditions", NeConditions);
