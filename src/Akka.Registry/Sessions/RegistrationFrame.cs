using System.Collections.Immutable;
using System.Text;
using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.Entries;
using Google.Protobuf;
using static Akka.Registry.Contracts.RegisterInstances;
using static Google.Protobuf.WireFormat.WireType;

namespace Akka.Registry.Sessions;

/// <summary>A <see cref="RegisterInstances"/> as it came, read from its bytes at once: nothing in it is trusted; the registry checks it.</summary>
/// <param name="Request">The client's number of it.</param>
/// <param name="Consistency">How many nodes are to hold them, as the wire has it.</param>
/// <param name="TimeoutMs">And how long to wait for that.</param>
/// <param name="Registrations">In the order of the frame.</param>
/// <param name="Traceparents">The trace that each belongs to; empty where none belongs to any.</param>
internal sealed record RegistrationFrame(
    ulong Request, uint Consistency, uint TimeoutMs, ImmutableArray<Registration> Registrations, ImmutableArray<string> Traceparents)
{
    private const int RoomMax = 1_024;
    private const uint RequestTag = (RequestFieldNumber << 3) | (uint)Varint;
    private const uint ConsistencyTag = (ConsistencyFieldNumber << 3) | (uint)Varint;
    private const uint TimeoutTag = (TimeoutMsFieldNumber << 3) | (uint)Varint;
    private const uint RegistrationsTag = (RegistrationsFieldNumber << 3) | (uint)LengthDelimited;
    private const uint ServiceTag = (WireRegistration.ServiceFieldNumber << 3) | (uint)LengthDelimited;
    private const uint InstanceTag = (WireRegistration.InstanceFieldNumber << 3) | (uint)LengthDelimited;
    private const uint EpochTag = (WireRegistration.EpochFieldNumber << 3) | (uint)Varint;
    private const uint ValueTag = (WireRegistration.ValueFieldNumber << 3) | (uint)LengthDelimited;
    private const uint TraceparentTag = (WireRegistration.TraceparentFieldNumber << 3) | (uint)LengthDelimited;

    /// <summary>Reads a frame's payload.</summary>
    /// <param name="payload">The bytes; they must not change while a registration's texts may be asked for.</param>
    /// <param name="limits">What the registry will allow.</param>
    /// <exception cref="InvalidProtocolBufferException">It is no such message.</exception>
    public static RegistrationFrame Read(ReadOnlyMemory<byte> payload, LimitOptions limits)
    {
        var (request, consistency, timeout) = (0UL, 0U, 0U);
        ImmutableArray<Registration>.Builder? registrations = null;
        ImmutableArray<string>.Builder? traceparents = null;
        var fields = new ProtoFields(payload.Span);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case RequestTag: request = fields.Number; break;
                case ConsistencyTag: consistency = (uint)fields.Number; break;
                case TimeoutTag: timeout = (uint)fields.Number; break;
                case RegistrationsTag:
                    registrations ??= ImmutableArray.CreateBuilder<Registration>(RoomFor(payload.Length, fields.Bytes.Length));
                    registrations.Add(ReadOne(payload[..^fields.Left][^fields.Bytes.Length..], limits, out var traceparent));
                    if (traceparent.Length > 0 || traceparents is not null)
                        (traceparents ??= Untraced(registrations.Count - 1)).Add(traceparent);
                    break;
                default: break;
            }
        }

        if (fields.IsMalformed)
            throw UntrustedParsing.Malformed();
        return new RegistrationFrame(
            request, consistency, timeout, registrations?.DrainToImmutable() ?? [], traceparents?.DrainToImmutable() ?? []);
    }

    /// <summary>One is about as long as another; nobody makes room for many by sending none.</summary>
    private static int RoomFor(int payloadBytes, int firstBytes) => Math.Min((payloadBytes / Math.Max(firstBytes, 1)) + 1, RoomMax);

    private static ImmutableArray<string>.Builder Untraced(int registrations)
    {
        var traceparents = ImmutableArray.CreateBuilder<string>();
        for (var i = 0; i < registrations; i++)
            traceparents.Add("");
        return traceparents;
    }

    /// <summary>One registration of a client that is in this process.</summary>
    /// <param name="wire">What the client says.</param>
    /// <param name="limits">What the registry will allow; null for who does not know.</param>
    public static Registration Read(WireRegistration wire, LimitOptions? limits = null) => ReadOne(wire.ToByteArray(), limits, out _);

    private static Registration ReadOne(ReadOnlyMemory<byte> bytes, LimitOptions? limits, out string traceparent)
    {
        traceparent = "";
        var (service, instance, epoch) = ("", "", 0UL);
        var value = ReadOnlyMemory<byte>.Empty;
        var fields = new ProtoFields(bytes.Span);
        while (fields.Next())
        {
            switch (fields.Tag)
            {
                case ServiceTag: service = StringInterner.Shared.Intern(fields.Bytes); break;
                case InstanceTag: instance = Encoding.UTF8.GetString(fields.Bytes); break;
                case EpochTag: epoch = fields.Number; break;
                case ValueTag: value = bytes[..^fields.Left][^fields.Bytes.Length..]; break;
                case TraceparentTag: traceparent = Encoding.UTF8.GetString(fields.Bytes); break;
                default: break;
            }
        }

        var (facts, ready) = (default(InstanceFacts), 0);
        var arePlain = limits is not null && PlainTexts.TryRead(value.Span, limits, out facts, out ready);
        if (fields.IsMalformed || (!arePlain && !InstanceFacts.TryRead(value.Span, out facts)))
            throw UntrustedParsing.Malformed();
        return new Registration(service, instance, value)
        {
            Port = (int)Math.Min(facts.Port, int.MaxValue),
            Weight = (int)Math.Min(facts.Weight, int.MaxValue),
            Ttl = facts.TtlMs == 0 ? null : Milliseconds(facts.TtlMs),
            DeregisterAfter = facts.DeregisterAfterMs == 0 ? null : Milliseconds(facts.DeregisterAfterMs),
            Status = (InstanceStatus)facts.Reported,
            Checks = facts.Checks is null ? [] : [.. facts.Checks.Select(CheckCodec.Definition)],
            Epoch = epoch,
            ArePlain = arePlain,
            ReadyBytes = arePlain ? ready : 0,      // After the port.
        };
    }

    private static TimeSpan Milliseconds(ulong ms) => TimeSpan.FromMilliseconds(Math.Min(ms, int.MaxValue));
}
