"""Read all tables in Postgres, again and again, until told to stop; print what was seen as JSON.

Run as its own process by the tests: `read_postgres_in_a_loop.py URL STOP_FILE one|pause`. Each read
is one repeatable-read transaction, in which `pause` lets time pass between tables.
"""

import json
import sys
import time
from pathlib import Path

import psycopg2


def main(url: str, stop: Path, pause: float) -> None:
    connection = psycopg2.connect(url)
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    reads, nights, mixed, errors, longest = 0, [], [], [], 0.0
    while True:
        last = stop.exists()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("select run_id from marts.run_info")
                found = {int(run_id.removeprefix("run-")) for (run_id,) in cursor.fetchall()}
                cursor.execute(
                    "select relname from pg_class where relnamespace = 'marts'::regnamespace "
                    "and relkind = 'r' and relname <> 'strata_manifest' order by relname"
                )
                for (table,) in cursor.fetchall():
                    time.sleep(pause)
                    begun = time.monotonic()
                    cursor.execute(f"select night_number, run_id from marts.{table}")
                    rows = cursor.fetchall()
                    longest = max(longest, time.monotonic() - begun)
                    assert rows, f"{table} is empty"
                    found |= {number for number, _ in rows}
                    found |= {int(run_id.removeprefix("run-")) for _, run_id in rows}
            if len(found) != 1:
                mixed.append(sorted(found))
            elif nights[-1:] != list(found):
                nights += found
        except Exception as error:  # whatever a reader meets is the result
            errors.append(repr(error))
            connection.rollback()
        reads += 1
        if reads == 1:
            print("reading", flush=True)
        if last:
            break
    connection.close()
    result = {"reads": reads, "nights": nights, "mixed": mixed, "errors": errors}
    print(json.dumps({**result, "longest_seconds": longest}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
