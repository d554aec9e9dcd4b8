using System.Text;
using Akka.Registry.Checks;
using Akka.Registry.Cluster.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Checks;

/// <summary>Active checks over real sockets.</summary>
public sealed class CheckProbeTests : IDisposable
{
    private readonly CheckProbe _probe = new(new CheckOptions(), new TcpAddressProbe(TimeProvider.System), TimeProvider.System);

    public void Dispose() => _probe.Dispose();

    [Theory]
    [InlineData(200, InstanceStatus.Passing)]
    [InlineData(204, InstanceStatus.Passing)]
    [InlineData(301, InstanceStatus.Critical)]
    [InlineData(404, InstanceStatus.Critical)]
    [InlineData(429, InstanceStatus.Warning)]
    [InlineData(503, InstanceStatus.Critical)]
    public async Task The_status_of_an_answer_tells_how_the_instance_is(int status, InstanceStatus expected)
    {
        await using var target = await CheckTarget.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        var outcome = await _probe.RunAsync(Http(target));

        outcome.Status.ShouldBe(expected);
        outcome.Output.ShouldStartWith($"HTTP GET {target.Url}/health: {status} ");
    }

    [Fact]
    public async Task Other_statuses_pass_where_they_are_expected()
    {
        await using var target = await CheckTarget.StartAsync(http =>
        {
            http.Response.StatusCode = 429;
            return Task.CompletedTask;
        });

        (await _probe.RunAsync(Http(target) with { Expected = [new HttpStatusRange(404, 404), new HttpStatusRange(420, 430)] }))
            .Status.ShouldBe(InstanceStatus.Passing);
        (await _probe.RunAsync(Http(target) with { Expected = [new HttpStatusRange(200, 299)] })).Status.ShouldBe(InstanceStatus.Warning);
    }

    [Fact]
    public async Task Method_headers_and_body_reach_the_server()
    {
        await using var target = await CheckTarget.StartAsync(async http =>
        {
            var body = await new StreamReader(http.Request.Body).ReadToEndAsync();
            await http.Response.WriteAsync(
                $"{http.Request.Method} {http.Request.Host} {http.Request.Headers["X-Two"]} {http.Request.ContentType} {http.Request.Headers.UserAgent} {body}");
        });

        var outcome = await _probe.RunAsync(Http(target) with
        {
            Method = "POST",
            Headers =
            [
                KeyValuePair.Create("Host", "orders.example"), KeyValuePair.Create("X-Two", "a"), KeyValuePair.Create("X-Two", "b"),
                KeyValuePair.Create("Content-Type", "text/x"),
            ],
            Body = "ping",
        });

        outcome.Output.ShouldEndWith("200 OK Output: POST orders.example a, b text/x Akka.Registry Health Check ping");
    }

    [Fact]
    public async Task No_more_of_a_body_is_read_than_is_kept()
    {
        await using var target = await CheckTarget.StartAsync(async http =>
        {
            var part = Encoding.UTF8.GetBytes(new string('x', 1_024));
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(part, http.RequestAborted);
        });

        var outcome = await _probe.RunAsync(Http(target));

        outcome.Status.ShouldBe(InstanceStatus.Passing);
        outcome.Output.Count(c => c == 'x').ShouldBe(4_096);
    }

    [Fact]
    public async Task An_answer_that_does_not_come_in_time_is_a_failure()
    {
        await using var target = await CheckTarget.StartAsync(http => Forever(http.RequestAborted));

        var outcome = await _probe.RunAsync(Http(target) with { Timeout = TimeSpan.FromMilliseconds(200) });

        outcome.ShouldBe(new CheckOutcome(InstanceStatus.Critical, $"HTTP GET {target.Url}/health: no answer within 0.2 s"));
    }

    [Fact]
    public async Task Redirects_are_followed_where_that_is_wanted()
    {
        await using var target = await CheckTarget.StartAsync(http =>
        {
            if (http.Request.Path == "/health")
                http.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });

        (await _probe.RunAsync(Http(target))).Status.ShouldBe(InstanceStatus.Critical);
        (await _probe.RunAsync(Http(target) with { FollowRedirects = true })).Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_fails_unless_any_will_do()
    {
        await using var target = await CheckTarget.StartAsync(http => http.Response.WriteAsync("ok"), tls: true);

        var outcome = await _probe.RunAsync(Http(target));
        outcome.Status.ShouldBe(InstanceStatus.Critical);
        outcome.Output.ShouldContain("certificate", Case.Insensitive);
        (await _probe.RunAsync(Http(target) with { SkipTlsVerify = true })).Status.ShouldBe(InstanceStatus.Passing);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_a_failure_of_every_kind()
    {
        var target = await CheckTarget.StartAsync(_ => Task.CompletedTask);
        await target.DisposeAsync();

        (await _probe.RunAsync(Http(target))).Status.ShouldBe(InstanceStatus.Critical);
        (await _probe.RunAsync(Tcp(target))).ShouldBe(
            new CheckOutcome(InstanceStatus.Critical, $"TCP connect 127.0.0.1:{target.Port}: connection refused"));
        (await _probe.RunAsync(Grpc(target))).Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public async Task A_port_where_somebody_listens_passes()
    {
        await using var target = await CheckTarget.StartAsync(_ => Task.CompletedTask);

        (await _probe.RunAsync(Tcp(target))).ShouldBe(
            new CheckOutcome(InstanceStatus.Passing, $"TCP connect 127.0.0.1:{target.Port}: Success"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_grpc_server_tells_how_a_service_is(bool tls)
    {
        await using var target = await CheckTarget.StartAsync(HealthService, HttpProtocols.Http2, tls);
        var check = Grpc(target) with { Tls = tls, SkipTlsVerify = tls };

        (await _probe.RunAsync(check)).ShouldBe(
            new CheckOutcome(InstanceStatus.Passing, $"gRPC check 127.0.0.1:{target.Port}: success"));
        (await _probe.RunAsync(check with { Service = "down" })).ShouldBe(
            new CheckOutcome(InstanceStatus.Critical, $"gRPC check 127.0.0.1:{target.Port}/down: NotServing"));
        (await _probe.RunAsync(check with { Service = "none" })).ShouldBe(
            new CheckOutcome(InstanceStatus.Critical, $"gRPC check 127.0.0.1:{target.Port}/none: gRPC status 5 unknown service"));
        (await _probe.RunAsync(check with { Service = "odd" })).Status.ShouldBe(InstanceStatus.Critical);
    }

    [Fact]
    public async Task A_server_that_speaks_no_http2_fails_a_grpc_check()
    {
        await using var target = await CheckTarget.StartAsync(_ => Task.CompletedTask);

        (await _probe.RunAsync(Grpc(target))).Status.ShouldBe(InstanceStatus.Critical);
    }

    private static CheckDefinition.Http Http(CheckTarget target) => new() { Id = "h", Url = target.Url + "/health" };

    private static CheckDefinition.Tcp Tcp(CheckTarget target) => new() { Id = "t", Host = "127.0.0.1", Port = target.Port };

    private static CheckDefinition.Grpc Grpc(CheckTarget target) => new() { Id = "g", Host = "127.0.0.1", Port = target.Port };

    private static Task Forever(CancellationToken ended)
    {
        var end = new TaskCompletionSource();
        ended.Register(end.SetResult);
        return end.Task;
    }

    /// <summary>As much of a gRPC server as a health check sees.</summary>
    private static async Task HealthService(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var message = body.ToArray();
        var isAsked = http.Request is { Protocol: "HTTP/2", Path.Value: "/grpc.health.v1.Health/Check", ContentType: "application/grpc" };
        var service = message.Length > 7 ? Encoding.UTF8.GetString(message.AsSpan(7)) : "";
        http.Response.ContentType = "application/grpc";
        if (!isAsked || service == "none")
        {
            http.Response.Headers["grpc-status"] = "5"; // Everything in the headers: "Trailers-Only".
            http.Response.Headers["grpc-message"] = "unknown%20service";
            return;
        }

        byte[] answer = service == "odd" ? [0, 0, 0, 0, 9, 8] : [0, 0, 0, 0, 2, 0x08, (byte)(service == "down" ? 2 : 1)];
        await http.Response.Body.WriteAsync(answer);
        http.Response.AppendTrailer("grpc-status", "0");
    }
}
