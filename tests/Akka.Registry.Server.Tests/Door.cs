using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;
using Akka.Registry.Server.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Akka.Registry.Server.Tests;

/// <summary>The door before a fake registry; in memory, or on a real socket.</summary>
public sealed class Door : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Door(WebApplication app, HttpClient client) => (_app, Client) = (app, client);

    public HttpClient Client { get; }

    public FakeRegistry Registry => _app.Services.GetRequiredService<FakeRegistry>();

    public FakeCluster Cluster => _app.Services.GetRequiredService<FakeCluster>();

    public IServiceProvider Services => _app.Services;

    public IHostApplicationLifetime Lifetime => _app.Lifetime;

    /// <summary>Opens the door in memory.</summary>
    public static Task<Door> OpenAsync(HttpOptions? options = null, TimeProvider? time = null) => OpenAsync(options, time, onSocket: false);

    /// <summary>Opens the door on a free port of loopback.</summary>
    public static Task<Door> OpenOnSocketAsync(HttpOptions? options = null) => OpenAsync(options, null, onSocket: true);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }

    public Task StopAsync() => _app.StopAsync();

    public async Task<Answer> SendAsync(string method, string path, string? body = null, Action<HttpRequestMessage>? with = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        with?.Invoke(request);
        using var response = await Client.SendAsync(request);
        return new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    private static async Task<Door> OpenAsync(HttpOptions? options, TimeProvider? time, bool onSocket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<FakeRegistry>().AddSingleton<FakeCluster>();
        builder.Services.AddSingleton<IServiceRegistry>(services => services.GetRequiredService<FakeRegistry>());
        builder.Services.AddSingleton<IClusterMembership>(services => services.GetRequiredService<FakeCluster>());
        builder.Services.AddSingleton<IReplicatedMap>(services => services.GetRequiredService<FakeCluster>());
        if (time is not null)
            builder.Services.AddSingleton(time);
        builder.Services.AddRegistryHttp(options ?? new HttpOptions());
        if (onSocket)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseTestServer();
        var app = builder.Build().UseRegistryHttp();
        await app.StartAsync();
        return new Door(app, onSocket ? new HttpClient { BaseAddress = new Uri(app.Urls.Single()) } : app.GetTestClient());
    }
}

/// <summary>An answer that was read to its end.</summary>
public sealed record Answer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Body)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public string? ContentType => ContentHeaders.ContentType?.ToString();

    /// <summary>The names of the object's members, in order.</summary>
    public string Names => NamesOf(Json);

    /// <summary>A long answer as a test writes it down: the line breaks are the test's.</summary>
    public static string OneLine(string lines) => lines.ReplaceLineEndings("");

    public static string NamesOf(JsonElement json) => string.Join(' ', json.EnumerateObject().Select(member => member.Name));
}
