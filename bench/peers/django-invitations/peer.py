"""django-invitations as a peer of the bench, in one file: settings, views and WSGI application.

../README.md explains the settings and why they are fair. `python peer.py migrate` creates the tables,
and `gunicorn peer:application` serves. The variable DATA names the database's file.
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
    # Rendered but not sent.
    EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend",
)
django.setup()

from django.contrib.auth.models import User  # noqa: E402  Models need the set-up.
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
    """Requires a valid token for a view, and reads its user at each request."""

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
    """Creates a user and a token. It replaces a sign-in and is never measured."""
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
    """POST creates an invitation with the package's own checks. GET lists the caller's newest twenty."""
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
    """Accepts an invitation as the package does, without its redirect and session."""
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
