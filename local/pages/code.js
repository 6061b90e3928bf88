// The panels that show a step's request as code, and its answer.
import { element } from "./steps.js";

const LANGUAGES = { curl: "curl", javascript: "JavaScript", ruby: "Ruby" };
const panels = [];

// Shows every panel in this language.
export function speak(language) {
  const known = Object.hasOwn(LANGUAGES, language) ? language : "curl";
  panels.forEach((panel) => panel.speak(known));
}

// A panel in `place`. `chosen` gets the language that the visitor chooses.
export class CodePanel {
  constructor(place, step, chosen) {
    this.snippet = {};
    this.code = element("pre", "", { role: "tabpanel", tabindex: "0", id: `code-${step}` });
    this.tabs = Object.entries(LANGUAGES).map(([language, name]) => element("button", name, {
      type: "button", role: "tab", id: `tab-${step}-${language}`, "aria-controls": `code-${step}`, "data-language": language,
    }));
    this.tabs.forEach((tab) => tab.addEventListener("click", () => chosen(tab.dataset.language)));
    const list = element("div", "", { role: "tablist", "aria-label": "Language" });
    list.append(...this.tabs);
    list.addEventListener("keydown", (event) => this.move(event, chosen));
    this.copy = element("button", "Copy", { type: "button", class: "copy" });
    this.copy.addEventListener("click", () => this.copied());
    const bar = element("div", "", { class: "bar" });
    bar.append(list, this.copy);
    this.answers = element("div", "", { class: "answers" });
    this.details = element("details", "");
    this.details.append(element("summary", "The same in curl, JavaScript or Ruby"), bar, this.code, this.answers);
    place.replaceChildren(this.details);
    panels.push(this);
  }

  // Shows this snippet.
  show(snippet) {
    this.snippet = snippet;
    this.code.textContent = snippet[this.language] ?? "";
  }

  // Shows the latest answer.
  answered({ status, value }) {
    const answer = element("pre", JSON.stringify(value, null, 2), { class: "answer", tabindex: "0", role: "region", "aria-label": "Answer" });
    this.answers.replaceChildren(element("h3", `The page got this answer (${status})`), answer);
  }

  speak(language) {
    this.language = language;
    this.tabs.forEach((tab) => {
      const selected = tab.dataset.language === language;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      if (selected) this.code.setAttribute("aria-labelledby", tab.id);
    });
    this.show(this.snippet);
  }

  // The arrow keys go from tab to tab.
  move(event, chosen) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const now = this.tabs.findIndex((tab) => tab.dataset.language === this.language);
    const next = this.tabs[(now + step + this.tabs.length) % this.tabs.length];
    chosen(next.dataset.language);
    next.focus();
  }

  async copied() {
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      this.copy.textContent = "Copied";
    } catch {
      // The clipboard may be blocked. Then the text is selected, to be copied by hand.
      getSelection().selectAllChildren(this.code);
      this.copy.textContent = "Selected";
    }
    setTimeout(() => { this.copy.textContent = "Copy"; }, 2000);
  }
}
