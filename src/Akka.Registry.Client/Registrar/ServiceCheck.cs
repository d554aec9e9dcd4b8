using System.Diagnostics;
using Akka.Registry.Contracts;

namespace Akka.Registry.Client.Registrar;

/// <summary>Something that the registry looks at to tell how an instance is.</summary>
/// <remarks>
/// The status of the instance is the worst of what it reports of itself and of what its checks say: passing, warning or critical. The
/// node that the client is connected to runs them; they move with the client.
/// </remarks>
public abstract record ServiceCheck
{
    private ServiceCheck() { }

    /// <summary>Names the check; unique within the instance. 1 to 256 printable characters.</summary>
    public required string Id { get; init; }

    /// <summary>What people call it; may be empty.</summary>
    public string Name { get; init; } = "";

    /// <summary>What people should know of it; may be empty.</summary>
    public string Notes { get; init; } = "";

    /// <summary>The status before the first result: passing, warning or critical, the default.</summary>
    public InstanceStatus InitialStatus { get; init; } = InstanceStatus.Critical;

    /// <summary>Successes in a row that make it passing; 1 to 100, default 1.</summary>
    public int SuccessBeforePassing { get; init; } = 1;

    /// <summary>Failures in a row that make it warning; 1 to 100; null, the default, for as many as for critical.</summary>
    public int? FailuresBeforeWarning { get; init; }

    /// <summary>Failures in a row that make it critical; 1 to 100, default 1.</summary>
    public int FailuresBeforeCritical { get; init; } = 1;

    /// <summary>How long it may be critical before the instance is removed; at least 1 minute; null, the default, for ever.</summary>
    public TimeSpan? DeregisterAfter { get; init; }

    /// <summary>Critical unless somebody says otherwise within each TTL, by the HTTP API.</summary>
    public sealed record Ttl : ServiceCheck
    {
        /// <summary>How long a word holds; 10 ms to 30 days.</summary>
        public required TimeSpan TimeToLive { get; init; }
    }

    /// <summary>A check that the node runs every interval.</summary>
    public abstract record Active : ServiceCheck
    {
        private protected Active() { }

        /// <summary>From one run to the next; default 10 s, at least what the node allows.</summary>
        public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>How long a run may take; 10 ms to 1 hour, default 10 s.</summary>
        public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
    }

    /// <summary>An HTTP request: passing when the answer's status is 200 to 299, warning at 429, else critical.</summary>
    public sealed record Http : Active
    {
        /// <summary>An absolute http or https URL, as the node reaches it.</summary>
        public required string Url { get; init; }

        /// <summary>The method; default GET.</summary>
        public string Method { get; init; } = "GET";

        /// <summary>Headers, in order; a name may come again.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

        /// <summary>The request's body, sent as UTF-8; empty for none.</summary>
        public string Body { get; init; } = "";

        /// <summary>Ranges of statuses that pass, ends included; empty, the default, for 200 to 299.</summary>
        public IReadOnlyList<(int From, int To)> Expected { get; init; } = [];

        /// <summary>Whether any certificate will do.</summary>
        public bool SkipTlsVerify { get; init; }

        /// <summary>Whether redirects are followed.</summary>
        public bool FollowRedirects { get; init; }
    }

    /// <summary>A TCP connect: passing when somebody listens.</summary>
    public sealed record Tcp : Active
    {
        /// <summary>Host name or IP address, as the node reaches it.</summary>
        public required string Host { get; init; }

        /// <summary>1 to 65,535.</summary>
        public required int Port { get; init; }
    }

    /// <summary>gRPC's health protocol over HTTP/2: passing when the service is SERVING.</summary>
    public sealed record Grpc : Active
    {
        /// <summary>Host name or IP address, as the node reaches it.</summary>
        public required string Host { get; init; }

        /// <summary>1 to 65,535.</summary>
        public required int Port { get; init; }

        /// <summary>The gRPC service that is asked for; empty for the server as a whole.</summary>
        public string Service { get; init; } = "";

        /// <summary>Whether TLS is spoken.</summary>
        public bool Tls { get; init; }

        /// <summary>Whether any certificate will do.</summary>
        public bool SkipTlsVerify { get; init; }
    }

    /// <summary>What another service, or one instance of it, is.</summary>
    public sealed record Alias : ServiceCheck
    {
        /// <summary>The service.</summary>
        public required string Service { get; init; }

        /// <summary>The instance; empty for the service as a whole, which is as its best instance.</summary>
        public string Instance { get; init; } = "";
    }

    /// <exception cref="ArgumentNullException">A text is null.</exception>
    internal WireCheck ToWire()
    {
        var wire = new WireCheck
        {
            Id = Id,
            Name = Name,
            Notes = Notes,
            Initial = (WireInstanceStatus)InitialStatus,
            SuccessBeforePassing = (uint)SuccessBeforePassing,
            FailuresBeforeWarning = (uint)(FailuresBeforeWarning ?? 0),
            FailuresBeforeCritical = (uint)FailuresBeforeCritical,
            DeregisterAfterMs = Milliseconds(DeregisterAfter ?? TimeSpan.Zero),
        };
        if (this is Active active)
            (wire.IntervalMs, wire.TimeoutMs) = (Milliseconds(active.Interval), Milliseconds(active.Timeout));
        switch (this)
        {
            case Ttl ttl:
                (wire.Ttl, wire.IntervalMs) = (new WireTtlCheck(), Milliseconds(ttl.TimeToLive));
                break;
            case Http http:
                wire.Http = ToWire(http);
                break;
            case Tcp tcp:
                wire.Tcp = new WireTcpCheck { Host = tcp.Host, Port = (uint)tcp.Port };
                break;
            case Grpc grpc:
                wire.Grpc = new WireGrpcCheck
                {
                    Host = grpc.Host, Port = (uint)grpc.Port, Service = grpc.Service, Tls = grpc.Tls, SkipTlsVerify = grpc.SkipTlsVerify,
                };
                break;
            case Alias alias:
                wire.Alias = new WireAliasCheck { Service = alias.Service, Instance = alias.Instance };
                break;
            default:
                throw new UnreachableException($"No encoding for {GetType().Name}.");
        }

        return wire;
    }

    private static WireHttpCheck ToWire(Http http)
    {
        var wire = new WireHttpCheck
        {
            Url = http.Url,
            Method = http.Method,
            Body = http.Body,
            SkipTlsVerify = http.SkipTlsVerify,
            FollowRedirects = http.FollowRedirects,
        };
        foreach (var (name, value) in http.Headers)
            wire.Headers.Add(new WireHttpHeader { Name = name, Value = value });
        foreach (var (from, to) in http.Expected)
            wire.Expected.Add(new WireStatusRange { From = (uint)from, To = (uint)to });
        return wire;
    }

    /// <summary>What is negative is no time: the node refuses 0 with the field's name.</summary>
    private static ulong Milliseconds(TimeSpan span) => span <= TimeSpan.Zero ? 0 : (ulong)Math.Ceiling(span.TotalMilliseconds);
}
