using Akka.Registry.Contracts;
using Akka.Registry.Server.Consul;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Security;

/// <summary>Every operation of every door, made by every kind of caller.</summary>
public sealed class AccessMatrixTests(GuardedNode node) : IClassFixture<GuardedNode>
{
    private const string Begin = "<!-- rights: made by a test -->";
    private const string End = "<!-- end of rights -->";

    public static TheoryData<string> Rows() => new(AccessTable.All.Select(row => $"{row}"));

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task An_operation_is_done_for_those_who_have_the_right_and_for_nobody_else(string name)
    {
        var row = AccessTable.All.Single(row => $"{row}" == name);
        await node.AddAsync("other", "somebody");
        var outcomes = new Dictionary<Caller, string>();
        foreach (var caller in Enum.GetValues<Caller>())
        {
            var call = new AccessCall(node, caller, (await node.AddAsync()).Instance);
            if (!row.Ends || row.Expected(caller) != "done")
                outcomes.Add(caller, await row.Make(call));
        }

        outcomes.ShouldBe(outcomes.Keys.ToDictionary(caller => caller, row.Expected), row.ToString());
    }

    [Theory]
    [InlineData("http: POST /api/v1/cluster/leave")]
    [InlineData("consul: PUT agent/leave")]
    public async Task An_operator_of_everything_may_end_a_node(string name)
    {
        var own = new GuardedNode();
        await own.InitializeAsync();
        (await AccessTable.All.Single(row => $"{row}" == name).Make(new AccessCall(own, Caller.OperatorOfAll, "i-1"))).ShouldBe("done");
        using var stopped = new CancellationTokenSource();
        own.App.Lifetime.ApplicationStopping.Register(stopped.Cancel);
        await Conformance.ConformanceNode.Until(() => stopped.IsCancellationRequested, "the node ends");
        own.Audit.Lines.ShouldContain(line => line.StartsWith("4071 Operator: OperatorOfAll by ", StringComparison.Ordinal));
        await own.DisposeAsync();
    }

    [Fact]
    public void Every_route_stands_in_the_table()
    {
        var listed = AccessTable.All.Where(row => row.Door == "http").Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        var routes = new List<string>();
        foreach (var endpoint in node.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.TrimStart('/');
            if (pattern.StartsWith("/dashboard/", StringComparison.Ordinal))
                pattern = "/dashboard/{file}";
            if (pattern is "/v1/{**path}" or "/eureka/{**path}")
                continue;       // Doors with tables of their own.
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                if (method != "HEAD")
                    routes.Add($"{method} {pattern}");
            }
        }

        routes.Except(listed).ShouldBeEmpty("a new route needs its right in the table");
        listed.Except(routes).ShouldBeEmpty("a row for a route that there is not");
    }

    [Fact]
    public void Every_path_of_Consuls_stands_in_the_table() =>
        AccessTable.All.Where(row => row.Door == "consul").Select(row => row.Name).Order(StringComparer.Ordinal)
            .ShouldBe(ConsulRoutes.Handled.Order(StringComparer.Ordinal));

    [Fact]
    public void Everything_that_a_session_may_ask_for_stands_in_the_table()
    {
        string[] asked =
        [
            .. Enum.GetNames<SessionRequest.KindOneofCase>().Except(["None"]),
            .. Enum.GetNames<WireInstanceAction>().Except(["Unspecified"]),
            nameof(FrameKind.RegisterInstances), nameof(FrameKind.SessionBeats), nameof(FrameKind.Subscribe), nameof(FrameKind.FailureReports),
        ];
        AccessTable.All.Where(row => row.Door == "session").Select(row => row.Name).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_readme_shows_the_table()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "Akka.Registry.sln")))
            directory = Path.GetDirectoryName(directory)!;
        var readme = Path.Combine(directory, "src", "Akka.Registry.Server", "README.md");
        var text = File.ReadAllText(readme);
        var (begin, end) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length + 1, text.IndexOf(End, StringComparison.Ordinal));
        var table = "\n" + AccessTable.ToMarkdown() + "\n";
        if (Environment.GetEnvironmentVariable("AKREG_WRITE_RIGHTS") is { Length: > 0 })
            File.WriteAllText(readme, text[..begin] + table + text[end..]);
        else
            text[begin..end].ShouldBe(table, "write it anew with AKREG_WRITE_RIGHTS=1");
    }
}
