"""The tables of the state. A change of them is a new `VERSION`, with a way from the one before."""

from __future__ import annotations

APPLICATION = 0x63696175
"""Marks a SQLite file as a state of sweeps: `ciau`."""
VERSION = 1

RUNNING, FINISHED, ABANDONED = "running", "finished", "abandoned"
"""What a sweep is. Only finished ones count as the one before another."""

TABLES = """
-- Numbers only grow: they order the sweeps, whatever the clock says.
CREATE TABLE sweep (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    token TEXT NOT NULL,
    owners TEXT NOT NULL,
    series TEXT NOT NULL,
    shard TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    problems TEXT NOT NULL DEFAULT '[]',
    requests TEXT NOT NULL DEFAULT '{}',
    seconds TEXT NOT NULL DEFAULT '{}',
    severities TEXT NOT NULL DEFAULT '{}',
    seen INTEGER NOT NULL DEFAULT 0,
    listed INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE cursor (
    sweep INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE,
    owner TEXT NOT NULL,
    after TEXT,
    size INTEGER NOT NULL,
    is_done INTEGER NOT NULL,
    promised INTEGER,
    PRIMARY KEY (sweep, owner)
) STRICT, WITHOUT ROWID;

-- A repository of a sweep. `outcome` is null while it is pending.
CREATE TABLE listed (
    position INTEGER PRIMARY KEY,
    sweep INTEGER NOT NULL REFERENCES sweep ON DELETE CASCADE,
    repository INTEGER NOT NULL,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,
    head TEXT,
    outcome TEXT,
    reason TEXT NOT NULL DEFAULT '""',
    not_verified TEXT NOT NULL DEFAULT '{}',
    unit INTEGER,
    is_first INTEGER NOT NULL DEFAULT 0,
    document BLOB NOT NULL,
    UNIQUE (sweep, repository)
) STRICT;
CREATE INDEX pending ON listed (sweep, position) WHERE outcome IS NULL;

-- A unit of work that is done. `digest` is of `result`: what doesn't match it any more is not trusted.
CREATE TABLE unit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    problems TEXT NOT NULL,
    powers TEXT NOT NULL,
    result BLOB NOT NULL
) STRICT;

-- A finding of a unit, without its traces. It outlives the unit as long as the history tells of it.
CREATE TABLE found (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    unit INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    severity INTEGER NOT NULL,
    document BLOB NOT NULL,
    UNIQUE (unit, fingerprint)
) STRICT;

-- The history: how each finding stood when a finished sweep decided on it last.
CREATE TABLE finding (
    repository INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    first_sweep INTEGER NOT NULL,
    first_seen TEXT NOT NULL,
    found INTEGER NOT NULL,
    head TEXT NOT NULL,
    sweep INTEGER NOT NULL,
    standing TEXT NOT NULL,
    PRIMARY KEY (repository, fingerprint)
) STRICT, WITHOUT ROWID;

-- Each repository that a finished sweep listed; `seen` is the last one that saw it.
CREATE TABLE repository (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    shard TEXT NOT NULL,
    seen INTEGER
) STRICT;

CREATE TABLE blob (
    id INTEGER PRIMARY KEY,
    oid TEXT NOT NULL UNIQUE,
    sweep INTEGER NOT NULL,
    data BLOB NOT NULL
) STRICT;

CREATE TABLE memo (key TEXT PRIMARY KEY, sweep INTEGER NOT NULL, value BLOB NOT NULL) STRICT;

CREATE TABLE answer (
    url TEXT PRIMARY KEY,
    sweep INTEGER NOT NULL,
    etag TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE upload (
    repository INTEGER NOT NULL,
    category TEXT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (repository, category)
) STRICT, WITHOUT ROWID;
"""
