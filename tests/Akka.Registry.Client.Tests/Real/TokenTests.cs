using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Akka.Registry.Sessions;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

public class TokenTests
{
    private const string Token = "0f4e1c-a token that only its owner knows";

    [Fact]
    public async Task A_client_with_an_accepted_token_is_let_in_and_others_are_told_why_not()
    {
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: WithTokens, log: log);
        await using var client = RealSessionTests.Client(node, options => options with { Token = Token });
        await TestNode.Until(() => client.Status.IsConnected, "the client is let in");

        using var without = await RawClient.ConnectAsync(node, RawClient.Hello);
        (await without.HearRefusalAsync()).ShouldBe("this node asks for a token, and the client has shown none");
        var hello = RawClient.Hello;
        hello.Token = ByteString.CopyFromUtf8(Token + "x");
        using var wrong = await RawClient.ConnectAsync(node, hello);
        (await wrong.HearRefusalAsync()).ShouldBe("the client's token is none that this node accepts");
        await TestNode.Until(
            () => log.Lines.Any(line => line.Text.Contains("is none that this node accepts", StringComparison.Ordinal)), "it is logged");
        log.Lines.ShouldNotContain(line => line.Text.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_that_is_refused_says_so_once_and_tries_on()
    {
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: WithTokens);
        var options = new RegistryClientOptions
        {
            Nodes = [node.Address],
            Token = "wrong-token",
            RetryDelayMin = TimeSpan.FromMilliseconds(10),
            RetryDelayMax = TimeSpan.FromMilliseconds(20),
        };
        await using var client = RegistryClient.Start(options, new Random(1), loggers: log);
        await TestNode.Until(() => client.Status.Failures >= 5, "it tries on");
        (client.Status.IsRefused, client.Status.IsConnected).ShouldBe((true, false));
        client.Status.Problem.ShouldBe("Refused: the client's token is none that this node accepts");
        var line = log.Lines.Where(line => line.Event is 7002 or 7003).ShouldHaveSingleItem();
        (line.Event, line.Text.Contains("is none that this node accepts", StringComparison.Ordinal)).ShouldBe((7003, true));
        log.Lines.ShouldNotContain(line => line.Text.Contains("wrong-token", StringComparison.Ordinal));
        var failure = await Should.ThrowAsync<RegistryUnavailableException>(client.Queries.NodeAsync());
        failure.Message.ShouldContain("is none that this node accepts");
        options.ToString().ShouldNotContain("wrong-token");
    }

    [Theory]
    [InlineData("", "shown none")]
    [InlineData("a", "none that")]
    [InlineData("one", null)]
    [InlineData("two", null)]
    [InlineData("One", "none that")]
    public void Any_of_the_accepted_tokens_will_do(string token, string? objection)
    {
        var gate = new TokenGate([Hash("one"), Hash("two").ToLowerInvariant()]);
        var said = gate.Objection(Encoding.UTF8.GetBytes(token));
        if (objection is null)
            said.ShouldBeNull();
        else
            said.ShouldNotBeNull().ShouldContain(objection);
        new TokenGate([]).Objection(Encoding.UTF8.GetBytes(token)).ShouldBeNull("nobody is asked");
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("zz55105a3ca722b21e2e1c3c3ee2a4e9b9c4f1ed9e0a0a1b7a26f5b0d4aaf0ff")]
    [InlineData("")]
    public void What_is_no_hash_is_refused_at_the_start_without_being_shown(string hash)
    {
        var options = new SessionOptions { TokenHashes = [hash] };
        options.Validate(new ValidationContext(options)).ShouldHaveSingleItem().ErrorMessage!.ShouldContain("64 hexadecimal digits");
    }

    private static RegistryNodeOptions WithTokens(RegistryNodeOptions options) =>
        options with { Sessions = options.Sessions with { TokenHashes = [Hash("another"), Hash(Token)] } };

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
