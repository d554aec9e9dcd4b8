using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Akka.Registry.Server.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Metrics;

/// <summary>What a real node's scrape says, and whether Prometheus' own tool, the dashboard and the alerts can live with it.</summary>
public sealed partial class ScrapeTests
{
    private static string Observability { get; } = Find("deploy/observability");

    [PromtoolFact]
    public async Task Promtool_finds_nothing_to_complain_of()
    {
        var scrape = await ScrapeAsync();
        var (code, output) = Run("promtool", scrape, "check", "metrics");
        code.ShouldBe(0, output);
        output.Trim().ShouldBeEmpty();
    }

    [PromtoolFact]
    public void Promtool_takes_the_alert_rules_and_their_tests()
    {
        var (code, output) = Run("promtool", "", "check", "rules", Path.Combine(Observability, "alerts.yml"));
        code.ShouldBe(0, output);
        (code, output) = Run("promtool", "", "check", "config", "--syntax-only", Path.Combine(Observability, "prometheus.yml"));
        code.ShouldBe(0, output);
        (code, output) = Run("promtool", "", "test", "rules", Path.Combine(Observability, "alerts.test.yml"));
        code.ShouldBe(0, output);
    }

    [Fact]
    public async Task The_dashboard_and_the_alerts_use_metrics_that_a_node_has()
    {
        var names = TypeRegex().Matches(await ScrapeAsync()).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
        var used = Expressions().SelectMany(expression => NameRegex().Matches(expression).Select(match => match.Value)).Distinct().ToList();
        used.Count.ShouldBeGreaterThan(10, "the expressions were found");
        used.Select(name => SuffixRegex().Replace(name, "")).Except(names).ShouldBeEmpty();
    }

    [Fact]
    public void The_dashboard_is_one_that_Grafana_takes()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Observability, "grafana-dashboard.json")));
        var root = dashboard.RootElement;
        root.GetProperty("uid").GetString().ShouldNotBeNullOrEmpty();
        root.GetProperty("schemaVersion").GetInt32().ShouldBeGreaterThan(30);
        var panels = root.GetProperty("panels").EnumerateArray().ToList();
        panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        panels.ShouldAllBe(panel => panel.GetProperty("title").GetString()!.Length > 0 && panel.GetProperty("targets").GetArrayLength() > 0);
    }

    [Fact]
    public async Task Metrics_reach_a_collector_by_otlp()
    {
        var sent = new TaskCompletionSource<(string Type, byte[] Body)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var collector = builder.Build();
        collector.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            sent.TrySetResult((request.ContentType ?? "", body.ToArray()));
            return Results.Ok();
        });
        await collector.StartAsync();

        var options = new TelemetryOptions { OtlpEndpoint = collector.Urls.Single() + "/", OtlpInterval = TimeSpan.FromSeconds(1) };
        var host = new HostBuilder().ConfigureServices(services => services.AddMetrics().AddSingleton<ServerMetrics>()
            .AddRegistryTelemetry(options, "node-7")).Build();
        await host.StartAsync();
        host.Services.GetRequiredService<ServerMetrics>().EventWritten();
        var (type, bytes) = await sent.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await host.StopAsync();
        host.Dispose();

        type.ShouldBe("application/x-protobuf");
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        text.ShouldContain("akka.registry.http.stream.events");
        text.ShouldContain("akka-registry");
        text.ShouldContain("node-7");
    }

    [Fact]
    public void A_collectors_address_is_checked_before_anything_starts()
    {
        new TelemetryOptions { OtlpEndpoint = "http://collector:4318" }.Validate(new(new object())).ShouldBeEmpty();
        new TelemetryOptions { OtlpEndpoint = "collector:4318" }.Validate(new(new object())).Single().ErrorMessage!
            .ShouldContain("http://collector:4318");
    }

    /// <summary>A node that has done a little of everything, the confirmation of a write by a peer included.</summary>
    private static async Task<string> ScrapeAsync()
    {
        await using var node = await RealNode.StartAsync();
        await using var peer = await RealNode.StartAsync(seed: node);
        using var body = new StringContent("""{"address":"10.0.0.7","port":80}""", System.Text.Encoding.UTF8, "application/json");
        (await node.Client.PutAsync("/api/v1/services/orders/instances/a", body)).EnsureSuccessStatusCode();
        (await node.Client.PutAsync("/api/v1/services/orders/instances/a/heartbeat", null)).EnsureSuccessStatusCode();
        await node.Client.GetAsync("/nothing");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        string scrape;
        do
        {
            scrape = await node.Client.GetStringAsync("/metrics", patience.Token);
        }
        while (!scrape.Contains("akka_registry_replication_delay_seconds", StringComparison.Ordinal));
        return scrape;
    }

    private static IEnumerable<string> Expressions()
    {
        foreach (var line in File.ReadLines(Path.Combine(Observability, "alerts.yml")))
        {
            if (line.TrimStart().StartsWith("expr:", StringComparison.Ordinal))
                yield return line;
        }

        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Observability, "grafana-dashboard.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
        {
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
                yield return target.GetProperty("expr").GetString()!;
        }
    }

    private static (int Code, string Output) Run(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, (arguments[1] == "metrics" ? "" : output.Result) + error.Result);
    }

    private static string Find(string folder)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Akka.Registry.sln")))
                return Path.Combine(directory.FullName, folder);
        }

        throw new DirectoryNotFoundException($"No solution above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex("^# TYPE (?<name>\\S+) ", RegexOptions.ExplicitCapture | RegexOptions.Multiline, 1000)]
    private static partial Regex TypeRegex();

    [GeneratedRegex("\\b(akka_registry|dotnet|http_server)_[a-z0-9_]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NameRegex();

    [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SuffixRegex();
}

/// <summary>A test that needs Prometheus' own tool; where it is missing it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PromtoolFactAttribute : FactAttribute
{
    private const string Reason = "promtool is not here (package prometheus).";

    public PromtoolFactAttribute()
    {
        var paths = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!paths.Any(path => File.Exists(Path.Combine(path, "promtool"))))
            Skip = Reason;
    }
}
