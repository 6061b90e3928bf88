"""django-invitations as the bench's peer, in one file: settings, views, WSGI application. What is set, and why that is fair, is in ../README.md.

`python peer.py migrate` makes the tables; `gunicorn peer:application` serves. The environment gives DATA, the database's file.
"""

import json
import os
import sys

import django
import jwt
from django.conf import settings
from django.core.management import execute_from_command_line

SECRET = "a secret of the bench's own, at least thirty-two characters"

settings.configure(
    SECRET_KEY=SECRET,
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATA"]}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sites", "invitations"],
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    SITE_ID=1,
    USE_TZ=True,
    # Rendered, and sent nowhere.
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  Models come after the set-up.
from django.core.exceptions import ValidationError  # noqa: E402
from django.core.validators import validate_email  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402
from invitations.exceptions import AlreadyAccepted, AlreadyInvited, UserRegisteredEmail  # noqa: E402
from invitations.forms import CleanEmailMixin  # noqa: E402
from invitations.models import Invitation  # noqa: E402
from invitations.views import accept_invitation  # noqa: E402


def signed_in(view):
    """A view for who shows a token: its signature and end are checked, and its user is read, at each request."""

    def asked(request):
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"require": ["exp", "sub"]})
            request.user = User.objects.get(pk=claims["sub"], is_active=True)
        except (jwt.InvalidTokenError, User.DoesNotExist):
            return HttpResponse(status=401)
        return view(request) if scheme == "Bearer" else HttpResponse(status=401)

    return asked


def health(_request):
    return JsonResponse({"status": "ok"})


def users(request):
    """Makes a user and a token for them: a stand-in for a sign-in, never measured."""
    email = json.loads(request.body)["email"]
    user = User.objects.create(username=email, email=email)
    return JsonResponse({"token": jwt.encode({"sub": str(user.pk), "exp": 4102444800}, SECRET, algorithm="HS256")}, status=201)


def shown(invitation):
    return {
        "id": invitation.pk,
        "email": invitation.email,
        "key": invitation.key,
        "accepted": invitation.accepted,
        "created": invitation.created.isoformat(),
        "sent": invitation.sent and invitation.sent.isoformat(),
    }


@signed_in
def invitations(request):
    """POST makes an invitation, checked as the package's own form and view do; GET shows the caller's newest twenty."""
    if request.method == "GET":
        found = Invitation.objects.filter(inviter=request.user).order_by("-pk")[:20]
        return JsonResponse({"invitations": [shown(invitation) for invitation in found]})
    try:
        email = json.loads(request.body)["email"]
        validate_email(email)
        CleanEmailMixin().validate_invitation(email)
    except (ValueError, KeyError, ValidationError, AlreadyAccepted, AlreadyInvited, UserRegisteredEmail):
        return HttpResponse(status=400)
    invitation = Invitation.create(email, inviter=request.user)
    invitation.send_invitation(request)
    return JsonResponse(shown(invitation), status=201)


@signed_in
def accept(request):
    """The package's own acceptance, without its redirect and session."""
    invitation = Invitation.objects.filter(key=json.loads(request.body)["key"]).first()
    if invitation is None or invitation.accepted or invitation.key_expired() or invitation.email != request.user.email:
        return HttpResponse(status=410)
    accept_invitation(invitation, request, accept)
    return JsonResponse(shown(invitation))


urlpatterns = [
    path("health", health),
    path("users", users),
    path("invitations", invitations),
    path("accept", accept),
    path("mailed/", include("invitations.urls", namespace="invitations")),
]

if __name__ == "__main__":
    execute_from_command_line(sys.argv)
else:
    application = get_wsgi_application()
