using System.Diagnostics;
using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Server.Tests.Dns;

/// <summary>What an answer costs, codec and responder together. Bytes are held to a limit; the time is told, and depends on the machine.</summary>
public sealed class DnsCostTests(ITestOutputHelper output)
{
    private const int Rounds = 100_000;

    /// <summary>The service's name as text is all that is left behind, and its copy in lower case where it has capitals.</summary>
    [Theory]
    [InlineData("web.service.consul", DnsMessage.A, 10, 48)]
    [InlineData("web.service.consul", DnsMessage.Srv, 10, 48)]
    [InlineData("_web._tcp.service.consul", DnsMessage.Srv, 100, 96)]
    [InlineData("WEB.service.consul", DnsMessage.A, 1, 96)]
    [InlineData("0a000001.addr.dc1.consul", DnsMessage.A, 1, 0)]
    [InlineData("nosuch.service.consul", DnsMessage.A, 1, 48)]
    public void An_answer_leaves_little_behind(string name, int type, int instances, int bytesMax)
    {
        var dns = new DnsFixture();
        for (var i = 1; i <= instances; i++)
            dns.Add("web", $"{i}", $"10.0.0.{i}");
        var question = DnsMessage.Ask(name, type, edns: 4_096);
        var response = new byte[DnsProtocol.MessageBytesMax];
        Answer(dns, question, response, 2_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Answer(dns, question, response, Rounds);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Rounds;

        output.WriteLine($"{name} {type}, {instances} instances: {Rounds / seconds:N0} answers/s on one thread, {bytes:N1} bytes each");
        bytes.ShouldBeLessThanOrEqualTo(bytesMax + 1);
    }

    private static void Answer(DnsFixture dns, byte[] question, byte[] response, int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            if (dns.Verdict(question, isStream: false, response, out _) != DnsVerdict.Answer)
                Assert.Fail("No answer.");
        }
    }
}
