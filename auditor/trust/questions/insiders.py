"""Repositories that a policy means, and those beside them: what they can have minted.

Each function says whom a question is about: pull requests and other refs of the repositories that are
meant, their siblings of the same owner, and whoever registers their names again once they are free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from auditor.trust.automata.language import (
    EVERYTHING,
    AnyCase,
    Automaton,
    Complement,
    FieldOf,
    Language,
    Pattern,
    PatternSet,
    Wild,
    WithoutIds,
    either,
    word,
)
from auditor.trust.automata.search import Grammar
from auditor.trust.minting.contexts import SubjectContext
from auditor.trust.minting.subject_grammar import (
    CONTEXTS,
    OWNER_ID,
    PULL_REQUEST,
    REPOSITORY_ID,
    Head,
    Login,
    claim_values,
    classic_head,
    custom_subjects,
    custom_subjects_of,
    immutable_head,
    subjects_of,
)
from auditor.trust.minting.template import DEFAULT, ClaimTemplate
from auditor.trust.minting.tokens import Minter, Subjects
from auditor.trust.questions.acceptor import Acceptor
from auditor.trust.questions.question import Somebody
from auditor.trust.questions.strangers import TAILS, USUAL, variants_of

MAX_MEANT = 50
"""Repositories of one policy that are tried; of more, those that come first by name."""

_SERVER = "/_services/token"
"""The end of the issuer of a GitHub Enterprise Server, which mints no ids."""

_INSIDER, _BESIDE = "octocat", "x"


def any_case(texts: Iterable[str]) -> Language:
    """Those texts; GitHub keeps the case in which a name was registered, which isn't known here."""
    return AnyCase(PatternSet([tuple(text.lower()) for text in texts]))


@dataclass(frozen=True, slots=True, eq=False)
class RunClaims:
    """What the runs of one path share: their refs and event, and the workflow file of the job."""

    refs: tuple[SubjectContext, ...]
    event: str
    file: str


@dataclass(frozen=True, slots=True)
class Own:
    """Repositories that a policy means, as `owner/name`. `immutable`: their subjects have ids, if known.

    `templates` are those that their subjects may be made by.
    """

    repositories: frozenset[str]
    immutable: bool | None = None
    templates: tuple[ClaimTemplate, ...] = (DEFAULT,)


def pull_requests_of(own: Own) -> Somebody:
    """Whoever opens pull requests there."""
    return Somebody(_minter(own, (PULL_REQUEST,)))


def all_of(own: Own) -> Somebody:
    """Whoever runs anything there."""
    return Somebody(_minter(own, CONTEXTS))


def others_than(minted: Iterable[SubjectContext], own: Own) -> Somebody:
    """Whoever pushes branches and tags or names environments there, but for the subjects in `minted`.

    Of the runs with an environment only those count that come from another ref than is meant.
    """
    meant = tuple(minted)
    refs = [context.tail for context in meant if context.kind == "ref"]
    other_ref = Complement(either(refs))

    def limits(template: ClaimTemplate, kind: str) -> Iterator[Language]:
        held = (template.of(context) for context in meant if context.kind == kind)
        yield from (Complement(language) for language in held if language is not None)
        if refs and template != DEFAULT:
            yield from template.from_refs(kind, other_ref)

    found = _minter(own, ("main", "branch", "tag", "environment"), limits)
    held_by_all = all(template.distinguishes("environment") for template in own.templates)
    environments = [context.tail for context in meant if context.kind == "environment"]
    beside = {"environment": Complement(either(environments))} if environments and not held_by_all else {}
    return Somebody(replace(found, limits=({"ref": other_ref} if refs else {}) | beside))


def runs_of(context: SubjectContext, own: Own, run: RunClaims | None = None) -> Somebody:
    """The runs there whose subjects have that context; `run` says what else is known of them."""
    kinds = tuple(kind for kind in CONTEXTS if TAILS.get(kind, kind) == context.kind)
    refs = [each.tail for each in run.refs if each.kind == "ref"] if run else []
    if context.kind == "ref":
        refs = [context.tail]

    def limits(template: ClaimTemplate, kind: str) -> Iterator[Language]:
        subjects = template.of(context)
        if subjects is not None:
            yield subjects
        if template != DEFAULT and refs:
            yield from template.from_refs(kind, either(refs))
        if run:
            yield from template.where(kind, "event_name", word(run.event))
        if run and run.file.startswith(".github/workflows/"):
            of_file = FieldOf(0, PatternSet([(Wild.RUN, *run.file)]), "@")
            yield from template.where(kind, "job_workflow_ref", of_file)

    found = _minter(own, kinds, limits)
    if all(template == DEFAULT for template in own.templates):
        return Somebody(found)
    known: dict[str, Language] = {"ref": either(refs)} if refs else {}
    if context.kind == "environment":
        known["environment"] = context.tail
    return Somebody(replace(found, limits=known))


def siblings_in(acceptor: Acceptor, own: str | None) -> Somebody | None:
    """Other repositories of the owners whom a policy means: those that neither it names nor `own` is.

    None where the policy means no owner, or too many repositories to distinguish them. They may have
    templates of their own, which aren't tried where the policy requires a default subject.
    """
    names = acceptor.names
    if names.is_cut or not (names.owners or names.ids):
        return None
    named = names.repositories | ({own.lower()} if own else frozenset())
    other = Complement(any_case(named))
    limits: dict[str, Language] = {"repository": other, "repository_id": Complement(any_case(names.ids))}
    first = min(names.owners) if names.owners else "acme"
    default, custom = _of_owners(names.owners)
    subjects = [
        Subjects(grammar, (FieldOf(1, WithoutIds(other)),), TAILS.get(context), variants=variants_of(context))
        for context, grammar in default
    ]
    templates = (_not_default(), _naming_none_of(named))
    subjects.append(Subjects(custom, limits=templates, is_template=True))
    usual = _usual(f"{first}/{_BESIDE}")
    return Somebody(Minter(tuple(subjects), usual, _values_of(classic_head(_owner(names.owners))), limits))


def _owner(owners: frozenset[str]) -> Automaton:
    return any_case(owners) if owners else Login()


@lru_cache(maxsize=16)
def _of_owners(owners: frozenset[str]) -> tuple[tuple[tuple[str, Grammar], ...], Grammar]:
    """Default subjects by their context, and those of templates."""
    owner = _owner(owners)
    heads = (classic_head(owner), immutable_head(owner, None, None, REPOSITORY_ID))
    default = tuple((context, subjects_of(head, context)) for head in heads for context in CONTEXTS)
    return default, custom_subjects_of(owner)


def heirs_of(acceptor: Acceptor, *, early: bool) -> Somebody | None:
    """Whoever registers the names that a policy means, once they are free: the ids of the tokens are theirs.

    `early`: they do so before repositories get subjects with ids. None where no repository is named.
    """
    named = sorted(acceptor.names.repositories)[:MAX_MEANT]
    if not named:
        return None
    heads = [immutable_head(*_parts(name), OWNER_ID, REPOSITORY_ID) for name in named]
    if early or acceptor.issuer.name.lower().endswith(_SERVER):
        heads += [classic_head(*_parts(name)) for name in named]
    subjects = tuple(
        Subjects(subjects_of(head, context), tail=TAILS.get(context), variants=variants_of(context))
        for head in heads
        for context in CONTEXTS
    )
    usual = _usual(named[0])
    strange = {
        claim: Complement(any_case(acceptor.names.ids)) for claim in ("repository_id", "repository_owner_id")
    }
    return Somebody(Minter(subjects, usual, _values_of(*map(_any_classic, named), ids=False), strange))


def anybody() -> Minter:
    """All of GitHub: what nobody of these can have minted is never minted."""
    everything = Subjects(custom_subjects(widest=True), is_template=True)
    return Minter((everything,), USUAL, partial(claim_values, widest=True))


def _unlimited(_template: ClaimTemplate, _kind: str) -> tuple[Language, ...]:
    return ()


def _minter(
    own: Own,
    contexts: tuple[str, ...],
    limits: Callable[[ClaimTemplate, str], Iterable[Language]] = _unlimited,
) -> Minter:
    """Those repositories, whose ids aren't known: a policy that requires some means theirs.

    `limits` says what subjects of a template and a context's kind must also be.
    """
    named = sorted(own.repositories)[:MAX_MEANT]
    subjects = tuple(
        Subjects(
            _subjects_of(template, name, context, with_ids),
            limits=tuple(limits(template, TAILS.get(context, context))),
            tail=TAILS.get(context),
            template_fields=None if template == DEFAULT else template.fields(TAILS.get(context, context)),
            variants=variants_of(context),
        )
        for template in own.templates
        for name in named
        for with_ids in ((False, True) if own.immutable is None else (own.immutable,))
        for context in contexts
    )
    usual = _usual(named[0])
    return Minter(subjects, usual, _values_of(*map(_any_classic, named)))


@lru_cache(maxsize=64)
def _subjects_of(template: ClaimTemplate, name: str, context: str, with_ids: bool) -> Grammar:
    bare = classic_head(*_parts(name))
    head = immutable_head(*_parts(name)) if with_ids else bare
    return subjects_of(head, context) if template == DEFAULT else template.subjects(head, bare, context)


def _usual(repository: str) -> dict[str, str]:
    owner = repository.partition("/")[0]
    file = f"{repository}/.github/workflows/ci.yml@refs/heads/main"
    own = {
        "repository": repository,
        "repository_owner": owner,
        "actor": _INSIDER,
        "workflow_ref": file,
        "job_workflow_ref": file,
    }
    return USUAL | own


class _Values:
    """What insiders may have in a claim: their own repositories, and the ids that a policy requires."""

    def __init__(self, heads: tuple[Head, ...], *, ids: bool) -> None:
        self._heads = heads
        self._ids = ids

    def __call__(self, claim: str) -> Grammar | None:
        if claim == "repository":
            return Grammar(tuple(_automata(head)) for head in self._heads)
        if claim == "repository_owner":
            return Grammar(tuple(_automata(head[:1])) for head in self._heads)
        widest = self._ids or claim not in ("repository_id", "repository_owner_id")
        return claim_values(claim, widest=widest)


def _values_of(*heads: Head, ids: bool = True) -> _Values:
    return _Values(heads, ids=ids)


def _automata(head: Head) -> Iterable[Automaton]:
    return (PatternSet([tuple(part)]) if isinstance(part, str) else part for part in head)


def _any_classic(repository: str) -> Head:
    return classic_head(*_parts(repository))


def _parts(repository: str) -> tuple[Language, Language]:
    owner, _, name = repository.partition("/")
    return any_case([owner]), any_case([name])


def _not_default() -> Language:
    return Complement(PatternSet([(*"repo:", Wild.RUN)]))


def _naming_none_of(repositories: frozenset[str]) -> Language:
    """Subjects of templates that name none of those repositories."""
    patterns: list[Pattern] = []
    for repository in repositories:
        for start in (f"repo:{repository}", f"repository:{repository}"):
            for ahead in ((), (Wild.RUN, ":")):
                patterns += [(*ahead, *start), (*ahead, *start, ":", Wild.RUN)]
    return Complement(AnyCase(PatternSet(patterns))) if patterns else EVERYTHING
