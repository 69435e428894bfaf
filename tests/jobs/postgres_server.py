"""A PostgreSQL server of the tests' own, in a folder that goes away with it."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg


def binaries() -> Path | None:
    """The folder that holds initdb and pg_ctl."""
    found = shutil.which("pg_ctl")
    usual = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/opt/homebrew/opt").glob("postgresql*/bin")]
    folders = [*([Path(found).parent] if found else []), *sorted(usual, reverse=True)]
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class Server:
    """Listens on TCP and on a Unix socket. The server refuses to run as root, so there it runs as the user postgres."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._run("initdb", "-D", str(self.folder / "data"), "-U", "kollega", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8")
        self.start()
        self._databases = 0

    def start(self) -> None:
        """Nothing happens to one that runs."""
        if (self.folder / "data" / "postmaster.pid").exists():
            return
        options = f"-k {self.folder} -c listen_addresses=127.0.0.1 -p {self.port} -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def database(self, by_socket: bool = False) -> str:
        """The URL of a fresh database."""
        self._databases += 1
        name = f"kollega{self._databases}"
        with psycopg.connect(f"postgresql://kollega@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        if by_socket:
            return f"postgresql://kollega@/{name}?host={self.folder}&port={self.port}"
        return f"postgresql://kollega@127.0.0.1:{self.port}/{name}"

    @staticmethod
    def cut_locks(url: str) -> None:
        """End every connection that holds a lock of a process."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid()"
            )

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            check=True,
            user=self._user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
