-- What a person sees of the accounts that they sign in with.

ALTER TABLE identities ADD COLUMN login TEXT; -- what the account is called there
ALTER TABLE identities ADD COLUMN used_at BIGINT; -- when it last signed in
