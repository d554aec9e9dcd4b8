using Akka.Registry.Client.Registrar;
using Akka.Registry.Security;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Client.Tests.Real;

public class TokenTests
{
    private static readonly string Token = TokenHash.NewToken();
    private static readonly string Other = TokenHash.NewToken();

    [Fact]
    public async Task A_client_with_a_known_token_is_let_in_and_others_are_told_why_not()
    {
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: WithTokens, log: log);
        await using var client = RealSessionTests.Client(node, options => options with { Token = Token });
        await TestNode.Until(() => client.Status.IsConnected, "the client is let in");

        using var without = await RawClient.ConnectAsync(node, RawClient.Hello);
        (await without.HearRefusalAsync()).ShouldBe("This node asks for a token, and none was shown; show one.");
        var hello = RawClient.Hello;
        hello.Token = ByteString.CopyFromUtf8(Token + "x");
        using var wrong = await RawClient.ConnectAsync(node, hello);
        (await wrong.HearRefusalAsync()).ShouldBe("The token is none that this node knows; show one that it does.");
        await TestNode.Until(() => log.Lines.Any(line => line.Event == 4070), "it is logged");
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
        client.Status.Problem.ShouldNotBeNull().ShouldContain("is none that this node knows");
        var line = log.Lines.Where(line => line.Event is 7002 or 7003).ShouldHaveSingleItem();
        (line.Event, line.Text.Contains("is none that this node knows", StringComparison.Ordinal)).ShouldBe((7003, true));
        log.Lines.ShouldNotContain(line => line.Text.Contains("wrong-token", StringComparison.Ordinal));
        var failure = await Should.ThrowAsync<RegistryUnavailableException>(client.Queries.NodeAsync());
        failure.Message.ShouldContain("is none that this node knows");
        options.ToString().ShouldNotContain("wrong-token");
    }

    [Fact]
    public async Task A_right_that_is_missing_is_told_once_and_what_waits_for_it_is_done_when_it_is_there()
    {
        using var file = new TokensFile($"one {TokenHash.Of(Token)} read:orders");
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: file.Use);
        await using var client = RealSessionTests.Client(node, options => options with { Token = Token }, log: log);
        await TestNode.Until(() => client.Status.IsConnected, "the client is let in");
        var denied = await Should.ThrowAsync<RegistryRefusedException>(client.Queries.InstancesAsync(new() { Service = "stock" }));
        (denied.Refusal, denied.Message).ShouldBe(
            (RegistryRefusal.Forbidden, "The token 'one' has no right 'read:stock'; show a token that has it."));

        var instance = client.Registrar.Register(new ServiceRegistration { Service = "orders", Id = "o-1", Address = "10.0.0.1", Port = 80 });
        await TestNode.Until(() => log.Lines.Any(line => line.Event == 7010), "it is told that it is refused");
        log.Lines.Single(line => line.Event == 7010).Text.ShouldContain("has no right 'write:orders'");
        file.Write($"one {TokenHash.Of(Token)} write:orders");
        await TestNode.Until(() => node.Registry.Find("orders")?.Instances.Find("o-1") is not null, "it is registered once it may be");
        await instance.DeregisterAsync();
    }

    [Fact]
    public async Task What_changes_in_the_file_holds_at_once_and_for_those_alone_whom_it_concerns()
    {
        var (one, two, kept) = (TokenHash.Of(Token), TokenHash.Of(Other), TokenHash.NewToken());
        var keptHash = TokenHash.Of(kept);
        using var file = new TokensFile($"# tokens\none {one} write:orders\ntwo {two} write:*\nkept {keptHash} write:orders");
        var log = new SessionProtocolTests.LogLines();
        await using var node = await TestNode.StartAsync(change: file.Use, log: log);
        using var first = await RawClient.ConnectAsync(node, HelloWith(Token));
        using var second = await RawClient.ConnectAsync(node, HelloWith(Other));
        using var third = await RawClient.ConnectAsync(node, HelloWith(kept));
        await first.HearAsync(Contracts.FrameKind.SessionWelcome);
        await second.HearAsync(Contracts.FrameKind.SessionWelcome);
        await third.HearAsync(Contracts.FrameKind.SessionWelcome);

        file.Write($"one {one} write:orders\ntwo notahash write:*");
        await TestNode.Until(() => log.Lines.Any(line => line.Event == 4073), "the mistake is told");
        log.Lines.Single(line => line.Event == 4073).Text.ShouldContain("Line 2");
        (await second.RegisterAsync("stock", "s-1"))[0].Error.ShouldBe(Contracts.WireSessionError.None, "the rules stay as they were");

        file.Write($"two {two} write:orders\nkept {keptHash} write:orders");
        (await first.HearRefusalAsync()).ShouldBe("The token 'one' was taken away.");
        var goodbye = (await second.HearAsync(Contracts.FrameKind.SessionGoodbye)).Read(Contracts.SessionGoodbye.Parser);
        goodbye.Reason.ShouldBe("The rights of token 'two' have changed; come again.");
        (await third.RegisterAsync("orders", "o-1"))[0].Error.ShouldBe(Contracts.WireSessionError.None, "who keeps their rights notices nothing");
        using var again = await RawClient.ConnectAsync(node, HelloWith(Other));
        (await again.RegisterAsync("stock", "s-2"))[0].Error.ShouldBe(Contracts.WireSessionError.Forbidden);

        File.Delete(file.Path);
        await TestNode.Until(() => log.Lines.Count(line => line.Event == 4073) == 2, "that it is gone is told");
        using var still = await RawClient.ConnectAsync(node, HelloWith(Other));
        await still.HearAsync(Contracts.FrameKind.SessionWelcome);
    }

    [Fact]
    public async Task Tokens_are_exchanged_while_the_application_runs()
    {
        using var file = new TokensFile($"old {TokenHash.Of(Token)} write:orders");
        await using var node = await TestNode.StartAsync(change: file.Use);
        var token = Token;
        var asked = 0;
        await using var client = RealSessionTests.Client(node, options => options with
        {
            TokenSource = _ =>
            {
                asked++;
                return ValueTask.FromResult(Volatile.Read(ref token));
            },
        });
        var instance = client.Registrar.Register(new ServiceRegistration { Service = "orders", Id = "o-1", Address = "10.0.0.1", Port = 80 });
        await TestNode.Until(() => node.Serving("orders") == 1, "it is registered with the old token");
        Volatile.Write(ref token, Other);
        file.Write($"new {TokenHash.Of(Other)} write:orders");
        await TestNode.Until(() => asked >= 2 && client.Status.IsConnected && node.Serving("orders") == 1, "it goes on with the new one");
        await instance.DeregisterAsync();
    }

    [Fact]
    public async Task A_token_source_that_fails_is_asked_again()
    {
        await using var node = await TestNode.StartAsync(change: WithTokens);
        var asked = 0;
        await using var client = RealSessionTests.Client(node, options => options with
        {
            TokenSource = _ => ++asked < 3 ? throw new InvalidOperationException("The vault is closed.") : ValueTask.FromResult(Token),
        });
        await TestNode.Until(() => client.Status.IsConnected, "it has a token at last");
        asked.ShouldBe(3);
    }

    [Fact]
    public async Task A_token_that_is_malformed_keeps_the_node_from_starting()
    {
        var failure = await Should.ThrowAsync<ArgumentException>(TestNode.StartAsync(
            change: options => options with { Security = new SecurityOptions { Tokens = ["one sha256:x read:*"] } }));
        failure.Message.ShouldContain("Element 1 of security.tokens: The second word of 'one' is no hash");
        using var file = new TokensFile("one\n");
        failure = await Should.ThrowAsync<ArgumentException>(TestNode.StartAsync(change: file.Use));
        failure.Message.ShouldContain($"Line 1 of '{file.Path}'");
    }

    private static Contracts.SessionHello HelloWith(string token)
    {
        var hello = RawClient.Hello;
        hello.Token = ByteString.CopyFromUtf8(token);
        return hello;
    }

    private static RegistryNodeOptions WithTokens(RegistryNodeOptions options) => options with
    {
        Security = new SecurityOptions { Tokens = [$"another {TokenHash.Of(Other)} read:*", $"one {TokenHash.Of(Token)} write:*"] },
    };

    /// <summary>A file of tokens that a node looks at often.</summary>
    private sealed class TokensFile : IDisposable
    {
        public TokensFile(string text) => Write(text);

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"akreg-tokens-{Guid.NewGuid():n}");

        public RegistryNodeOptions Use(RegistryNodeOptions options) => options with
        {
            Security = new SecurityOptions { TokensFile = Path, TokensReload = TimeSpan.FromMilliseconds(100) },
        };

        /// <summary>As a whole, so that nobody reads a half.</summary>
        public void Write(string text)
        {
            File.WriteAllText(Path + ".new", text);
            File.Move(Path + ".new", Path, overwrite: true);
        }

        public void Dispose() => File.Delete(Path);
    }
}
