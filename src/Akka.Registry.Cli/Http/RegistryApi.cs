using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Akka.Registry.Cli.Http;

/// <summary>The calls that commands make, each answered by whichever node can.</summary>
internal sealed class RegistryApi(NodeDoors doors)
{
    /// <summary>The nodes that are asked.</summary>
    public NodeDoors Doors => doors;

    public Task<Answer<ClusterPicture>> ClusterAsync(CancellationToken cancellation) =>
        GetAsync("/api/v1/cluster", ApiJson.Default.ClusterPicture, cancellation);

    public Task<Answer<ServiceList>> ServicesAsync(string query, CancellationToken cancellation) =>
        GetAsync("/api/v1/services" + query, ApiJson.Default.ServiceList, cancellation);

    public Task<Answer<InstanceList>> InstancesAsync(string service, string query, CancellationToken cancellation) =>
        GetAsync(PathOf(service) + query, ApiJson.Default.InstanceList, cancellation);

    public Task<Answer<RouteeList>> RouteesAsync(string service, string query, CancellationToken cancellation) =>
        GetAsync($"{PathOf(service)}/routees{query}", ApiJson.Default.RouteeList, cancellation);

    public Task<Answer<InstanceEntry>> InstanceAsync(string service, string id, CancellationToken cancellation) =>
        GetAsync(PathOf(service, id), ApiJson.Default.InstanceEntry, cancellation);

    public Task<Answer<Explanation>> ExplainAsync(string service, string id, string query, CancellationToken cancellation) =>
        GetAsync($"{PathOf(service, id)}/explain{query}", ApiJson.Default.Explanation, cancellation);

    public Task<Answer<Registered>> RegisterAsync(
        string service, string id, RegistrationBody body, string query, TimeSpan more, CancellationToken cancellation)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Default.RegistrationBody);
        return AskAsync(new ApiCall(HttpMethod.Put, PathOf(service, id) + query) { Body = json, More = more },
            ApiJson.Default.Registered, cancellation);
    }

    public Task<Answer<Beat>> BeatAsync(string service, string id, ulong? epoch, CancellationToken cancellation) =>
        AskAsync(
            new ApiCall(HttpMethod.Put, $"{PathOf(service, id)}/heartbeat{new QueryText().Add("epoch", epoch?.ToString())}"),
            ApiJson.Default.Beat, cancellation);

    /// <param name="service">The service.</param>
    /// <param name="id">The instance.</param>
    /// <param name="change">The body: what the instance reports, or what the operator says.</param>
    /// <param name="query">Which epoch; empty for any.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<Answer<InstanceEntry>> SetStatusAsync(
        string service, string id, byte[] change, string query, CancellationToken cancellation) =>
        AskAsync(new ApiCall(HttpMethod.Put, $"{PathOf(service, id)}/status{query}") { Body = change },
            ApiJson.Default.InstanceEntry, cancellation);

    public Task<Answer<Drained>> DrainAsync(string service, string id, string query, TimeSpan deadline, CancellationToken cancellation) =>
        AskAsync(new ApiCall(HttpMethod.Post, $"{PathOf(service, id)}/drain{query}") { More = deadline }, ApiJson.Default.Drained, cancellation);

    public Task DeregisterAsync(string service, string id, string query, TimeSpan more, CancellationToken cancellation) =>
        doors.SendAsync(new ApiCall(HttpMethod.Delete, PathOf(service, id) + query) { More = more }, cancellation);

    /// <summary>Asks one node, and no other, to leave.</summary>
    public Task LeaveAsync(Uri node, CancellationToken cancellation) =>
        doors.SendToAsync(node, new ApiCall(HttpMethod.Post, "/api/v1/cluster/leave"), cancellation);

    private Task<Answer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        AskAsync(new ApiCall(HttpMethod.Get, path), type, cancellation);

    private async Task<Answer<T>> AskAsync<T>(ApiCall call, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        Answer<T>.Read(await doors.SendAsync(call, cancellation), type);

    public static string PathOf(string service) => $"/api/v1/services/{Uri.EscapeDataString(service)}";

    public static string PathOf(string service, string id) => $"{PathOf(service)}/instances/{Uri.EscapeDataString(id)}";
}

/// <summary>An answer: read for tables, and as it came for JSON.</summary>
/// <param name="Value">As far as this program knows it.</param>
/// <param name="Document">The whole of it.</param>
/// <param name="Status">The HTTP status.</param>
internal sealed record Answer<T>(T Value, JsonElement Document, int Status)
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="CliFailure">It is not what the call answers: whoever answered is no registry, or one of another version.</exception>
    public static Answer<T> Read(ApiAnswer answer, JsonTypeInfo<T> type)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var value = document.Deserialize(type) ?? throw new JsonException("null");
            return new Answer<T>(value, document.RootElement.Clone(), answer.Status);
        }
        catch (JsonException e)
        {
            throw new CliFailure(
                ExitCode.Unreachable, $"{answer.Node} answered with something that is no {typeof(T).Name}: {e.Message}",
                "Does --url name a registry node's HTTP door (port 8500 by default)?");
        }
    }
}
