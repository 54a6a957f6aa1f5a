"""`bench browser`: what a person sees, from Enter to the last word, in a real Chromium.

The page's own clock takes the times: a script in it notes every change of the newest answer. The first word stands
beside that of the least chat that Streamlit can show (`bare_page.py`), which asks no server and no model.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from playwright.async_api import Page, async_playwright

from benchmarks.report import Row, print_rows
from benchmarks.stack import READY_SECONDS, free_port, running_stack
from benchmarks.upstream import LAST_WORD, word
from launcher.health import status_of

FIRST_TOKEN_MS = 150
BURST, BURST_SECONDS = 2_000, 1.0
MARKDOWN, MARKDOWN_RATE = 10_000, 250
# 40 s at best; within 3%.
MARKDOWN_SLOWER = 1.03
RELOAD_MS = 300

_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INPUT = '[data-testid="stChatInputTextArea"]'
# Milliseconds from now until the newest answer's text passes the test, which is a function of it.
_WATCH = """
([question, test]) => new Promise(resolve => {
  const begun = performance.now();
  const passes = eval(test);
  const look = () => {
    const turns = document.querySelectorAll('[class*="st-key-turn-"]');
    const turn = turns[turns.length - 1];
    if (!turn?.querySelector('.tc-question')?.textContent.includes(question)) return false;
    return passes(turn.querySelector('[class*="st-key-answer-"]')?.textContent ?? '');
  };
  const done = () => { observer.disconnect(); resolve(performance.now() - begun); };
  const observer = new MutationObserver(() => look() && done());
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  if (look()) done();
})
"""

# Nothing has changed for half a second: who has read an answer asks the next question at rest.
_AT_REST = """
() => new Promise(resolve => {
  const rest = () => { observer.disconnect(); resolve(); };
  let timer = setTimeout(rest, 500);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(rest, 500); });
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
})
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--times", type=int, default=10, help="questions for the first token (default %(default)s)")


async def run(options: argparse.Namespace) -> bool:
    """Measure and print; True when every target is met."""
    async with running_stack(with_page=True) as stack, async_playwright() as playwright:
        path = next(filter(None, map(shutil.which, _NAMES)), None)
        browser = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        page = await browser.new_page()
        page.set_default_timeout(120_000)
        await page.goto(f"{stack.page_url}/ai")
        await page.wait_for_selector(_INPUT)
        await _ask(page, "burst:20", _has(word(19)))  # the session, the cookie, the first imports
        async with _bare_page() as address:
            bare = await browser.new_page()
            await bare.goto(address)
            await bare.wait_for_selector(_INPUT)
            rows = [await _first_token(page, bare, options.times)]
        await page.bring_to_front()
        rows += [await _burst(page), await _reload(page), await _markdown(page)]
        await browser.close()
    print_rows("In the browser", rows)
    return all(row.holds for row in rows)


@asynccontextmanager
async def _bare_page() -> AsyncIterator[str]:
    """The address of a chat that does nothing, on a Streamlit of its own."""
    port = free_port()
    command = ("-m", "streamlit", "run", str(Path(__file__).parent / "bare_page.py"), "--server.port", str(port),
               "--server.headless", "true", "--browser.gatherUsageStats", "false")  # fmt: skip
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=nowhere, stderr=nowhere)
    try:
        async with asyncio.timeout(READY_SECONDS):
            while await status_of("127.0.0.1", port, "/_stcore/health") != 200:
                await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _first_token(page: Page, bare: Page, times: int) -> Row:
    """In turns, because the machine's speed changes."""
    waited: dict[Page, list[float]] = {page: [], bare: []}
    for each in range(times):
        for tab, seen in waited.items():
            await tab.bring_to_front()
            seen.append(await _ask(tab, f"burst:{30 + each}", "text => text.length > 0"))
    print(f"Enter to the first word: {', '.join(f'{each:.0f}' for each in waited[page])} ms")
    name = "Enter to the first visible word, median"
    return Row(name, median(waited[page]), "ms", median(waited[bare]), FIRST_TOKEN_MS)


async def _burst(page: Page) -> Row:
    whole = len("".join(map(word, range(BURST))).split())
    enough = f"text => text.split(/\\s+/).filter(Boolean).length >= {whole}"
    # Each question another one, or the turn before would pass the test.
    seconds = [await _ask(page, f"burst:{BURST + each}", enough) / 1000 for each in range(3)]
    print(f"{BURST:,} tokens: {', '.join(f'{each:.2f}' for each in seconds)} s")
    return Row(f"{BURST:,} tokens at full speed, all visible, median", median(seconds), "s", target=BURST_SECONDS)


async def _reload(page: Page) -> Row:
    """From the page being back (its input is there) to the words that were there before it went."""
    waited = []
    for each in range(3):
        question = f"markdown:50:{600 + each}"
        await _ask(page, question, "text => text.length > 200")
        await page.reload()
        await page.wait_for_selector(_INPUT)
        waited.append(await page.evaluate(_WATCH, [question, "text => text.length > 200"]))
        await page.get_by_role("button", name="Stop answer").click()
        await page.wait_for_selector(".st-key-composer [class*=st-key-stop-]", state="detached")
    return Row("a reload in mid-answer, back to its words, median", median(waited), "ms", target=RELOAD_MS)


async def _markdown(page: Page) -> Row:
    best = MARKDOWN / MARKDOWN_RATE
    seconds = await _ask(page, f"markdown:{MARKDOWN_RATE}:{MARKDOWN}", _has(LAST_WORD)) / 1000
    return Row(f"{MARKDOWN:,} markdown tokens at {MARKDOWN_RATE}/s", seconds, "s", best, best * MARKDOWN_SLOWER)


def _has(word: str) -> str:
    return f"text => text.includes({word.strip()!r})"


async def _ask(page: Page, question: str, test: str) -> float:
    """Milliseconds from Enter until the answer passes the test; then its end is waited for, unless it is far."""
    await page.evaluate(_AT_REST)
    await page.fill(_INPUT, question)
    watching = page.evaluate(_WATCH, [question, test])
    pressing = page.press(_INPUT, "Enter")
    waited, _ = await asyncio.gather(watching, pressing)
    if not question.startswith("markdown"):
        await page.wait_for_selector(".st-key-composer [class*=st-key-stop-]", state="detached")
    return float(waited)
