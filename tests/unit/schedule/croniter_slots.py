"""croniter_slots.py - random cron expressions and times, and the slot that croniter finds after each:
lines of expression, time and slot, separated by tabs; the same ones on every run.

Where croniter differs from Vixie's rules:
- The day of the month and the day of the week are joined by "or" unless one of them is all of its
  values. With Vixie one that begins with "*" is unrestricted however it goes on ("*/2", "*,5"), and
  both must hold; one that is all of its values but written out ("1-7") is restricted, and as either
  is enough, every day is right. Here croniter is told which of the two is meant.
- Version 1.3.5 counts from February on to the 30th or 31st that the expression names and so comes
  to the 2nd or 3rd of March, past the 1st; such lines are left out.
- It takes more: six fields, "l", "#", ranges that wrap around, a step after a single number, dates
  that never come. None of that is written here; that pintle refuses it stands in cron_test.cpp."""
import calendar
import datetime
import random
import sys

from croniter import croniter

COUNT = int(sys.argv[1])
MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split()
WEEKDAYS = 'SUN MON TUE WED THU FRI SAT'.split()
FIELDS = [(0, 59, []), (0, 23, []), (1, 31, []), (1, 12, MONTHS), (0, 7, WEEKDAYS)]
UTC = datetime.timezone.utc
FIRST = int(datetime.datetime(1990, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime.datetime(2098, 1, 1, tzinfo=UTC).timestamp())
LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

chance = random.Random(4)


def written(value, least, names):
    if value - least < len(names) and chance.random() < 0.3:
        return chance.choice([str, str.lower, str.title])(names[value - least])
    return chance.choice(['{}', '{}', '{:02}']).format(value)


def part(least, most, names):
    first, last = sorted(chance.choices(range(least, most + 1), k=2))
    kind = chance.random()
    if kind < 0.5:
        return written(first, least, names)
    step = f'/{chance.randint(1, max(1, most // 2))}' if chance.random() < 0.4 else ''
    if kind < 0.6:
        return f'*{step}'
    return f'{written(first, least, names)}-{written(last, least, names)}{step}'


def field(least, most, names):
    if chance.random() < 0.4:
        return '*'
    return ','.join(part(least, most, names) for _ in range(chance.choice([1, 1, 1, 2, 3])))


def is_possible(slots):
    """Whether there is a month with such a day; without, croniter looks for 50 years."""
    days, months = (slots.expanded[place] for place in (2, 3))
    lengths = LONGEST_MONTH if months[0] == '*' else [LONGEST_MONTH[month - 1] for month in months]
    return days[0] == '*' or min(days) <= max(lengths)


def may_be_late(slots, slot):
    """Whether croniter may have gone on from a 30th or 31st of February to after the 1st of March."""
    days = set(slots.expanded[2])
    is_march = datetime.datetime.fromtimestamp(slot, UTC).month == 3
    return is_march and bool(days & {30, 31}) and bool(days & {1, 2})


def moment():
    if chance.random() < 0.8:
        return chance.randint(FIRST, LAST)
    year, month = chance.randint(1990, 2097), chance.randint(1, 12)
    day = calendar.monthrange(year, month)[1]  # where days are counted
    return int(datetime.datetime(year, month, day, 23, 58, 30, tzinfo=UTC).timestamp())


def line():
    while True:
        fields = [field(*one) for one in FIELDS]
        time = moment()
        either = not (fields[2].startswith('*') or fields[4].startswith('*'))
        slots = croniter(' '.join(fields), time, day_or=either)
        if either and '*' in (slots.expanded[2][0], slots.expanded[4][0]):
            slots = croniter(' '.join([*fields[:2], '*', fields[3], '*']), time)
        if not either and not is_possible(slots):
            continue
        slot = int(slots.get_next())
        if not may_be_late(slots, slot):
            return f'{" ".join(fields)}\t{time}\t{slot}'


for _ in range(COUNT):
    print(line())
