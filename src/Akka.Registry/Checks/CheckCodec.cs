using System.Diagnostics;
using Akka.Registry.Contracts;

namespace Akka.Registry.Checks;

/// <summary>Checks as records hold them. Pure.</summary>
public static class CheckCodec
{
    /// <summary>No time of a check is longer: it keeps sums of times far from overflow.</summary>
    private const ulong SpanMsMax = 366UL * 24 * 60 * 60 * 1000;

    private const int ChecksMax = 256;
    private const int TextLengthMax = 65_536;

    /// <summary>A check without a result.</summary>
    public static WireCheck ToWire(CheckDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var wire = new WireCheck
        {
            Id = definition.Id,
            Name = definition.Name,
            Notes = definition.Notes,
            SuccessBeforePassing = (uint)definition.SuccessBeforePassing,
            FailuresBeforeWarning = (uint)(definition.FailuresBeforeWarning ?? 0),
            FailuresBeforeCritical = (uint)definition.FailuresBeforeCritical,
            DeregisterAfterMs = Milliseconds(definition.DeregisterAfter ?? TimeSpan.Zero),
            Initial = (WireInstanceStatus)definition.InitialStatus,
            Status = (WireInstanceStatus)definition.InitialStatus,
        };
        if (definition is CheckDefinition.Active active)
            (wire.IntervalMs, wire.TimeoutMs) = (Milliseconds(active.Interval), Milliseconds(active.Timeout));
        switch (definition)
        {
            case CheckDefinition.Ttl ttl:
                (wire.Ttl, wire.IntervalMs) = (new WireTtlCheck(), Milliseconds(ttl.TimeToLive));
                break;
            case CheckDefinition.Manual:
                break;
            case CheckDefinition.Http http:
                wire.Http = ToWire(http);
                break;
            case CheckDefinition.Tcp tcp:
                wire.Tcp = new WireTcpCheck { Host = tcp.Host, Port = (uint)tcp.Port };
                break;
            case CheckDefinition.Grpc grpc:
                wire.Grpc = new WireGrpcCheck
                {
                    Host = grpc.Host, Port = (uint)grpc.Port, Service = grpc.Service, Tls = grpc.Tls, SkipTlsVerify = grpc.SkipTlsVerify,
                };
                break;
            case CheckDefinition.Alias alias:
                wire.Alias = new WireAliasCheck { Service = alias.Service, Instance = alias.Instance };
                break;
            default:
                throw new UnreachableException($"No encoding for {definition.GetType().Name}.");
        }

        return wire;
    }

    /// <summary>Writes a result into a check.</summary>
    public static WireCheck WithResult(this WireCheck wire, InstanceStatus status, string output, DateTimeOffset? since)
    {
        ArgumentNullException.ThrowIfNull(wire);
        wire.Status = (WireInstanceStatus)status;
        wire.Output = output;
        wire.SinceMs = since is { } at ? (ulong)Math.Max(0, at.ToUnixTimeMilliseconds()) : 0;
        return wire;
    }

    /// <summary>Reads the checks of a record, of any origin: nothing in it is trusted.</summary>
    /// <returns>False when one is malformed.</returns>
    public static bool TryRead(IReadOnlyList<WireCheck> wires, out IReadOnlyList<CheckState> checks)
    {
        ArgumentNullException.ThrowIfNull(wires);
        checks = [];
        if (wires.Count == 0)
            return true;
        if (wires.Count > ChecksMax)
            return false;
        var read = new CheckState[wires.Count];
        for (var i = 0; i < read.Length; i++)
        {
            if (!IsWellFormed(wires[i]))
                return false;
            var wire = wires[i];
            read[i] = new CheckState(
                Definition(wire), (InstanceStatus)wire.Status, wire.Output,
                wire.SinceMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)wire.SinceMs));
        }

        checks = read;
        return true;
    }

    /// <summary>The definition as somebody sent it, unchecked: the validator says what is wrong with it.</summary>
    public static CheckDefinition Definition(WireCheck wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        var (interval, timeout) = (Span(wire.IntervalMs), Span(wire.TimeoutMs));
        CheckDefinition definition = wire.ProbeCase switch
        {
            WireCheck.ProbeOneofCase.Ttl => new CheckDefinition.Ttl { Id = wire.Id, TimeToLive = interval },
            WireCheck.ProbeOneofCase.None => new CheckDefinition.Manual { Id = wire.Id },
            WireCheck.ProbeOneofCase.Http => Http(wire.Id, wire.Http) with { Interval = interval, Timeout = timeout },
            WireCheck.ProbeOneofCase.Tcp => new CheckDefinition.Tcp
            {
                Id = wire.Id, Host = wire.Tcp.Host, Port = Whole(wire.Tcp.Port), Interval = interval, Timeout = timeout,
            },
            WireCheck.ProbeOneofCase.Grpc => new CheckDefinition.Grpc
            {
                Id = wire.Id,
                Host = wire.Grpc.Host,
                Port = Whole(wire.Grpc.Port),
                Service = wire.Grpc.Service,
                Tls = wire.Grpc.Tls,
                SkipTlsVerify = wire.Grpc.SkipTlsVerify,
                Interval = interval,
                Timeout = timeout,
            },
            WireCheck.ProbeOneofCase.Alias => new CheckDefinition.Alias
            {
                Id = wire.Id, Service = wire.Alias.Service, Instance = wire.Alias.Instance,
            },
            _ => throw new UnreachableException($"No decoding for {wire.ProbeCase}."),
        };
        return definition with
        {
            Name = wire.Name,
            Notes = wire.Notes,
            InitialStatus = wire.Initial == WireInstanceStatus.Unspecified ? InstanceStatus.Critical : (InstanceStatus)wire.Initial,
            SuccessBeforePassing = Times(wire.SuccessBeforePassing),
            FailuresBeforeWarning = wire.FailuresBeforeWarning == 0 ? null : Times(wire.FailuresBeforeWarning),
            FailuresBeforeCritical = Times(wire.FailuresBeforeCritical),
            DeregisterAfter = wire.DeregisterAfterMs == 0 ? null : Span(wire.DeregisterAfterMs),
        };
    }

    private static bool IsWellFormed(WireCheck wire) =>
        wire.Id.Length is > 0 and <= TextLengthMax
        && wire.Status is >= WireInstanceStatus.Passing and <= WireInstanceStatus.Critical
        && wire.IntervalMs <= SpanMsMax && wire.TimeoutMs <= SpanMsMax && wire.DeregisterAfterMs <= SpanMsMax
        && wire.SinceMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        && (wire.ProbeCase is WireCheck.ProbeOneofCase.None or WireCheck.ProbeOneofCase.Alias || wire.IntervalMs > 0);

    private static WireHttpCheck ToWire(CheckDefinition.Http http)
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
        foreach (var range in http.Expected)
            wire.Expected.Add(new WireStatusRange { From = (uint)range.From, To = (uint)range.To });
        return wire;
    }

    private static CheckDefinition.Http Http(string id, WireHttpCheck wire) => new()
    {
        Id = id,
        Url = wire.Url,
        Method = wire.Method,
        Body = wire.Body,
        SkipTlsVerify = wire.SkipTlsVerify,
        FollowRedirects = wire.FollowRedirects,
        Headers = [.. wire.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
        Expected = [.. wire.Expected.Select(range => new HttpStatusRange(Whole(range.From), Whole(range.To)))],
    };

    private static int Times(uint times) => times == 0 ? 1 : Whole(times);

    private static int Whole(uint number) => number > int.MaxValue ? int.MaxValue : (int)number;

    private static TimeSpan Span(ulong milliseconds) => TimeSpan.FromMilliseconds(Math.Min(milliseconds, SpanMsMax));

    private static ulong Milliseconds(TimeSpan span) => (ulong)span.TotalMilliseconds;
}
