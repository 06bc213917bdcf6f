"""record.py - keeps what a benchmark has measured, where the variable RECORD names a JSON file: page.py
makes docs/performance.md of it.

    record.save('steps', {'runs': 11, 'rows': rows})"""
import json
import os
import pathlib
import statistics


def save(name, result):
    """Puts the result under its name into the file that RECORD names, if there is one."""
    if 'RECORD' in os.environ:
        path = pathlib.Path(os.environ['RECORD'])
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**known, name: result}, indent=1) + '\n')


def spread(samples, digits=0):
    """The smallest, the middle and the largest of some numbers."""
    return {name: round(function(samples), digits) for name, function in
            (('min', min), ('median', statistics.median), ('max', max))}
