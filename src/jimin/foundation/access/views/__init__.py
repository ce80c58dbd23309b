"""Signing in and out, what users look after themselves, and the matrix of rights."""

from django.urls import path

from . import matrix, own, sign_in, tokens

urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/code/", sign_in.code, name="sign-in-code"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("my/sign-ins/", own.sign_ins, name="my-sign-ins"),
    path("my/sign-ins/end/", own.end_sign_in, name="my-sign-in-end"),
    path("my/password/", own.password, name="my-password"),
    path("my/second-factor/", own.second_factor_page, name="my-second-factor"),
    path("my/second-factor/begin/", own.begin_enrolment, name="my-second-factor-begin"),
    path("my/second-factor/codes/", own.renew_codes, name="my-second-factor-codes"),
    path("my/second-factor/remove/", own.remove, name="my-second-factor-remove"),
    path("my/tokens/", tokens.page, name="my-tokens"),
    path("my/tokens/revoke/", tokens.revoke, name="my-token-revoke"),
    path("access/", matrix.page, name="access-matrix"),
]
