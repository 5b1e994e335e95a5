"""`make superset`: sets up, imports the dashboard, serves it until Ctrl-C."""

import signal
from contextlib import closing

import click

from bi.superset.installation import PROGRAMS, USER, Installation
from bi.superset.server import connected, dashboard_url, import_dashboard, served
from orchestration.cli.group import say, with_plain_errors
from orchestration.errors import InputError
from orchestration.home import current_home
from orchestration.publishing import current_issue


@click.command()
@click.option("--port", default=8088, show_default=True)
@with_plain_errors
def main(port: int) -> None:
    """Serve the dashboard of STRATA_HOME's published tables in a Superset on loopback."""
    home = current_home()
    issue = current_issue(home)
    if issue is None:
        raise InputError(
            f"Nothing is published in {home.root} yet. First `make run` (the sample), or "
            "`strata run` on your own files; STRATA_HOME says where."
        )
    if not (PROGRAMS / "superset").exists():
        raise InputError(f"Superset is not installed in {PROGRAMS.parent}: use `make superset`.")
    installation = Installation(home)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say(f"Preparing Superset in {installation.folder} (the first time takes a minute) …")
    installation.prepare()
    say("Starting Superset …")
    with served(installation, port) as process:
        with closing(connected(installation, port)) as client:
            is_new = import_dashboard(installation, client)
        click.echo(
            f"Dashboard  {dashboard_url(port)}  (night of {issue.as_of_date}"
            f"{', imported' if is_new else ''})\n"
            f"Log in     {USER}, password {installation.password}  "
            f"({installation.password_file})\n"
            "Stop it with Ctrl-C."
        )
        try:
            process.wait()
        except KeyboardInterrupt:
            say("Stopping …")


if __name__ == "__main__":
    main(prog_name="make superset")
