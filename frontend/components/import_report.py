"""What an import is at, and its report: what was taken and what was not. Our own HTML."""

from typing import Final

from api_portable import Entry, Import
from components.markup import html_text
from i18n import t, t_code
from visitor import moments

_NAMES: Final = {"chatgpt": "ChatGPT", "open-webui": "Open WebUI", "triple-chat": "Triple Chat"}


def head(each: Import) -> str:
    """The file, when it came, and how far it is or how it ended."""
    facts = " · ".join(filter(None, (_NAMES.get(each.source, each.source), moments.ago(each.created))))
    return (
        f'<div class="tc-device">{html_text(each.file_name or t("import.file"))}<small>{html_text(facts)}</small></div>'
        f"{_progress(each) if each.is_busy else _outcome(each)}"
    )


def _progress(each: Import) -> str:
    if each.status == "queued":
        name = t("import.queued")
    else:
        name = t("import.reading", percent=each.progress, count=f"{each.taken + each.extended + each.known:,}")
    return (
        f'<p class="tc-document" role="status"><span class="tc-progress" role="progressbar" aria-valuemin="0"'
        f' aria-valuemax="100" aria-valuenow="{each.progress}" aria-label="{html_text(name)}">'
        f'<i style="width:{max(each.progress, 3)}%"></i></span>{html_text(name)}</p>'
    )


def _outcome(each: Import) -> str:
    counts = [
        t("import.taken", count=f"{each.taken:,}", turns=f"{each.turns:,}"),
        t("import.extended", count=f"{each.extended:,}") if each.extended else "",
        t("import.known", count=f"{each.known:,}") if each.known else "",
        t("import.refused", count=f"{each.refused:,}") if each.refused else "",
    ]
    told = f'<p class="tc-document">{html_text(" · ".join(filter(None, counts)))}</p>'
    if each.error:
        reason = t_code("refusal", each.error.code, each.error.message)
        return f'<p class="tc-document tc-failed">{html_text(reason)}</p>{told}'
    return (
        f'<p class="tc-document">{html_text(t("import.cancelled"))}</p>{told}' if each.status == "cancelled" else told
    )


def body(each: Import) -> str:
    """The report, folded: first what is not whole. "" when there is nothing to tell."""
    if not each.entries:
        return ""
    lines = [_line(entry) for entry in each.entries]
    if each.left_off:
        lines.append(f"<li>{html_text(t('import.left_off', count=f'{each.left_off:,}'))}</li>")
    whole = all(entry.is_whole for entry in each.entries)
    title = t("import.report") if whole else t("import.report_losses")
    return f'<details class="tc-report"><summary>{html_text(title)}</summary><ul tabindex="0">{"".join(lines)}</ul></details>'


def _line(entry: Entry) -> str:
    name = html_text(entry.title or t("list.untitled"))
    return f"<li><b>{name}</b><span>{html_text(_says(entry))}</span></li>"


def _says(entry: Entry) -> str:
    if entry.outcome == "refused":
        return t_code("refusal", entry.code, t("import.not_taken"))
    outcomes = {
        "taken": t("import.one_taken", count=entry.turns),
        "extended": t("import.one_extended", count=entry.turns),
        "known": t("import.one_known"),
    }
    losses = [f"{t_code('left_out', what, what)} {count:,}" for what, count in entry.left_out.items()]
    left_out = t("import.without", what=", ".join(losses)) if losses else ""
    return " · ".join(filter(None, (outcomes.get(entry.outcome, entry.outcome), left_out)))
