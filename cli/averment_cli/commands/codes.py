"""``averment codes``: the catalogue of diagnostics, and the page of each."""

from __future__ import annotations

import click

from averment_cli.options import format_option


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from averment.diagnostics.catalogue import codes

    return [code for code in codes() if code.startswith(incomplete.upper())]


@click.command("codes")
@click.argument("code", required=False, shell_complete=_complete)
@format_option
def command(code: str | None, format: str) -> None:
    """Explain a diagnostic code; without one, list them all.

    \b
    averment codes
    averment codes AV301
    """
    from averment.core.suggest import did_you_mean
    from averment.diagnostics.catalogue import codes, page, title
    from averment_cli.terminal import data, json_line, style

    if code is None:
        for each in codes():
            if format == "json":
                json_line({"code": each, "title": title(each)})
            else:
                data(f"{style().paint(each, 'bold')}  {title(each)}\n")
        return
    code = code.upper()
    if code not in codes():
        near = did_you_mean(code, codes())
        mend = f"did you mean {near}?" if near else "`averment codes` lists them all"
        raise click.UsageError(f"there is no code `{code}`; {mend}")
    if format == "json":
        json_line({"code": code, "title": title(code), "page": page(code)})
    else:
        data(_plain(page(code)))


def _plain(page: str) -> str:
    """A page without its Markdown: headings on their own, code set in."""
    from averment_cli.terminal import style

    paint = style().paint
    rows: list[str] = []
    code = False
    for row in page.rstrip().split("\n"):
        if row.startswith("```"):
            code = not code
        elif code:
            rows.append(f"    {row}".rstrip())
        elif row.startswith("# "):
            rows.append(paint(row[2:], "bold"))
        elif row.startswith("**") and row.endswith("**"):
            rows.append(paint(row.strip("*"), "bold"))
        else:
            rows.append(row)
    return "\n".join(rows) + "\n"
