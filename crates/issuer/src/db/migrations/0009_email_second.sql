-- Whether the password was chosen through a link by mail: then it proves no more than the mailbox does.
ALTER TABLE people ADD COLUMN password_mailed BOOLEAN NOT NULL DEFAULT FALSE;
