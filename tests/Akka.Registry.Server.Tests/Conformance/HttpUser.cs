using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Akka.Registry.Client.Registrar;

namespace Akka.Registry.Server.Tests.Conformance;

/// <summary>Whoever speaks the JSON API and reads event streams.</summary>
internal sealed class HttpUser(Uri door) : IRegistryUser
{
    private readonly HttpClient _http = new() { BaseAddress = door, Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Path, Task Beating)> _alive = [];
    private ulong _epoch;

    public async Task<IUserInstance> RegisterAsync(ServiceRegistration registration)
    {
        _epoch = Math.Max(_epoch + 1, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var body = new JsonObject
        {
            ["address"] = registration.Address,
            ["port"] = registration.Port,
            ["methods"] = JsonSerializer.SerializeToNode(registration.Methods),
            ["tags"] = JsonSerializer.SerializeToNode(registration.Tags),
            ["metadata"] = JsonSerializer.SerializeToNode(registration.Metadata),
            ["zone"] = registration.Zone,
            ["version"] = registration.Version,
            ["weight"] = registration.Weight,
            ["epoch"] = _epoch,
        };
        if (registration.Ttl is { } ttl)
            body["ttl"] = $"{(int)ttl.TotalMilliseconds}ms";
        var path = $"/api/v1/services/{Uri.EscapeDataString(registration.Service)}/instances/{Uri.EscapeDataString(registration.Id)}";
        using var response = await _http.PutAsJsonAsync(path, body).WaitAsync(ConformanceNode.Patience);
        if (!response.IsSuccessStatusCode)
            throw new UserRefusedException((await Read(response))["detail"]!.GetValue<string>());
        _alive.Add((path, BeatAsync(path, _epoch, (registration.Ttl ?? TimeSpan.FromSeconds(30)) / 3)));
        return new HttpInstance(_http, path, _epoch);
    }

    public async Task<SeenView> GetAsync(string service)
    {
        using var late = new CancellationTokenSource(ConformanceNode.Patience);
        await foreach (var view in WatchAsync(service, late.Token))
            return view;
        throw new InvalidOperationException("The stream ended before a first view.");
    }

    public async IAsyncEnumerable<SeenView> WatchAsync(string service, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await _http.GetAsync(
            $"/api/v1/watch?service={Uri.EscapeDataString(service)}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        var instances = new SortedDictionary<string, SeenInstance>(StringComparer.Ordinal);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (!line.StartsWith("data: ", StringComparison.Ordinal))
                continue;
            var batch = JsonNode.Parse(line["data: ".Length..])!;
            if (batch["kind"]!.GetValue<string>() == "snapshot")
                instances.Clear();
            foreach (var change in batch["changes"]!.AsArray())
            {
                var id = change!["id"]!.GetValue<string>();
                if (change["instance"] is { } entry)
                    instances[id] = Seen(entry);
                else
                    instances.Remove(id);
            }

            yield return new SeenView(batch["revision"]!.GetValue<long>(), [.. instances.Values]);
        }
    }

    /// <summary>Says goodbye as a client of the API does: instance by instance.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (path, beating) in _alive)
        {
            await beating;
            using var response = await _http.DeleteAsync(path);
        }

        _http.Dispose();
        _stop.Dispose();
    }

    private static async Task<JsonNode> Read(HttpResponseMessage response) => (await response.Content.ReadFromJsonAsync<JsonNode>())!;

    private static SeenInstance Seen(JsonNode entry) => new(
        entry["id"]!.GetValue<string>(), entry["epoch"]!.GetValue<ulong>(), entry["address"]!.GetValue<string>(), entry["port"]!.GetValue<int>(),
        entry["status"]!.GetValue<string>(), entry["zone"]!.GetValue<string>(), entry["version"]!.GetValue<string>(),
        entry["weight"]!.GetValue<int>(),
        string.Join(',', entry["tags"]!.AsArray()),
        string.Join(',', entry["metadata"]!.AsObject().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")),
        string.Join(',', entry["methods"]!.AsArray()));

    private async Task BeatAsync(string path, ulong epoch, TimeSpan interval)
    {
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                using var response = await _http.PutAsync($"{path}/heartbeat?epoch={epoch}", content: null, _stop.Token);
                if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            // The user leaves.
        }
    }

    private sealed class HttpInstance(HttpClient http, string path, ulong epoch) : IUserInstance
    {
        public ulong Epoch => epoch;

        public async Task ReportAsync(string status)
        {
            using var response = await http.PutAsJsonAsync($"{path}/status?epoch={epoch}", new JsonObject { ["status"] = status });
            response.EnsureSuccessStatusCode();
        }

        public async Task<bool> DrainAsync(TimeSpan deadline)
        {
            using var response = await http.PostAsync($"{path}/drain?epoch={epoch}&deadline={(int)deadline.TotalMilliseconds}ms", content: null);
            response.EnsureSuccessStatusCode();
            return (await Read(response))["confirmed"]!.GetValue<bool>();
        }

        public async Task DeregisterAsync()
        {
            using var response = await http.DeleteAsync($"{path}?epoch={epoch}");
            response.EnsureSuccessStatusCode();
        }

        public async Task<bool> IsSupersededAsync()
        {
            using var response = await http.PutAsync($"{path}/heartbeat?epoch={epoch}", content: null);
            return response.StatusCode == HttpStatusCode.Conflict;
        }
    }
}
