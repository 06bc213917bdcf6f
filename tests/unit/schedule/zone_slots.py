"""zone_slots.py - random cron expressions in zones of the world, at times around the moments when their
clocks are set: lines of zone, expression, time and the slot after it, separated by tabs; the same ones
on every run.

The slots are found without knowing of gaps, folds or rules. Python's zoneinfo is asked for every minute
of three days what the clocks show then. In the order in which they come:
- Where the hour begins with "*" every minute is a slot at which the clocks show a time that the
  expression names.
- Elsewhere every time that it names is a slot once: at the first minute at which the clocks show that
  time, or, if they never do, at the first one at which they show a later one. Slots at one minute
  are one."""
import bisect
import datetime
import random
import sys
import zoneinfo

COUNT = int(sys.argv[1])
ZONES = {  # the years between which their clocks were set in the strangest ways, or will be
    'Europe/Berlin': (1980, 2099), 'America/New_York': (1975, 2099), 'Europe/Dublin': (1973, 2099),
    'Australia/Lord_Howe': (1981, 2099), 'America/Sao_Paulo': (1985, 2019), 'Africa/Cairo': (1980, 2099),
    'Asia/Beirut': (1980, 2099), 'Pacific/Apia': (2009, 2021), 'Africa/Casablanca': (2008, 2087),
    'Asia/Tehran': (1977, 2022), 'America/Havana': (1975, 2099), 'Asia/Gaza': (2000, 2080),
    'Antarctica/Troll': (2005, 2099), 'America/Caracas': (2007, 2016), 'Asia/Pyongyang': (2015, 2018),
    'Europe/Moscow': (1981, 2014), 'Pacific/Kwajalein': (1993, 1993), 'America/Nuuk': (1980, 2099),
    'Asia/Kathmandu': (1985, 1986), 'Pacific/Auckland': (1975, 2099), 'Antarctica/Casey': (2009, 2023),
    'America/Scoresbysund': (1981, 2099), 'Asia/Kolkata': (2026, 2026),
}
MINUTE = 60
DAY = 86400
EPOCH = datetime.datetime(1970, 1, 1)
UTC = datetime.timezone.utc

chance = random.Random(22)


def offset(zone, time):
    moment = datetime.datetime.fromtimestamp(time, UTC).astimezone(zone)
    return int(moment.utcoffset().total_seconds())


def start_of(year):
    return int(datetime.datetime(year, 1, 1, tzinfo=UTC).timestamp())


def changes(zone, first, last):
    """The moments between two years when the clocks are set: a look each day, and then nearer."""
    found = []
    before = offset(zone, start_of(first))
    for day in range(start_of(first), start_of(last + 1), DAY):
        low, high = day, day + DAY
        same, before = before, offset(zone, high)
        if same == before:
            continue
        while high - low > MINUTE:
            middle = low + (high - low) // MINUTE // 2 * MINUTE
            low, high = (middle, high) if offset(zone, middle) == offset(zone, low) else (low, middle)
        found.append(high)
    return found


def field(least, most, *likely):
    """(as it is written, the values)"""
    kind = chance.random()
    if kind < 0.35:
        return '*', set(range(least, most + 1))
    if kind < 0.5:
        step = chance.randint(2, (most - least + 1) // 2)
        return f'*/{step}', set(range(least, most + 1, step))
    if kind < 0.65:
        first, last = sorted(chance.choices(range(least, most + 1), k=2))
        return f'{first}-{last}', set(range(first, last + 1))
    values = {chance.choice(likely) if likely and chance.random() < 0.7 else chance.randint(least, most)
              for _ in range(chance.choice([1, 1, 2, 4]))}
    return ','.join(map(str, sorted(values))), values


class Cron:
    def __init__(self, day):
        """One whose hours and days are likely those of `day`, a datetime."""
        any_day = ('*', set(range(1, 32)))
        self.minute, minutes = field(0, 59, 0, 15, 30, 45, 59)
        self.hour, hours = field(0, 23, 0, 1, 2, 3, 23, day.hour)
        dates, self.dates = chance.choice([any_day, any_day, field(1, 31, day.day, day.day % 28 + 1)])
        month, self.months = chance.choice([('*', set(range(1, 13))), field(1, 12, day.month)])
        weekday, self.weekdays = chance.choice([('*', set(range(7))), field(0, 6, day.isoweekday() % 7)])
        self.text = f'{self.minute} {self.hour} {dates} {month} {weekday}'
        self.times = {hour * 60 + minute for hour in hours for minute in minutes}
        self.either = not dates.startswith('*') and not weekday.startswith('*')
        self.days = {}

    def names_day(self, number):
        date = EPOCH + datetime.timedelta(number)
        is_date, is_weekday = date.day in self.dates, date.isoweekday() % 7 in self.weekdays
        right = is_date or is_weekday if self.either else is_date and is_weekday
        return right and date.month in self.months

    def names(self, shown):
        """Whether it names the minute `shown`, in minutes since 1970 as clocks show them."""
        number, time = divmod(shown, 1440)
        if time not in self.times:
            return False
        if number not in self.days:
            self.days[number] = self.names_day(number)
        return self.days[number]


class Window:
    """What clocks show in the minutes around a moment."""

    def __init__(self, zone, moment):
        self.begin = moment - 36 * 3600
        self.shown = [(time + offset(zone, time)) // MINUTE
                      for time in range(self.begin, moment + 36 * 3600, MINUTE)]
        self.first, self.furthest = {}, []  # when a minute is shown first; the latest that was shown
        for place, shown in enumerate(self.shown):
            self.first.setdefault(shown, place)
            self.furthest.append(max(shown, self.furthest[-1] if place else shown))

    def slots(self, cron):
        """The minutes, as places in the window, from a day after its begin."""
        if cron.hour.startswith('*'):
            return [place for place, shown in enumerate(self.shown) if cron.names(shown)]
        places = set()
        for shown in range(self.shown[0], self.furthest[-1] + 1):
            if cron.names(shown):
                later = bisect.bisect_left(self.furthest, shown)
                places.add(self.first.get(shown, later))
        return sorted(places)


def lines():
    moments = {name: changes(zoneinfo.ZoneInfo(name), first, last) or [start_of(first)]
               for name, (first, last) in ZONES.items()}
    while True:
        name = chance.choice(list(moments))
        window = Window(zoneinfo.ZoneInfo(name), chance.choice(moments[name]))
        for _ in range(5):
            place = window.first[chance.choice(window.shown)]
            cron = Cron(EPOCH + datetime.timedelta(minutes=window.shown[place]))
            slots = window.slots(cron)
            for _ in range(4):
                # A day into the window: clocks are never set by more, so nothing before it matters.
                time = chance.randint(25 * 60, len(window.shown) - 1)
                after = bisect.bisect_right(slots, time)
                if after < len(slots):
                    yield (f'{name}\t{cron.text}\t{window.begin + time * MINUTE + chance.choice([0, 59])}'
                           f'\t{window.begin + slots[after] * MINUTE}')


made = lines()
for _ in range(COUNT):
    print(next(made))
