"""Tests slumber against the local service, as a client of a Tastypie API uses it."""

import os

import requests
import slumber
from slumber.exceptions import HttpClientError, HttpNotFoundError

URL = os.environ["URL"]


def client(token, append_slash=True):
    session = requests.session()
    session.headers["Authorization"] = f"Bearer {token}"
    return slumber.API(f"{URL}/chembiohub/api/", session=session, append_slash=append_slash)


def refused(status, call, *arguments, **fields):
    try:
        call(*arguments, **fields)
    except HttpClientError as error:
        assert error.response.status_code == status, (status, error.response.status_code, error.content)
        return error.response
    raise AssertionError(f"expected {status}")


def main(append_slash, address):
    api = client(os.environ["INVITER"], append_slash)
    # A client starts at the list of endpoints.
    found = requests.get(f"{URL}/chembiohub/api/" if append_slash else f"{URL}/chembiohub/api").json()
    assert found["invitations"] == {
        "list_endpoint": "/chembiohub/api/invitations",
        "schema": "/chembiohub/api/invitations/schema",
    }, found
    invitations = api.invitations
    schema = invitations.schema.get(format="json")
    assert schema["fields"]["email"]["type"] == "string" and schema["filtering"] == {"email": 2}, schema

    # The front end posts whole projects with all their fields.
    fields = [{"name": f"field {number}", "description": "x" * 1000} for number in range(75)]
    project = {"id": 1, "name": "P1", "custom_field_config": fields}
    made = invitations.post({"email": address, "firstName": "A", "last_name": "B", "projects_selected": [project]})
    assert made["message"] == f"Invite sent successfully to {address}, would you like to invite anyone else?"
    assert (made["first_name"], made["last_name"], made["projects_selected"]) == ("A", "B", [project]), made
    inviter = made["created_by"]
    assert inviter["can_view_chemreg"] and inviter["can_view_assayreg"] and inviter["username"] == "inviter@example.com"
    refused(409, invitations.post, {"email": address, "projects_selected": [{"id": 1}]})
    again = invitations.post({"email": address, "projects_selected": [{"id": 1}], "remind": True})
    assert again["id"] == made["id"] and again["message"].startswith("Sign-up reminder sent"), again
    refused(403, invitations.post, {"email": "no address"})
    refused(403, client(os.environ["STRANGER"]).invitations.post, {"email": address, "projects_selected": [{"id": 1}]})

    one = invitations(made["id"]).get()
    assert (one["email"], one["id"]) == (address, made["id"]), one
    other = invitations.post({"email": f"other-{address}"})
    for query in [
        {"email": address},
        {"email__in": f"{address},nobody@example.com"},
        {"email__regex": f"^{address[:3]}[a-z]*@", "email__endswith": address[-8:]},
        {"email__istartswith": address.upper()[:5], "email__isnull": "false"},
    ]:
        listed = invitations.get(**query)
        assert [found["id"] for found in listed["objects"]] == [made["id"]], (query, listed)
    newest = invitations.get(order_by="-email", limit=1, email__contains=address)
    assert [found["id"] for found in newest["objects"]] == [other["id"]], newest
    assert newest["meta"]["total_count"] == 2 and newest["meta"]["next"], newest
    for bad in [
        {"limit": "x"},
        {"offset": "-1"},
        {"email__regex": "("},
        {"email__nosuch": "x"},
        {"first_name": "A"},
        {"order_by": "nosuch"},
    ]:
        refused(400, invitations.get, **bad)
    several = invitations.set(f"{made['id']};{other['id']};1").get()
    assert [found["id"] for found in several["objects"]] == [made["id"], other["id"]], several
    assert several["not_found"] == ["1"], several
    try:
        client(os.environ["STRANGER"]).invitations(made["id"]).get()
        raise AssertionError("a stranger reads the invitation")
    except HttpNotFoundError:
        pass


main(True, "ada@example.com")
main(False, "bob@example.com")
print("slumber passed")
