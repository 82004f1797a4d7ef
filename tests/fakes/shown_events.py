"""A reading's events as short lines, for tables in tests."""

from auditor.languages.reading import (
    Answer,
    Assign,
    Change,
    End,
    Eval,
    Field,
    FileText,
    Island,
    Literal,
    Name,
    Print,
    Run,
    Test,
    Unknown,
    Write,
)


def shown(reading):
    """Each event but `Run`: its kind, its name, its pieces."""
    return [line for event in reading.events if (line := _event(event, reading)) is not None]


def _event(event, reading):
    match event:
        case Assign():
            return f"{event.name} {'+=' if event.appends else '='} {pieces(event.pieces)}"
        case Write():
            target = f"{event.file}:{event.key}" if event.file else f"file {pieces(event.path)}"
            return f"{target} <- {pieces(event.pieces)} ({event.delimiter.value})"
        case Print():
            return "trace" if event.trace else f"print {pieces(event.pieces)}"
        case Eval():
            return f"eval {pieces(event.pieces)}"
        case Test():
            kind = "is" if event.whole else "has"
            spans = "|".join(reading.text[start:end].strip() for start, end in event.holds)
            return f"{event.name} {kind} {event.pattern} in [{spans}]"
        case End():
            return "ends" if event.stops else "fails"
        case Run():
            return None


def ran(reading):
    """The runs: program, arguments, input."""
    found = []
    for event in reading.events:
        if isinstance(event, Run):
            arguments = " ".join(pieces(argument.pieces) for argument in event.arguments)
            found.append(f"{event.program or pieces(event.called)} {arguments} < {pieces(event.input)}")
    return found


def pieces(found):
    """Pieces as one text: `$name`, `${{}}`, `{field}`, `<what a command prints>`, `[text of a file]`, `?`."""
    return "".join(map(_piece, found))


def _piece(piece):
    match piece:
        case Literal():
            return piece.text.replace("\n", "\\n")
        case Name():
            shown_name = f"${'env:' if piece.environment else ''}{piece.name}"
        case Island():
            shown_name = "${{}}"
        case Field():
            shown_name = "{" + ".".join(piece.path) + "}"
        case Answer():
            shown_name = f"<{piece.run.program}{''.join('.' + name for name in piece.path)}>"
        case FileText():
            shown_name = f"[{pieces(piece.file)}{''.join('.' + name for name in piece.path)}]"
        case Unknown():
            return "?"
    return shown_name + ("" if piece.change is Change.WHOLE else f"~{piece.change.name.lower()}")
