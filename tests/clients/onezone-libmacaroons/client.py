"""Tests libmacaroons 0.3, the C library, against the local service. It writes version 1."""

import ctypes
import json
import os
import re
import time
import urllib.error
import urllib.request

URL, GROUP = os.environ["URL"], os.environ["GROUP"]
VALID, TYPED = "is not a valid token", "is of invalid type"

library = ctypes.CDLL("libmacaroons.so.0")
pointer, size, text = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p


# MACAROON_SUCCESS; some functions leave the code alone instead.
SUCCESS = 2048


def declared(name, result, *arguments):
    function = getattr(library, name)
    function.restype, function.argtypes = result, [*arguments, ctypes.POINTER(ctypes.c_int)]

    def call(*values):
        error = ctypes.c_int(0)
        answer = function(*values, ctypes.byref(error))
        assert error.value in (0, SUCCESS), (name, error.value)
        return answer

    return call


deserialize = declared("macaroon_deserialize", pointer, text)
add_caveat = declared("macaroon_add_first_party_caveat", pointer, pointer, text, size)
create = declared("macaroon_create", pointer, text, size, text, size, text, size)
serialize = declared("macaroon_serialize", ctypes.c_int, pointer, text, size)
library.macaroon_serialize_size_hint.restype = size
library.macaroon_serialize_size_hint.argtypes = [pointer]


def token_text(macaroon):
    room = library.macaroon_serialize_size_hint(macaroon)
    buffer = ctypes.create_string_buffer(room)
    assert serialize(macaroon, buffer, room) == 0
    return buffer.value.decode()


def post(path, user, body):
    headers = {"x-auth-token": os.environ[user], "content-type": "application/json"}
    request = urllib.request.Request(URL + path, data=json.dumps(body).encode(), method="POST", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def new_token():
    status, body = post(f"/groups/{GROUP}/users/token", "OWNER", {})
    assert status == 200, body
    token = re.sub("0([0-5])", lambda match: "0_-/+="[int(match[1])], json.loads(body)["token"])
    return deserialize(token.encode())


def narrowed(macaroon, *caveats):
    for caveat in caveats:
        macaroon = add_caveat(macaroon, caveat.encode(), len(caveat))
    return macaroon


def joins(user, token):
    status, body = post("/user/groups/join", user, {"token": token})
    assert (status, body) == (201, ""), (status, body, token)


def refused(user, token, sentence):
    status, body = post("/user/groups/join", user, {"token": token})
    assert status == 400 and sentence in json.loads(body)["error"], (status, body, token)


for user in ["ADA", "BOB"]:
    macaroon = new_token()
    soon = f"time < {int(time.time()) + 600}"
    for caveats in [["user = dan"], ["os = x"], ["user = bob", "user = cy"]]:
        refused(user, token_text(narrowed(macaroon, *caveats)), TYPED)
    refused(user, token_text(narrowed(macaroon, "time < 1496140144")), VALID)
    forged = create(b"onezone", 7, b"another key that is no key of ours", 34, b"1.3773.1.1", 10)
    refused(user, token_text(forged), TYPED)
    joins(user, token_text(narrowed(macaroon, f"user = {user.lower()}", soon)))
    # The caller is a member already, so only the token decides for another person.
    refused("CY", token_text(macaroon), VALID)
print("libmacaroons passed")
