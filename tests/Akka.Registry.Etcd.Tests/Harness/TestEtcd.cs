using System.Diagnostics;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Etcd.Tests.Harness;

/// <summary>An etcd of one or three members on loopback, and its own command line.</summary>
internal sealed class TestEtcd : IDisposable
{
    private readonly string[] _ctl;

    private TestEtcd(int members, string scheme, string[] ctl, string[] arguments)
    {
        _ctl = ctl;
        Members = [.. Enumerable.Range(1, members).Select(i => new EtcdMember($"m{i}", LoopbackPort.Hold(), LoopbackPort.Hold(), scheme, arguments))];
    }

    public IReadOnlyList<EtcdMember> Members { get; }

    public string[] Endpoints => [.. Members.Select(member => member.Url)];

    private string InitialCluster => string.Join(',', Members.Select((member, i) => $"m{i + 1}={member.PeerUrl}"));

    public static Task<TestEtcd> StartAsync(int members = 1, params string[] arguments) => StartAsync(members, "http", [], arguments);

    public static async Task<TestEtcd> StartAsync(int members, string scheme, string[] ctl, string[] arguments)
    {
        var etcd = new TestEtcd(members, scheme, ctl, arguments);
        try
        {
            foreach (var member in etcd.Members)
                member.Start(etcd.InitialCluster);
            await etcd.HealthyAsync();
            return etcd;
        }
        catch
        {
            etcd.Dispose();
            throw;
        }
    }

    /// <summary>Waits until it takes writes.</summary>
    public async Task HealthyAsync()
    {
        await Wait.UntilAsync(
            "etcd is healthy",
            async () => (await TryCtlAsync("put", "/health", "x")).Code == 0,
            () => string.Join('\n', Members.Select(member => member.Log)));
    }

    public void Restart(int member, bool wiped = false)
    {
        if (wiped)
            Members[member].Wipe();
        Members[member].Start(InitialCluster);
    }

    /// <summary>Replaces a member that has lost its data, as an operator does: removed, added, started anew.</summary>
    public async Task ReplaceAsync(int member)
    {
        Members[member].Kill();
        Members[member].Wipe();
        var list = await MembersAsync("known", list => list.Length > 0, "list");
        var id = list.Split('\n').Single(line => line.Contains($", m{member + 1},", StringComparison.Ordinal)).Split(',')[0];
        await MembersAsync("removed", list => !list.Contains(id, StringComparison.Ordinal), "remove", id);
        var peerUrl = Members[member].PeerUrl;
        await MembersAsync("added", list => list.Contains(peerUrl, StringComparison.Ordinal), "add", $"m{member + 1}", $"--peer-urls={peerUrl}");
        Members[member].Start(InitialCluster, "existing");
    }

    /// <summary>The index of the member that leads.</summary>
    public async Task<int> LeaderAsync()
    {
        for (var i = 0; i < Members.Count; i++)
        {
            var (code, text) = await RunAsync([.. _ctl, "--endpoints", Members[i].Url, "endpoint", "status", "-w", "json"]);
            if (code != 0)
                continue;
            using var status = System.Text.Json.JsonDocument.Parse(text);
            var answer = status.RootElement[0].GetProperty("Status");
            if (answer.GetProperty("leader").GetUInt64() == answer.GetProperty("header").GetProperty("member_id").GetUInt64())
                return i;
        }

        throw new InvalidOperationException("Nobody leads.");
    }

    public async Task<long> RevisionAsync()
    {
        using var status = System.Text.Json.JsonDocument.Parse(await CtlAsync("endpoint", "status", "-w", "json"));
        return status.RootElement.EnumerateArray().Max(item => item.GetProperty("Status").GetProperty("header").GetProperty("revision").GetInt64());
    }

    public async Task<string> CtlAsync(params string[] arguments)
    {
        var (code, text) = await TryCtlAsync(arguments);
        return code == 0 ? text : throw new InvalidOperationException($"etcdctl {string.Join(' ', arguments)}: {text}");
    }

    public Task<(int Code, string Text)> TryCtlAsync(params string[] arguments) =>
        RunAsync([.. _ctl, "--endpoints", string.Join(',', Endpoints), "--command-timeout=2s", "--dial-timeout=2s", .. arguments]);

    public void Dispose()
    {
        foreach (var member in Members)
            member.Dispose();
    }

    /// <summary>Says it of the members until it is so: a leader may have to be found first, and an answer may come too late.</summary>
    private async Task<string> MembersAsync(string what, Func<string, bool> isSo, params string[] command)
    {
        var list = "";
        await Wait.UntilAsync($"the member is {what}", async () =>
        {
            await TryCtlAsync(["member", .. command]);
            (var code, list) = await TryCtlAsync("member", "list");
            return code == 0 && isSo(list);
        });
        return list;
    }

    private static async Task<(int Code, string Text)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("etcdctl") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["ETCDCTL_API"] = "3";
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, process.ExitCode == 0 ? output : output + await error);
    }
}
