-- Looks at every entry, and keeps nobody from writing meanwhile.
ALTER TABLE entries VALIDATE CONSTRAINT whole_or_carried_forward;
