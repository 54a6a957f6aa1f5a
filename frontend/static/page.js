// What Streamlit has no option for, in one script beside its client. It reads invisible elements that the page draws
// (`components/signals.py`), answers clicks on our own buttons and marks, and never sees the session token.

const DRAFT = "triple_chat_draft";
const posted = new Set();
let copiedText = "Copied";
let secondText = "{}";
let unsupportedText = "";

function onSignals(signals) {
  const { language, theme, ticket, nobody, copied, second, unsupported, left } = signals.dataset;
  unsupportedText = unsupported;
  copiedText = copied;
  secondText = second;
  if (document.documentElement.lang !== language) {
    document.documentElement.lang = language;
  }
  remember("triple_chat_language", language);
  // Dialogs and popovers hang outside of Streamlit's app element, which alone knows the theme.
  document.documentElement.style.colorScheme = getComputedStyle(document.querySelector(".stApp")).colorScheme;
  if (left) sessionStorage.removeItem(DRAFT);
  if (ticket) postTicket(ticket, !nobody);
  if (theme) applyTheme(theme);
}

function remember(name, value) {
  if (!document.cookie.split("; ").includes(`${name}=${value}`)) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }
}

// The answer sets the HttpOnly cookie, or drops the one of a session that has ended; 205 says that another tab has
// signed in since. A ticket works once; the page draws another one if this request gets lost.
async function postTicket(ticket, isSignedIn) {
  if (posted.has(ticket)) return;
  posted.add(ticket);
  try {
    const response = await postJson("/session/cookie", { ticket });
    if (response.status === 205) location.reload();
    if (response.status === 204 && isSignedIn) otherTabs.postMessage("signed in");
  } catch {
    posted.delete(ticket);
  }
}

// A tab that is nobody's would make a guest of its own with the next question, whose cookie takes the place of this one.
const otherTabs = new BroadcastChannel("triple_chat_session");
otherTabs.onmessage = () => {
  if (document.querySelector(".tc-signals")?.dataset.nobody) location.reload();
};

// The server draws a growing answer less often until it hears of this (conversation/following.py).
let wholePage = "";
async function tellWhenWhole() {
  const page = document.querySelector(".tc-signals")?.dataset.page;
  if (!page || page === wholePage || !document.querySelector('[data-testid="stChatInputTextArea"]')) return;
  if (document.querySelector('[data-testid="stSkeleton"]')) return;
  wholePage = page;
  try {
    await postJson("/page/whole", { page });
  } catch {
    wholePage = "";
    setTimeout(tellWhenWhole, 1000); // nothing more may change in the page
  }
}

function postJson(path, content) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
  });
}

// Streamlit's client keeps its theme per path in local storage and reads it when it loads.
function applyTheme(theme) {
  remember("triple_chat_theme", theme);
  const key = `stActiveTheme-${location.pathname}-v2`;
  const value = JSON.stringify(theme);
  if ((localStorage.getItem(key) ?? JSON.stringify("System")) === value) return;
  localStorage.setItem(key, value);
  location.reload();
}

async function copyAnswer(button) {
  const text = button.dataset.copy;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyWithSelection(text); // plain http on another host has no clipboard API
  }
  const label = button.getAttribute("aria-label");
  button.classList.add("tc-copied");
  button.setAttribute("aria-label", copiedText);
  setTimeout(() => {
    button.classList.remove("tc-copied");
    button.setAttribute("aria-label", label);
  }, 1600);
}

function copyWithSelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:fixed;opacity:0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

function openSource(link) {
  const id = CSS.escape(`st-key-${link.hash.slice(1)}`);
  document.querySelector(`.${id} button`)?.click();
}

function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  const copy = target?.closest(".tc-copy");
  const mark = target?.closest('a[href^="#source-"]');
  if (copy) {
    copyAnswer(copy);
  } else if (mark) {
    event.preventDefault();
    event.stopPropagation();
    openSource(mark);
  } else if (target?.closest(".st-key-bell-history a[href]")) {
    followLink(event, target.closest("a[href]"));
    document.querySelector(".st-key-bell button")?.click(); // closes what it has opened
  } else if (target?.closest('[data-testid="stSidebar"] a[href]')) {
    followLink(event, target.closest("a[href]"));
  } else if (target?.closest('[data-testid="stPagination"] button')) {
    document.querySelector(".st-key-document-head")?.scrollIntoView({ block: "start" });
  } else if (target?.closest(".st-key-new-chat button")) {
    foldSidebarOnNarrowScreens();
  }
}

// Streamlit's own handler leaves the address as it is when only the query differs, and swallows Ctrl+click.
function followLink(event, link) {
  event.stopPropagation();
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  history.pushState({}, "", new URL(link.getAttribute("href"), `${location.origin}/`));
  dispatchEvent(new PopStateEvent("popstate"));
  foldSidebarOnNarrowScreens();
}

function foldSidebarOnNarrowScreens() {
  if (window.innerWidth < 768) {
    document.querySelector('[data-testid="stSidebarCollapseButton"] button')?.click();
  }
}

function showElapsed() {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000 - Number(clock.dataset.since)));
    const text = seconds ? secondText.replace("{}", seconds) : "";
    if (clock.textContent !== text) clock.textContent = text;
  }
}

// A code block says its language; the style sheet shows it.
function nameLanguage(code) {
  const language = [...code.classList].find((name) => name.startsWith("language-"))?.slice("language-".length);
  if (language) code.closest(".stCode")?.setAttribute("data-language", language);
}

// A sentence that no passage supports says so when one points at it.
function explain(sentence) {
  if (sentence.closest('[class*="st-key-answer-"]')) sentence.title = unsupportedText;
}

// The passage that the address names.
let wantedPassage = "";
function showWantedPassage() {
  const passage = document.querySelector('[class*="st-key-passage-wanted"]');
  const name = passage ? [...passage.classList].find((each) => each.startsWith("st-key-passage-wanted")) : "";
  if (name === wantedPassage) return;
  wantedPassage = name;
  if (passage) requestAnimationFrame(() => passage.scrollIntoView({ block: "center" }));
}

function focusInputOnce() {
  const input = document.querySelector('[data-testid="stChatInputTextArea"]');
  if (!input || focusInputOnce.done) return;
  focusInputOnce.done = true;
  // On a touch screen the keyboard would cover the page.
  if (matchMedia("(hover: hover)").matches && document.activeElement === document.body) input.focus();
}

// What is typed and not sent stays in this tab: over a reload, the end of the session, a visit to another page.
const known = new WeakSet();
function keepDraft() {
  const input = document.querySelector('[data-testid="stChatInputTextArea"]');
  if (!input) return;
  const draft = sessionStorage.getItem(DRAFT);
  if (!known.has(input)) {
    known.add(input);
    if (draft && !input.value) typeInto(input, draft);
  }
  if (input.value) sessionStorage.setItem(DRAFT, input.value);
  else if (draft) sessionStorage.removeItem(DRAFT);
}

// React hears of a value only through the element's own setter and the event that typing makes.
function typeInto(input, text) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(input, text);
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// A new question, or another conversation: its newest turn comes to the top of the screen; and once more, before anything
// is painted, when it moves from where it was shown ahead of the page (first_words.py) to its place in the transcript.
let latestTurn = "";
let isLatestAhead = false;
function showLatestTurn() {
  const turns = document.querySelectorAll('[class*="st-key-turn-latest"]');
  const turn = turns[turns.length - 1];
  const name = turn ? [...turn.classList].find((each) => each.startsWith("st-key-turn-latest")) : "";
  const isAhead = Boolean(turn) && !turn.closest(".st-key-transcript");
  const hasMoved = name === latestTurn && isLatestAhead && !isAhead;
  const isNew = name !== latestTurn;
  latestTurn = name;
  isLatestAhead = isAhead;
  if (hasMoved) turn.scrollIntoView({ block: "start" });
  else if (isNew && turn) requestAnimationFrame(() => turn.scrollIntoView({ block: "start" }));
}

function onChange(records) {
  for (const record of records) {
    const nodes = record.type === "attributes" ? [record.target] : record.addedNodes;
    for (const node of nodes) {
      if (!(node instanceof Element)) continue;
      if (node.matches(".tc-signals")) onSignals(node);
      node.querySelectorAll(".tc-signals").forEach(onSignals);
      if (node.matches("code")) nameLanguage(node);
      node.querySelectorAll("code[class*='language-']").forEach(nameLanguage);
      node.querySelectorAll(".stMarkdownColoredBackground").forEach(explain);
    }
  }
  focusInputOnce();
  keepDraft();
  showElapsed();
  showLatestTurn();
  showWantedPassage();
  tellWhenWhole();
}

document.addEventListener("click", onClick, true);
document.addEventListener("input", keepDraft);
new MutationObserver(onChange).observe(document.body, { childList: true, subtree: true });
setInterval(showElapsed, 500);
