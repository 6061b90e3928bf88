"""The main story of the native API with a generated client: a group, an invite, its preview, its
acceptance, the members, and an error by its code."""

import os

from beckon_client import AuthenticatedClient, Client
from beckon_client.api.answering import accept_invite, preview_invite
from beckon_client.api.groups import create_group
from beckon_client.api.invites import create_invite, list_group_invites
from beckon_client.api.members import list_members
from beckon_client.models import Accept, Code, InviteState, NewGroup, NewInvite, Problem, Token

url = os.environ["URL"]
owner = AuthenticatedClient(base_url=url, token=os.environ["OWNER"])
invitee = AuthenticatedClient(base_url=url, token=os.environ["INVITEE"])
nobody = Client(base_url=url)

group = create_group.sync(client=owner, body=NewGroup(name="Story"))
new = NewInvite(email="ada@example.com", roles=["editor"])
made = create_invite.sync(group.id, client=owner, body=new)
assert made.state == InviteState.PENDING, made

again = create_invite.sync(group.id, client=owner, body=new)
assert isinstance(again, Problem) and again.code == Code.INVITE_ALREADY_PENDING, again
assert again.invite_id == made.id, again

preview = preview_invite.sync(client=nobody, body=Token(token=made.token))
assert preview.group.name == "Story" and preview.acceptable, preview

accepted = accept_invite.sync(client=invitee, body=Accept(token=made.token))
assert accepted.membership.roles == ["editor"], accepted

members = list_members.sync(group.id, client=owner, limit=10)
assert len(members.data) == 2, members

invites = list_group_invites.sync(group.id, client=owner, state=[InviteState.ACCEPTED])
assert [invite.id for invite in invites.data] == [made.id], invites
print("the generated Python client tells the main story")
