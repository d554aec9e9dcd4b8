using System.Buffers.Binary;
using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>Questions that went wrong on purpose: whatever comes, the responder answers in bounds and in order, or not at all.</summary>
public sealed class DnsFuzzTests
{
    private const int Inputs = 200_000;

    private static readonly string[] Words =
    [
        "web", "WEB", "db", "v1", "_web", "_tcp", "_udp", "_v1", "_", "_default", "service", "node", "addr", "dc1", "dc2", "consul", "ns",
        "node-1", "0a1e0001", "20010db8000000000000000000000001", "in-addr", "arpa", "ip6", "1", "0", "127", "x", "query", "a.b", "ü", "\0",
        new('l', 63),
    ];

    private static readonly int[] Types = [1, 2, 5, 6, 12, 15, 16, 28, 33, 41, 65, 251, 252, 255, 0, 65_535];

    private readonly DnsFixture _dns = new();

    [Theory]
    [InlineData(17)]
    [InlineData(4711)]
    public void No_input_breaks_the_responder(int seed)
    {
        Fill();
        var random = new Random(seed);
        var response = new byte[DnsProtocol.MessageBytesMax];
        var codes = new Dictionary<int, int>();
        for (var i = 0; i < Inputs / 2; i++)
        {
            var message = Input(random);
            var isStream = random.Next(4) == 0;
            var verdict = _dns.Verdict(message, isStream, response, out var length);
            if (verdict == DnsVerdict.Drop)
            {
                codes[-1] = codes.GetValueOrDefault(-1) + 1;
                continue;
            }

            var isInBounds = length >= 12 && length <= Bound(message, isStream) && response.AsSpan(0, 2).SequenceEqual(message.AsSpan(0, 2));
            if (verdict != DnsVerdict.Answer || !isInBounds)
                Assert.Fail($"input {i} of seed {seed}: {verdict} with {length} bytes to {Convert.ToHexString(message)}");
            var code = i % 8 == 0 ? DnsMessage.Read(response.AsSpan(0, length)).Code : response[3] & 0xF;
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        // The inputs reach every part: dropped, answered, malformed, unknown, not implemented, refused.
        foreach (var code in new[] { -1, 0, 1, 3, 4, 5 })
            codes.GetValueOrDefault(code).ShouldBeGreaterThan(Inputs / 400, $"code {code} of seed {seed}");
    }

    [Fact]
    public void The_same_message_view_time_and_chance_give_the_same_answer()
    {
        var (one, other) = (new DnsFixture(seed: 5), new DnsFixture(seed: 5));
        for (var i = 0; i < 20; i++)
        {
            one.Add("web", $"{i}", $"10.0.0.{i}");
            other.Add("web", $"{i}", $"10.0.0.{i}");
        }

        for (var i = 0; i < 100; i++)
        {
            var message = DnsMessage.Ask("web.service.consul", i % 2 == 0 ? DnsMessage.A : DnsMessage.Srv);
            one.Verdict(message, isStream: false, out var answer);
            other.Verdict(message, isStream: false, out var same);
            answer.ShouldBe(same);
        }
    }

    private void Fill()
    {
        for (var i = 1; i <= 100; i++)
            _dns.Add("web", $"{i}", $"10.30.0.{i}", tags: ["v1"]);
        _dns.Add("db", "1", "host-1.example.org");
        _dns.Add("a.b", "1", "2001:db8::1");
    }

    /// <summary>What the client said that it takes, where it can be read; else what everybody takes.</summary>
    private static int Bound(byte[] message, bool isStream) => isStream ? DnsProtocol.MessageBytesMax
        : message.Length > 22 && message[11] > 0 ? 8_192
        : 512;

    private static byte[] Input(Random random)
    {
        if (random.Next(64) == 0)
        {
            var noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            return noise;
        }

        var bytes = new List<byte>();
        var additional = random.Next(4) == 0 ? random.Next(1, 4) : 0;
        DnsMessage.Put(bytes, random.Next(65_536), random.Next(8) == 0 ? random.Next(65_536) : 0x0100, 1, 0, 0, additional);
        var words = random.Next(6);
        for (var i = 0; i < words; i++)
            Label(bytes, Words[random.Next(Words.Length)]);
        if (random.Next(4) > 0)
        {
            if (random.Next(2) == 0)
                Label(bytes, "web");
            Label(bytes, "service");
            Label(bytes, "consul");
        }

        bytes.Add(0);
        DnsMessage.Put(bytes, Types[random.Next(Types.Length)], random.Next(8) == 0 ? random.Next(260) : 1);
        for (var i = 0; i < additional; i++)
            Additional(bytes, random);
        byte[] message = [.. bytes];
        if (random.Next(2) == 0)
            Damage(message, random);
        return random.Next(16) == 0 ? message[..random.Next(message.Length)] : message;
    }

    private static void Additional(List<byte> bytes, Random random)
    {
        if (random.Next(3) == 0)
            DnsMessage.Put(bytes, 0xC000 | random.Next(12, bytes.Count));
        else
            bytes.Add(0);
        var data = random.Next(3) == 0 ? random.Next(20) : 0;
        DnsMessage.Put(bytes, random.Next(3) == 0 ? 1 : DnsMessage.Opt, random.Next(65_536), random.Next(4) == 0 ? random.Next(65_536) : 0, 0, data);
        for (var i = 0; i < data; i++)
            bytes.Add((byte)random.Next(256));
    }

    /// <summary>A few bytes become others: a length that lies, a pointer where a label was, a count that is wrong.</summary>
    private static void Damage(byte[] message, Random random)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(2, message.Length);
            switch (random.Next(4))
            {
                case 0: message[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: message[at] = (byte)random.Next(256); break;
                case 2: message[at] = (byte)(0xC0 | random.Next(64)); break;
                case 3 when at + 1 < message.Length: BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(at), (ushort)random.Next(65_536)); break;
            }
        }
    }

    private static void Label(List<byte> bytes, string text)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(text);
        bytes.Add((byte)name.Length);
        bytes.AddRange(name);
    }
}
