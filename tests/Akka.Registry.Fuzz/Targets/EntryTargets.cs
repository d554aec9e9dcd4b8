using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Server.Json;
using Akka.Registry.Sessions;
using Google.Protobuf;

namespace Akka.Registry.Fuzz.Targets;

/// <summary>The value of a record, as a peer or a disk brings it.</summary>
internal sealed class InstanceTarget() : FuzzTarget("instance")
{
    private readonly InstanceCodec _codec = new();

    public static InstanceValue Value() => new()
    {
        Address = "10.0.0.7", Port = 8080, Methods = { "Get", "Put" }, Tags = { "v2" }, Metadata = { ["region"] = "eu" }, Zone = "a", Version = "1",
        Weight = 1, TtlMs = 30_000, DeregisterAfterMs = 30_000, Reported = WireInstanceStatus.Passing, RegisteredAtMs = 1_700_000_000_000,
        Checks =
        {
            CheckCodec.ToWire(new CheckDefinition.Http { Id = "alive", Url = "http://10.0.0.7/", Interval = TimeSpan.FromSeconds(5) }),
            CheckCodec.ToWire(new CheckDefinition.Ttl { Id = "ttl", TimeToLive = TimeSpan.FromSeconds(5) }),
        },
    };

    public override IEnumerable<byte[]> Seeds => [Value().ToByteArray(), new InstanceValue { Address = "a", TtlMs = 1,
        Reported = WireInstanceStatus.Starting }.ToByteArray()];

    public override byte[] Make(Random random) => ProtoMaker.Fill(new InstanceValue(), random).ToByteArray();

    public override FuzzOutcome Decode(byte[] input) => _codec.TryDecode(Record(input), out var entry)
        ? FuzzOutcome.Read(entry, $"{entry.Reported} {entry.Override} {Math.Min(entry.Checks.Count, 3)}")
        : FuzzOutcome.Refused("refused");

    public override void Check(object value)
    {
        var entry = (ServiceEntry)value;
        var again = InstanceCodec.Parse(entry.Record);
        if (!_codec.TryDecode(Record(InstanceCodec.Encode(again)), out _))
            throw new FuzzFinding("what is written is not read");
        Entries.Show(entry);
    }

    private static MapRecord Record(RecordValue value) => Entries.Record(new RecordKey("web", "1"), value);
}

/// <summary>What is true of every registration that the registry takes, whichever door read it.</summary>
internal static class Entries
{
    private static readonly LimitOptions Limits = new();
    private static readonly LeaseOptions Leases = new();
    private static readonly CheckOptions Checks = new();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);
    private static readonly InstanceCodec Codec = new();

    public static MapRecord Record(RecordKey key, RecordValue value) =>
        MapRecord.Of(key, new RecordOrder(1, false, new Stamp(new HybridTimestamp(1), new NodeUid(5)), false), new Dot(new NodeUid(5), 1), value);

    /// <summary>The validator answers, whatever the registration.</summary>
    public static string Verdict(Registration registration) =>
        RegistrationValidator.Check(registration, Limits, Leases, Checks) is { } wrong ? $"{wrong.Error} {wrong.Field?.Split('[', '.')[0]}" : "valid";

    /// <summary>One that is valid is written, read as the same by every node, and shown.</summary>
    public static void Check(Registration registration)
    {
        if (RegistrationValidator.Check(registration, Limits, Leases, Checks) is not null)
            return;
        var value = RegistrationPlan.Build(registration, null, RegistrationValidator.Terms(registration, Leases), Now).Value;
        var asTexts = RegistrationPlan.Build(
            registration with { Zone = registration.Zone }, null, RegistrationValidator.Terms(registration, Leases), Now).Value;
        if (!value.Span.SequenceEqual(asTexts.Span))
            throw new FuzzFinding("texts that were never read make another record than those that were");
        if (!Codec.TryDecode(Record(new RecordKey(registration.Service, registration.Id), value), out var entry))
            throw new FuzzFinding("a valid registration makes a record that nobody can read");
        var isSame = entry.Address == registration.Address && entry.Port == registration.Port && entry.Weight == registration.Weight
            && entry.Zone == registration.Zone && entry.Version == registration.Version && entry.Reported == registration.Status
            && entry.Tags.SequenceEqual(registration.Tags) && entry.Methods.SequenceEqual(registration.Methods)
            && entry.Metadata.Count == registration.Metadata.Count
                && entry.Metadata.All(pair => registration.Metadata.GetValueOrDefault(pair.Key) == pair.Value)
            && entry.Checks.Select(check => check.Id).SequenceEqual(registration.Checks.Select(check => check.Id));
        if (!isSame)
            throw new FuzzFinding("a valid registration is read as another one once it was written");
        Show(entry);
    }

    /// <summary>Any entry can be shown: as JSON, and to a session.</summary>
    public static void Show(ServiceEntry entry)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, JsonAnswer.WriterOptions))
        {
            json.WriteStartObject();
            EntryJson.WriteMembers(json, entry, LoneNode.Shared.Node.Registry, expiresIn: null);
            json.WriteEndObject();
        }

        using (JsonDocument.Parse(stream.ToArray()))
        {
            // It is JSON.
        }

        QueryCodec.ToWire(entry).ToByteArray();
    }
}

/// <summary>What a client's session registers and asks for, read as the session reads it.</summary>
internal sealed class SessionMessageTarget() : FuzzTarget("session-messages")
{
    private static readonly FrameKind[] Kinds = [FrameKind.RegisterInstances, FrameKind.SessionRequest, FrameKind.InstanceCommand];

    public override IEnumerable<byte[]> Seeds => new[]
    {
        Frame.Of(FrameKind.RegisterInstances, new RegisterInstances
        {
            Request = 1, TimeoutMs = 1_000, Registrations = { new WireRegistration { Service = "web", Instance = "1", Epoch = 5,
                Value = InstanceTarget.Value() } },
        }),
        Frame.Of(FrameKind.SessionRequest, new SessionRequest
        {
            Request = 2, Instances = new QueryInstances { Service = "web",
                Filter = new WireInstanceFilter { Tags = { "v2" }, Zone = "a", Statuses = { WireInstanceStatus.Passing } } },
        }),
        Frame.Of(FrameKind.SessionRequest, new SessionRequest { Request = 3, Routees = new QueryRoutees { Service = "web", Count = 2,
            HashKey = "x" } }),
        Frame.Of(FrameKind.SessionRequest, new SessionRequest { Request = 4, Override = new OverrideStatus { Service = "web", Instance = "1",
            Status = WireInstanceStatus.OutOfService } }),
        Frame.Of(FrameKind.InstanceCommand, new InstanceCommand { Request = 5, Action = WireInstanceAction.Drain, Service = "web", Instance = "1",
            Epoch = 5, TimeoutMs = 100 }),
    }.Select(Frames.ToInput);

    public override byte[] Make(Random random) => Frames.ToInput(Frames.Make(Kinds, random));

    public override FuzzOutcome Decode(byte[] input)
    {
        var frame = Frames.OfInput(input, Kinds);
        try
        {
            return frame.Kind switch
            {
                FrameKind.RegisterInstances => Registrations(RegistrationFrame.Read(frame.Payload, new LimitOptions())),
                FrameKind.SessionRequest => Request(frame.Read(SessionRequest.Parser)),
                _ => Command(frame.Read(InstanceCommand.Parser)),
            };
        }
        catch (InvalidProtocolBufferException)
        {
            return FuzzOutcome.Refused("no protobuf");
        }
        catch (RegistryException refusal)
        {
            return FuzzOutcome.Refused($"{refusal.Error} {refusal.Field}");
        }
    }

    public override void Check(object value)
    {
        if (value is not List<Registration> registrations)
            return;
        foreach (var registration in registrations)
            Entries.Check(registration);
    }

    private static FuzzOutcome Registrations(RegistrationFrame message)
    {
        var registrations = message.Registrations.ToList();
        var verdict = SessionCodec.ToWriteOptions(message.Consistency, message.TimeoutMs) is null ? "no options" : "";
        return FuzzOutcome.Read(registrations, verdict + string.Join(' ', registrations.Take(1).Select(Entries.Verdict)));
    }

    private static FuzzOutcome Request(SessionRequest message)
    {
        object? made = message.KindCase switch
        {
            SessionRequest.KindOneofCase.Instances => QueryCodec.ToFilter(message.Instances.Filter),
            SessionRequest.KindOneofCase.Routees => QueryCodec.ToRouteeRequest(message.Routees),
            SessionRequest.KindOneofCase.Override => QueryCodec.ToOverride(message.Override.Status),
            _ => null,
        };
        return FuzzOutcome.Read(made ?? message, message.KindCase.ToString());
    }

    private static FuzzOutcome Command(InstanceCommand message) =>
        FuzzOutcome.Read(message, $"{message.Action} {SessionCodec.ToWriteOptions(0, message.TimeoutMs) is null}");
}
