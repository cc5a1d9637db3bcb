#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Completion in the real shells: bash and zsh on a terminal of their own with the Tab key, fish by its own `complete -C`.

    tests/completion/shells.py [FOLDER]    where doorcode is (build/release) or, after an installation below a root of its
                                           own, ROOT/usr/bin: then the installed scripts are the ones that are tried
"""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

FOLDER = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release").resolve()
PATIENCE = 60  # seconds; a wait ends when what is waited for is there
SAM, KIM = "sam@example.org", "kim@example.org"
NASTY = "$(touch${IFS}pwned)@example.org"  # never offered

# What is typed, and what the line is after one Tab.
LINES = [
    ("doorcode signu", "doorcode signup "),
    ("doorcode token sh", "doorcode token show "),
    ("doorcode tok", "doorcode token "),
    ("doorcode user methods ad", "doorcode user methods add "),
    ("doorcode help mail li", "doorcode help mail list "),
    ("doorcode completion fi", "doorcode completion fish "),
    ("doorcode token show s", f"doorcode token show {SAM} "),
    ("doorcode signout --json k", f"doorcode signout --json {KIM} "),
    ("doorcode signin --no-p", "doorcode signin --no-password "),
    ("doorcode signin --scope x --no-p", "doorcode signin --scope x --no-password "),
    ("doorcode signin --method sm", "doorcode signin --method sms "),
    ("doorcode signin --method=sm", "doorcode signin --method=sms "),
    ("doorcode signin --authority=http://127.0.0.1:8080/x --method=e",
     "doorcode signin --authority=http://127.0.0.1:8080/x --method=email "),
    ("doorcode signin --cache=s", "doorcode signin --cache=secret-service "),
    ("doorcode call -X PA", "doorcode call -X PATCH "),
    ("doorcode call --user k", f"doorcode call --user {KIM} "),
    ("doorcode credential git er", "doorcode credential git erase "),
    ("doorcode keys rotate -a Ed", "doorcode keys rotate -a EdDSA "),
    ("doorcode apply ma", "doorcode apply manifest.yaml "),
    ("doorcode apply one.yaml ma", "doorcode apply one.yaml manifest.yaml "),
    ("doorcode signin --ca-file ma", "doorcode signin --ca-file manifest.yaml "),
    ("doorcode signin --ca-file=ma", "doorcode signin --ca-file=manifest.yaml "),
    ("doorcode dev --data pa", "doorcode dev --data parlour/"),
    ("doorcode dev --data ma", "doorcode dev --data ma"),
    ("doorcode signin -- --no-p", "doorcode signin -- --no-p"),
    ("doorcode nonsense --a", "doorcode nonsense --a"),
]


class Terminal:
    """A shell on a terminal: writes to it, and reads what it shows until a pattern is there."""

    def __init__(self, argv, env, folder):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve(argv[0], argv, env)
        self.seen = ""

    def send(self, text):
        os.write(self.fd, text.encode())

    def read(self):
        if select.select([self.fd], [], [], 0.02)[0]:
            self.seen += os.read(self.fd, 65536).decode(errors="replace")

    def until(self, pattern):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            match = re.search(pattern, self.seen)
            if match:
                self.seen = self.seen[match.end():]
                return match
            self.read()
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def end(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def script_of(installed):
    """The installed script, or None: then the one that the program writes is tried."""
    path = FOLDER.parent / "share" / installed
    return path if path.exists() else None


class Shell:
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.temporary.name)
        (cls.folder / "manifest.yaml").touch()
        (cls.folder / "parlour").mkdir()
        tokens = cls.folder / "tokens"
        tokens.touch(0o600)
        accounts = "".join(f"\nauthority=https://door.example/petstore\nclient_id=1f8b7c66-3a1d-4f5e-9c42-7d2e0b9a8c31\n"
                           f"id={name}\nusername={name}\nname=\ntenant_id=\nsignin_scope=\nid_token=\nrefresh_token=\n"
                           for name in (SAM, KIM, NASTY))
        tokens.write_text(f"doorcode tokens 2\n{accounts}\nend\n")
        cls.env = {"PATH": f"{FOLDER}:/usr/bin:/bin", "HOME": cls.temporary.name, "TERM": "xterm", "LC_ALL": "C.UTF-8",
                   "DOORCODE_TOKEN_FILE": str(tokens)}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def try_lines(self):
        for typed, wanted in LINES:
            with self.subTest(typed):
                self.assertEqual(self.complete(typed), wanted)
        self.assertFalse((self.folder / "pwned").exists())


class OnTerminal(Shell):
    """A key of its own writes the line to a file and empties it, so that nothing depends on how a terminal shows it."""

    def setUp(self):
        self.shown = self.folder / "shown"
        self.terminal = Terminal(self.argv, {**self.env, "PS1": "", "PROMPT_COMMAND": ""}, self.folder)
        self.addCleanup(self.terminal.end)
        self.terminal.send(self.prepare() + "echo rea''dy\n")
        self.terminal.until("ready\r\n")

    def complete(self, keys):
        self.shown.unlink(missing_ok=True)
        self.terminal.send(keys + "\t\x07")
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            self.terminal.read()
            if self.shown.exists():
                return self.shown.read_text()
        raise AssertionError(f"nothing came of {keys!r}: {self.terminal.seen!r}")

    def test_lines(self):
        self.try_lines()


class Bash(OnTerminal, unittest.TestCase):
    argv = ["/bin/bash", "--norc", "--noprofile", "-i"]

    def prepare(self):
        script = script_of("bash-completion/completions/doorcode")
        source = f"source {script}" if script else "source <(doorcode completion bash)"
        return (f"{source}\nbind 'set bell-style none'; bind 'set show-all-if-ambiguous on'\n"
                "show() { printf %s \"$READLINE_LINE\" >line; mv line shown; READLINE_LINE=; }\n"
                "bind -x '\"\\C-g\": show'\n")

    def test_list(self):
        self.terminal.send("doorcode sign\t")
        self.terminal.until(r"signin +signout +signup")

    def test_middle_of_the_line(self):
        self.assertEqual(self.complete("doorcode signin --no-p sam" + "\x02" * 4), "doorcode signin --no-password sam")


class Zsh(OnTerminal, unittest.TestCase):
    argv = ["/bin/zsh", "-f", "-i"]

    def prepare(self):
        script = script_of("zsh/site-functions/_doorcode")
        path = f"fpath=({script.parent} $fpath)\n" if script else ""
        source = "" if script else "source <(doorcode completion zsh)\n"
        return (f"{path}autoload -Uz compinit; compinit -D -u\n{source}unsetopt beep; unset zle_bracketed_paste\n"
                "show() { print -rn -- \"$BUFFER\" >line; mv line shown; BUFFER= }; zle -N show; bindkey '^G' show\n"
                "bindkey '^I' complete-word; bindkey '^T' list-choices\n")

    def test_list(self):
        self.terminal.send("doorcode sign\x14")
        self.terminal.until(r"signout +-- Forget the tokens of a signed-in user")


class Fish(Shell, unittest.TestCase):
    def candidates(self, typed):
        script = script_of("fish/vendor_completions.d/doorcode.fish")
        source = f"source {script}" if script else "doorcode completion fish | source"
        run = subprocess.run(["fish", "--no-config", "-c", f"{source}; complete -C \"$TYPED\""], cwd=self.folder, text=True,
                             env={**self.env, "TYPED": typed}, capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(run.stderr, "")
        return run.stdout.splitlines()

    def complete(self, typed):
        """Fish tells the candidates for the word; one of them is put in its place, as Tab would."""
        found = self.candidates(typed)
        self.assertLess(len(found), 2)
        if not found:
            return typed
        word = found[0].split("\t")[0]
        return typed[:typed.rfind(" ") + 1] + word + ("" if word.endswith("/") else " ")

    def test_lines(self):
        self.try_lines()

    def test_list(self):
        self.assertCountEqual(self.candidates("doorcode sign"), [
            "signin\tSign a user in and keep the tokens", "signup\tSign a new user up and in",
            "signout\tForget the tokens of a signed-in user"])
        self.assertEqual({line.split("\t")[0] for line in self.candidates("doorcode token show ")}, {SAM, KIM})


if __name__ == "__main__":
    unittest.main(verbosity=1)
