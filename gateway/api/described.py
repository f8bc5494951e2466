"""The OpenAPI document, mended where the framework's own reading of our types says something else than we answer."""

from collections.abc import Iterator

from litestar.openapi.spec import OpenAPI, OpenAPIType, Parameter, Reference, Schema

NOTHING = Schema()


def describe(document: OpenAPI) -> None:
    """Mend the document in place."""
    for path in (document.paths or {}).values():
        for parameter in (path.post and path.post.parameters) or ():
            if isinstance(parameter, Parameter) and parameter.name == "Idempotency-Key":
                _required_key(parameter)
    for schema in (document.components.schemas or {}).values():
        _mend(schema)


def _required_key(parameter: Parameter) -> None:
    """Handlers take it as optional only to answer its absence with a code of its own."""
    parameter.required = True
    parameter.schema = Schema(type=OpenAPIType.STRING, min_length=1, max_length=255, pattern=r"^[!-~]+$")


def _mend(schema: Schema | Reference) -> None:
    """An annotated `tuple[X, ...]` is read as a list of X or anything: it is a list of X."""
    if isinstance(schema, Reference):
        return
    if isinstance(schema.items, Schema) and schema.items.one_of:
        named = [one for one in schema.items.one_of if one != NOTHING]
        if len(named) == 1:
            schema.items = named[0]
    for inner in _within(schema):
        _mend(inner)


def _within(schema: Schema) -> Iterator[Schema | Reference]:
    yield from (schema.properties or {}).values()
    for group in (schema.one_of, schema.any_of, schema.all_of):
        yield from group or ()
    for one in (schema.items, schema.additional_properties):
        if isinstance(one, Schema | Reference):
            yield one
