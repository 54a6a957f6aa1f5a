"""Django's admin for staff, under /api/admin/. Signing in opens one of our own sessions.

So it is listed, limited, ends and is revoked like any other. Its token lies in a cookie that only these
addresses are sent, and that no script can read; the rest of the API knows no cookies.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, get_language_from_request, override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from api.admin.korean import own_text
from api.device import device_label
from api.visitor import visitor_address
from chat.errors import LimitReached, ServiceError, SessionEnded
from chat.sessions.opening import OpenedSession, sign_in
from chat.sessions.revoking import revoke_session
from chat.sessions.verifying import SignedIn, verify_session

COOKIE = "triple-chat-admin"

View = Callable[..., HttpResponse]


class SignInForm(forms.Form):
    username = forms.CharField(label=own_text("Name"), max_length=64, strip=False)
    password = forms.CharField(label=own_text("Password"), max_length=1024, strip=False, widget=forms.PasswordInput)


class StaffSite(AdminSite):
    site_header = site_title = "Triple Chat"
    site_url = settings.PUBLIC_URL

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_staff)

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # type: ignore[override]
        """Do around these addresses what elsewhere three middlewares would do around all of them."""
        inner = super().admin_view(view, cacheable)

        def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            _identify(request)
            with override(get_language_from_request(request)):
                return _with_messages(request, lambda: inner(request, *args, **kwargs))

        return update_wrapper(serve, view)

    @method_decorator([never_cache, csrf_protect])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        with override(get_language_from_request(request)):
            response = self._login(request, extra_context or {})
            return response.render() if isinstance(response, TemplateResponse) else response

    def _login(self, request: HttpRequest, extra_context: dict[str, Any]) -> HttpResponse:
        _identify(request)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(_after_sign_in(request))
        form = SignInForm(request.POST or None)
        status = 200
        if form.is_valid():
            try:
                opened = _sign_in(request, form.cleaned_data["username"], form.cleaned_data["password"])
                return _with_cookie(request, opened)
            except ServiceError as error:
                form.add_error(None, own_text(error.text))
                status = 429 if isinstance(error, LimitReached) else 200
        context = {**self.each_context(request), "title": own_text("Sign in"), "app_path": request.get_full_path()}
        context |= {"form": form, "next": _after_sign_in(request), **extra_context}
        return _protected(TemplateResponse(request, "admin/login.html", context, status=status))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = HttpResponseRedirect(reverse("admin:login"))
        if request.method == "POST":
            session: SignedIn = request.signed_in  # type: ignore[attr-defined]
            revoke_session(user=session.user, session_id=session.session_id)
            response.delete_cookie(COOKIE, path=reverse("admin:index"), samesite="Strict")
        return response

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The account page does it, and ends the other sessions."""
        return HttpResponseRedirect(f"{settings.PUBLIC_URL}/account")


def _identify(request: HttpRequest) -> None:
    """Set `request.user` to the staff member whose session the cookie holds, or to nobody."""
    request.user = AnonymousUser()
    token = request.COOKIES.get(COOKIE)
    if not token:
        return
    try:
        session = verify_session(token)
    except SessionEnded:
        return
    if session.user.is_staff:
        request.user = session.user
        request.signed_in = session  # type: ignore[attr-defined]


def _with_messages(request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
    def rendered(_: HttpRequest) -> HttpResponse:
        # What the page has shown counts as shown only once it is rendered.
        response = view()
        return response.render() if isinstance(response, TemplateResponse) else response

    return _protected(cast(HttpResponse, MessageMiddleware(rendered)(request)))


def _protected(response: HttpResponse) -> HttpResponse:
    response["X-Frame-Options"] = "DENY"
    response["Content-Language"] = get_language() or settings.LANGUAGE_CODE
    patch_vary_headers(response, ["Accept-Language"])
    response["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
    )
    return response


def _sign_in(request: HttpRequest, user_id: str, password: str) -> OpenedSession:
    return sign_in(
        user_id=user_id,
        password=password,
        device=f"{device_label(request.headers)} (admin)"[:120],
        address=visitor_address(request),
        replaces=request.COOKIES.get(COOKIE, ""),
        must_be_staff=True,
    )


def _with_cookie(request: HttpRequest, opened: OpenedSession) -> HttpResponse:
    response = HttpResponseRedirect(_after_sign_in(request))
    response.set_cookie(
        COOKIE,
        opened.token,
        path=reverse("admin:index"),
        secure=request.is_secure() or settings.PUBLIC_URL.startswith("https://"),
        httponly=True,
        samesite="Strict",
    )
    return response


def _after_sign_in(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("admin:index")


staff_site = StaffSite(name="admin")
