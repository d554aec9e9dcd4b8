using System.Net;
using System.Net.Sockets;
using Akka.Registry.Server.Dns;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Dns;

public sealed class DnsRecursionTests
{
    private static readonly byte[] Question = DnsMessage.Ask("www.Example.com", DnsMessage.A);

    [Fact]
    public async Task A_name_of_others_is_asked_for_at_the_resolver_the_way_it_was_asked_here()
    {
        await using var resolver = new FakeResolver(query => [FakeResolver.Answer(query, 7)]);
        await using var dns = await OpenDns.OpenAsync(With(resolver.EndPoint));

        foreach (var answer in new[] { await dns.AskByUdpAsync(Question), await dns.AskByTcpAsync(Question) })
        {
            answer.Id.ShouldBe(0x1234);
            answer.Code.ShouldBe(0);
            answer.CanRecurse.ShouldBeTrue();
            answer.Answers.ShouldBe(["www.Example.com. 60 A 192.0.2.7"]);
        }

        resolver.Asked.Select(asked => asked.IsStream).ShouldBe([false, true]);
    }

    [Fact]
    public async Task Each_query_goes_out_with_an_id_of_its_own()
    {
        await using var resolver = new FakeResolver(query => [FakeResolver.Answer(query, 7)]);
        await using var dns = await OpenDns.OpenAsync(With(resolver.EndPoint));
        for (var i = 0; i < 64; i++)
            await dns.AskByUdpAsync(Question);
        // Of 65,536 ids; that a tenth of them are alike comes once in more tests than there will be.
        resolver.Asked.Select(asked => asked.Id).Distinct().Count().ShouldBeGreaterThan(58);
    }

    [Fact]
    public async Task Without_a_resolver_it_is_refused()
    {
        await using var dns = await OpenDns.OpenAsync();
        (await dns.AskByUdpAsync(Question)).Code.ShouldBe(5);
        (await dns.AskByTcpAsync(Question)).Code.ShouldBe(5);
    }

    [Fact]
    public async Task Of_several_resolvers_the_next_is_asked_when_one_is_silent_or_fails()
    {
        await using var silent = new FakeResolver(_ => []);
        await using var failing = new FakeResolver(query => [FakeResolver.Answer(query, 1, code: 2)]);
        await using var refusing = new FakeResolver(query => [FakeResolver.Answer(query, 2, code: 5)]);
        await using var knowing = new FakeResolver(query => [FakeResolver.Answer(query, 3)]);
        await using var dns = await OpenDns.OpenAsync(With(silent.EndPoint, failing.EndPoint, refusing.EndPoint, knowing.EndPoint));

        (await dns.AskByUdpAsync(Question)).Answers.ShouldBe(["www.Example.com. 60 A 192.0.2.3"]);
    }

    [Fact]
    public async Task That_there_is_no_such_name_is_an_answer()
    {
        await using var knowing = new FakeResolver(query => [FakeResolver.Answer(query, 1, code: 3)]);
        await using var other = new FakeResolver(query => [FakeResolver.Answer(query, 2)]);
        await using var dns = await OpenDns.OpenAsync(With(knowing.EndPoint, other.EndPoint));

        (await dns.AskByUdpAsync(Question)).Code.ShouldBe(3);
        other.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task When_no_resolver_answers_the_query_fails()
    {
        await using var silent = new FakeResolver(_ => []);
        await using var dns = await OpenDns.OpenAsync(With(silent.EndPoint));

        var answer = await dns.AskByUdpAsync(Question);
        answer.Code.ShouldBe(2);
        answer.Id.ShouldBe(0x1234);
    }

    /// <summary>RFC 5452, section 4: whoever guesses the id or the question alone is not believed.</summary>
    [Fact]
    public async Task What_does_not_answer_the_question_is_not_believed()
    {
        await using var resolver = new FakeResolver(query =>
        {
            byte[] otherId = FakeResolver.Answer(query, 1), otherName = FakeResolver.Answer(query, 2), otherType = FakeResolver.Answer(query, 3);
            otherId[0] ^= 0xFF;
            otherName[14] ^= 0x01;
            otherType[query.Length - 3] = 28;
            return [otherId, otherName, otherType, query, [1, 2, 3], FakeResolver.Answer(query, 4)];
        });
        await using var dns = await OpenDns.OpenAsync(With(resolver.EndPoint) with { RecursorTimeout = OpenDns.Patience });

        (await dns.AskByUdpAsync(Question)).Answers.ShouldBe(["www.Example.com. 60 A 192.0.2.4"]);
    }

    [Fact]
    public async Task More_than_may_wait_fail_at_once_and_do_not_hold_up_our_own_names()
    {
        await using var silent = new FakeResolver(_ => []);
        await using var dns = await OpenDns.OpenAsync(
            With(silent.EndPoint) with { RecursorTimeout = TimeSpan.FromSeconds(30), RecursionsMax = 1 });
        dns.Fill(1);
        using var waiting = new Socket(SocketType.Dgram, ProtocolType.Udp);
        await waiting.SendToAsync(Question, dns.EndPoint);
        await silent.Reached.WaitAsync(OpenDns.Patience);

        (await dns.AskByUdpAsync(Question)).Code.ShouldBe(2);
        (await dns.AskByUdpAsync(DnsMessage.Ask("web.service.consul", DnsMessage.A))).Answers.Count.ShouldBe(1);
    }

    private static DnsOptions With(params IPEndPoint[] resolvers) =>
        new() { Recursors = resolvers, RecursorTimeout = TimeSpan.FromMilliseconds(200) };
}
