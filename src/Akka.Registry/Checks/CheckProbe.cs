using System.Diagnostics;
using System.Globalization;
using Akka.Registry.Cluster.Transport;

namespace Akka.Registry.Checks;

/// <summary>Runs active checks over real connections.</summary>
/// <remarks>
/// A run ends with its timeout, whatever the other side does; of an answer no more is read than is kept. Nothing is taken from the
/// environment: no proxy, no cookies, no credentials.
/// </remarks>
public sealed class CheckProbe : ICheckProbe, IDisposable
{
    private readonly CheckConnections _connections;
    private readonly IAddressProbe _addresses;
    private readonly TimeProvider _time;

    /// <summary>Makes a probe; connections are made when a check needs them.</summary>
    /// <param name="options">How long connections are kept.</param>
    /// <param name="addresses">Tries TCP.</param>
    /// <param name="time">The clock of the timeouts.</param>
    public CheckProbe(CheckOptions options, IAddressProbe addresses, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_connections, _addresses, _time) = (new CheckConnections(options), addresses, time);
    }

    /// <inheritdoc/>
    public async Task<CheckOutcome> RunAsync(CheckDefinition.Active check)
    {
        if (check is CheckDefinition.Tcp tcp)
            return await TryTcpAsync(tcp).ConfigureAwait(false);
        using var ended = new CancellationTokenSource(check.Timeout, _time);
        try
        {
            return check switch
            {
                CheckDefinition.Http http => await HttpProbe.RunAsync(http, _connections, ended.Token).ConfigureAwait(false),
                CheckDefinition.Grpc grpc => await GrpcProbe.RunAsync(grpc, _connections, ended.Token).ConfigureAwait(false),
                _ => throw new UnreachableException($"No way to run {check.GetType().Name}."),
            };
        }
        catch (OperationCanceledException)
        {
            return new CheckOutcome(InstanceStatus.Critical, $"{Target(check)}: no answer within {Seconds(check.Timeout)}");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException or ArgumentException
            or ObjectDisposedException or NotSupportedException or UriFormatException)
        {
            return new CheckOutcome(InstanceStatus.Critical, $"{Target(check)}: {Innermost(e).Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    /// <summary>What is looked at, for people; as Consul's outputs begin.</summary>
    internal static string Target(CheckDefinition.Active check) => check switch
    {
        CheckDefinition.Http http => $"HTTP {http.Method} {http.Url}",
        CheckDefinition.Tcp tcp => string.Create(CultureInfo.InvariantCulture, $"TCP connect {tcp.Host}:{tcp.Port}"),
        CheckDefinition.Grpc grpc => string.Create(
            CultureInfo.InvariantCulture, $"gRPC check {grpc.Host}:{grpc.Port}{(grpc.Service.Length > 0 ? "/" : "")}{grpc.Service}"),
        _ => throw new UnreachableException($"No name for {check.GetType().Name}."),
    };

    private async Task<CheckOutcome> TryTcpAsync(CheckDefinition.Tcp tcp)
    {
        var outcome = await _addresses.ProbeAsync(tcp.Host, tcp.Port, tcp.Timeout).ConfigureAwait(false);
        return outcome switch
        {
            ProbeOutcome.Connected => new CheckOutcome(InstanceStatus.Passing, $"{Target(tcp)}: Success"),
            ProbeOutcome.Refused => new CheckOutcome(InstanceStatus.Critical, $"{Target(tcp)}: connection refused"),
            ProbeOutcome.Silent => new CheckOutcome(
                InstanceStatus.Critical, $"{Target(tcp)}: no such host, no way there, or no answer within {Seconds(tcp.Timeout)}"),
            _ => throw new UnreachableException($"No rule for {outcome}."),
        };
    }

    private static Exception Innermost(Exception e) => e.InnerException is { } inner ? Innermost(inner) : e;

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}
