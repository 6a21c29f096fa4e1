# Texts of the pages. One message per text; `.sentence` of an error page's title says what to do.

## Every page

language-name = English
skip = Skip to the content
to-continue-to = to continue to
signed-in-as = Signed in as
links = Links of whoever runs this
link-support = Support
link-privacy = Privacy
link-terms = Terms
sign-in = Sign in
sign-out = Sign out
email = E-mail
password = Password
in-words = { $unit ->
    [minutes] { $count ->
        [one] 1 minute
       *[other] { $count } minutes
    }
   *[seconds] { $count ->
        [one] 1 second
       *[other] { $count } seconds
    }
}

## Signing in

sign-in-with = Continue with { $upstream }
sign-in-no-account = No account yet?
sign-in-make-one = Make one
sign-in-wrong = The e-mail or the password is wrong.
sign-in-throttled = Too many failed attempts. Please try again in { in-words }.
leaving = Continue to { $upstream }
leaving-by-itself = You are on your way. If nothing happens:
leaving-link = go there yourself

## Signing in with Privy

privy-script = This way to sign in needs JavaScript. The others work without it.
privy-hint = { $upstream } sends a code to this address.
privy-send = Send a code
privy-refused = { $upstream } did not accept that. Check what you typed, and try again.
privy-back = Back

## Signing up

sign-up = Make an account
sign-up-operator = Set up the operator's account
sign-up-operator-note = This account will run this server. The link works once.
sign-up-name = Name
sign-up-optional = (optional)
sign-up-password-hint = At least { $count } characters. A sentence is good.
sign-up-make = Make the account
sign-up-have-one = Have an account?
sign-up-own-email = Enter an e-mail address of your own.
sign-up-taken = No account could be made with this e-mail. If you have one, sign in instead.
email-malformed = Enter an e-mail address.
password-short = The password needs at least { $count } characters.
password-long = The password is too long.

## Signing out

sign-out-done = Signed out
sign-out-done-heading = You are signed out
sign-out-done-text = Your session in this browser has ended. Apps you allowed stay connected until you disconnect them.
sign-out-again = Sign in again
sign-out-question = Sign out?
sign-out-text = This ends your session in this browser. Apps you allowed stay connected.

## Consent

consent-title = Allow access?
consent-allow = Allow
consent-to-use = to use { $resource }?
consent-sends-to = Sends you to
consent-nothing-more = It may use { $resource } as you. It asks for nothing more.
consent-acts-with = It acts with your { $upstream } account at
consent-app-limits = What { $upstream } lets our app do there limits it.
consent-asked-there = For that you are asked there to allow:
consent-understood = I started this myself, and I know this app.
consent-understood-missing = Tick that you started this yourself, or cancel.
consent-scope-missing = Tick at least one permission, or cancel.
consent-end-at-any-time = Only allow this if you just asked an app to connect. You can end it at any time on
consent-account-page = your account page
consent-yes = Allow
consent-note-more = Read more
consent-cancel = Cancel
consent-other-account = Use another account
consent-read = Read
consent-change = Change
consent-before = Allowed before
consent-always = Always
consent-nameless = An app without a name
consent-known-operator = Approved by { $operator }.
consent-known-domain = Verified domain: { $host }.
consent-known-nobody = Unverified name: the app chose it itself.
consent-host-loopback = A program on this computer.
consent-host-scheme = A program on this device that opens such links.
consent-warn-loopback = The answer goes to a program on this computer. Any program here could have asked under this name.
consent-warn-scheme = The answer goes to whichever program on this device opens such links. Any program could have asked under this name.
consent-warn-registered = Nobody has checked who is behind this name. Look at the address above: is it the app that you use?
scope-openid = Know which account you use
    .text = So that it recognizes you the next time.
scope-profile = See your name
    .text = As you gave it here.
scope-email = See your e-mail address
    .text = That is { $email }.
scope-offline-access = Stay connected
    .text = Also while you are not here, until you end it.

## Connecting an account elsewhere

connect-title = Connect { $upstream }
connect-question = Connect { $upstream }?
connect-what-for = Apps that you allowed here act with your { $upstream } account. You allow that once, at
connect-now = Connected now:
connect-now-renews = Connecting again renews what it may do.
connect-asked = Asked for there
connect-stays-here = What { $upstream } gives us stays on this server, encrypted. Apps and chats never see it, and you can end it at any time on
connect-continue = Continue to { $host }
connect-skip = Skip for now
connect-not-now = Not now

## The account

nav = Your account
nav-home = Overview
nav-profile = Profile
nav-apps = Connected apps
nav-connections = Accounts elsewhere
nav-sessions = Sessions
nav-security = Security
nav-tokens = Personal tokens
nav-activity = Activity
nav-settings = Settings

account-title = Account
account-heading = Your account
account-operator = You run this server.
account-safety = Safety
account-email-verified = Your e-mail address is verified.
account-email-unverified = Your e-mail address is not verified.
account-sessions = { $count ->
    [one] Signed in on 1 device
   *[other] Signed in on { $count } devices
}
account-recent = Recent activity
account-all-activity = All activity
account-connected = Connected
account-apps = { $count ->
    [one] 1 app may act for you
   *[other] { $count } apps may act for you
}
account-connections = { $count ->
    [one] 1 account elsewhere is connected
   *[other] { $count } accounts elsewhere are connected
}

## Connected apps

apps-text = These apps may act for you, also while you are not here. Open one to see what it did and to take something back.
apps-none = None. When you allow an app to connect, it appears here.
apps-known-gone = It is no longer registered here.
apps-last = Last used
apps-never = Not used yet
apps-calls = { $count ->
    [one] 1 call in 30 days
   *[other] { $count } calls in 30 days
}
apps-ended = The app is disconnected.
app-back = All connected apps
app-narrowed = Done. It counts from the app's next call on.
app-nothing-left = Leave at least one permission ticked. To take all back, disconnect the app below.
app-given = Allowed on
app-first = First used
app-last = Last used
app-never = not yet
app-recent = Calls in the last 30 days
app-tool = Last tool
app-may = It may
app-always = It also may:
app-untick = Untick what the app may no longer do. To give more, start from the app.
app-save = Save changes
app-end = Disconnect
app-end-text = To end all of this, disconnect the app.
app-end-question = Disconnect
app-end-effect = Its next call is refused. You can allow it again by connecting it anew. It loses what you allowed at:
app-end-not = Keep it
error-allowed-changed = It has changed meanwhile
    .sentence = What this app may do was changed at the same moment, so nothing was taken back. Look at the page again.

## Accounts elsewhere

connections-heading = Your accounts elsewhere
connections-text = Apps that you allowed here act with these accounts. Disconnecting ends that here and there.
connections-none = There are no accounts to connect here.
account-since = since
account-disconnect = Disconnect
account-connected-as = Connected as
account-connection-ended = This connection has ended. Connect again to use it:
account-connect = Connect
account-connect-again = Connect again
account-not-connected = Not connected.

## Sessions

sessions-title = Sessions
sessions-text = Where you are signed in. End what you do not know, or no longer use.
sessions-this = This browser
sessions-from = from
sessions-since = since
sessions-seen = last seen
sessions-end = End
sessions-more = All at once
sessions-end-others = End all other sessions
sessions-end-all = Sign out everywhere
sessions-apps-stay = Apps stay connected; they end under
device = { $browser } on { $system }
device-unknown = An unknown device

## Confirming who one is

confirm-title = Confirm that it is you
confirm-for-security = to change how you sign in
confirm-for-tokens = to make a personal access token
confirm-for-email = to change your e-mail address
confirm-for-password = to change your password
confirm-for-export = to download your data
confirm-for-deletion = to delete your account
confirm-for-anything = to go on
confirm-why = You signed in a while ago. Nothing has been changed yet.
confirm = Confirm
confirm-with-code = Confirm with the code
confirm-no-way = Nothing to confirm it with is set up here. Sign out and sign in again, or ask whoever runs this.
recovery-code = Recovery code
code-once = Each works once.
code-by-mail = Send a code to { $email }
code-wrong = The code is wrong, or was used before.
password-wrong = The password is wrong.
confirm-stronger = Confirm with one of the ways on this page.
code-of-app = Code of your authenticator app
code-or-recovery = Six digits, or a recovery code. Each works once.
passkey-use = Use a passkey
passkey-failed = No passkey was used. Try again, or choose another way.

## A stronger sign-in

level-title = A stronger sign-in
level-for-passkeys = To add or remove a passkey, use one that you have.
level-lost = I have lost my passkeys: use a recovery code
level-for-app = to continue to { $app }
level-for-operator = demanded by { $operator }
level-multi-factor = A second factor is asked for here: a passkey, or a code besides your password.
level-phishing-resistant = A passkey is asked for here: a key of your device that no other site can ask for.
level-set-up = You have none yet. Set one up, and you come back here:
level-without = Go on without

## The second factor

second-title = One more step
second-text = Your account asks for more than the first sign-in. Nobody is signed in yet.
second-lost = Lost your phone or key? A recovery code works once in its place.
second-lost-all = Lost your phone or key? Ask whoever runs this.
second-other = Sign in another way

## Security

security-title = Sign-in and security
back-to-account = Back to your account
back-to-security = Back to security
recovery-title = Recovery codes
recovery-left = { $count ->
    [0] You have none.
    [one] You have one left.
   *[other] You have { $count } left.
}
recovery-what-for = Each proves once that it is you, when what you usually do it with is lost.
recovery-make = Make new recovery codes
recovery-keep = Keep these where you will find them without this device. They are shown now and never again.
recovery-replace = When you make new codes, those from before stop working.
recovery-download = Download as text
passkey = Passkey
passkeys-title = Passkeys
passkeys-text = A passkey signs you in with your fingerprint, face or device code, and works on this site only.
passkeys-not-offered = Passkeys need a domain name, which this server has not.
passkeys-many = You have as many passkeys as there can be. Remove one first.
passkey-synced = Synced between your devices
passkey-bound = On one device
passkey-made = made
passkey-used = last used
passkey-unused = not used yet
passkey-add = Add a passkey
passkey-edit = Rename or remove
passkey-what = Your browser asks where to keep it: on this device, on your phone, or on a key. After that it signs you in without a password.
passkey-script = Passkeys need JavaScript. All else works without it.
passkey-known = This device has a passkey for your account already.
passkey-name = Name
passkey-name-hint = For example the device that keeps it.
passkey-nameless = Give it a name.
passkey-rename = Rename
passkey-remove = Remove
passkey-remove-text = It stops working here at once. Your device keeps showing it until you delete it there too.
passkey-last = This is your only way to sign in, so it stays. Add another way first.
password-first = Choose a password
elsewhere-title = Accounts elsewhere
elsewhere-text = An account that you have elsewhere can sign you in here.
elsewhere-add = Add an account at { $upstream }
elsewhere-remove = Remove
elsewhere-last = Nothing else signs you in. Add a passkey or a password to remove it.
totp-title = Authenticator app
totp-on = Codes of your app are asked for after your password.
totp-off = An app on your phone makes a code every half minute, which is asked for after your password.
totp-set-up = Set up an app
totp-replace = Set up another app
totp-remove = Stop asking for codes
totp-scan = Scan this with your app, or type the key into it. Then enter the code that it shows.
totp-picture = QR code for your authenticator app
totp-key = Key:
totp-code = Code of the app
totp-confirm = Set up
totp-wrong = That is not the code of now. Check the clock of your phone, and try the next code.
go-on = Continue

## Language and theme

settings-text = They hold in this browser, and in every other one in which you sign in from now on.
settings-language = Language
settings-language-browser = As the browser
settings-theme = Theme
settings-theme-system = As the system
settings-theme-light = Light
settings-theme-dark = Dark
settings-save = Apply

## Personal access tokens

tokens-text = Programs of your own use these in place of signing in. Whoever has one may do what it allows, so keep them as you keep passwords.
tokens-none = You have none.
tokens-made = Made
tokens-until = good until
tokens-expired = ended
tokens-revoke = Revoke
tokens-new = New token
tokens-new-for = New token for { $resource }
token-text = It works for this one place, from the moment it is made until it ends or you revoke it.
token-name = Name
token-name-hint = What it is for, so that you know it later.
token-name-missing = Give it a name.
token-days = Days until it ends
token-days-hint = { $count ->
    [one] 1 day at most.
   *[other] { $count } days at most.
}
token-days-wrong = { $count ->
    [one] Enter 1 day.
   *[other] Enter a number of days from 1 to { $count }.
}
token-too-many = You have { $count } tokens, which is the most. Revoke one first.
token-make = Make the token
token-back = All tokens
token-made = Your new token
token-made-text = Copy it now. It is not shown again, and nobody can look it up.
token-made-use = Programs send it as
error-no-such-resource = No such place
    .sentence = Tokens cannot be made for it. Go back and choose one of those that are offered.

## Activity

activity-text = What happened in your name, newest first. You do not know something?
activity-not-me = This was not me
activity-show = Show
activity-filter = Apply
activity-none = Nothing yet.
activity-newest = Newest
activity-older = Older
activity-group-all = All but everyday use
activity-group-use = Everyday use
activity-group-sign-in = Signing in
activity-group-apps = Apps
activity-group-account = Account
activity-somebody = an app
activity-own-token = a personal access token
activity-authorization-requested = { $app } asked for access.
activity-call-refused = A call of { $app } was refused.
activity-client-changed = { $app } was changed by the operator.
activity-client-deleted = { $app } was deleted.
activity-client-disabled = { $app } was blocked by the operator.
activity-client-registered = { $app } registered itself.
activity-code-replayed = A code of { $app } was used twice: what came of it has ended.
activity-connection-ended = The connection to an account elsewhere ended.
activity-connection-made = You connected an account elsewhere.
activity-connection-renewed = The connection to an account elsewhere was renewed.
activity-connection-used = { $app } used your account elsewhere.
activity-consent-denied = You did not allow { $app } access.
activity-consent-given = You allowed { $app } access.
activity-consent-narrowed = You took a part of what { $app } may do back.
activity-grant-issued = { $app } was given access.
activity-grant-refreshed = { $app } renewed its access.
activity-grant-refused = { $app } asked for access and was refused.
activity-grant-revoked = The access of { $app } ended.
activity-identity-confirmed = You confirmed that it is you.
activity-key-changed = A key was changed.
activity-operator-created = Your account became the operator's.
activity-person-changed = The operator changed your account.
activity-personal-token-made = You made a personal access token.
activity-personal-token-revoked = You revoked a personal access token.
activity-passkey-added = You added a passkey.
activity-passkey-removed = You removed a passkey.
activity-privy-token-handed-over = { $app } was given your Privy token.
activity-recovery-codes-made = You made new recovery codes.
activity-totp-added = You set up an authenticator app.
activity-totp-removed = You removed your authenticator app.
activity-refresh-replayed = A copied token of { $app } was used: its access has ended.
activity-session-ended = You ended a session.
activity-session-stolen = A session ended because its cookie was copied.
activity-sign-in-failed = Somebody failed to sign in.
activity-signed-in = You signed in.
activity-signed-out = You signed out.
activity-signed-up = You made this account.
activity-token-revoked = { $app } gave a token back.
activity-deletion-asked = You asked for the account to be deleted.
activity-deletion-taken-back = You kept the account after all.
activity-email-code-sent = A code was mailed to you.
activity-email-changed = You changed your e-mail address.
activity-exported = You downloaded your data.
activity-identity-linked = You added an account elsewhere to sign in with.
activity-identity-unlinked = You removed an account elsewhere to sign in with.
activity-invited = The operator sent an invitation.
activity-password-changed = You changed your password.
activity-password-forgotten = Somebody asked for a new password by mail.
activity-person-deleted = The account was deleted.
not-me-title = This was not me
not-me-text = If somebody else acted in your name, end what they could hold. It counts at once.
not-me-sessions = End all other sessions
not-me-sessions-text = Only this browser stays signed in.
not-me-apps = Disconnect all apps
not-me-apps-text = Connect those that you use anew.
not-me-tokens = Revoke all personal access tokens
not-me-tokens-text = Programs that use one stop working.
not-me-end = End what is ticked
not-me-done = Done. It has ended.
not-me-next = If somebody may know your password, change how you sign in next:

## Errors

error-reference = Reference: { $id }
error-internal = Something went wrong
    .sentence = This is our fault. Go back and try again.
error-unavailable = Not available right now
    .sentence = Please try again in a moment.
error-too-many = Too many attempts
    .sentence = Please try again in { in-words }.
error-signed-out = You are signed out
    .sentence = Nothing was done. Sign in again, then start over from the app.
error-other-site = Sent from another site
    .sentence = This form did not come from our own page, so nothing was done.
error-not-a-form = Not a form
    .sentence = Only forms are accepted here.
error-out-of-date = The page is out of date
    .sentence = Go back, reload the page and try again. Cookies must be allowed for this site.
error-too-large = Too much text
    .sentence = The form holds more than this page can need.
error-unreadable = The request cannot be read
    .sentence = Reason: { $reason }.
error-sign-up-closed = Sign-up is closed
    .sentence = Accounts are made by the operator here. Ask for one, then sign in.
error-setup-dead = This link does not work
    .sentence = It was used, has expired, or an operator exists already. Starting the server prints a new link while there is no operator.
error-no-decision = No decision
    .sentence = Go back and choose Cancel or Allow.
error-already-answered = Already answered
    .sentence = You decided this before, and it counts once. Go back to the app; if it still waits, start again there.
error-app-changed = The app has changed
    .sentence = It is not what this page showed, so nothing was decided. Start again from the app.
error-pending-stale = This page is no longer good
    .sentence = Nothing was decided. Start again from the app.
error-no-app-named = The request names no app
    .sentence = The link is incomplete. Start again from the app.
error-app-unknown = This app is not known here
    .sentence = Its registration is gone, or was never here. Remove the connection in the app and add it again.
error-app-blocked = This app is blocked here
    .sentence = The operator of this server has blocked it.
error-app-silent = The app cannot be checked now
    .sentence = The address that says who it is does not answer. Try again in a minute.
error-app-refused = This app cannot be accepted
    .sentence = It names an address that should say who it is, but { $reason }.
error-redirect-missing = The request does not say where to return to
    .sentence = The app registered several addresses and named none. Remove the connection in the app and add it again.
error-redirect-unknown = The app's return address is not registered
    .sentence = Going there could hand your access to somebody else, so nothing was done. Remove the connection in the app and add it again.
error-no-such-app = No such app
    .sentence = Go back, reload the page and try again.
error-upstream-unknown = Not offered here
    .sentence = Accounts of this kind cannot be used here.
error-upstream-too-long = The request is too long
    .sentence = What the app asked for is too long to be carried along. Go to your account page, and then start again from the app.
error-upstream-stale = This sign-in is no longer good
    .sentence = It was begun in another browser, too long ago, or finished before. Nothing was done. Start again.
error-upstream-cancelled = Nothing was connected
    .sentence = { $upstream } was left without allowing access, so nothing has changed. Go back to the app to start again, or sign in another way.
error-connect-link-dead = This link is no longer good
    .sentence = Ask the app for a new one.
error-connect-other-person = Somebody else is signed in
    .sentence = The app acts for another person than the one who is signed in here. Sign out, sign in as that person, and open the link again.
error-connected-for-other = Somebody else is signed in
    .sentence = The account was to be connected for another person than the one who is signed in now, so nothing was connected.
error-other-account = Another account
    .sentence = You are connected as { $connected }, and came back as { $arrived }. Nothing has changed. To change accounts, disconnect { $upstream } on your account page first.
error-upstream-away = It did not work
    .sentence = { $upstream } does not answer at the moment. Nothing was done; try again soon.
error-upstream-refused = It did not work
    .sentence = { $upstream } did not accept this sign-in. Nothing was done; start again.
error-account-disabled = Not signed in
    .sentence = This account is closed. Ask whoever runs this.
error-account-closed = Not signed in
    .sentence = No account here belongs to this { $upstream } account, and new ones are made by the operator. Ask for one, sign in, and connect { $upstream } on your account page.
error-account-email-taken = Not signed in
    .sentence = There is an account with the e-mail address of this { $upstream } account already. Sign in to it with your password; there you can connect { $upstream }.

## Proof of an address

verify-title = Check your mail
verify-sent = A code is on its way to
verify-code = Code
verify-hint = Six digits. They are good for some minutes, on this page only.
verify-confirm = Confirm
verify-again = Send a new code
verify-other-address = Use another address
verify-wrong = This is not the code that was sent last.
sign-up-other-domain = Accounts here are for other addresses. Use the one of your organization.
password-guessable = This password is among the first that are tried. Choose a longer one, or several words.
password-compromised = This password is known from a leak elsewhere. Choose another one.
error-code-dead = This code is no longer good
    .sentence = It was used, is too old, or was tried too often. Start again; if you have an account, sign in.
error-link-dead = This link is no longer good
    .sentence = It was used, or is too old. Ask for a new one.
error-invitation-dead = You need an invitation
    .sentence = Accounts here are for people whom the operator invites. This link has none, or it was used, or is too old.
error-no-mail = Not offered here
    .sentence = This server sends no mail. Ask its operator.

## A forgotten password

forgot = Forgot your password?
forgot-text = Enter the address of your account. We send a link there with which you choose a new password.
forgot-send = Send the link
forgot-sent = If there is an account with this address, a link is on its way. Look at your mail; it can take some minutes.
forgot-again = Send it to another address
reset = Choose a new password
reset-for = For
reset-end-sessions = Sign out everywhere else
reset-end-apps = Disconnect all apps and revoke all personal access tokens
reset-done = Your password is changed. Sign in with the new one.
new-password = New password
new-password-keep = Keep this password

## Mail

mail-not-you = If this was not you, do nothing. Nobody can do anything without this mail.
mail-sign-up = Your code
mail-sign-up-text = Somebody, probably you, makes an account with this address. Type this code on the page where you began:
mail-confirm-text = Somebody, probably you, confirms who they are. Type this code on the page where it was asked for:
mail-confirm-not-you = If this was not you, somebody uses a browser where you are signed in: end its session.
mail-second-text = Somebody, probably you, signs in with your password. Type this code on the page where it was asked for:
mail-second-not-you = If this was not you, somebody knows your password: change it at once. Nobody is signed in without this code.
mail-account-exists = You have an account already
mail-account-exists-text = Somebody, probably you, tried to make an account with this address. It has one already: sign in, or choose a new password if you forgot yours.
mail-reset = Choose a new password
mail-reset-text = Somebody, probably you, asked for a new password for this account.
mail-password-changed = Your password was changed
mail-password-changed-text = If this was not you, choose a new one at once, and sign out everywhere.
mail-new-device = A new sign-in to your account
mail-new-device-text = Somebody signed in with { $device }, from { $address }. If this was you, there is nothing to do. If not, sign out everywhere and change your password.
mail-passkey = A passkey was added to your account
mail-passkey-text = From now on a passkey more signs in to your account. If this was not you, remove it, change your password and sign out everywhere.
mail-totp = An authenticator app was added to your account
mail-totp-text = From now on codes of an authenticator app prove that it is you. If this was not you, remove it, change your password and sign out everywhere.
mail-identity = An account elsewhere was added to yours
mail-identity-text = From now on an account at { $upstream } signs in to your account. If this was not you, remove it, change your password and sign out everywhere.
mail-token = A personal access token was made
mail-token-text = Whoever has the token “{ $name }” can act in your name. If you did not make it, revoke it, change your password and sign out everywhere.
mail-session-stolen = You were signed out in one browser
mail-session-stolen-text = Two browsers used the same sign-in, so somebody may have a copy of it. It has ended. If this happens again, have your computer looked at; and see whether there are other sign-ins that are not yours.
mail-look-at-security = See how your account is signed in to
mail-look-at-tokens = See your tokens
mail-replay = An app was disconnected
mail-replay-text = A key of { $client } was used twice, so somebody may have a copy of it. It is disconnected; connect it again if you use it.
mail-look-at-sessions = See where you are signed in
mail-invitation = An invitation from { $operator }
mail-invitation-text = You are invited to make an account at { $operator }. The link is good for some days, once.

## The profile

profile-title = Profile
profile-keep-name = Save the name
profile-name-kept = The name is saved.
profile-verified = verified
profile-email-sent = If this address can be used, a link is on its way there. Open it in this browser.
profile-email-changed = Your address is changed.
profile-password-changed = Your password is changed.
profile-data = Your data
profile-export-text = One file with all that is kept of you here: account, connections, what you allowed, what apps keep for you, and what happened.
profile-export = Download
email-title = Change the e-mail address
email-now = Address now:
email-new = New address
email-hint = A link goes there. Nothing changes before you open it.
email-change = Use this address
error-email-taken = This address is in use
    .sentence = Another account has it by now, so nothing has changed.
error-link-for-other = Somebody else is signed in
    .sentence = This link is for another person than the one who is signed in here. Sign out, sign in as that person, and open it again.
password-title = Change the password
mail-change-email = Confirm your new address
mail-change-email-text = The account of { $email } is to use this address. Open the link in the browser where you are signed in.
mail-email-changed = Your e-mail address was changed
mail-email-changed-text = Your account used { $old } before and uses { $new } now. If this was not you, write to whoever runs this server.

## Deleting the account

delete-title = Delete the account
delete-question = Delete your account?
delete-what = You are signed out everywhere and all apps lose access at once. Then everything that is kept of you is deleted, also at the apps of this server.
delete-days = { $days ->
    [0] It is deleted within the hour, and cannot be brought back.
    [one] For one day you can keep it after all, by a link that is mailed to you.
   *[other] For { $days } days you can keep it after all, by a link that is mailed to you.
}
delete-type-address = To delete it, type
delete-other-address = This is not the address of your account.
delete-done = Your account is closed and will be deleted.
keep = Keep the account
keep-question = Keep your account?
keep-done = Your account stays
keep-done-text = Sign in again. Apps have to be allowed anew.
mail-deletion = Your account will be deleted
mail-deletion-text = { $days ->
    [0] You asked for it to be deleted. That happens within the hour.
    [one] You asked for it to be deleted. That happens in one day. Until then you can keep it:
   *[other] You asked for it to be deleted. That happens in { $days } days. Until then you can keep it:
}
error-account-other-identity = Not signed in
    .sentence = Your account here signs in with another { $upstream } account. Sign in with that one, or another way.
error-identity-taken = Another account
    .sentence = This { $upstream } account signs in as somebody else here, or you sign in with another { $upstream } account already. Nothing has changed.
error-last-way-in = The last way to sign in
    .sentence = Without it nobody could sign in to your account any more, so nothing was changed. Add another way first.
error-passkey-not-offered = No passkeys here
    .sentence = Passkeys need a domain name, which this server has not. Choose another way.
error-passkey-stale = This page is no longer good
    .sentence = It was open too long, or used before. Nothing was done. Go back, reload the page and try again.
error-passkey-other-person = Another account's passkey
    .sentence = It belongs to somebody else than was asked for, so nothing was done. Go back and choose another one.
error-passkey-refused = The passkey was not accepted
    .sentence = It is not known here, or was refused. Nothing was done. Go back and choose another way.
error-passkey-taken = This passkey is known already
    .sentence = It belongs to an account here, so nothing was done.
