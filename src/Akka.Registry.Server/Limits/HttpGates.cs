using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using Akka.Registry.Contracts.Limits;
using Akka.Registry.Server.Metrics;
using Akka.Registry.Server.Problems;
using Microsoft.AspNetCore.Connections;

namespace Akka.Registry.Server.Limits;

/// <summary>What one client address may take of the HTTP doors: connections, requests a second, event streams. Any thread.</summary>
/// <remarks>All listeners of the process share it: a client has no more for coming through several doors.</remarks>
internal sealed class HttpGates : IDisposable
{
    /// <summary>How often tokens come: rates below ten a second have one at a time.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly HttpOptions _options;
    private readonly AddressTally _connections = new();
    private readonly AddressTally _streams = new();
    private readonly LimitCounter _limits;
    private readonly PartitionedRateLimiter<IPAddress?>? _requests;
    private int _open;

    public HttpGates(HttpOptions options, IMeterFactory meters)
    {
        _options = options;
        _limits = new LimitCounter(meters.Create(ServerMetrics.MeterName));
        if (options.RequestsPerSecond > 0)
        {
            _requests = PartitionedRateLimiter.Create<IPAddress?, AddressKey>(
                address => RateLimitPartition.GetTokenBucketLimiter(AddressKey.Of(address), _ => Bucket(options.RequestsPerSecond)));
        }
    }

    /// <summary>Counts that a limit was reached.</summary>
    /// <param name="setting">The limit's key.</param>
    public void Reached(string setting) => _limits.Reached(setting);

    /// <summary>Kestrel's connections go through here, before anything is read of them.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (Interlocked.Increment(ref _open) > _options.ConnectionsMax)
        {
            Interlocked.Decrement(ref _open);
            Refuse(connection, "http.connections-max");
            return;
        }

        try
        {
            if (!_connections.TryEnter(address, _options.ConnectionsPerClient))
            {
                Refuse(connection, "http.connections-per-client");
                return;
            }

            try
            {
                await next(connection);
            }
            finally
            {
                _connections.Leave(address);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    /// <summary>Takes a request, unless its client asks too fast.</summary>
    /// <returns>Why not, as a sentence; null when it is taken.</returns>
    public string? Objection(HttpContext http)
    {
        if (_requests is null || IsProbe(http.Request.Path))
            return null;
        using var lease = _requests.AttemptAcquire(http.Connection.RemoteIpAddress);
        if (lease.IsAcquired)
            return null;
        const string setting = "http.requests-per-second";
        Reached(setting);
        return string.Create(
            CultureInfo.InvariantCulture, $"This address makes more than {_options.RequestsPerSecond} requests a second; slow down ({setting}).");
    }

    /// <summary>Takes an event stream. To be given back by <see cref="LeaveStream"/>.</summary>
    /// <exception cref="ProblemException">The client has as many as it may.</exception>
    public void EnterStream(IPAddress? address)
    {
        if (_streams.TryEnter(address, _options.StreamsPerClient))
            return;
        const string setting = "http.streams-per-client";
        Reached(setting);
        throw new ProblemException(Problem.OfLimit(
            setting, $"This address has {_options.StreamsPerClient} event streams, and no more are allowed; end one ({setting})."));
    }

    /// <summary>An event stream has ended.</summary>
    public void LeaveStream(IPAddress? address) => _streams.Leave(address);

    public void Dispose() => _requests?.Dispose();

    /// <summary>An orchestrator must not end a node because something else at its address asks too much.</summary>
    private static bool IsProbe(PathString path) => path == "/healthz" || path == "/readyz";

    private static TokenBucketRateLimiterOptions Bucket(int perSecond)
    {
        var atOnce = Math.Max(1, perSecond / (int)(TimeSpan.FromSeconds(1) / Period));
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = (int)Math.Min(int.MaxValue, 2L * perSecond),
            TokensPerPeriod = atOnce,
            ReplenishmentPeriod = TimeSpan.FromSeconds((double)atOnce / perSecond),
            QueueLimit = 0,
            AutoReplenishment = false,
        };
    }

    private void Refuse(ConnectionContext connection, string setting)
    {
        Reached(setting);
        connection.Abort(new ConnectionAbortedException(setting));
    }
}
