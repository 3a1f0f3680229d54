// The console's one script. Everything works without it; it saves a keystroke, asks before something grave, and follows long work.
"use strict";

// What is said here is read out: copying and progress change no page.
const said = document.createElement("div");
said.className = "hushed";
said.setAttribute("role", "status");
document.body.append(said);

// ---- Copy: <button type="button" data-copy="text" hidden>Copy</button>. Hidden in the page, since without script it would do nothing.
async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Plain http on another host than localhost has no clipboard; a selection works there.
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "hushed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("not copied");
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await copy(button.dataset.copy);
      button.textContent = said.textContent = "Copied";
    } catch {
      button.textContent = said.textContent = "Select and copy by hand";
    }
    button.focus();
    setTimeout(() => { button.textContent = words; said.textContent = ""; }, 2000);
  });
}

// ---- Confirm: data-confirm="words" on a form, or on the one button of it that is dangerous.
function ask(words, verb, go) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  const row = document.createElement("div");
  const no = document.createElement("button");
  const yes = document.createElement("button");
  text.textContent = words;
  text.id = "confirm-words";
  dialog.setAttribute("aria-labelledby", text.id);
  row.className = "doing";
  no.textContent = "Cancel";
  yes.textContent = verb;
  yes.className = "grave";
  no.type = yes.type = "button";
  no.autofocus = true;
  row.append(no, yes);
  dialog.append(text, row);
  document.body.append(dialog);
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => { dialog.close(); go(); });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  const words = button?.dataset.confirm ?? form.dataset.confirm;
  if (words && !form.dataset.confirmed) {
    event.preventDefault();
    ask(words, button?.textContent.trim() || "Go on", () => {
      form.dataset.confirmed = "yes";
      form.requestSubmit(button);
      delete form.dataset.confirmed;
    });
    return;
  }
  // Pressing twice must not ask twice. Later, so that the button's own name and value still go along.
  if (form.method === "post") setTimeout(() => {
    for (const b of form.querySelectorAll("button:enabled")) { b.disabled = true; b.dataset.pressed = "yes"; }
  });
});

// Coming back by the browser's Back must not find the buttons disabled.
window.addEventListener("pageshow", () => {
  for (const b of document.querySelectorAll("button[data-pressed]")) { b.disabled = false; delete b.dataset.pressed; }
});

// ---- Progress: data-progress="address" answers {"done": 120, "total": 500, "words": "120 of 500", "finished": false, "next": null}.
// At the end the page is loaded again, or the one named by "next". After errors it asks less often.
async function follow(place, delay) {
  await new Promise((wait) => setTimeout(wait, delay));
  try {
    const answer = await fetch(place.dataset.progress, { headers: { accept: "application/json" }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const state = await answer.json();
    if (state.finished) return state.next ? location.assign(state.next) : location.reload();
    const bar = place.querySelector("progress");
    if (bar && state.total) { bar.max = state.total; bar.value = state.done; }
    const words = place.querySelector("[data-words]");
    if (words && state.words && words.textContent !== state.words) words.textContent = state.words;
    follow(place, Number(place.dataset.every) || 1000);
  } catch {
    follow(place, Math.min(delay * 2, 15000));
  }
}

for (const place of document.querySelectorAll("[data-progress]")) follow(place, Number(place.dataset.every) || 1000);

// ---- After an error the focus is at what is wrong: above the form, or in the first field that is. A choice sends nothing by itself (WCAG 3.2.2).
const wrong = document.querySelector("main [role=alert]") ?? document.querySelector("main [aria-invalid=true]") ?? document.querySelector("main > .notice.bad");
if (wrong) {
  if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
  wrong.focus();
}
