"""May I, and why: roles, scope, purposes, the audit chain."""
