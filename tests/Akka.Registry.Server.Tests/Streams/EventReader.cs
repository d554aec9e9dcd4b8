namespace Akka.Registry.Server.Tests.Streams;

/// <summary>Reads an event stream as its lines stand, one block at a time.</summary>
public sealed class EventReader(HttpResponseMessage response) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private StreamReader? _reader;

    public HttpResponseMessage Response => response;

    public static async Task<EventReader> OpenAsync(Door door, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return new EventReader(await door.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience));
    }

    /// <summary>The next block, its lines joined by a bar; null at the stream's end.</summary>
    public async Task<string?> NextAsync()
    {
        _reader ??= new StreamReader(await response.Content.ReadAsStreamAsync());
        var lines = new List<string>();
        while (await _reader.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0)
                return string.Join('|', lines);
            lines.Add(line);
        }

        return null;
    }

    public void Dispose() => response.Dispose();
}
