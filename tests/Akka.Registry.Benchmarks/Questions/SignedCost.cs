using System.Net.Security;
using Akka.Registry.Benchmarks.Load;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Signing;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.Tls;
using Akka.Registry.Tls.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Akka.Registry.Benchmarks.Questions;

/// <summary>What do signed records cost: a signature, registrations at one node, and a node that joins?</summary>
internal sealed class SignedCost : IQuestion
{
    public int Number => 16;

    public string Text => "Records signed and verified (ECDSA P-256), registrations at one node and a node that joins, beside unsigned ones";

    public string Goal => "none: what it costs";

    public async Task AnswerAsync(BenchRun run)
    {
        using var authority = new TestAuthority();
        var tls = authority.Node("node", "127.0.0.1");
        string[] secured = ["--tls.doors.cluster=on", $"--tls.certificate={tls.Certificate}", $"--tls.key={tls.Key}", $"--tls.ca={tls.Ca}"];
        string[] signed = [.. secured, "--security.signed-records=on"];
        var options = new ClientTlsOptions { Enabled = true, Ca = authority.Ca };
        using var certificates = TlsCertificates.Load(options, TimeProvider.System, NullLogger.Instance);
        var handshakes = new TlsHandshakes(certificates, options, TimeProvider.System);

        PrintSigning(run, tls);
        var count = run.Count(100_000, 1_000);
        var (ours, beside) = await run.AlternateAsync(
            () => RegisterAsync(count, signed, SecureAsync), () => RegisterAsync(count, secured, SecureAsync));
        Answer.Print("registrations, signed", ours, "/s", "unsigned, over TLS as well", beside);
        (ours, beside) = await run.AlternateAsync(() => JoinAsync(count, signed, SecureAsync), () => JoinAsync(count, secured, SecureAsync));
        Answer.Print($"until a joiner holds {Answer.Text(count)} entries, signed", ours, "s", "unsigned, over TLS as well", beside);

        async Task<Stream> SecureAsync(Stream stream)
        {
            var over = new SslStream(stream);
            await over.AuthenticateAsClientAsync(handshakes.ForClient("127.0.0.1", mustName: true, new TlsPeer()));
            return over;
        }
    }

    private static void PrintSigning(BenchRun run, TlsOptions tls)
    {
        using var certificates = TlsCertificates.Load(tls, TimeProvider.System, NullLogger.Instance);
        using var signing = RecordSigning.Create("bench", certificates, tls, "127.0.0.1", "node");
        var count = run.Count(20_000, 1_000);
        var records = new MapRecord[count];
        for (var i = 0; i < count; i++)
        {
            records[i] = MapRecord.Of(
                new RecordKey("service", $"instance-{i}"), new RecordOrder(1, false, new Stamp(new HybridTimestamp(5), signing.Uid), false),
                new Dot(signing.Uid, (ulong)i + 1), new byte[200]);
        }

        var began = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < count; i++)
            records[i] = records[i].WithSignature(signing.Sign(records[i]).Span);
        Answer.Print("a record signed", TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / count, "µs");
        began = TimeProvider.System.GetTimestamp();
        foreach (var record in records)
        {
            if (signing.Verify(record) != SignatureVerdict.Valid)
                throw new InvalidOperationException("It is not valid.");
        }

        Answer.Print("a record verified", TimeProvider.System.GetElapsedTime(began).TotalMicroseconds / count, "µs");
    }

    private static async Task<double> RegisterAsync(int count, string[] settings, Func<Stream, Task<Stream>> secure)
    {
        using var cluster = await BenchCluster.StartAsync(1, settings);
        await (await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(2_000, "warm"), secure: secure)).CloseAsync();
        var frames = RegistrationFrames.Share(LoadEntries.Many(count));
        var began = TimeProvider.System.GetTimestamp();
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, frames, secure);
        var rate = count / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await sessions.CloseAsync();
        return rate;
    }

    private static async Task<double> JoinAsync(int count, string[] settings, Func<Stream, Task<Stream>> secure)
    {
        using var cluster = new TestCluster(2, [
            .. settings, "--limits.entries-per-session=1000000", "--limits.entries=3000000", "--sessions.idle-timeout=1h", "--dns.enabled=false"]);
        cluster.Start(1);
        await cluster[1].ReadyAsync(TimeSpan.FromSeconds(60));
        var sessions = await BenchCluster.FillAsync(cluster[1].ClusterPort, LoadEntries.Many(count), secure: secure);
        var began = TimeProvider.System.GetTimestamp();
        var joining = cluster.Start(2);
        await joining.ReadyAsync(TimeSpan.FromMinutes(5));
        var took = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        if ((await joining.Api.ClusterAsync()).GetProperty("liveEntries").GetInt64() != count)
            throw new InvalidOperationException("It was ready before it held everything.");
        await sessions.CloseAsync();
        return took;
    }
}
