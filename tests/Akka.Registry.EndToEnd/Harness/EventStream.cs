using System.Text.Json;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>One event of a text/event-stream.</summary>
internal sealed record StreamEvent(string? Id, string Name, JsonElement Data);

/// <summary>Reads a text/event-stream as the HTML standard, section 9.2.6, defines it.</summary>
internal static class EventStream
{
    public static IAsyncEnumerable<StreamEvent> ReadAsync(
        NodeApi api, string path, string? lastEventId, CancellationToken cancellation) =>
        ReadAsync(api, path, lastEventId, heard: null, cancellation);

    /// <param name="api">Who is asked.</param>
    /// <param name="path">For which stream.</param>
    /// <param name="lastEventId">To go on from there; null to begin.</param>
    /// <param name="heard">Told at the answer and at each line, comments included: the stream lives.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async IAsyncEnumerable<StreamEvent> ReadAsync(
        NodeApi api, string path, string? lastEventId, Action? heard,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var stream = await api.OpenStreamAsync(path, lastEventId, cancellation);
        heard?.Invoke();
        using var reader = new StreamReader(stream);
        string? id = null;
        var name = "message";
        var data = new List<string>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            heard?.Invoke();
            if (line.Length == 0)
            {
                if (data.Count > 0)
                    yield return new StreamEvent(id, name, JsonElement.Parse(string.Join('\n', data)));
                name = "message";
                data.Clear();
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data.Add(line[6..]);
            }
        }
    }
}
