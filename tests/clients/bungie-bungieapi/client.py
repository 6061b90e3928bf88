"""Tests bungieapi against the local service, with its option for the base URL."""

import asyncio
import os

import aiohttp
from bungieapi.base import ApiException
from bungieapi.client import Client, Credentials
from bungieapi.generated.components.schemas import BungieMembershipType
from bungieapi.generated.components.schemas.groups_v2 import (
    GroupApplicationRequest,
    GroupApplicationResolveState,
    GroupPotentialMemberStatus,
    GroupType,
)

GROUP, ACCOUNT, STEAM = 3773, 4611686018467284386, BungieMembershipType.TIGER_STEAM


async def refused(call, status):
    try:
        await call
    except aiohttp.ClientResponseError as error:
        assert error.status == status, error
    else:
        raise AssertionError(f"expected status {status}")


async def main():
    async with Client(Credentials("any-key", os.environ["TOKEN"]), base_url=os.environ["URL"]) as client:
        groups = client.group_v2
        invite = lambda: groups.individual_group_invite(GroupApplicationRequest(message="Join us"), GROUP, ACCOUNT, STEAM)
        cancel = lambda: groups.individual_group_invite_cancel(GROUP, ACCOUNT, STEAM)

        answer = await invite()
        assert answer.response.resolution == GroupApplicationResolveState.UNRESOLVED, answer
        await refused(invite(), 409)
        listed = await groups.get_invited_individuals(currentpage=1, group_id=GROUP)
        assert [found.destiny_user_info.membership_id for found in listed.response.results] == [ACCOUNT], listed
        potential = await groups.get_potential_groups_for_member(GroupPotentialMemberStatus.INVITEE, GroupType.GENERAL, ACCOUNT, STEAM)
        assert [found.group.group_id for found in potential.response.results] == [GROUP], potential
        answer = await cancel()
        assert answer.response.resolution == GroupApplicationResolveState.RESCINDED, answer
        await refused(cancel(), 404)


asyncio.run(main())
print("bungieapi passed")
