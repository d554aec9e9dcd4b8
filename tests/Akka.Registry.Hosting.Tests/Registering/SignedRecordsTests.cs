using Akka.Registry.Cluster.Transport;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Durability;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Hosting.Tests.Registering;

/// <summary>Three nodes over TLS whose records are signed, from their settings; and one of them in wrong hands.</summary>
public sealed class SignedRecordsTests : IDisposable
{
    private readonly TestAuthority _authority = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("akreg-signed-").FullName;

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Instances_register_move_with_their_sessions_and_deregister_everywhere()
    {
        await using var first = await StartAsync("node-1");
        await using var second = await StartAsync("node-2", first);
        await using var third = await StartAsync("node-3", first);
        var old = first.Registry.OpenSession("client");
        var entry = (await old.RegisterAsync(Instance("a"), WriteOptions.Default)).Entry;
        foreach (var node in new[] { first, second, third })
            await node.OnlyAsync("orders", shown => shown.Owner == first.Node.Self.Uid);

        old.End();
        var session = second.Registry.OpenSession("client");
        await session.RegisterAsync(Instance("a") with { Epoch = entry.Epoch }, WriteOptions.Default);
        foreach (var node in new[] { first, second, third })
            await node.OnlyAsync("orders", shown => shown.Owner == second.Node.Self.Uid);

        await second.Registry.LeaveAsync(TimeSpan.FromSeconds(10));
        foreach (var node in new[] { first, third })
            await node.OnlyAsync("orders", shown => shown.Owner != second.Node.Self.Uid);
        var owner = first.Only("orders")!.Owner == first.Node.Self.Uid ? first : third;
        await owner.Registry.DeregisterAsync(entry.Record.Key, entry.Epoch, WriteOptions.Default);
        foreach (var node in new[] { first, third })
            await HostedNode.Until(() => node.Only("orders") is null, "it is gone");
        first.Node.Map.Status.UnsignedFrames.ShouldBe(0);
        first.Node.Map.Status.Divergences.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_member_writes_over_the_entry_of_another_is_shown_by_itself_alone()
    {
        await using var first = await StartAsync("node-1");
        await using var second = await StartAsync("node-2", first);
        var intruder = await StartAsync("node-3", first);
        var session = first.Registry.OpenSession("client");
        var entry = (await session.RegisterAsync(Instance("a"), WriteOptions.Default)).Entry;
        foreach (var node in new[] { first, second, intruder })
            await node.OnlyAsync("orders");
        var key = entry.Record.Key;

        // Its own writes, well signed, above all that anybody has.
        intruder.Node.Map.Commands.Tell(new MapCommand.WriteMany([new MapWrite.Register(key, entry.Epoch + 1_000_000, entry.Record.Value)]));
        intruder.Node.Map.Commands.Tell(new MapCommand.WriteMany([new MapWrite.Deregister(key, null)]));
        await HostedNode.Until(
            () => first.Node.Map.Status.Contested == 1 && second.Node.Map.Status.Contested == 1, "both hold it, and do not show it");
        intruder.Only("orders").ShouldBeNull();
        foreach (var node in new[] { first, second })
            node.Only("orders")!.Record.Dot.ShouldBe(entry.Record.Dot);
        await session.HeartbeatAsync(key, entry.Epoch);
        var status = await first.Registry.OverrideStatusAsync(key, InstanceStatus.OutOfService);
        await second.OnlyAsync("orders", shown => shown.Status == InstanceStatus.OutOfService);
        status.Owner.ShouldBe(first.Node.Self.Uid);

        await intruder.DisposeAsync();
        await using var joiner = await StartAsync("node-4", first);
        await joiner.OnlyAsync("orders", shown => shown.Owner == first.Node.Self.Uid);
        await first.Registry.DeregisterAsync(key, entry.Epoch, WriteOptions.Default);
        foreach (var node in new[] { first, second, joiner })
            await HostedNode.Until(() => node.Only("orders") is null, "its owner has let it go");
    }

    [Fact]
    public async Task What_is_not_signed_by_its_origin_is_taken_by_nobody()
    {
        await using var first = await StartAsync("node-1");
        await using var second = await StartAsync("node-2", first);
        var tls = Tls("node-3");
        using var certificates = TlsCertificates.Load(tls, TimeProvider.System, NullLogger.Instance);
        using var peerTls = new PeerTls(certificates, tls, TimeProvider.System);
        var options = HostedNode.Options(first.Address, "node-3");
        await using var transport = await TcpPeerTransport.BindAsync(
            options.Transport, ClusterCredentials.Of(options.Cluster), TimeProvider.System, new Random(1), NullLoggerFactory.Instance, tls: peerTls);
        using var signing = RecordSigning.Create(options.Cluster.Name, certificates, tls, "127.0.0.1", "node-3");
        await using var forger = RegistryNode.Start(options, new RegistryNodeEnvironment
        {
            Transport = transport, Random = new Random(2), Signing = new RecordSigningOf(signing.Uid, new Forging(signing)),
        });
        await HostedNode.Until(() => HostedNode.IsUp(forger), "it has joined");

        await forger.Registry.RegisterAsync(Instance("forged"), WriteOptions.Default);

        await HostedNode.Until(() => first.Node.Map.Status.UnsignedFrames > 0 && second.Node.Map.Status.UnsignedFrames > 0, "both have refused it");
        await first.Registry.RegisterAsync(Instance("a"), WriteOptions.Default);
        await second.OnlyAsync("orders", shown => shown.Record.Key.Instance == "a");
        first.Only("orders").ShouldNotBeNull();
    }

    [Fact]
    public async Task A_restarted_node_has_its_records_and_gives_them_on_with_the_passports_of_those_who_wrote_them()
    {
        RecordKey key;
        await using (var first = await StartAsync("node-1", durable: true))
        {
            key = (await first.Registry.RegisterAsync(Instance("a") with { Ttl = TimeSpan.FromMinutes(10) }, WriteOptions.Default)).Entry.Record.Key;
        }

        await using var again = await StartAsync("node-1", durable: true);
        await again.OnlyAsync("orders");
        await using var second = await StartAsync("node-2", again);
        (await second.OnlyAsync("orders")).Record.Dot.Origin.ShouldNotBe(again.Node.Self.Uid);
        await second.Registry.DeregisterAsync(key, null, WriteOptions.Default);
        await HostedNode.Until(() => again.Only("orders") is null, "what nobody owns is anybody's to end");
    }

    [Fact]
    public async Task A_node_that_kept_unsigned_records_does_not_start_and_says_the_way_out()
    {
        await using (var plain = await HostedNode.StartAsync(
            name: "node-1", tls: Tls("node-1"), change: options => options with { Durability = Durable("node-1") }))
        {
            await plain.Registry.RegisterAsync(Instance("a") with { Ttl = TimeSpan.FromMinutes(10) }, WriteOptions.Default);
        }

        var refused = await Should.ThrowAsync<MapStoreException>(() => StartAsync("node-1", durable: true));
        refused.Message.ShouldContain("security.signed-records");
        refused.Message.ShouldContain("Move the folder away");
    }

    [Fact]
    public async Task A_node_that_does_not_sign_never_gets_ready_among_nodes_that_do_and_is_counted_there()
    {
        await using var first = await StartAsync("node-1");
        await using var plain = await HostedNode.StartAsync(first.Address, "node-2", Tls("node-2"), waits: false);
        await HostedNode.Until(() => first.Node.Map.Status.UnsignedFrames > 1, "its words are dropped");
        plain.Registry.IsReady.ShouldBeFalse();
        (await first.Registry.RegisterAsync(Instance("a"), WriteOptions.Default)).Entry.Owner.ShouldBe(first.Node.Self.Uid);
    }

    [Fact]
    public async Task Signed_records_need_tls_and_certificates_that_name_their_nodes()
    {
        (await Should.ThrowAsync<InvalidOperationException>(() => HostedNode.StartAsync(change: Signed)))
            .Message.ShouldContain("'security.signed-records' is on, and the cluster port does not speak TLS");
        var any = Tls("node-1") with { Nodes = new NodeCertificateOptions { Match = NodeNaming.Any } };
        (await Should.ThrowAsync<TlsException>(() => HostedNode.StartAsync(tls: any, change: Signed))).Setting.ShouldBe("nodes.match");
        (await Should.ThrowAsync<TlsException>(() => HostedNode.StartAsync(name: "node-2", tls: Tls("node-1"), change: Signed)))
            .Message.ShouldContain("its certificate names node-1, not the node 'node-2'");
    }

    private static Registration Instance(string id) => new() { Service = "orders", Id = id, Address = "10.0.0.1", Port = 80 };

    private static RegistryNodeOptions Signed(RegistryNodeOptions options) =>
        options with { Security = options.Security with { SignedRecords = true } };

    private TlsOptions Tls(string name) => _authority.Node(name, name) with { Nodes = new NodeCertificateOptions { Match = NodeNaming.Name } };

    private DurabilityOptions Durable(string name) =>
        new() { Mode = DurabilityMode.Sqlite, Folder = Path.Combine(_folder, name), FlushInterval = TimeSpan.FromMilliseconds(20) };

    private Task<HostedNode> StartAsync(string name, HostedNode? seed = null, bool durable = false) =>
        HostedNode.StartAsync(seed?.Address, name, Tls(name), options =>
            Signed(durable ? options with { Durability = Durable(name) } : options));

    /// <summary>A node's own signing, that signs something else than its records.</summary>
    private sealed class Forging(RecordSigning genuine) : IRecordSigning
    {
        public IReadOnlyList<ReadOnlyMemory<byte>> Passports => genuine.Passports;

        public ReadOnlyMemory<byte> Sign(MapRecord record) => genuine.Sign(record.WithValue(new byte[] { 1 }));

        public SignatureVerdict Verify(MapRecord record) => genuine.Verify(record);

        public void Admit(ReadOnlyMemory<byte> passport) => genuine.Admit(passport);

        public ReadOnlyMemory<byte> PassportOf(Cluster.NodeUid origin) => genuine.PassportOf(origin);

        public bool IsBearer(Cluster.NodeIdentity node) => genuine.IsBearer(node);

        public void Forget(Func<Cluster.NodeUid, bool> isNeeded) => genuine.Forget(isNeeded);
    }
}
