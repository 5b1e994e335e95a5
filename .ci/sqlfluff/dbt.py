"""What dbt's own macros say on DuckDB, so that sqlfluff reads the models without dbt."""


def date_trunc(part: str, value: str) -> str:
    """Return the SQL of a date cut to its part."""
    return f"date_trunc('{part}', {value})"


def dateadd(part: str, interval: object, value: str) -> str:
    """Return the SQL of a date moved by an interval."""
    return f"date_add({value}, interval ({interval}) {part})"


def datediff(first: str, second: str, part: str) -> str:
    """Return the SQL of the parts between two dates."""
    return f"date_diff('{part}', {first}, {second})"


def listagg(measure: str, delimiter: str = "','", order_by: str = "") -> str:
    """Return the SQL of values joined in an order."""
    return f"listagg({measure}, {delimiter} {order_by})"
