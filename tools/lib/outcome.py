"""outcome.py - the result of a suite: counts, failures with their output, and skipped tests."""
import dataclasses


@dataclasses.dataclass
class Failure:
    name: str
    output: str = ''


@dataclasses.dataclass
class Outcome:
    passed: int = 0
    failures: list = dataclasses.field(default_factory=list)
    skips: list = dataclasses.field(default_factory=list)
    output: str = ''

    def fail(self, name, output=''):
        self.failures.append(Failure(name, output))
        return self

    def add(self, other):
        self.passed += other.passed
        self.failures += other.failures
        self.skips += other.skips
        self.output += other.output

    def require_all(self):
        """Turns each skipped test into a failed one."""
        for reason in self.skips:
            self.fail(f'{reason} (skipped, but everything is required)')
        self.skips = []

    def total(self):
        return self.passed + len(self.failures) + len(self.skips)

    def counts(self):
        return f'{self.passed} passed, {len(self.failures)} failed, {len(self.skips)} skipped'
