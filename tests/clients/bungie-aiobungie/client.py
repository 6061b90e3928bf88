"""Tests aiobungie against the local service.

It has no option for the base URL, so the constant is replaced.
"""

import asyncio
import os

import aiobungie
import aiobungie.url

aiobungie.url.BASE = os.environ["URL"]
GROUP, ACCOUNT, STEAM = 3773, 4611686018467284386, aiobungie.MembershipType.STEAM


async def refused(call, kind, code):
    try:
        await call
    except kind as error:
        assert error.error_code == code, error
    else:
        raise AssertionError(f"expected error {code}")


async def main():
    token = os.environ["TOKEN"]
    async with aiobungie.RESTClient("any-key") as client:
        invite = lambda: client.invite_member_to_group(token, GROUP, ACCOUNT, STEAM, message="Join us")
        cancel = lambda: client.cancel_group_member_invite(token, GROUP, ACCOUNT, STEAM)

        assert await invite() == {"resolution": 0}
        await refused(invite(), aiobungie.HTTPException, 1904)
        listed = await client.fetch_invited_group_memberships(token, GROUP)
        assert listed["totalResults"] == 1 and not listed["hasMore"], listed
        found = listed["results"][0]
        assert found["destinyUserInfo"]["membershipId"] == str(ACCOUNT) and found["requestMessage"] == "Join us", found
        assert await cancel() == {"resolution": 3}
        await refused(cancel(), aiobungie.NotFound, 1914)
        await refused(client.cancel_group_member_invite("wrong", GROUP, ACCOUNT, STEAM), aiobungie.Unauthorized, 99)
        await refused(client.invite_member_to_group(token, 999999, ACCOUNT, STEAM), aiobungie.NotFound, 622)


asyncio.run(main())
print("aiobungie", aiobungie.__version__, "passed")
