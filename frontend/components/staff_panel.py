"""For administrators: invite, find people, switch an account off or on, help out who forgot a password."""

from collections.abc import Callable
from functools import partial
from typing import Final

import streamlit as st

from account_types import Account, Invitation, IssuedCode
from api_client import ApiError
from api_types import User
from components.markup import html_text, plain_label
from i18n import t
from visitor import identity, moments, notices

_CODE: Final = "issued_code"


def draw(staff: User) -> None:
    """Raises ApiError when the session has ended."""
    with st.container(key="card-staff", border=True, gap="small"):
        st.subheader(t("staff.title"), anchor=False)
        with st.empty().container():
            _draw_code()
        people, invitations = st.tabs([t("staff.people"), t("staff.invitations")])
        try:
            with people:
                _draw_people(staff)
            with invitations:
                _draw_invitations()
        except ApiError as error:
            if error.is_signed_out:
                raise
            st.warning(notices.sentence(error), icon=":material/error:")


def _draw_code() -> None:
    """Once: it is nowhere else, and gone when it was put away."""
    issued: tuple[str, IssuedCode] | None = st.session_state.get(_CODE)
    if issued is None:
        return
    says, code = issued
    with st.container(key="issued-code", border=True, gap="small"):
        st.markdown(says)
        st.code(code.code, language=None)
        st.caption(t("staff.code_says", when=moments.day_and_time(code.expires)))
        st.button(t("staff.put_away"), key="put-code-away", on_click=lambda: st.session_state.pop(_CODE, None))


def _draw_people(staff: User) -> None:
    search = st.text_input(t("staff.search"), key="people-search", type="search", icon=":material/search:",
                           placeholder=t("staff.search"), label_visibility="collapsed", live="300ms")  # fmt: skip
    accounts = identity.client().accounts(search or "")
    if not accounts:
        st.caption(t("staff.nobody_found"))
    with st.container(key="people", gap=None, height="content" if len(accounts) < 9 else 420):
        for each in accounts:
            _draw_person(each, staff)


def _draw_person(person: Account, staff: User) -> None:
    with st.container(key=f"people-row-{person.user_id}", horizontal=True, vertical_alignment="center", gap="small"):
        state = moments.ago(person.last_activity) if person.is_active else t("staff.is_off")
        st.html(f'<div class="tc-device">{html_text(person.user_id)}<small>{html_text(state)}</small></div>',
                width="stretch")  # fmt: skip
        if person.is_staff:
            st.badge(t("staff.badge"), color="violet")
        actions = _actions(person)
        if person.user_id != staff.user_id:
            st.menu_button(t("staff.menu", name=plain_label(person.user_id)), list(actions),
                           key=f"people-menu-{person.user_id}", icon=":material/more_horiz:", type="tertiary",
                           format_func=actions.__getitem__, on_click=_act, args=(person,))  # fmt: skip


def _actions(person: Account) -> dict[str, str]:
    switch = f":material/person_off: {t('staff.switch_off')}" if person.is_active else (
        f":material/person: {t('staff.switch_on')}")  # fmt: skip
    return {"reset": f":material/password: {t('staff.reset')}", "switch": switch}


def _act(person: Account) -> None:
    action = st.session_state.get(f"people-menu-{person.user_id}")
    if action == "switch":
        _try(partial(identity.client().switch_account, person.user_id, active=not person.is_active))
    elif action == "reset":
        says = t("staff.reset_says", name=plain_label(person.user_id))
        _try(lambda: _keep_code(says, identity.client().reset_password(person.user_id)))


def _draw_invitations() -> None:
    with st.form("invite", border=False, clear_on_submit=True):
        st.text_input(t("staff.note"), key="invite-note", max_chars=120, placeholder=t("staff.note_example"))
        st.form_submit_button(t("staff.invite"), key="invite-send", type="primary", icon=":material/person_add:",
                              on_click=_invite)  # fmt: skip
    for invitation in identity.client().invitations():
        _draw_invitation(invitation)


def _draw_invitation(invitation: Invitation) -> None:
    with st.container(key=f"invitation-{invitation.id}", horizontal=True, vertical_alignment="center", gap="small"):
        note = invitation.note or t("staff.no_note")
        until = t("staff.holds_until", when=moments.day_and_time(invitation.expires))
        st.html(f'<div class="tc-device">{html_text(note)}<small>{html_text(until)}</small></div>', width="stretch")
        st.button(t("staff.withdraw"), key=f"withdraw-{invitation.id}", type="tertiary",
                  on_click=_try, args=(partial(identity.client().withdraw_invitation, invitation.id),))  # fmt: skip


def _invite() -> None:
    note = str(st.session_state.get("invite-note") or "").strip()
    _try(lambda: _keep_code(t("staff.invite_says"), identity.client().invite(note, staff=False)))


def _keep_code(says: str, code: IssuedCode) -> None:
    st.session_state[_CODE] = (says, code)


def _try(work: Callable[[], None]) -> None:
    notices.clear()
    try:
        work()
    except ApiError as error:
        notices.leave_error(error)
