"""`detente completion`: a script that lets a shell complete verbs, options and ids. It is text alone; completing runs nothing."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer


class Shell(StrEnum):
    """Shells that a script is written for."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


Verbs = Mapping[str, tuple[str, tuple[str, ...]]]
"""By verb (``world show`` for one below another): help in one line, and words that may follow."""


def verbs_of(command: Any, before: str = "") -> dict[str, tuple[str, tuple[str, ...]]]:
    """Verbs of a command with their options, those below others by both words.

    Parameters
    ----------
    command : click command
    before : str
        Verb it stands below.
    """
    verbs: dict[str, tuple[str, tuple[str, ...]]] = {}
    for name, verb in getattr(command, "commands", {}).items():
        below = tuple(getattr(verb, "commands", {}))
        options = tuple(
            word
            for parameter in verb.params
            if parameter.param_type_name == "option"
            for word in (*parameter.opts, *parameter.secondary_opts)
            if word.startswith("--")
        )
        help_ = " ".join((verb.help or "").split())
        verbs[f"{before}{name}"] = (help_.split(". ")[0].rstrip("."), (*below, *options, "--help"))
        verbs |= verbs_of(verb, f"{before}{name} ")
    return verbs


def script(shell: Shell, verbs: Verbs, ids: Mapping[str, tuple[str, ...]]) -> str:
    """Script for a shell.

    Parameters
    ----------
    shell : Shell
    verbs : mapping of verb to (help, words)
    ids : mapping of verb to words
        Ids that may follow a verb: scenarios, dossiers.

    Examples
    --------
    >>> print(script(Shell.fish, {"run": ("Solve", ("--asof",))}, {"run": ("standing",)}).splitlines()[1])
    complete -c detente -n '__fish_use_subcommand' -f -a run -d Solve
    """
    return _fish(verbs, ids) if shell is Shell.fish else _bash(verbs, ids, zsh=shell is Shell.zsh)


def _bash(verbs: Verbs, ids: Mapping[str, tuple[str, ...]], *, zsh: bool) -> str:
    first = " ".join(name for name in verbs if " " not in name)
    cases = []
    for name, (_, words) in sorted(verbs.items(), key=lambda item: -item[0].count(" ")):
        pattern = f"{shlex.quote(name + ' ')}*" if " " in name else f"{name}\\ *"
        cases.append(f"        {pattern}) words={shlex.quote(' '.join((*ids.get(name, ()), *words)))} ;;")
    head = "autoload -U +X bashcompinit && bashcompinit\n" if zsh else ""
    return (
        f"{head}# detente completion {'zsh' if zsh else 'bash'}\n"
        "_detente() {\n"
        '    local words="" typed="${COMP_WORDS[*]:1:COMP_CWORD-1} " current="${COMP_WORDS[COMP_CWORD]}"\n'
        '    case "$typed" in\n'
        f"        ' ') words={shlex.quote(first)} ;;\n" + "\n".join(cases) + "\n    esac\n"
        '    COMPREPLY=($(compgen -W "$words" -- "$current"))\n'
        "}\n"
        "complete -o default -F _detente detente\n"
    )


def _fish(verbs: Verbs, ids: Mapping[str, tuple[str, ...]]) -> str:
    lines = ["# detente completion fish"]
    for name, (about, words) in verbs.items():
        if " " in name:
            continue
        lines.append(
            f"complete -c detente -n '__fish_use_subcommand' -f -a {shlex.quote(name)} -d {shlex.quote(about)}"
        )
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        for word in words:
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-f -a {word}"
            lines.append(f"complete -c detente {seen} {kind}")
        lines += [f"complete -c detente {seen} -f -a {shlex.quote(word)}" for word in ids.get(name, ())]
    return "\n".join(lines) + "\n"


def completion(shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print a script by which a shell completes verbs, options and ids.

    Put `source <(detente completion bash)` into ~/.bashrc, or `eval "$(detente completion zsh)"` into ~/.zshrc behind compinit, or
    write `detente completion fish > ~/.config/fish/completions/detente.fish`.
    """
    from detente.cli.main import app
    from detente.dossier import shipped_dossiers
    from detente.policy import shipped_scenarios

    scenarios = shipped_scenarios()
    ids = {"run": scenarios, "compare": scenarios, "brief": shipped_dossiers(), "check": shipped_dossiers()}
    print(script(shell, verbs_of(typer.main.get_command(app)), ids), end="")
