"""The dialog that is open, if any: they are drawn by the frame, so that they stay over reruns and on any page."""

from components import collection_bar, conversation_list, document_dialogs, models_panel, why_dialog


def is_any_open() -> bool:
    """What is pressed in a dialog waits for the end of the run, so the page must not be busy with streaming."""
    return (
        models_panel.is_open()
        or conversation_list.is_renaming()
        or collection_bar.is_open()
        or document_dialogs.is_open()
        or why_dialog.is_open()
    )


def draw() -> None:
    """At most one at a time."""
    if models_panel.is_open():
        models_panel.draw_dialog()
    elif conversation_list.is_renaming():
        conversation_list.draw_rename_dialog()
    elif collection_bar.is_open():
        collection_bar.draw_dialog()
    elif document_dialogs.is_open():
        document_dialogs.draw_dialog()
    elif why_dialog.is_open():
        why_dialog.draw_dialog()
