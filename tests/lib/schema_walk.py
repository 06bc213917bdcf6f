"""schema_walk.py - goes through pintle's JSON Schema and builds, for every value that it describes,
the smallest config in which that value stands.

    for place in Walk(schema).places():
        document = place.build(value)     # {'steps': [{'id': 'migrate', 'command': …, 'timeout': value}]}"""
import dataclasses
from typing import Any, Callable

UNKNOWN_KEY = 'noSuchKey'


@dataclasses.dataclass
class Place:
    name: str                     # '/steps/timeout'
    schema: dict                  # of the value
    build: Callable[[Any], dict]  # the config with a value at this place


class Walk:
    def __init__(self, schema):
        self.root = schema
        self.seen = set()

    def resolve(self, schema):
        """`schema` with what it refers to; its own words win."""
        while '$ref' in schema:
            name = schema['$ref'].rsplit('/', 1)[1]
            schema = {**self.root['$defs'][name],
                      **{key: value for key, value in schema.items() if key != '$ref'}}
        return schema

    def objects(self, schema):
        """The objects that a value of `schema` may be."""
        schema = self.resolve(schema)
        if 'properties' in schema:
            yield schema
        for part in schema.get('anyOf', []):
            yield from self.objects(part)

    def value(self, schema):
        """A value for a key: its example, or the smallest object."""
        if 'examples' in self.resolve(schema):
            return self.resolve(schema)['examples'][0]
        return self.smallest(next(self.objects(schema)))

    def smallest(self, schema, wanted=None):
        """The smallest object that `schema` takes, with the key `wanted`'s companions."""
        if schema.get('maxProperties') == 1:
            keys = [wanted or next(iter(schema['properties']))]
        else:
            keys = self.needed_keys(schema, wanted)
        return {key: self.value(schema['properties'][key]) for key in keys if key != wanted}

    def needed_keys(self, schema, wanted):
        keys = list(schema.get('required', []))
        companions, known = {wanted}, set()
        while companions != known:
            known = set(companions)
            for clause in [schema, *schema.get('allOf', [])]:
                for key in known:
                    companions |= set(clause.get('dependentRequired', {}).get(key, []))
        keys += sorted(companions - {wanted})
        for clause in [schema, *schema.get('allOf', [])]:
            choices = clause.get('oneOf') or clause.get('anyOf') or []
            choices = [choice.get('required', []) for choice in choices]
            chosen = next((one for one in choices if companions & set(one)),
                          [] if [] in choices else next(iter(choices), []))
            keys += chosen
        return list(dict.fromkeys(keys))

    def places(self):
        """The document, and every value in it, each once."""
        root = Place('/', self.root, lambda value: value)
        yield root
        yield from self.below(root)

    def below(self, place):
        schema = self.resolve(place.schema)
        if 'items' in schema:
            yield from self.item(place, schema)
        if isinstance(schema.get('additionalProperties'), dict):
            yield from self.member(place, schema)
        for part in self.objects(schema):
            key = (tuple(part['properties']), str(part.get('required')))
            if key not in self.seen:
                self.seen.add(key)
                yield from self.properties(place, part)

    def item(self, place, schema):
        inner = Place(f'{place.name}[]', schema['items'], lambda value: place.build([value]))
        yield inner
        yield from self.below(inner)

    def member(self, place, schema):
        """A value under a free name: SIGTERM is one for variables, fields and signals alike."""
        inner = Place(f'{place.name}/*', schema['additionalProperties'],
                      lambda value: place.build({'SIGTERM': value}))
        yield inner
        yield from self.below(inner)

    def properties(self, place, part):
        for name, schema in part['properties'].items():
            around = self.smallest(part, name)
            inner = Place(f'{place.name.rstrip("/")}/{name}', schema,
                          lambda value, name=name, around=around:
                          place.build({**around, name: value}))
            yield inner
            yield from self.below(inner)
        unknown = {**self.smallest(part), UNKNOWN_KEY: 1}
        yield Place(f'{place.name}/{UNKNOWN_KEY}', {'not': {}},
                    lambda value: place.build(unknown))
        for name in self.smallest(part):
            less = {key: value for key, value in self.smallest(part).items() if key != name}
            yield Place(f'{place.name} without {name}', {'not': {}},
                        lambda value, less=less: place.build(less))

    def enumerations(self, schema):
        """The words that a value of `schema` may be."""
        schema = self.resolve(schema)
        yield from schema.get('enum', [])
        for part in schema.get('anyOf', []):
            yield from self.enumerations(part)

    def limits(self, schema):
        """The numbers at the edges of what `schema` takes."""
        schema = self.resolve(schema)
        for limit in (schema.get('minimum'), schema.get('maximum')):
            if limit is not None:
                yield from (limit - 1, limit, limit + 1)
        for part in schema.get('anyOf', []):
            yield from self.limits(part)

    def defaults(self, schema):
        own = self.resolve(schema)
        return [own['default']] if 'default' in own else []
