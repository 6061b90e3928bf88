// better-auth as a peer of the bench, with e-mail and password, the organization plugin and SQLite.
// ../README.md explains the settings and why they are fair.
import Database from "better-sqlite3";
import { betterAuth } from "better-auth";
import { organization } from "better-auth/plugins";

const escaped = (text) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);

/** Renders the mail as an application would, because better-auth renders none itself. */
function mail({ id, email, organization, inviter }) {
  const link = `${process.env.URL}/accept-invitation/${id}`;
  const subject = `${inviter.user.name} invites you to ${organization.name}`;
  const html = `<p>${escaped(subject)}.</p><p><a href="${escaped(link)}">Accept the invitation</a></p>`;
  return { to: email, subject, text: `${subject}.\n\n${link}\n`, html };
}

export const auth = betterAuth({
  baseURL: process.env.URL,
  secret: "a secret of the bench's own, at least thirty-two characters",
  database: new Database(process.env.DATA),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  // Rendered but not sent.
  plugins: [organization({ sendInvitationEmail: async (invitation) => void mail(invitation) })],
});
