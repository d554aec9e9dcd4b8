using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace Akka.Registry.Cli.Output;

/// <summary>How results are written.</summary>
internal enum OutputFormat
{
    /// <summary>For people; in a pipe, columns of plain text.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>Writes results to the screen, and everything else beside it.</summary>
internal sealed class Printer(CliSurroundings surroundings, OutputFormat format)
{
    // Readable as it is: nothing here is put into a page. Control characters are escaped all the same.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly Lock _lock = new();

    /// <summary>Whether results are JSON.</summary>
    public bool IsJson => format == OutputFormat.Json;

    /// <summary>Whether results are drawn for a person at a terminal.</summary>
    public bool IsDrawn => !IsJson && surroundings.ScreenIsTerminal;

    /// <summary>The one document that a command answers with.</summary>
    public void Document(JsonElement document) => WriteLine(surroundings.Screen, TextOf(document.WriteTo, Indented));

    /// <summary>The one document that a command answers with.</summary>
    public void Document(Action<Utf8JsonWriter> write) => WriteLine(surroundings.Screen, TextOf(write, Indented));

    /// <summary>One of many documents, on a line of its own.</summary>
    public void Line(Action<Utf8JsonWriter> write) => WriteLine(surroundings.Screen, TextOf(write, OneLine));

    /// <summary>One of many documents beside the results, on a line of its own.</summary>
    public void NoteLine(Action<Utf8JsonWriter> write) => WriteLine(surroundings.Notes, TextOf(write, OneLine));

    /// <summary>Rows.</summary>
    public void Table(TextTable table)
    {
        if (IsDrawn)
        {
            surroundings.Screen.Write(table.Drawn());
            return;
        }

        foreach (var line in table.Lines())
            WriteLine(surroundings.Screen, line);
    }

    /// <summary>A sentence that is a result.</summary>
    public void Say(string text) => WriteLine(surroundings.Screen, SafeText.Of(text));

    /// <summary>A sentence beside the results.</summary>
    public void Note(string text) => WriteLine(surroundings.Notes, SafeText.Of(text));

    /// <summary>Shows that something goes on while it does; on a terminal only, and never in the midst of results.</summary>
    public Task<T> WhileAsync<T>(string what, Func<Task<T>> work) =>
        surroundings.NotesAreTerminal && !IsJson
            ? surroundings.Notes.Status().StartAsync(Markup.Escape(what), _ => work())
            : work();

    /// <summary>A failure: to the notes, as a problem document where JSON is wanted.</summary>
    public void Fail(CliFailure failure)
    {
        if (IsJson)
        {
            NoteLine(json => Write(json, failure));
            return;
        }

        Paint(surroundings.Notes, "red", "error: ", TextOf(failure));
        foreach (var field in failure.Problem?.Fields ?? [])
        {
            if (field.Detail != failure.Message)
                WriteLine(surroundings.Notes, $"  {SafeText.Of(field.Field)}: {SafeText.Of(field.Detail)}");
        }

        if (failure.WayOut is { } wayOut)
            WriteLine(surroundings.Notes, $"  {SafeText.Of(wayOut)}");
    }

    /// <summary>A table that is drawn anew whenever it changes.</summary>
    public LiveDisplay Live(TextTable first) => surroundings.Screen.Live(first.Drawn());

    private static string TextOf(CliFailure failure) =>
        failure.Problem is { Detail: { } detail } problem && !detail.StartsWith(problem.Title.TrimEnd('.'), StringComparison.Ordinal)
            ? $"{problem.Title} {detail}"
            : failure.Message;

    private static void Write(Utf8JsonWriter json, CliFailure failure)
    {
        json.WriteStartObject();
        json.WriteNumber("exitCode", (int)failure.Code);
        json.WriteString("title", failure.Problem?.Title ?? failure.Message);
        json.WriteString("detail", failure.Message);
        json.WriteString("wayOut", failure.WayOut);
        if (failure.Problem?.Document is { } document)
        {
            json.WritePropertyName("problem");
            document.WriteTo(json);
        }
        else
        {
            json.WriteNull("problem");
        }

        json.WriteEndObject();
    }

    private static string TextOf(Action<Utf8JsonWriter> write, JsonWriterOptions options)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, options))
            write(json);
        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private void WriteLine(IAnsiConsole console, string text)
    {
        // As it is: Spectre would fold a line at the terminal's width. One lock for what several tasks write.
        lock (_lock)
        {
            console.Profile.Out.Writer.WriteLine(text);
            console.Profile.Out.Writer.Flush();
        }
    }

    private void Paint(IAnsiConsole console, string colour, string painted, string text)
    {
        lock (_lock)
        {
            console.Markup($"[{colour}]{Markup.Escape(painted)}[/]");
            console.Profile.Out.Writer.WriteLine(SafeText.Of(text));
        }
    }
}
