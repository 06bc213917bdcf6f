"""visits.py - a maintenance job: empties the list of visits and says how many there were."""
import os

try:
    with open('/data/visits', 'r+') as file:
        number = len(file.readlines())
        file.truncate(0)
except FileNotFoundError:
    number = 0
print(f'visits: {number} since the last run, counted as uid {os.getuid()}', flush=True)
