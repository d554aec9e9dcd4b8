using Akka.Registry.Cluster;
using Akka.Registry.Routing;
using Akka.Registry.Server.Dns;
using Akka.Registry.Server.Tests.Fakes;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>The responder before a fake registry: a time that stands still, and chance from a seed.</summary>
internal sealed class DnsFixture
{
    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_795_332_762);

    /// <summary>The SOA record of a "no".</summary>
    public const string No = "consul. 1 SOA ns.consul. hostmaster.consul. 1795332762 3600 600 86400 1";

    private readonly DnsResponder _responder;

    public DnsFixture(DnsOptions? options = null, int seed = 1)
    {
        Options = options ?? new DnsOptions();
        _responder = new DnsResponder(Options, Registry, Cluster, new RoutingRandom(new Random(seed)));
    }

    public DnsOptions Options { get; }

    public FakeRegistry Registry { get; } = new();

    public FakeCluster Cluster { get; } = new();

    public DateTimeOffset Time { get; set; } = Now;

    /// <summary>Registers an instance.</summary>
    public ServiceEntry Add(
        string service, string id, string address = "10.0.0.1", int port = 80, InstanceStatus status = InstanceStatus.Passing, int weight = 1,
        params string[] tags) =>
        Registry.Add(service, id, registration => registration with
        {
            Address = address, Port = port, Status = status, Weight = weight, Tags = tags,
        });

    /// <summary>Asks by TCP, where there is room.</summary>
    public DnsMessage Ask(string name, int type) => Send(DnsMessage.Ask(name, type), isStream: true)!;

    /// <summary>Asks by UDP.</summary>
    public DnsMessage AskByUdp(string name, int type, int? edns = null) => Send(DnsMessage.Ask(name, type, edns), isStream: false)!;

    /// <summary>Sends a message; null when it is dropped.</summary>
    public DnsMessage? Send(byte[] message, bool isStream = false) =>
        Verdict(message, isStream, out var answer) == DnsVerdict.Answer ? DnsMessage.Read(answer) : null;

    public DnsVerdict Verdict(ReadOnlySpan<byte> message, bool isStream, out byte[] answer)
    {
        var response = new byte[DnsProtocol.MessageBytesMax];
        var verdict = Verdict(message, isStream, response, out var length);
        answer = response[..length];
        return verdict;
    }

    public DnsVerdict Verdict(ReadOnlySpan<byte> message, bool isStream, byte[] response, out int length) =>
        _responder.Respond(message, isStream, Time, response, out length);

    /// <summary>Names a node that is a member.</summary>
    public static Member Node(ulong uid, string name, string host, MemberState state = MemberState.Up) =>
        new(new NodeIdentity(new NodeUid(uid), name, new NodeAddress(host, 4053)) { Zone = "a", Version = "0.1.0" }, state, 1);
}
