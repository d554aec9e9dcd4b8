using System.Runtime.CompilerServices;
using System.Text.Json;
using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Watching;

/// <summary>One event of a stream.</summary>
/// <param name="Cursor">Where to go on from after it.</param>
/// <param name="Data">The change batch.</param>
internal sealed record WatchEvent(string? Cursor, JsonElement Data);

/// <summary>Reads server-sent events (WHATWG HTML, section 9.2.6), and notices when the stream has died in silence.</summary>
internal static class EventReader
{
    // A node writes a comment at least every stream-keep-alive, which is 5 min at most and 15 s by default.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromMinutes(6);

    /// <summary>Reads events until the stream ends.</summary>
    /// <exception cref="IOException">The connection broke, or nothing has come for longer than a living one is silent.</exception>
    /// <exception cref="JsonException">An event is no JSON: whoever sends is no registry.</exception>
    public static async IAsyncEnumerable<WatchEvent> ReadAsync(
        OpenedStream stream, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream.Body);
        string? id = null;
        var data = new List<string>();
        while (await LineAsync(reader, time, cancellation) is { } line)
        {
            if (line.Length == 0)
            {
                if (data.Count > 0)
                    yield return new WatchEvent(id, JsonElement.Parse(string.Join('\n', data)));
                data.Clear();
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var field = colon < 0 ? line : line[..colon];
            var value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            // A line that begins with a colon is a comment, and an unknown field is ignored: the standard says so.
            if (field == "id")
                id = value;
            else if (field == "data")
                data.Add(value);
        }
    }

    private static async Task<string?> LineAsync(StreamReader reader, TimeProvider time, CancellationToken cancellation)
    {
        using var silence = new CancellationTokenSource(SilenceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellation);
        try
        {
            return await reader.ReadLineAsync(either.Token);
        }
        catch (OperationCanceledException silent) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"Nothing has come for {DurationText.Format(SilenceMax)}.", silent);
        }
    }
}
