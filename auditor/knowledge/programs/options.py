"""Options by which a program runs other code or writes files: what an argument can do that begins with `-`.

Sources: the manual of each program, as known in 2026-11; for git, those of the subcommands (2.51). What
isn't here is not known. A row says whether `--` before the argument keeps it from being an option.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from auditor.knowledge.provenance import Provenance

_MANUAL = Provenance("manual of the program", "2026-11")


class Does(Enum):
    """What an option can do. The value reads after "the option"."""

    RUNS = "runs a program"
    WRITES = "writes a file"
    SENDS = "sends files or chooses the server"


@dataclass(frozen=True, slots=True)
class Options:
    """What the options of one program can do.

    `runs`, `writes` and `sends` name them. `dashes`: after `--` the argument is no option.
    """

    runs: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    dashes: bool = True
    source: Provenance = _MANUAL

    @property
    def worst(self) -> Does:
        """The worst that one of them can do."""
        return Does.RUNS if self.runs else Does.WRITES if self.writes else Does.SENDS


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _options(runs: str = "", writes: str = "", sends: str = "", *, dashes: bool = True) -> Options:
    return Options(_words(runs), _words(writes), _words(sends), dashes)


_SSH = _options("-oProxyCommand= -oLocalCommand= -oPermitLocalCommand= -F", sends="-J -oProxyJump=")
_AWK = _options("-e --source -f --file -i --include -l --load", "-p -o --profile --pretty-print")
_PIP = _options(
    "--python", "--target --prefix --root --log --report", "--index-url --extra-index-url -i -r -e"
)
_GIT_DIFF = _options(writes="--output")
_JAVA = _options(
    "-agentpath -agentlib -javaagent -XX:OnError= -XX:OnOutOfMemoryError= -cp -jar", dashes=False
)

OPTIONS: dict[tuple[str, ...], Options] = {
    ("sed",): _options("-e --expression -f --file", "-i --in-place"),
    ("find",): _options("-exec -execdir -ok -okdir", "-delete -fprint -fprintf -fls -fprint0", dashes=False),
    ("fd",): _options("-x --exec -X --exec-batch"),
    ("rg",): _options("--pre --hostname-bin", ""),
    ("tar",): _options(
        "--to-command --checkpoint-action -I --use-compress-program -F --info-script --new-volume-script"
        " --rsh-command --rmt-command",
        "-f --file --index-file -C --directory --one-top-level --remove-files",
    ),
    ("bsdtar",): _options("--use-compress-program", "-f -C"),
    ("cpio",): _options("--rsh-command", "-F -O -E"),
    ("zip",): _options("-T -TT --unzip-command", "-O --output-file -m -lf"),
    ("unzip",): _options("", "-d"),
    ("7z",): _options("", "-o -w"),
    ("awk",): _AWK,
    ("gawk",): _AWK,
    ("rsync",): _options(
        "-e --rsh --rsync-path -M", "--log-file --write-batch --backup-dir -T", "--password-file"
    ),
    ("ssh",): _SSH,
    ("scp",): _options("-S -oProxyCommand= -F -D", "", "-J"),
    ("sftp",): _options("-S -oProxyCommand= -F -D -b"),
    ("ssh-keygen",): _options("-D -w", "-f"),
    ("ssh-keyscan",): _options("", "", "-f"),
    ("curl",): _options(
        "--engine",
        "-o --output -O --remote-name -D --dump-header -c --cookie-jar --trace --trace-ascii --stderr"
        " --output-dir --etag-save --hsts --alt-svc --libcurl",
        "-K --config -d --data --data-binary -F -T --upload-file -x --proxy --resolve --connect-to -u -H",
    ),
    ("wget",): _options(
        "--use-askpass",
        "-O --output-document -o --output-file -a -P --save-cookies --warc-file --hsts-file",
        "--post-file --body-file -e --execute --config",
    ),
    ("aria2c",): _options(
        "--on-download-complete --on-download-start --on-download-error --on-download-stop",
        "-o -d -l --save-session",
    ),
    ("xargs",): _options("-a --arg-file -I -i"),
    ("sort",): _options("--compress-program", "-o --output -T", "--files0-from"),
    ("env",): _options("-S --split-string", dashes=False),
    ("tcpdump",): _options("-z", "-w"),
    ("man",): _options("-P --pager -H --html -C"),
    ("less",): _options("", "-o -O --log-file"),
    ("vim",): _options("-c --cmd -S -u", "-w -W"),
    ("nano",): _options("-s --speller"),
    ("ed",): _options("-p"),
    ("split",): _options("--filter"),
    ("shuf",): _options("", "-o --output"),
    ("tee",): _options("", "-a"),
    ("cp",): _options("", "-t --target-directory -S"),
    ("mv",): _options("", "-t --target-directory"),
    ("ln",): _options("", "-t --target-directory"),
    ("install",): _options("--strip-program", "-t --target-directory"),
    ("date",): _options("", "", "-f --file"),
    ("file",): _options("", "-C -m"),
    ("diff",): _options("", "--output"),
    ("patch",): _options("-e --ed", "-o --output -r -B -d"),
    ("cmake",): _options("-P -E -C -DCMAKE_C_COMPILER_LAUNCHER=", "-B -S", dashes=False),
    ("make",): _options("--eval= -f --file -C --directory -I SHELL=", "-o"),
    ("ninja",): _options("-f -C -t"),
    ("gcc",): _options("-wrapper -fplugin= -B -specs=", "-o -MF -dumpdir", dashes=False),
    ("g++",): _options("-wrapper -fplugin= -B -specs=", "-o -MF -dumpdir", dashes=False),
    ("clang",): _options("-fplugin= -B --config", "-o -MF", dashes=False),
    ("ld",): _options("-plugin -dynamic-linker", "-o -Map", dashes=False),
    ("java",): _JAVA,
    ("javac",): _options("-processorpath -processor -J", "-d -s -h", dashes=False),
    ("mvn",): _options("-Dexec.executable= -f --file -s --settings -gs", "-l --log-file", dashes=False),
    ("gradle",): _options(
        "-I --init-script -b --build-file -p --project-dir -c -D -P", "--project-cache-dir"
    ),
    ("node",): _options("-r --require --import -e --eval -p --loader", "--cpu-prof-dir --report-directory"),
    ("python",): _options("-c -m -X -W"),
    ("python3",): _options("-c -m -X -W"),
    ("perl",): _options("-e -E -M -m -I -d"),
    ("ruby",): _options("-e -r -I -x"),
    ("php",): _options("-r -d -B -R -E -f -c"),
    ("bash",): _options("-c --rcfile --init-file -O"),
    ("sh",): _options("-c"),
    ("npm",): _options(
        "--script-shell --node-options --git --viewer --prefix --userconfig --globalconfig --shell",
        "--cache --logs-dir",
        "--registry",
    ),
    ("npx",): _options("-c --call -p --package --node-options --shell"),
    ("yarn",): _options("--cwd --use-yarnrc --modules-folder", "--cache-folder", "--registry"),
    ("pnpm",): _options("-C --dir --shell-mode --config", "--store-dir", "--registry"),
    ("pip",): _PIP,
    ("pip3",): _PIP,
    ("uv",): _options(
        "--with --with-editable --python -p --directory --project", "--cache-dir", "--index --default-index"
    ),
    ("pytest",): _options("-p -c --rootdir --confcutdir --pyargs -o", "--junitxml --basetemp --log-file"),
    ("tox",): _options("-c -x --override --workdir"),
    ("cargo",): _options("--config --manifest-path -C", "--target-dir"),
    ("rustc",): _options("-Clinker= -C --sysroot -Zcodegen-backend", "-o --out-dir --emit"),
    ("go",): _options(
        "-toolexec -exec -vettool -overlay -modfile -C -ldflags -gcflags", "-o -coverprofile", dashes=False
    ),
    ("docker",): _options(
        "--entrypoint --privileged -v --volume --mount --pid --device -f --file",
        "--iidfile --cidfile",
        "-H --host --context --config",
    ),
    ("docker", "build"): _options(
        "-f --file --build-context --secret --ssh --builder", "-o --output --iidfile --metadata-file"
    ),
    ("docker", "run"): _options(
        "--entrypoint --privileged -v --volume --mount --device --pid --cap-add", "--cidfile"
    ),
    ("kubectl",): _options(
        "--kubeconfig -f --filename", "--cache-dir --profile-output", "-s --server --token --context"
    ),
    ("helm",): _options(
        "--post-renderer --kubeconfig", "--output-dir --repository-config", "--repo --kube-apiserver"
    ),
    ("terraform",): _options("-chdir -plugin-dir -from-module", "-out -state -state-out -backup"),
    ("ansible",): _options("-m -a -i -e -M", "-t --tree"),
    ("ansible-playbook",): _options("-i -e -M --module-path --vault-password-file"),
    ("aws",): _options(
        "", "--generate-cli-skeleton", "--endpoint-url --cli-input-json --ca-bundle --profile"
    ),
    ("gcloud",): _options("--flags-file", "--log-http", "--impersonate-service-account --configuration"),
    ("gh",): _options("", "", "-R --repo --hostname -F --field --input -f"),
    ("gh", "api"): _options("", "", "--hostname -F --field --input -X --method -H --header"),
    ("gh", "release", "download"): _options("", "-O --output -D --dir --clobber"),
    ("gh", "run", "download"): _options("", "-D --dir"),
    ("gh", "pr", "create"): _options("", "", "-F --body-file -T --template -H --head -B --base"),
    ("git",): _options("-c -C --exec-path= --config-env= --git-dir --work-tree", dashes=False),
    ("git", "fetch"): _options("--upload-pack", "", ""),
    ("git", "pull"): _options("--upload-pack --strategy -X -s"),
    ("git", "clone"): _options("-u --upload-pack -c --config --template", "--separate-git-dir -o", ""),
    ("git", "ls-remote"): _options("--upload-pack --exec"),
    ("git", "push"): _options("--receive-pack --exec", "", "--repo"),
    ("git", "archive"): _options("--exec --remote", "-o --output --add-file"),
    ("git", "grep"): _options("-O --open-files-in-pager"),
    ("git", "rebase"): _options("-x --exec -s --strategy"),
    ("git", "log"): _GIT_DIFF,
    ("git", "show"): _GIT_DIFF,
    ("git", "diff"): _GIT_DIFF,
    ("git", "rev-list"): _options("", "--output"),
    ("git", "format-patch"): _options("--ext-diff", "-o --output-directory --output"),
    ("git", "blame"): _options("", "", "--contents"),
    ("git", "checkout"): _options("", "-b -B --orphan --pathspec-from-file -f"),
    ("git", "switch"): _options("", "-c -C --orphan -f"),
    ("git", "commit"): _options("", "-F --file -t --template --amend", "-C -c"),
    ("git", "tag"): _options("", "-d -f -F -m"),
    ("git", "branch"): _options("", "-D -d -f -m"),
    ("git", "merge"): _options("-s --strategy", "-F"),
    ("git", "bisect"): _options("run", dashes=False),
    ("git", "difftool"): _options("-x --extcmd -t --tool"),
    ("git", "mergetool"): _options("-t --tool"),
    ("git", "submodule"): _options("--reference foreach"),
    ("git", "config"): _options("", "-f --file --global --system"),
    ("git", "apply"): _options("", "--directory --unsafe-paths"),
    ("git", "am"): _options("", "--directory"),
    ("git", "init"): _options("--template", "--separate-git-dir"),
    ("git", "send-email"): _options("--smtp-server --sendmail-cmd --to-cmd --cc-cmd --header-cmd"),
    ("svn",): _options("--config-option --diff-cmd --editor-cmd", "--config-dir"),
    ("hg",): _options("--config --debugger", "-R --repository --cwd"),
    ("gpg",): _options("--exec-path --photo-viewer --agent-program --options", "-o --output --homedir"),
    ("openssl",): _options("-engine -provider -provider-path", "-out -writerand", dashes=False),
    ("psql",): _options("-c -f", "-o -L", "-h -d"),
    ("mysql",): _options("-e --pager --plugin-dir --init-command", "--tee", "-h --defaults-file"),
    ("sqlite3",): _options("-cmd -init -A"),
    ("pandoc",): _options("-F --filter -L --lua-filter --pdf-engine", "-o --output --extract-media --log"),
    ("ffmpeg",): _options("", "-y -report", "-i", dashes=False),
    ("gs",): _options("-c -dNOSAFER -f", "-o -sOutputFile=", dashes=False),
    ("pdflatex",): _options(
        "-shell-escape --shell-escape -enable-write18", "-output-directory", dashes=False
    ),
    ("xelatex",): _options("-shell-escape --shell-escape", "-output-directory", dashes=False),
    ("dot",): _options("", "-o -O"),
    ("eslint",): _options(
        "-c --config --rulesdir --resolve-plugins-relative-to --plugin --parser", "-o --output-file --fix"
    ),
    ("prettier",): _options("--config --plugin", "--write --cache-location"),
    ("tsc",): _options("-p --project", "--outDir --outFile --declarationDir"),
    ("jest",): _options(
        "-c --config --globalSetup --setupFilesAfterEnv --transform --runner",
        "--outputFile --coverageDirectory",
    ),
    ("mocha",): _options("-r --require --config --file"),
    ("mypy",): _options("--config-file --python-executable", "--junit-xml --cache-dir --html-report"),
    ("pylint",): _options("--load-plugins --init-hook --rcfile", "--output"),
    ("flake8",): _options("--config --append-config", "--output-file --tee"),
    ("ruff",): _options("", "-o --output-file --fix --config --cache-dir"),
    ("jq",): _options("-L -f --from-file", "", "--slurpfile --rawfile"),
    ("dpkg",): _options("--pre-invoke= --post-invoke= --status-logger", "--log --root"),
    ("apt-get",): _options("-o -c --config-file"),
    ("apt",): _options("-o -c --config-file"),
    ("systemd-run",): _options("-p --property --pty -E"),
    ("time",): _options("", "-o --output -a"),
    ("strace",): _options("", "-o", ""),
    ("script",): _options("-c --command"),
    ("watch",): _options("-x --exec"),
    ("parallel",): _options("--rcmd --ssh -S --basefile -a --wrapper", "--results --joblog"),
    ("composer",): _options("-d --working-dir"),
    ("bundle",): _options("--gemfile -r", "--path"),
    ("gem",): _options("--config-file -e", "--install-dir -i", "-s --source"),
    ("nuget",): _options("-ConfigFile", "-OutputDirectory", "-Source", dashes=False),
    ("dotnet",): _options(
        "-p --property /p: --additionalprobingpath --depsfile -l --logger", "-o --output", "-s"
    ),
    ("msbuild",): _options("/logger: -logger: /p: @", "/fl", dashes=False),
}
"""By a program and its subcommands; the longest that fits counts."""

_LONGEST = 3


def options_of(program: str, words: tuple[str | None, ...]) -> Options | None:
    """What an option among the words of a command could do; None where that isn't known."""
    names = [word for word in words[:20] if word is None or not word.startswith("-")]
    for length in range(_LONGEST, 0, -1):
        key = (program, *(word or "" for word in names[: length - 1]))
        if len(key) == length and key in OPTIONS:
            return OPTIONS[key]
    return None


def is_open(program: str, words: tuple[str | None, ...], index: int) -> Does | None:
    """What text at the begin of the word at `index` can do by becoming an option; None where it can't.

    It can't after a `--` that the program keeps to. A word whose begin is written out needs no such question.
    """
    options = options_of(program, words)
    if options is None or (options.dashes and "--" in words[:index]):
        return None
    return options.worst
