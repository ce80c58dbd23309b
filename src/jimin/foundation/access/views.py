"""Signing in and out."""

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("登录名或密码不对。请重新输入；忘记密码请联系本单位管理员。"),
        "inactive": _("这个账号已停用。请联系本单位管理员。"),
    }


@method_decorator(login_not_required, name="dispatch")
class SignIn(LoginView):
    template_name = "access/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


urlpatterns = [
    path("sign-in/", SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
]
