using System.Text.Json;
using Akka.Registry.Cli.Tests.Harness;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Cli.Tests.Real;

/// <summary>Leases that akreg keeps, of real processes at real nodes.</summary>
[Collection(TrioCollection.Name)]
public class RegisterTests(Trio trio)
{
    private const int SigInt = 2;
    private const int SigTerm = 15;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task It_beats_beyond_its_ttl_until_ctrl_c_and_then_it_is_gone()
    {
        using var akreg = AkregProcess.Start(trio.Url(1), "register", "kept", "--id", "one", "--port", "80", "--ttl", "3s");
        await Wait.UntilAsync("node-3 has it", Soon, async () => await StatusAsync("kept", "one") == "passing", () => akreg.Error);
        await Wait.AlwaysAsync("it passes", TimeSpan.FromSeconds(7), async () => await StatusAsync("kept", "one") == "passing");
        akreg.Signal(SigInt);
        (await akreg.ExitAsync()).ShouldBe(0, akreg.Error);
        akreg.Error.ShouldContain("kept/one is registered at node-1 as passing, TTL 3s");
        akreg.Error.ShouldContain("kept/one is deregistered.");
        akreg.Output.ShouldBeEmpty();
        await GoneAsync("kept", "one");
    }

    [Theory]
    [InlineData("sleep 1; exit 7", 7)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("test \"$AKREG_SERVICE/$AKREG_ID\" = tied/two && echo from the child", 0)]
    public async Task A_commands_end_is_the_leases_end_and_its_code_the_result(string script, int code)
    {
        var (exit, output, error) = await AkregProcess.RunAsync(trio.Url(1), "register", "tied", "--id", "two", "--", "sh", "-c", script);
        exit.ShouldBe(code, error);
        if (code == 0)
            output.ShouldBe("from the child\n", "the output is the child's alone");
        error.ShouldContain("tied/two is deregistered.");
        await GoneAsync("tied", "two");
    }

    [Fact]
    public async Task A_sleeping_command_is_registered_for_as_long_as_it_sleeps()
    {
        using var akreg = AkregProcess.Start(trio.Url(2), "register", "sleeping", "--id", "s", "--ttl", "3s", "--", "sleep", "9");
        await Wait.UntilAsync("it is registered", Soon, async () => await StatusAsync("sleeping", "s") == "passing", () => akreg.Error);
        await Wait.AlwaysAsync("it passes", TimeSpan.FromSeconds(4), async () => await StatusAsync("sleeping", "s") == "passing");
        (await akreg.ExitAsync()).ShouldBe(0, akreg.Error);
        await GoneAsync("sleeping", "s");
    }

    [Theory]
    [InlineData(SigTerm, "TERM")]
    [InlineData(SigInt, "INT")]
    public async Task A_signal_is_handed_on_and_the_command_may_take_its_time(int signal, string name)
    {
        var folder = Directory.CreateTempSubdirectory("akreg-signal-");
        var mayEnd = Path.Combine(folder.FullName, "may-end");
        var script = $"trap 'while [ ! -e \"$0\" ]; do sleep 0.1; done; exit 9' {name}; echo armed; while :; do sleep 0.1; done";
        using var akreg = AkregProcess.Start(trio.Url(1), "register", "signalled", "--id", name, "--", "sh", "-c", script, mayEnd);
        await ArmedAsync(akreg);
        await Wait.UntilAsync("node-3 has it", Soon, async () => await StatusAsync("signalled", name) == "passing", () => akreg.Error);
        akreg.Signal(signal);
        await Wait.AlwaysAsync("it lives until it has ended", TimeSpan.FromSeconds(1), async () => await StatusAsync("signalled", name) == "passing");
        await File.WriteAllTextAsync(mayEnd, "");
        (await akreg.ExitAsync()).ShouldBe(9, akreg.Error);
        await GoneAsync("signalled", name);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_drain_comes_before_the_signal()
    {
        var script = "trap 'exit 0' TERM; echo armed; while :; do sleep 0.1; done";
        using var akreg = AkregProcess.Start(trio.Url(1), "register", "drained", "--id", "d", "--drain", "5s", "--", "sh", "-c", script);
        await ArmedAsync(akreg);
        akreg.Signal(SigTerm);
        (await akreg.ExitAsync()).ShouldBe(0, akreg.Error);
        var drained = akreg.Error.IndexOf("is drained.", StringComparison.Ordinal);
        drained.ShouldBeGreaterThan(0, akreg.Error);
        akreg.Error.IndexOf("is deregistered.", StringComparison.Ordinal).ShouldBeGreaterThan(drained);
    }

    [Fact]
    public async Task A_command_that_cannot_be_run_leaves_no_instance_behind()
    {
        (await AkregProcess.RunAsync(trio.Url(1), "register", "none", "--id", "n", "--", "/no/such/command")).Code.ShouldBe(127);
        (await AkregProcess.RunAsync(trio.Url(1), "register", "none", "--id", "n", "--", "/etc/hostname")).Code.ShouldBe(126);
        await GoneAsync("none", "n");
    }

    [Fact]
    public async Task A_command_does_not_start_unregistered_unless_that_is_asked_for()
    {
        var nobody = $"http://127.0.0.1:{LoopbackPort.Hold()}";
        var (code, output, error) = await AkregProcess.RunAsync(nobody, "register", "lost", "--wait", "1s", "--", "echo", "ran");
        (code, output).ShouldBe((3, ""), error);
        (code, output, error) = await AkregProcess.RunAsync(nobody, "register", "lost", "--optional", "--", "echo", "ran");
        (code, output).ShouldBe((0, "ran\n"), error);
    }

    [Fact]
    public async Task What_the_registry_refuses_is_told_by_its_field()
    {
        var (code, _, error) = await AkregProcess.RunAsync(trio.Url(1), "register", "orders", "--id", "x", "--port", "70000", "--", "echo", "ran");
        code.ShouldBe(5);
        error.ShouldContain("'port' must be a whole number from 0 to 65535.");
    }

    [Fact]
    public async Task An_operator_who_deregisters_is_not_overruled()
    {
        using var akreg = AkregProcess.Start(trio.Url(1), "register", "overruled", "--id", "o", "--ttl", "9s");
        await Wait.UntilAsync("it is registered", Soon, async () => await StatusAsync("overruled", "o") == "passing", () => akreg.Error);
        (await AkregProcess.RunAsync(trio.Url(2), "deregister", "overruled", "o")).Code.ShouldBe(0);
        (await akreg.ExitAsync()).ShouldBe(5, akreg.Error);
        akreg.Error.ShouldContain("is refused from now on");
        await GoneAsync("overruled", "o");
    }

    [Fact]
    public async Task Events_are_documents_a_line_where_json_is_wanted()
    {
        using var akreg = AkregProcess.Start(trio.Url(1), "register", "told", "--id", "t", "-o", "json");
        await Wait.UntilAsync("it is registered", Soon, async () => await StatusAsync("told", "t") == "passing", () => akreg.Error);
        akreg.Signal(SigTerm);
        (await akreg.ExitAsync()).ShouldBe(0, akreg.Error);
        akreg.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line).GetProperty("event").GetString())
            .ShouldBe(["registered", "deregistered"]);
    }

    private static Task<TimeSpan> ArmedAsync(AkregProcess akreg) => Wait.UntilAsync(
        "the command runs", Soon, () => Task.FromResult(akreg.Output.Contains("armed", StringComparison.Ordinal)), () => akreg.Error);

    private async Task<string?> StatusAsync(string service, string id) => await trio.Cluster[3].Api.InstanceStatusAsync(service, id);

    private Task<TimeSpan> GoneAsync(string service, string id) =>
        Wait.UntilAsync($"{service}/{id} is gone", TimeSpan.FromSeconds(5), async () => await StatusAsync(service, id) is null);
}
