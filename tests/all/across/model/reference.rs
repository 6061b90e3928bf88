//! The model: all rules of invites by e-mail in their shortest form, without a table.

use std::collections::BTreeMap;

/// The roles, lowest rank first.
pub(super) const ROLES: [&str; 4] = ["member", "editor", "admin", "owner"];
/// The number of people. Person 0 creates the group.
pub(super) const PEOPLE: usize = 4;
/// The most members that the group may have.
pub(super) const SEATS: usize = 3;
/// How often an invite can be resent.
const MOST_RESENDS: u32 = 10;
/// The fewest seconds between a request to make or resend an invite and a resend.
const COOL_DOWN: i64 = 60;
const ADMIN: usize = 2;
const OWNER: usize = 3;

/// A command. People and addresses are numbers; address 2 belongs to person 2.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Invite {
        by: usize,
        address: usize,
        role: usize,
        lifetime: i64,
        bearer: bool,
    },
    /// Accepts by the token of `back` generations ago.
    Accept {
        by: usize,
        address: usize,
        back: usize,
    },
    AcceptById {
        by: usize,
        address: usize,
    },
    Decline {
        address: usize,
        back: usize,
    },
    DeclineById {
        by: usize,
        address: usize,
    },
    /// Declines by the token without a sign-in.
    DeclineByLink {
        address: usize,
        back: usize,
    },
    Revoke {
        by: usize,
        address: usize,
    },
    /// Resends with the same token, or with a new one.
    Resend {
        by: usize,
        address: usize,
        keeps: bool,
    },
    Wait {
        seconds: i64,
    },
    ChangeRole {
        by: usize,
        of: usize,
        role: usize,
    },
    Remove {
        by: usize,
        of: usize,
    },
    DeleteGroup {
        by: usize,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Accepted,
    Declined,
    Revoked,
    Expired,
}

#[derive(Clone, Debug)]
pub(super) struct Invite {
    written: State,
    pub(super) generation: u32,
    pub(super) version: u64,
    /// The person who made it.
    by: usize,
    /// The person whose right an acceptance asks: the last one who made or resent it.
    granted_by: usize,
    role: usize,
    ends: i64,
    /// When it was last made or resent.
    requested_at: i64,
    /// The number of resends, over all generations.
    resends: u32,
    bearer: bool,
    pub(super) resolved_by: Option<usize>,
    /// Whether it ended because its inviter lost the right to make it.
    orphaned: bool,
}

impl Invite {
    /// Returns the name of the stored state.
    pub(super) fn written(&self) -> &'static str {
        match self.written {
            State::Pending => "pending",
            State::Accepted => "accepted",
            State::Declined => "declined",
            State::Revoked => "revoked",
            State::Expired => "expired",
        }
    }

    /// Returns whether a member with this role may make it.
    fn fits(&self, role: usize) -> bool {
        role >= ADMIN && role >= self.role
    }
}

pub(super) struct Model {
    now: i64,
    pub(super) alive: bool,
    /// The person who deleted the group.
    deleted_by: Option<usize>,
    /// The role of each member, and the address of the invite by which they joined.
    pub(super) members: BTreeMap<usize, (usize, Option<usize>)>,
    /// The invite of each address.
    pub(super) invites: BTreeMap<usize, Invite>,
}

type Refused = String;

fn refuse<T>(word: &str) -> Result<T, Refused> {
    Err(word.to_owned())
}

impl Model {
    pub(super) fn founded_by(founder: usize, now: i64) -> Self {
        Self {
            now,
            alive: true,
            deleted_by: None,
            members: BTreeMap::from([(founder, (OWNER, None))]),
            invites: BTreeMap::new(),
        }
    }

    /// Performs the step, and returns the name of the outcome.
    pub(super) fn act(&mut self, step: &Step) -> String {
        let done = match *step {
            Step::Invite { by, address, role, lifetime, bearer } => {
                self.invite(by, address, role, lifetime, bearer)
            }
            Step::Accept { by, address, back } => self.current(address, back).and_then(|invite| {
                let stranger = !invite.bearer && by != address;
                if stranger { refuse("IdentityMismatch") } else { self.accept(by, address) }
            }),
            Step::AcceptById { by, address } => {
                self.own(by, address).and_then(|()| self.accept(by, address))
            }
            Step::Decline { address, back } => {
                self.current(address, back).and_then(|_| self.decline(Some(address), address))
            }
            Step::DeclineById { by, address } => {
                self.own(by, address).and_then(|()| self.decline(Some(by), address))
            }
            Step::DeclineByLink { address, back } => {
                self.current(address, back).and_then(|_| self.decline(None, address))
            }
            Step::Revoke { by, address } => self.revoke(by, address),
            Step::Resend { by, address, keeps } => self.resend(by, address, keeps),
            Step::Wait { seconds } => {
                self.now += seconds;
                Ok(())
            }
            Step::ChangeRole { by, of, role } => self.change(by, of, Some(role)),
            Step::Remove { by, of } => self.change(by, of, None),
            Step::DeleteGroup { by } => self.delete(by),
        };
        done.err().unwrap_or_else(|| "ok".into())
    }

    /// Returns an owner of the group; `None` after the group was deleted.
    pub(super) fn owner(&self) -> Option<usize> {
        self.members.iter().find(|(_, (role, _))| *role == OWNER).map(|(person, _)| *person)
    }

    pub(super) fn state(&self, invite: &Invite) -> State {
        if invite.written == State::Pending && invite.ends <= self.now {
            State::Expired
        } else {
            invite.written
        }
    }

    pub(super) fn is_pending(&self, invite: &Invite) -> bool {
        self.state(invite) == State::Pending
    }

    /// Returns whether the invitee can still accept: the invite is pending, or was declined without
    /// a sign-in, and its time has not passed.
    fn awaits(&self, invite: &Invite) -> bool {
        let declined = invite.written == State::Declined && invite.resolved_by.is_none();
        self.is_pending(invite) || (declined && invite.ends > self.now)
    }

    fn role(&self, person: usize) -> Result<usize, Refused> {
        self.members.get(&person).map(|(role, _)| *role).ok_or_else(|| "GroupNotFound".into())
    }

    /// Returns the invite, if the token of `back` generations ago is the newest.
    fn current(&self, address: usize, back: usize) -> Result<Invite, Refused> {
        match self.invites.get(&address) {
            Some(invite) if back == 0 => Ok(invite.clone()),
            Some(invite) if (back as u64) < u64::from(invite.generation) => {
                refuse("InviteReplaced")
            }
            _ => refuse("InviteNotFound"),
        }
    }

    /// Checks that the person may use the invite by its id, which only the invitee may.
    fn own(&self, by: usize, address: usize) -> Result<(), Refused> {
        if by == address && self.invites.contains_key(&address) {
            Ok(())
        } else {
            refuse("InviteNotFound")
        }
    }

    fn end(&mut self, address: usize, state: State, by: Option<usize>) {
        if let Some(invite) = self.invites.get_mut(&address) {
            invite.written = state;
            invite.version += 1;
            invite.resolved_by = by;
        }
    }

    fn invite(
        &mut self,
        by: usize,
        address: usize,
        role: usize,
        lifetime: i64,
        bearer: bool,
    ) -> Result<(), Refused> {
        let own = self.role(by)?;
        if own < ADMIN {
            return refuse("Forbidden");
        }
        if role > own {
            return refuse("RoleAboveOwn");
        }
        if by == address {
            return refuse("Yourself");
        }
        let (mut generation, mut version, mut resends) = (1, 1, 0);
        if let Some(before) = self.invites.get(&address) {
            if self.is_pending(before) {
                return refuse("AlreadyPending");
            }
            let still_member = before.written == State::Accepted
                && before.resolved_by.is_some_and(|by| self.members.contains_key(&by));
            if still_member {
                return refuse("AlreadyMember");
            }
            (generation, version) = (before.generation + 1, before.version + 1);
            resends = before.resends;
        }
        let ends = self.now + lifetime;
        let invite = Invite {
            written: State::Pending,
            generation,
            version,
            by,
            granted_by: by,
            role,
            ends,
            requested_at: self.now,
            resends,
            bearer,
            resolved_by: None,
            orphaned: false,
        };
        self.invites.insert(address, invite);
        Ok(())
    }

    fn accept(&mut self, by: usize, address: usize) -> Result<(), Refused> {
        let invite = self.invites[&address].clone();
        let joined_by_it = self.members.get(&by).is_some_and(|(_, via)| *via == Some(address));
        if invite.written == State::Accepted && invite.resolved_by == Some(by) && joined_by_it {
            return Ok(());
        }
        // Only a deleted group has no members.
        if self.members.is_empty() {
            return refuse("GroupNotFound");
        }
        if invite.orphaned {
            return refuse("InviterGone");
        }
        let may_still = by == address && self.awaits(&invite);
        if !self.is_pending(&invite) && !may_still {
            return Err(format!("NotPending({:?})", self.state(&invite)));
        }
        if self.members.contains_key(&by) {
            return refuse("AlreadyMember");
        }
        if self.members.len() >= SEATS {
            return refuse("SeatsFull");
        }
        self.members.insert(by, (invite.role, Some(address)));
        self.end(address, State::Accepted, Some(by));
        Ok(())
    }

    fn decline(&mut self, by: Option<usize>, address: usize) -> Result<(), Refused> {
        let invite = &self.invites[&address];
        let takes_final = by.is_some() && self.awaits(invite);
        match self.state(invite) {
            State::Declined if !takes_final => Ok(()),
            State::Pending | State::Declined => {
                self.end(address, State::Declined, by);
                Ok(())
            }
            other => Err(format!("NotPending({other:?})")),
        }
    }

    fn revoke(&mut self, by: usize, address: usize) -> Result<(), Refused> {
        let role = self.role(by)?;
        let invite = self.invites.get(&address);
        if role < ADMIN && invite.is_none_or(|invite| invite.by != by) {
            return refuse("Forbidden");
        }
        match invite.map(|invite| (self.state(invite), self.awaits(invite))) {
            None => refuse("InviteNotFound"),
            Some((State::Revoked, _)) => Ok(()),
            Some((_, true)) => {
                self.end(address, State::Revoked, Some(by));
                Ok(())
            }
            Some((other, false)) => Err(format!("NotPending({other:?})")),
        }
    }

    fn resend(&mut self, by: usize, address: usize, keeps: bool) -> Result<(), Refused> {
        let own = self.role(by)?;
        if own < ADMIN {
            return refuse("Forbidden");
        }
        let Some(invite) = self.invites.get(&address) else {
            return refuse("InviteNotFound");
        };
        if invite.role > own {
            return refuse("RoleAboveOwn");
        }
        match self.state(invite) {
            State::Pending | State::Expired => {}
            State::Declined if invite.resolved_by.is_none() => {}
            other => return Err(format!("NotPending({other:?})")),
        }
        if invite.resends >= MOST_RESENDS || self.now - invite.requested_at < COOL_DOWN {
            return refuse("Limited");
        }
        // Only a revival asks what a new invite asks.
        if by == address && !self.is_pending(invite) {
            return refuse("Yourself");
        }
        let lifetime = invite.ends - invite.requested_at;
        let resent = Invite {
            written: State::Pending,
            generation: invite.generation + u32::from(!keeps),
            version: invite.version + 1,
            granted_by: by,
            ends: invite.ends.max(self.now + lifetime),
            requested_at: self.now,
            resends: invite.resends + 1,
            resolved_by: None,
            ..invite.clone()
        };
        self.invites.insert(address, resent);
        Ok(())
    }

    /// Changes the member's role, or removes the member if `to` is `None`.
    fn change(&mut self, by: usize, of: usize, to: Option<usize>) -> Result<(), Refused> {
        let own = self.role(by)?;
        let leaves = by == of && to.is_none();
        if !leaves && own < ADMIN {
            return refuse("Forbidden");
        }
        let Some((held, _)) = self.members.get(&of).copied() else {
            return refuse("MemberNotFound");
        };
        if !leaves && (to.is_some_and(|to| to > own) || held > own) {
            return refuse("RoleAboveOwn");
        }
        let owners = self.members.values().filter(|(role, _)| *role == OWNER).count();
        if held == OWNER && to != Some(OWNER) && owners == 1 {
            return refuse("LastOwner");
        }
        match to {
            Some(to) => {
                self.members.entry(of).and_modify(|(role, _)| *role = to);
            }
            None => {
                self.members.remove(&of);
                // A removal revokes the invite of the member's address, so that the member cannot
                // join again by it.
                if self.invites.get(&of).is_some_and(|invite| self.awaits(invite)) {
                    self.end(of, State::Revoked, Some(by));
                }
            }
        }
        self.end_orphans(of, to, by);
        Ok(())
    }

    /// Ends the invites that await their invitees and that a member can no longer make.
    fn end_orphans(&mut self, of: usize, to: Option<usize>, by: usize) {
        let orphans: Vec<usize> = self
            .invites
            .iter()
            .filter(|(_, it)| {
                it.granted_by == of && self.awaits(it) && !to.is_some_and(|to| it.fits(to))
            })
            .map(|(address, _)| *address)
            .collect();
        for address in orphans {
            self.end(address, State::Revoked, Some(by));
            self.invites.entry(address).and_modify(|invite| invite.orphaned = true);
        }
    }

    fn delete(&mut self, by: usize) -> Result<(), Refused> {
        if self.deleted_by == Some(by) {
            return Ok(());
        }
        if self.role(by)? < OWNER {
            return refuse("Forbidden");
        }
        let pending: Vec<usize> = self
            .invites
            .iter()
            .filter(|(_, invite)| self.awaits(invite))
            .map(|(address, _)| *address)
            .collect();
        for address in pending {
            self.end(address, State::Revoked, Some(by));
        }
        self.members.clear();
        self.alive = false;
        self.deleted_by = Some(by);
        Ok(())
    }
}
