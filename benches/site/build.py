"""Building what takes part: the site, an older commit of it, the rival, the limits and the tools."""

import os
import shutil

from failure import Failure, call


def tools(root, folder, without):
    """The folder with the programs `seed`, `load`, `rival` and `limits`."""
    into = folder / "bin"
    into.mkdir(exist_ok=True)
    rival = root / "benches/rival"
    go = shutil.which("go") or "/usr/local/go/bin/go"
    # What gqlgen makes of the schema is not kept in the repository.
    call([go, "tool", "gqlgen", "generate"], cwd=rival)
    call([go, "build", "-o", f"{into}/", "./cmd/..."], cwd=rival)
    if "limits" not in without:
        target = folder / "limits-target"
        call(["cargo", "build", "--release", "--locked", "--target-dir", target], cwd=root / "benches/limits")
        shutil.copy2(target / "release/limits", into / "limits")
    return into


def server(source, target):
    """The program of a tree, built for release."""
    call(["cargo", "build", "--release", "--locked", "--bin", "reelgraph", "--target-dir", target], cwd=source)
    return target / "release/reelgraph"


def old_server(root, commit, folder):
    """The program of another commit, built in a worktree that later runs find again."""
    git = ["git", "-C", root]
    try:
        name = call([*git, "rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}"], capture_output=True).stdout.strip()
    except Failure:
        raise Failure(f"there is no commit {commit}") from None
    tree = folder / "old-tree"
    if not (tree / ".git").exists():
        # By force, for the folder may have been deleted without a word to git.
        call([*git, "worktree", "add", "--quiet", "--force", "--detach", tree, name])
    call(["git", "-C", tree, "checkout", "--quiet", "--detach", name])
    if not os.access(tree / "Cargo.toml", os.R_OK):
        raise Failure(f"{commit} has no Cargo.toml")
    return server(tree, folder / "old-target")
