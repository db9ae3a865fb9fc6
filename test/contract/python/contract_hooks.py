"""What Schemathesis has to be told about media types that it does not know."""

import schemathesis


@schemathesis.serializer("application/x-ndjson", "application/jsonl")
def newline_delimited_json(_context, value):
    """A text is sent as it is, whatever it holds."""
    text = value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "surrogatepass")
