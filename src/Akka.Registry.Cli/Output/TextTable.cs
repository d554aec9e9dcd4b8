using Spectre.Console;
using Spectre.Console.Rendering;

namespace Akka.Registry.Cli.Output;

/// <summary>One cell: a text, and the colour that a terminal shows it in.</summary>
/// <param name="Text">As it is; what would steer a terminal is taken out when it is shown.</param>
/// <param name="Colour">A colour of Spectre's; null for the terminal's own.</param>
internal readonly record struct Cell(string Text, string? Colour = null)
{
    /// <summary>A cell without a colour.</summary>
    public static implicit operator Cell(string? text) => new(text ?? "");

    /// <summary>A number.</summary>
    public static implicit operator Cell(int number) => new(number.ToString());

    /// <summary>A status, in its colour.</summary>
    public static Cell OfStatus(string status, bool unverified = false) =>
        new(unverified ? status + " (unverified)" : status, unverified ? "yellow" : status switch
        {
            "passing" => "green",
            "warning" or "starting" => "yellow",
            "critical" => "red",
            "draining" or "out-of-service" => "blue",
            _ => null,
        });

    /// <summary>A member's state, in its colour.</summary>
    public static Cell OfState(string state) => new(state, state switch
    {
        "up" => "green",
        "joining" or "suspect" or "leaving" => "yellow",
        "down" => "red",
        _ => null,
    });

    /// <summary>A count, in a colour unless it is zero.</summary>
    public static Cell OfCount(int count, string colour) => new(count.ToString(), count == 0 ? null : colour);

    internal Markup ToMarkup() => new(Colour is null ? Markup.Escape(SafeText.Of(Text)) : $"[{Colour}]{Markup.Escape(SafeText.Of(Text))}[/]");
}

/// <summary>Rows under headings: drawn for a person, aligned with spaces for a pipe.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<Cell[]> _rows = [];

    /// <summary>Adds a row: as many cells as there are headings.</summary>
    public TextTable Add(params Cell[] cells)
    {
        if (cells.Length != headings.Length)
            throw new ArgumentException($"{cells.Length} cells under {headings.Length} headings.", nameof(cells));
        _rows.Add(cells);
        return this;
    }

    /// <summary>For a terminal.</summary>
    public IRenderable Drawn()
    {
        var table = new Table { Border = TableBorder.Simple, ShowRowSeparators = false };
        foreach (var heading in headings)
            table.AddColumn(new TableColumn(new Markup($"[bold]{heading}[/]")) { NoWrap = true });
        foreach (var row in _rows)
            table.AddRow(row.Select(cell => (IRenderable)cell.ToMarkup()));
        return table;
    }

    /// <summary>For a pipe: never cut, whatever its width; columns two or more spaces apart, an empty cell shown as a dash.</summary>
    public IEnumerable<string> Lines()
    {
        string[][] all = [headings, .. _rows.Select(row => row.Select(Plain).ToArray())];
        var widths = headings.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        return all.Select(row => string.Join("  ", row.Select((text, column) => text.PadRight(widths[column]))).TrimEnd());
    }

    private static string Plain(Cell cell) => cell.Text.Length == 0 ? "-" : SafeText.Of(cell.Text);
}

/// <summary>Text from the registry, on its way to a terminal.</summary>
internal static class SafeText
{
    /// <summary>The text without control characters: whoever may register must not steer the operator's terminal.</summary>
    public static string Of(string text)
    {
        foreach (var c in text)
        {
            if (char.IsControl(c))
                return string.Concat(text.Select(each => char.IsControl(each) ? '\uFFFD' : each));
        }

        return text;
    }
}
