using System.Net;
using System.Text;
using System.Text.Json;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>The native HTTP door of one node, as any client would use it.</summary>
internal sealed class NodeApi : IDisposable
{
    private readonly HttpClient _client;

    public NodeApi(Uri url)
        : this(url, connectTimeout: TimeSpan.FromSeconds(2), timeout: TimeSpan.FromSeconds(10))
    {
    }

    public NodeApi(Uri url, TimeSpan connectTimeout, TimeSpan timeout)
    {
        Url = url;
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = connectTimeout }) { BaseAddress = url, Timeout = timeout };
    }

    public Uri Url { get; }

    public static string PathOf(string service, string id) => $"/api/v1/services/{service}/instances/{id}";

    public static string Body(string ttl, string address = "10.0.0.7", int port = 8080, string more = "") =>
        $$"""{"address":"{{address}}","port":{{port}},"ttl":"{{ttl}}"{{more}}}""";

    public async Task<(HttpStatusCode Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
        return (response.StatusCode, isJson ? JsonElement.Parse(text) : default);
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>The status alone; null when nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusOfAsync(string path)
    {
        try
        {
            return (await GetAsync(path)).Status;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async Task RegisterAsync(string service, string id, string ttl, string more = "")
    {
        var (status, body) = await SendAsync(HttpMethod.Put, PathOf(service, id), Body(ttl, more: more));
        if (status is not (HttpStatusCode.Created or HttpStatusCode.OK))
            throw new InvalidOperationException($"Registration of {service}/{id} at {Url}: {(int)status} {body}");
    }

    public Task<(HttpStatusCode Status, JsonElement Body)> BeatAsync(string service, string id) =>
        SendAsync(HttpMethod.Put, PathOf(service, id) + "/heartbeat");

    public async Task DeregisterAsync(string service, string id)
    {
        var (status, body) = await SendAsync(HttpMethod.Delete, PathOf(service, id));
        if (status != HttpStatusCode.NoContent)
            throw new InvalidOperationException($"Deregistration of {service}/{id} at {Url}: {(int)status} {body}");
    }

    /// <summary>The ids that a query of the service shows, in order; null when the node does not answer with a view.</summary>
    public async Task<List<string>?> IdsAsync(string service, string query = "")
    {
        var (status, body) = await GetAsync($"/api/v1/services/{service}{query}");
        return status switch
        {
            HttpStatusCode.OK => [.. body.GetProperty("instances").EnumerateArray().Select(x => x.GetProperty("id").GetString()!)],
            HttpStatusCode.NotFound => [],
            _ => null,
        };
    }

    public async Task<List<string>> RouteeIdsAsync(string service)
    {
        var (status, body) = await GetAsync($"/api/v1/services/{service}/routees?strategy=random&count=1000");
        return status == HttpStatusCode.OK
            ? [.. body.GetProperty("routees").EnumerateArray().Select(x => x.GetProperty("id").GetString()!)]
            : [];
    }

    public async Task<string?> InstanceStatusAsync(string service, string id)
    {
        var (status, body) = await GetAsync(PathOf(service, id));
        return status == HttpStatusCode.OK ? body.GetProperty("status").GetString() : null;
    }

    public async Task<JsonElement> ClusterAsync() => (await GetAsync("/api/v1/cluster")).Body;

    /// <summary>Whether a node of that name is up; an earlier one of its name may be listed as well.</summary>
    public async Task<bool> IsUpAsync(string name) =>
        (await ClusterAsync()).GetProperty("members").EnumerateArray()
            .Any(x => x.GetProperty("name").GetString() == name && x.GetProperty("state").GetString() == "up");

    public async Task<string?> MemberStateAsync(string name) =>
        (await ClusterAsync()).GetProperty("members").EnumerateArray()
            .Where(x => x.GetProperty("name").GetString() == name)
            .Select(x => x.GetProperty("state").GetString()).LastOrDefault();

    public async Task<Stream> OpenStreamAsync(string path, string? lastEventId, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsStreamAsync(cancellation);
    }

    public void Dispose() => _client.Dispose();
}
