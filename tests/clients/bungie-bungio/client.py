"""Tests bungio against the local service.

It has no option for the base URL, so the constant is replaced.
"""

import asyncio
import datetime
import os

import bungio
import bungio.http.route
from bungio.error import BungieException
from bungio.models import (
    AuthData,
    BungieMembershipType,
    DestinyUser,
    GroupApplicationRequest,
    GroupApplicationResolveState,
    GroupPotentialMemberStatus,
    GroupType,
)

bungio.http.route.BASE_ROUTE = os.environ["URL"] + "/Platform"
GROUP, ACCOUNT = 3773, 4611686018467284386


async def refused(call, name, code):
    try:
        await call
    except BungieException as error:
        assert (error.error, error.code) == (name, code), error
    else:
        raise AssertionError(f"expected error {name}")


async def main():
    client = bungio.Client(bungie_client_id="0", bungie_client_secret="", bungie_token="any-key", manifest_storage=False)
    later = datetime.datetime.now(tz=datetime.timezone.utc) + datetime.timedelta(minutes=30)
    auth = AuthData(
        token=os.environ["TOKEN"],
        token_expiry=later,
        refresh_token="",
        refresh_token_expiry=later,
        membership_type=BungieMembershipType.BUNGIE_NEXT,
        membership_id=29842,
        bungie_name=None,
    )
    user = DestinyUser(membership_id=ACCOUNT, membership_type=BungieMembershipType.TIGER_STEAM)
    invite = lambda: user.individual_group_invite(GroupApplicationRequest(message="Join us"), group_id=GROUP, auth=auth)
    cancel = lambda: user.individual_group_invite_cancel(group_id=GROUP, auth=auth)

    assert (await invite()).resolution == GroupApplicationResolveState.UNRESOLVED
    await refused(invite(), "InvitationAlreadyPending", 1904)
    listed = await client.api.get_invited_individuals(currentpage=1, group_id=GROUP, auth=auth)
    assert [found.destiny_user_info.membership_id for found in listed.results] == [ACCOUNT], listed
    potential = await client.api.get_potential_groups_for_member(
        filter=GroupPotentialMemberStatus.INVITEE,
        group_type=GroupType.GENERAL,
        membership_id=ACCOUNT,
        membership_type=BungieMembershipType.TIGER_STEAM,
    )
    assert [found.group.group_id for found in potential.results] == [GROUP], potential
    assert (await cancel()).resolution == GroupApplicationResolveState.RESCINDED
    await refused(cancel(), "InvitationNotFound", 1914)
    await client.http.session.close()


asyncio.run(main())
print("bungio passed")
