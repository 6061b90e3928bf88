"""Tests destipy against the local service.

It has no option for the base URL, so the attribute of its group endpoints is set.
"""

import asyncio
import os

from destipy.destiny_client import DestinyClient

GROUP, ACCOUNT, STEAM = 3773, 4611686018467284386, 3
TOKEN = os.environ["TOKEN"]


def succeeded(answer):
    assert (answer["ErrorCode"], answer["ErrorStatus"]) == (1, "Success"), answer
    return answer["Response"]


async def main():
    client = DestinyClient("any-key")
    groups = client.group_v2
    groups.base_url = os.environ["URL"] + "/Platform"
    account = {"groupId": GROUP, "membershipId": ACCOUNT, "membershipType": STEAM}
    invite = lambda: groups.IndividualGroupInvite(**account, message="Join us", access_token=TOKEN)
    cancel = lambda: groups.IndividualGroupInviteCancel(**account, access_token=TOKEN)

    assert succeeded(await invite())["resolution"] == 0
    assert (await invite())["ErrorStatus"] == "InvitationAlreadyPending"
    invited = succeeded(await groups.GetInvitedIndividuals(1, GROUP, TOKEN))
    assert [found["destinyUserInfo"]["membershipId"] for found in invited["results"]] == [str(ACCOUNT)], invited
    potential = succeeded(await groups.GetPotentialGroupsForMember(2, 0, ACCOUNT, STEAM))
    assert [found["group"]["groupId"] for found in potential["results"]] == [str(GROUP)], potential
    assert succeeded(await cancel())["resolution"] == 3
    assert (await cancel())["ErrorStatus"] == "InvitationNotFound"


asyncio.run(main())
print("destipy passed")
