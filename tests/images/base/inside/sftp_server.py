"""An SFTP server with one user: what SFTP_USER, SFTP_PASSWORD and SFTP_HOST_KEY say, for the folder that is named."""

import asyncio
import os
import sys

import asyncssh


class Door(asyncssh.SSHServer):
    """Lets one user in."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (os.environ["SFTP_USER"], os.environ["SFTP_PASSWORD"])


async def main(folder: str) -> None:
    key = asyncssh.import_private_key(os.environ["SFTP_HOST_KEY"])
    server = await asyncssh.listen(
        "",
        2222,
        server_host_keys=[key],
        server_factory=Door,
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=folder),
    )
    await server.wait_closed()


asyncio.run(main(sys.argv[1]))
