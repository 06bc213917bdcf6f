"""tidy.py - an example of a maintenance job: keeps the last thousand notes."""
import os
import pathlib

NOTES = pathlib.Path(os.environ['DATA_DIR'], 'notes')
LIMIT = 1000

if NOTES.exists():
    lines = NOTES.read_bytes().splitlines(keepends=True)
    if len(lines) > LIMIT:
        fresh = NOTES.with_suffix('.new')
        fresh.write_bytes(b''.join(lines[-LIMIT:]))
        fresh.replace(NOTES)
