"""Tests pyactiveresource against the local service, as a client of a Rails API uses it."""

import os

from pyactiveresource.activeresource import ActiveResource
from pyactiveresource.connection import ForbiddenAccess, ResourceInvalid, ResourceNotFound, UnauthorizedAccess

GROUP, SONNY = 3773, 29845


def client(token):
    class Base(ActiveResource):
        _site = os.environ["URL"]
        _headers = {"Authorization": f'Token token="{token}"'}

    class GroupInvite(Base):
        pass

    class GroupMember(Base):
        pass

    return GroupInvite, GroupMember


OwnersInvite, _ = client(os.environ["OWNER"])
SonnysInvite, SonnysMember = client(os.environ["SONNY"])
StrangersInvite, StrangersMember = client(os.environ["STRANGER"])
NobodysInvite, _ = client("none")


def refused(error, call, *arguments, **fields):
    try:
        call(*arguments, **fields)
    except error:
        return
    raise AssertionError(f"expected {error.__name__}")


def invited():
    invite = OwnersInvite({"user_id": SONNY, "group_id": GROUP})
    assert invite.save(), invite.errors.full_messages()
    assert invite.user.first_name == "Sonny" and invite.group.name == "Private Group", invite.to_dict()
    return invite.id


def main():
    first = invited()
    again = OwnersInvite({"user_id": SONNY, "group_id": GROUP})
    assert not again.save() and again.errors.on("user_id") == "has already been taken", again.errors.errors
    refused(ForbiddenAccess, StrangersInvite({"user_id": SONNY, "group_id": GROUP}).save)
    refused(UnauthorizedAccess, NobodysInvite({"user_id": SONNY, "group_id": GROUP}).save)
    refused(ResourceNotFound, OwnersInvite({"user_id": SONNY, "group_id": 1234}).save)

    # /group_invites/groups.json and /group_invites/users/3773.json
    mine = SonnysInvite.get("groups")
    assert [(invite["id"], invite["group"]["id"]) for invite in mine] == [(first, GROUP)], mine
    of_group = OwnersInvite.find(from_=f"/group_invites/users/{GROUP}.json")
    assert [invite.id for invite in of_group] == [first] and of_group[0].user.last_name == "Tromp", of_group

    # /group_invites/{id}.json
    refused(ForbiddenAccess, OwnersInvite({"id": first}).destroy)
    SonnysInvite({"id": first}).destroy()
    assert not SonnysInvite.get("groups")

    second = invited()
    assert second == first, "an invite's id is that of its group and user"
    refused(ForbiddenAccess, StrangersMember({"group_id": GROUP}).save)
    member = SonnysMember({"group_id": GROUP})
    assert member.save(), member.errors.full_messages()
    assert (member.created_by, member.updated_by) == (None, None), member.to_dict()
    assert member.user.id == SONNY and member.group.id == GROUP and member.group.group_member_id == member.id
    again = SonnysMember({"group_id": GROUP})
    # The package files an error of a field that the record does not have under "base".
    assert not again.save() and again.errors.errors == {"base": ["has already been taken"]}, again.errors.errors


main()
print("pyactiveresource passed")
