using Akka.Registry.Server.Tests.Conformance;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>An event stream, event by event.</summary>
internal sealed class EventLines(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    public static async Task<EventLines> OpenAsync(HttpClient client, string path, string? lastId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        response.EnsureSuccessStatusCode();
        return new EventLines(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event.</summary>
    /// <exception cref="EndOfStreamException">There is none any more.</exception>
    public async Task<(string Kind, string Id, string Data)> NextAsync()
    {
        var (kind, id, data) = ("", "", "");
        while (true)
        {
            var line = await lines.ReadLineAsync().WaitAsync(ConformanceNode.Patience) ?? throw new EndOfStreamException();
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                kind = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line[4..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.Length == 0 && data.Length > 0)
                return (kind, id, data);
        }
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
