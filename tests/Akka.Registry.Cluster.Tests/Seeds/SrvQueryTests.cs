using System.Net;
using System.Net.Sockets;
using Akka.Registry.Cluster.Seeds;
using Akka.Registry.Cluster.Transport;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Seeds;

public sealed class SrvQueryTests
{
    private const string Name = "_peers._tcp.nodes.example";

    // The name of the question, to which answers may point.
    private static readonly byte[] NameBytes = Labels(Name);

    [Fact]
    public void A_question_is_as_RFC_1035_has_it_and_asks_for_answers_of_more_than_512_bytes()
    {
        var message = new SrvQuery(Name, 0x1234).Encode();

        message[..12].ShouldBe([0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
        message[12..^15].ShouldBe(NameBytes);
        message[^15..].ShouldBe([0, 33, 0, 1, 0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public void Every_node_of_an_answer_is_read_once_pointers_or_not_beside_records_of_other_types()
    {
        var query = new SrvQuery(Name, 7);
        // nodes.example stands at byte 12 + 7 + 5.
        byte[] answer =
        [
            .. Header(7, records: 4), .. NameBytes, 0, 33, 0, 1,
            .. Record(33, [0, 0, 0, 1, 0x0F, 0xD5, 2, (byte)'n', (byte)'1', 0xC0, 24]),
            .. Record(5, [3, (byte)'a', (byte)'b', (byte)'c', 0]),
            .. Record(33, [0, 9, 0, 1, 0x0F, 0xD6, .. Labels("n2.nodes.example")]),
            .. Record(33, [0, 0, 0, 1, 0x0F, 0xD5, 2, (byte)'n', (byte)'1', 0xC0, 24]),
        ];

        query.IsAnswer(answer).ShouldBeTrue();
        SrvQuery.Read(answer).ShouldBe([new NodeAddress("n1.nodes.example", 4053), new NodeAddress("n2.nodes.example", 4054)]);
    }

    [Fact]
    public void No_such_name_is_no_node_and_any_other_code_an_error()
    {
        SrvQuery.Read([.. Header(7, records: 0, code: 3), .. NameBytes, 0, 33, 0, 1]).ShouldBeEmpty();
        Should.Throw<IOException>(() => SrvQuery.Read([.. Header(7, records: 0, code: 2), .. NameBytes, 0, 33, 0, 1])).Message.ShouldContain("2");
        // "." says that the service is decidedly not there (RFC 2782).
        SrvQuery.Read([.. Header(7, records: 1), .. NameBytes, 0, 33, 0, 1, .. Record(33, [0, 0, 0, 0, 0, 0, 0])]).ShouldBeEmpty();
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused()
    {
        var random = new Random(1);
        var query = new SrvQuery(Name, 7);
        byte[] sane =
        [
            .. Header(7, records: 2), .. NameBytes, 0, 33, 0, 1,
            .. Record(33, [0, 0, 0, 1, 0x0F, 0xD5, 2, (byte)'n', (byte)'1', 0xC0, 24]), .. Record(33, [0, 0, 0, 1, 0x0F, 0xD5, 0xC0, 24]),
        ];
        // A name that points at itself.
        byte[] endless = [.. Header(7, records: 1), .. NameBytes, 0, 33, 0, 1, .. Record(33, [0, 0, 0, 1, 0, 1, 0xC0, 61])];
        Should.Throw<IOException>(() => SrvQuery.Read(endless));
        for (var i = 0; i < 20_000; i++)
        {
            var wild = sane.AsSpan(0, random.Next(12, sane.Length + 1)).ToArray();
            for (var changes = random.Next(4); changes > 0; changes--)
                wild[random.Next(wild.Length)] = (byte)random.Next(256);
            query.IsAnswer(wild);
            try
            {
                SrvQuery.Read(wild);
            }
            catch (IOException)
            {
                // Refused.
            }
        }
    }

    [Fact]
    public async Task A_server_is_asked_over_a_socket_by_TCP_where_the_answer_was_cut_and_the_next_where_one_is_silent()
    {
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(listener.LocalEndpoint);
        var serving = ServeAsync(udp, listener);

        var lookup = new DnsSeedLookup(new Random(1), [(IPEndPoint)deaf.LocalEndPoint!, (IPEndPoint)listener.LocalEndpoint]);
        SeedName.TryParse(Name, out var name).ShouldBeTrue();
        var nodes = await lookup.LookUpAsync(name, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

        nodes.ShouldBe([new NodeAddress("n1.nodes.example", 4053)]);
        await serving;
    }

    [Fact]
    public async Task Addresses_come_from_the_machines_resolver_and_a_name_without_any_has_none()
    {
        var lookup = new DnsSeedLookup(new Random(1));
        SeedName.TryParse("localhost:4053", out var name).ShouldBeTrue();
        (await lookup.LookUpAsync(name, CancellationToken.None)).ShouldContain(node => node.Host == "127.0.0.1" || node.Host == "::1");
    }

    [Theory]
    [InlineData("nodes.example:4053", "nodes.example", 4053)]
    [InlineData("_peers._tcp.nodes.example", "_peers._tcp.nodes.example", null)]
    [InlineData("_peers._tcp.nodes.example.", "_peers._tcp.nodes.example", null)]
    public void Names_are_read(string text, string host, int? port)
    {
        SeedName.TryParse(text, out var name).ShouldBeTrue();
        name.ShouldBe(new SeedName(host, port));
    }

    [Theory]
    [InlineData("nodes.example")]
    [InlineData("_peers._udp.nodes.example")]
    [InlineData("_peers._tcp")]
    [InlineData("_._tcp.example")]
    [InlineData("_peers._tcp..example")]
    [InlineData("nodes.example:0")]
    public void What_is_no_name_to_look_up_is_refused(string text) => SeedName.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Settings_say_once_where_seeds_come_from()
    {
        var both = new ClusterOptions { SeedNodes = ["10.0.0.1:4053"], SeedDns = new SeedDnsOptions { Names = ["nodes.example:4053"] } };
        both.Validate(new(both)).Single().ErrorMessage!.ShouldContain("'seed-dns.names'");
        var wrong = new SeedDnsOptions { Names = ["nodes.example"] };
        wrong.Validate(new(wrong)).Single().ErrorMessage!.ShouldContain("'nodes.example'");
    }

    private static async Task ServeAsync(Socket udp, TcpListener listener)
    {
        var buffer = new byte[512];
        var asked = await udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
        var id = (ushort)((buffer[0] << 8) | buffer[1]);
        // Somebody guesses first; then the answer, cut.
        await udp.SendToAsync(Answer((ushort)(id ^ 1)), asked.RemoteEndPoint);
        var cut = Answer(id);
        cut[2] |= 0x02;
        await udp.SendToAsync(cut[..60], asked.RemoteEndPoint);

        using var stream = await listener.AcceptTcpClientAsync();
        var length = new byte[2];
        await stream.GetStream().ReadExactlyAsync(length);
        var query = new byte[(length[0] << 8) | length[1]];
        await stream.GetStream().ReadExactlyAsync(query);
        var answer = Answer((ushort)((query[0] << 8) | query[1]));
        await stream.GetStream().WriteAsync((byte[])[(byte)(answer.Length >> 8), (byte)answer.Length, .. answer]);
    }

    private static byte[] Answer(ushort id) =>
    [
        .. Header(id, records: 1), .. NameBytes, 0, 33, 0, 1, .. Record(33, [0, 0, 0, 1, 0x0F, 0xD5, .. Labels("n1.nodes.example")]),
    ];

    private static byte[] Header(ushort id, int records, int code = 0) =>
        [(byte)(id >> 8), (byte)id, 0x81, (byte)(0x80 | code), 0, 1, 0, (byte)records, 0, 0, 0, 0];

    private static byte[] Record(int type, byte[] data) => [0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 30, 0, (byte)data.Length, .. data];

    private static byte[] Labels(string name) =>
        [.. name.Split('.').SelectMany(label => System.Text.Encoding.ASCII.GetBytes(label).Prepend((byte)label.Length)), 0];
}
