using System.Net;
using Akka.Registry.Server.Api;
using Akka.Registry.Server.Limits;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Problems;
using Akka.Registry.Subscriptions;
using Microsoft.AspNetCore.Http.Features;

namespace Akka.Registry.Server.Streams;

/// <summary>The event stream of changes.</summary>
internal static class WatchApi
{
    /// <summary>What a browser sends when it reconnects by itself.</summary>
    public const string LastEventId = "Last-Event-ID";

    /// <summary>Streams changes until the client goes or the server stops.</summary>
    public static async Task Watch(ApiCall call)
    {
        var http = call.Http;
        var stopping = call.Get<IHostApplicationLifetime>().ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(call.Aborted, stopping);
        var gates = call.Get<HttpGates>();
        var address = http.Connection.RemoteIpAddress;
        gates.EnterStream(address);
        try
        {
            await using var subscription = await SubscribeAsync(call, ended.Token);
            await StreamAsync(call, subscription, ended.Token);
        }
        finally
        {
            gates.LeaveStream(address);
        }
    }

    private static async Task StreamAsync(ApiCall call, ISubscription subscription, CancellationToken ended)
    {
        var http = call.Http;
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        // nginx holds answers back unless it is told not to.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();

        var metrics = call.Get<ServerMetrics>();
        using var keepAlive = new PeriodicTimer(call.Options.StreamKeepAlive, call.Get<TimeProvider>());
        metrics.StreamOpened();
        try
        {
            await http.Response.StartAsync(ended);
            await new EventStream(http.Response.BodyWriter, call.Get<EventEncoder>(), metrics).RunAsync(subscription, keepAlive, ended);
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The client has gone, or the server stops: both are how a stream ends.
        }
        finally
        {
            metrics.StreamClosed();
        }
    }

    private static async Task<ISubscription> SubscribeAsync(ApiCall call, CancellationToken ended)
    {
        var request = call.Http.Request;
        // The header is newer: a browser that reconnects repeats the address that it began with.
        var header = request.Headers[LastEventId].ToString();
        var cursor = header.Length > 0 ? header : QueryReader.Text(request, "cursor");
        try
        {
            var connection = call.Http.Connection;
            var subscription = new SubscriptionRequest
            {
                Service = QueryReader.Text(request, "service"),
                Cursor = cursor,
                Name = connection.RemoteIpAddress is { } address ? $"watch of {new IPEndPoint(address, connection.RemotePort)}" : "watch",
                AcknowledgesExplicitly = true,
            };
            return await call.Registry.SubscribeAsync(subscription, ended);
        }
        catch (OperationCanceledException) when (!call.Aborted.IsCancellationRequested && ended.IsCancellationRequested)
        {
            throw new ProblemException(Problem.NotReady("This node is stopping."));
        }
    }
}
