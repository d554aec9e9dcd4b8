using Akka.Registry.Fuzz.Targets;

namespace Akka.Registry.Fuzz;

/// <summary>The decoders: everything that reads what came from outside of the process.</summary>
internal static class FuzzTargets
{
    /// <summary>Each anew: some hold a node.</summary>
    public static IReadOnlyList<FuzzTarget> All() =>
    [
        // The cluster port.
        new FrameTarget(), new HandshakeTarget(), new MembershipTarget(), new ReplicationTarget(), new InstanceTarget(), new PeerFramesTarget(),
        // Sessions, both sides.
        new LeasePackTarget(), new SessionMessageTarget(), new SessionTarget(), new ClientTarget(),
        // HTTP.
        new ApiBodyTarget(), new QueryTarget(), new CursorTarget(), new ConsulBodyTarget(), new FilterTarget(), new EurekaTarget(),
        // What a disk or etcd hands in.
        new SqliteTarget(), new EtcdTarget(),
        // The rest: names, files, small texts.
        new DnsTarget(), new HoconTarget(), new SnapshotTarget(), new TextTarget(),
    ];

    /// <summary>The names.</summary>
    public static IEnumerable<string> Names => All().Select(target => target.Name);
}
