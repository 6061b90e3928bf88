//! The directory's facts about invitees, read for one request to invite or for many at once.

use std::collections::{BTreeMap, BTreeSet};

use super::request::{Ask, OnDuplicate};
use super::rules::Admitted;
use crate::domain::acceptance::{self, Acceptor, right_is_proven};
use crate::domain::identity::Identity;
use crate::domain::ids::{GroupId, UserId};
use crate::domain::invite::Invite;
use crate::domain::invitee::user_key;
use crate::domain::member::Member;
use crate::domain::user::{User, UserState};
use crate::engine::{Engine, Fault, Outcome};
use crate::store::{CreateReads, FoundRecords, WantedRecords};

/// One request to invite, with what its first round trip found.
#[derive(Clone, Copy)]
pub(super) struct Case<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) admitted: &'a Admitted,
    pub(super) found: &'a CreateReads,
}

/// The directory's facts about the invitee.
#[derive(Clone, Debug, Default)]
pub(super) struct People {
    /// Whether a user who may be the invitee is a member of the group.
    pub(super) is_member: bool,
    /// Whether one of these users refuses invites.
    pub(super) refuses: bool,
    /// Their pending invite under another identity, if it blocks another. An address and its user
    /// are two keys.
    pub(super) invited_as: Option<Box<Invite>>,
    /// Their other pending invites under other identities, which end with a new one.
    pub(super) outdated: Vec<Invite>,
    /// The active user behind the invitee. `None` if there is none or the directory was not asked.
    pub(super) user: Option<UserId>,
}

/// The facts about the invitee of one request.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Whether a new invite replaces the pending one with the same id.
    pub(super) is_replaceable: bool,
    /// Whether one of the pending invites that a new one replaces takes a place under the cap.
    pub(super) frees_a_place: bool,
    /// The directory's facts.
    pub(super) people: People,
    /// The keys of the invitee under every known identity. Empty if the directory was not asked.
    pub(super) names: Vec<String>,
}

/// The memberships of granters.
type Granters = BTreeMap<(GroupId, UserId), Member>;

impl<'a> Case<'a> {
    /// Returns the pending invite with the id that a new one would get.
    fn pending(self) -> Option<&'a Invite> {
        self.found.existing.as_ref().filter(|invite| invite.is_pending(self.ask.now()))
    }

    /// Returns the pending invite that the request replaces by its id.
    fn replaced(self) -> Option<&'a Invite> {
        self.found.replaced.as_ref().filter(|invite| invite.is_pending(self.ask.now()))
    }

    /// Returns whether the invitee can be invited as far as the first round trip tells. Otherwise
    /// the directory is not asked.
    fn is_open(self, granters: &Granters) -> bool {
        self.found.invited_member.is_none()
            && self.pending().is_none_or(|invite| {
                invite.request != self.ask.request
                    && (self.replaces(invite) || !self.blocks(invite, granters))
            })
    }

    /// Returns whether the request asks to replace this pending invite of the invitee.
    fn replaces(self, invite: &Invite) -> bool {
        let new = &self.ask.new;
        new.on_duplicate == OnDuplicate::Replace || new.replaces == Some(invite.id)
    }

    /// Returns whether this pending invite blocks another of the same person. It does not if it can
    /// never be accepted again.
    fn blocks(self, invite: &Invite, granters: &Granters) -> bool {
        let Admitted { group, inviter } = self.admitted;
        let granter = if invite.granted_by.id == inviter.member.user {
            // The first round trip read the caller's membership.
            Some(&inviter.member)
        } else {
            granters.get(&granter_key(invite))
        };
        let acceptable = acceptance::check(invite, group, granter, Acceptor::Invitee);
        acceptable.err().is_none_or(|reason| !reason.lasts())
    }

    /// Returns whether [`Case::blocks`] needs the membership of the invite's granter.
    fn needs_granter(self, invite: &Invite) -> bool {
        let Admitted { group, inviter } = self.admitted;
        invite.granted_by.id != inviter.member.user && !right_is_proven(group, invite)
    }

    /// Returns the users who may be a member by now: the holder of the address, and the user who
    /// accepted the last invite to it.
    fn candidates(self) -> BTreeSet<&'a UserId> {
        let accepted_by = self.found.existing.as_ref().and_then(Invite::accepted_by);
        self.found.holder.iter().chain(accepted_by).collect()
    }

    /// Returns whether a candidate is a member, and whether a user who is invited refuses invites.
    fn relation(self, known: &FoundRecords) -> People {
        let group = &self.ask.new.group;
        let invited = self.found.invited_user.iter();
        let candidates = self.candidates();
        let users = candidates.iter().filter_map(|id| known.users.get(*id));
        People {
            is_member: candidates
                .iter()
                .any(|id| known.members.contains_key(&(group.clone(), (*id).clone()))),
            refuses: invited.chain(users).any(|user| user.profile.refuses_invites),
            user: self.active_user(known),
            ..People::default()
        }
    }

    /// Returns the user behind the invitee, if the directory has one who is active.
    fn active_user(self, known: &FoundRecords) -> Option<UserId> {
        let holder = self.found.holder.as_ref().and_then(|holder| known.users.get(holder));
        let user = self.found.invited_user.as_ref().or(holder);
        user.filter(|user| user.state == UserState::Active).map(|user| user.id.clone())
    }

    /// Returns the invitee keys that [`Case::other_keys`] will probably return, as the pointer to
    /// the holder names them.
    fn probable_keys(self) -> Vec<String> {
        let CreateReads { holder, holder_keys, .. } = self.found;
        let Some(holder) = holder.as_ref().filter(|_| !holder_keys.is_empty()) else {
            return Vec::new();
        };
        let mut keys: Vec<String> = holder_keys.iter().cloned().chain([user_key(holder)]).collect();
        keys.retain(|key| *key != self.ask.invitee.key());
        keys
    }

    /// Returns the invitee keys of the invited user's other identities.
    fn other_keys(self, known: &FoundRecords) -> Vec<String> {
        let holder = self.found.holder.as_ref().and_then(|holder| known.users.get(holder));
        let people = self.found.invited_user.iter().chain(holder);
        let names = |user: &User| {
            let identities = user.profile.identities();
            identities.iter().map(Identity::key).chain([user_key(&user.id)]).collect::<Vec<_>>()
        };
        let mut keys: Vec<String> =
            people.filter(|user| user.state == UserState::Active).flat_map(names).collect();
        keys.retain(|key| *key != self.ask.invitee.key());
        keys
    }
}

impl Engine {
    /// Returns the facts about the invitees of requests into one group, in their order. Skips the
    /// reads that the first round trip makes unnecessary.
    ///
    /// Two invites of one person under two identities that are created at the same moment may both
    /// be pending (ADR 0001). Only one of them can be accepted.
    pub(super) async fn facts(&self, cases: &[Case<'_>]) -> Outcome<Vec<Facts>> {
        let pending = cases.iter().flat_map(|case| {
            case.pending().into_iter().chain(case.replaced()).map(move |invite| (*case, invite))
        });
        let mut granters = self.found(granters_of(pending)).await?.members;
        let is_open: Vec<bool> = cases.iter().map(|case| case.is_open(&granters)).collect();
        let open = cases.iter().zip(&is_open).filter(|(_, open)| **open);
        let open: Vec<Case<'_>> = open.map(|(case, _)| *case).collect();
        let probable: Vec<String> = open.iter().flat_map(|case| case.probable_keys()).collect();
        let (known, early) = futures::join!(
            self.found(candidates_of(&open)),
            self.invites_into_group(&open, &probable)
        );
        let known = known?;
        let others = self.other_invites(&open, &known, (&probable, early?)).await?;
        let named = open.iter().flat_map(|case| others.iter().map(move |it| (*case, it)));
        granters.extend(self.found(granters_of(named)).await?.members);
        let facts = cases.iter().zip(&is_open).map(|(case, is_open)| {
            if *is_open { facts_of(*case, &known, &others, &granters) } else { Facts::default() }
        });
        Ok(facts.collect())
    }

    /// Returns the invites that the invitees of these requests have under other identities, in any
    /// state. `early` are the invites that were read before, and the keys under which.
    async fn other_invites(
        &self,
        open: &[Case<'_>],
        known: &FoundRecords,
        (early_keys, mut early): (&[String], Vec<Invite>),
    ) -> Result<Vec<Invite>, Fault> {
        let invited = open.iter().filter(|case| {
            let relation = case.relation(known);
            !relation.is_member && !relation.refuses
        });
        let keys: Vec<String> = invited.flat_map(|case| case.other_keys(known)).collect();
        let late: Vec<String> =
            keys.iter().filter(|key| !early_keys.contains(key)).cloned().collect();
        let place = |invite: &Invite| keys.iter().position(|key| *key == invite.invitee.key());
        early.retain(|invite| place(invite).is_some());
        early.extend(self.invites_into_group(open, &late).await?);
        early.sort_by_key(place);
        Ok(early)
    }

    /// Returns the invites under these invitee keys into the one group of the requests.
    async fn invites_into_group(
        &self,
        requests: &[Case<'_>],
        keys: &[String],
    ) -> Result<Vec<Invite>, Fault> {
        match requests.first() {
            Some(case) if !keys.is_empty() => {
                self.invites_for_keys(&case.ask.new.group, keys).await
            }
            Some(_) | None => Ok(Vec::new()),
        }
    }

    async fn found(&self, wanted: WantedRecords) -> Result<FoundRecords, Fault> {
        if wanted.members.is_empty() && wanted.users.is_empty() {
            return Ok(FoundRecords::default());
        }
        Ok(self.store.records(&wanted).await?)
    }
}

/// Returns the memberships of the granters of these invites, as far as the rule needs them.
fn granters_of<'a>(invites: impl Iterator<Item = (Case<'a>, &'a Invite)>) -> WantedRecords {
    let unproven = invites.filter(|(case, invite)| case.needs_granter(invite));
    let members = unproven.map(|(_, invite)| granter_key(invite)).collect();
    WantedRecords { members, ..WantedRecords::default() }
}

/// Returns the candidates of these requests, and their memberships.
fn candidates_of(cases: &[Case<'_>]) -> WantedRecords {
    let mut wanted = WantedRecords::default();
    for case in cases {
        for user in case.candidates() {
            wanted.members.insert((case.ask.new.group.clone(), user.clone()));
            wanted.users.insert(user.clone());
        }
    }
    wanted
}

fn granter_key(invite: &Invite) -> (GroupId, UserId) {
    (invite.group.clone(), invite.granted_by.id.clone())
}

/// Returns the facts about an invitee whom the first round trip does not exclude.
fn facts_of(case: Case<'_>, known: &FoundRecords, others: &[Invite], granters: &Granters) -> Facts {
    let is_replaceable = case.pending().is_some();
    let mut people = case.relation(known);
    if people.is_member || people.refuses {
        return Facts { is_replaceable, people, ..Facts::default() };
    }
    let mut own = case.pending().into_iter().chain(case.replaced());
    let mut frees_a_place = own.any(|invite| case.blocks(invite, granters));
    let mut names = case.other_keys(known);
    let pending = others.iter().filter(|other| other.is_pending(case.ask.now()));
    for other in pending.filter(|other| names.contains(&other.invitee.key())) {
        let blocks = case.blocks(other, granters);
        if blocks && !case.replaces(other) {
            people.invited_as = Some(Box::new(other.clone()));
        } else {
            frees_a_place |= blocks;
            people.outdated.push(other.clone());
        }
    }
    names.push(case.ask.invitee.key());
    Facts { is_replaceable, frees_a_place, people, names }
}
