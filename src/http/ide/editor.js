// A text field with line numbers, colours behind the letters, brackets that come in pairs, and completion.

import { byId, element, fill, painted } from "./dom.js";

const CLOSING = { "{": "}", "(": ")", "[": "]" };
const INDENT = "  ";
/** Beyond so many characters the text has no colours: it would be slow to write in. */
const COLOURED = 60_000;
const SHOWN = 12;

/**
 * Makes an editor of the element with this id, which has a text field with a label.
 * `colours` gives the words of a text with their kinds; `complete(text, offset)` what may stand at an offset, or null;
 * `changed` is told of every change.
 */
export class Editor {
  #field;
  #paint;
  #lines;
  #list;
  #options;
  #completion = null;
  #chosen = 0;
  /** After Escape the Tab key leaves the field, as it does everywhere else. */
  #leaves = false;

  constructor(id, options) {
    const root = byId(id);
    this.#options = options;
    this.#field = root.querySelector("textarea");
    this.#paint = element("code", {});
    this.#lines = element("code", {});
    this.#list = element("ul", { id: `${id}-options`, class: "options", role: "listbox", hidden: true });
    this.#list.setAttribute("aria-label", "What may stand here");
    root.prepend(
      element("pre", { class: "lines", "aria-hidden": "true" }, this.#lines),
      element("pre", { class: "paint", "aria-hidden": "true" }, this.#paint),
    );
    root.append(this.#list);
    const field = this.#field;
    field.addEventListener("input", (event) => this.#typed(event));
    field.addEventListener("keydown", (event) => this.#pressed(event));
    field.addEventListener("scroll", () => this.#follow());
    field.addEventListener("blur", () => this.#close());
    field.addEventListener("click", () => this.#close());
    if (options.complete) {
      field.setAttribute("aria-autocomplete", "list");
      field.setAttribute("aria-controls", this.#list.id);
    }
    this.#show();
  }

  get text() {
    return this.#field.value;
  }

  /** Another text, from outside: what was written before is gone. */
  set text(text) {
    this.#field.value = text;
    this.#field.setSelectionRange(0, 0);
    this.#field.scrollTo(0, 0);
    this.#close();
    this.#show();
  }

  /** Where the cursor is, in characters from the start. */
  get offset() {
    return this.#field.selectionStart;
  }

  focus() {
    this.#field.focus();
  }

  /** Puts a text in the place of what is selected, in such a way that it can be undone. */
  insert(text) {
    this.#field.focus();
    // Deprecated without a successor: nothing else that a script writes can be undone by the person.
    if (!document.execCommand("insertText", false, text)) {
      this.#field.setRangeText(text, this.#field.selectionStart, this.#field.selectionEnd, "end");
      this.#field.dispatchEvent(new Event("input"));
    }
  }

  #select(start, end) {
    this.#field.setSelectionRange(start, end);
  }

  #show() {
    const text = this.text;
    const words = text.length > COLOURED ? [] : this.#options.colours(text);
    // The last line break would not make a line otherwise.
    this.#paint.replaceChildren(painted(text, words), "\n");
    const lines = text.split("\n").length;
    if (this.#lines.childElementCount !== lines) {
      fill(this.#lines, Array.from({ length: lines }, (_, index) => element("span", {}, `${index + 1}\n`)));
    }
    this.#follow();
  }

  #follow() {
    const { scrollLeft, scrollTop } = this.#field;
    this.#paint.style.transform = `translate(${-scrollLeft}px, ${-scrollTop}px)`;
    this.#lines.style.transform = `translateY(${-scrollTop}px)`;
  }

  #typed(event) {
    this.#show();
    this.#options.changed?.(this.text);
    const isWritten = event.inputType?.startsWith("insert") && /^[\w@$.]$/.test(event.data ?? "");
    const isDeleted = this.#completion && event.inputType?.startsWith("delete");
    if (isWritten || isDeleted) this.#suggest(false);
    else this.#close();
  }

  #pressed(event) {
    if (event.isComposing) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && event.key === " ") {
      event.preventDefault();
      this.#suggest(true);
      return;
    }
    if (this.#completion && this.#steer(event)) {
      event.preventDefault();
      return;
    }
    if (isCommand && event.key === "/" && this.#options.comment) {
      event.preventDefault();
      this.#comment(this.#options.comment);
    } else if (event.key === "Escape") {
      this.#leaves = true;
    } else if (event.key === "Tab" && !this.#leaves && !isCommand && !event.altKey) {
      event.preventDefault();
      this.#indent(event.shiftKey);
    } else if (!isCommand && !event.altKey && event.key !== "Shift") {
      this.#leaves = false;
      if (this.#pairs(event.key)) event.preventDefault();
    }
  }

  /** Keys for the list of what may stand here; whether it was one. */
  #steer(event) {
    const count = this.#completion.options.length;
    switch (event.key) {
      case "ArrowDown":
        this.#choose((this.#chosen + 1) % count);
        return true;
      case "ArrowUp":
        this.#choose((this.#chosen + count - 1) % count);
        return true;
      case "Enter":
      case "Tab":
        if (event.ctrlKey || event.metaKey || event.shiftKey) return false;
        this.#take(this.#completion.options[this.#chosen]);
        return true;
      case "Escape":
        this.#close();
        return true;
      default:
        return false;
    }
  }

  /** Brackets, blanks and line breaks that bring more than themselves; whether the key is dealt with. */
  #pairs(key) {
    const { selectionStart: start, selectionEnd: end } = this.#field;
    const text = this.text;
    const next = text[end] ?? "";
    if (key in CLOSING) {
      const isFree = start !== end || next === "" || /[\s)\]}]/.test(next);
      if (!isFree) return false;
      const inner = text.slice(start, end);
      this.insert(key + inner + CLOSING[key]);
      this.#select(start + 1, start + 1 + inner.length);
      return true;
    }
    if (start !== end) return false;
    if (Object.values(CLOSING).includes(key) && next === key) {
      this.#select(start + 1, start + 1);
      return true;
    }
    if (key === "Backspace" && CLOSING[text[start - 1]] !== undefined && CLOSING[text[start - 1]] === next) {
      this.#select(start - 1, start + 1);
      this.insert("");
      return this.text.length < text.length;
    }
    if (key === "Enter") {
      const line = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
      const indent = /^[ \t]*/.exec(line)[0];
      const isOpened = text[start - 1] in CLOSING;
      const isBetween = isOpened && CLOSING[text[start - 1]] === next;
      const more = isOpened ? INDENT : "";
      this.insert(`\n${indent}${more}${isBetween ? `\n${indent}` : ""}`);
      const at = start + 1 + indent.length + more.length;
      this.#select(at, at);
      return true;
    }
    return false;
  }

  /** The lines that are selected, in whole. */
  #selectedLines() {
    const { selectionStart, selectionEnd } = this.#field;
    const text = this.text;
    const start = text.lastIndexOf("\n", selectionStart - 1) + 1;
    const behind = text.indexOf("\n", Math.max(selectionStart, selectionEnd - 1));
    const end = behind < 0 ? text.length : behind;
    return { start, end, lines: text.slice(start, end).split("\n") };
  }

  #replaceLines(start, end, lines) {
    const replaced = lines.join("\n");
    this.#select(start, end);
    this.insert(replaced);
    this.#select(start, start + replaced.length);
  }

  #indent(isBack) {
    const { selectionStart, selectionEnd } = this.#field;
    if (selectionStart === selectionEnd && !isBack) {
      this.insert(INDENT);
      return;
    }
    const { start, end, lines } = this.#selectedLines();
    const moved = lines.map((line) => {
      if (isBack) return line.replace(/^( {1,2}|\t)/, "");
      return line === "" ? line : INDENT + line;
    });
    if (moved.join("\n") === lines.join("\n")) return;
    this.#replaceLines(start, end, moved);
    if (selectionStart === selectionEnd) {
      const back = Math.max(start, selectionStart - (lines[0].length - moved[0].length));
      this.#select(back, back);
    }
  }

  /** Comments lines out, or in again if they all are out. */
  #comment(mark) {
    const { start, end, lines } = this.#selectedLines();
    const areOut = lines.every((line) => line.trim() === "" || line.trimStart().startsWith(mark));
    const turned = lines.map((line) => {
      if (line.trim() === "") return line;
      if (!areOut) return `${mark} ${line}`;
      const at = line.indexOf(mark);
      return line.slice(0, at) + line.slice(at + mark.length).replace(/^ /, "");
    });
    this.#replaceLines(start, end, turned);
  }

  #suggest(isAsked) {
    const found = this.#options.complete?.(this.text, this.offset) ?? null;
    const isWhole = found?.options.length === 1 && found.options[0].label.toLowerCase() === found.prefix;
    if (!found || found.options.length === 0 || isWhole || (!isAsked && found.prefix === "")) {
      this.#close();
      return;
    }
    this.#completion = found;
    this.#chosen = 0;
    fill(
      this.#list,
      found.options.map((option, index) =>
        element(
          "li",
          {
            id: `${this.#list.id}-${index}`,
            role: "option",
            title: option.description || null,
            // Before the field loses the focus.
            mousedown: (event) => {
              event.preventDefault();
              this.#take(option);
            },
          },
          element("span", {}, option.label),
          element("small", {}, option.detail),
        ),
      ),
    );
    this.#list.hidden = false;
    this.#place(found.from);
    this.#choose(0);
  }

  /** Under the word that is being written, as far as there is room. */
  #place(from) {
    const before = this.text.slice(0, from).split("\n");
    const style = getComputedStyle(this.#field);
    const height = Number.parseFloat(style.lineHeight);
    const probe = element("span", { class: "probe" }, "0".repeat(20));
    this.#paint.append(probe);
    const width = probe.getBoundingClientRect().width / 20;
    probe.remove();
    const room = this.#field.getBoundingClientRect();
    const left = Number.parseFloat(style.paddingLeft) + before.at(-1).length * width - this.#field.scrollLeft;
    const top = Number.parseFloat(style.paddingTop) + before.length * height - this.#field.scrollTop;
    const lines = Math.min(this.#completion.options.length, SHOWN);
    const isBelow = top + lines * height < room.height || top < room.height / 2;
    const offset = this.#field.offsetLeft;
    this.#list.style.left = `${offset + Math.max(0, Math.min(left, room.width - 260))}px`;
    this.#list.style.top = isBelow ? `${top}px` : "auto";
    this.#list.style.bottom = isBelow ? "auto" : `${room.height - top + height}px`;
  }

  #choose(index) {
    this.#list.children[this.#chosen]?.setAttribute("aria-selected", "false");
    this.#chosen = index;
    const chosen = this.#list.children[index];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", chosen.id);
  }

  #take(option) {
    const { from } = this.#completion;
    this.#close();
    this.#select(from, this.offset);
    this.insert(option.insert);
    this.#close();
  }

  #close() {
    this.#completion = null;
    this.#list.hidden = true;
    this.#field.removeAttribute("aria-activedescendant");
  }
}
