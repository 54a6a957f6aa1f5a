"""The dialogs over the page, one at a time; each stays open over reruns until it is closed."""

from components import (
    collection_bar,
    conversation_list,
    document_dialogs,
    export_dialog,
    models_panel,
    sign_in,
    why_dialog,
)


def is_open() -> bool:
    """What is pressed in a dialog waits for the end of the run, so the page must not be busy with streaming."""
    return (
        models_panel.is_open()
        or conversation_list.is_renaming()
        or sign_in.is_open()
        or collection_bar.is_open()
        or document_dialogs.is_open()
        or why_dialog.is_open()
        or export_dialog.is_open()
    )


def draw() -> None:
    if models_panel.is_open():
        models_panel.draw_dialog()
    elif conversation_list.is_renaming():
        conversation_list.draw_rename_dialog()
    elif sign_in.is_open():
        sign_in.draw_dialog()
    elif collection_bar.is_open():
        collection_bar.draw_dialog()
    elif document_dialogs.is_open():
        document_dialogs.draw_dialog()
    elif why_dialog.is_open():
        why_dialog.draw_dialog()
    elif export_dialog.is_open():
        export_dialog.draw_dialog()
